/** `lzfree bisectable` as data: each prefix of a series, built and judged. */
import {
  courseOf,
  type Course,
  type MessageStep,
  type Prefix,
  type UnclearHunk,
} from '../model/hunt/bisect';
import { programsOfSize } from '../model/hunt/enumerate';
import { titleOf } from '../model/hunt/program';
import { describeMissing } from '../model/features/requires';
import { variantName } from '../model/features/variant-name';
import type { Variant } from '../model/features/variant';
import type { HunkId } from '../model/features/hunk-id';
import type { Scenario } from '../model/scenario/ast';
import { withPool, type Pool } from './workers/pool';

export interface BisectRequest {
  /** Base first; the last one is the whole series. */
  readonly prefixes: readonly Prefix[];
  /** Hunks of a patch file whose text was not compared; none for a variant's name. */
  readonly bySignature?: readonly HunkId[];
  readonly scenarios: readonly Scenario[];
  /** Programs of the hunt of up to this many moves. */
  readonly untilSize: number;
  readonly executions: number;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number, patch: string) => void;
}

export interface PrefixResult {
  readonly patch: string;
  /** The message of a patch file that the last patch is; null for base and for a patch of the series. */
  readonly message: MessageStep | null;
  readonly variant: string;
  /** Why it does not build, in words; empty if it does, or if nothing tells. */
  readonly missing: readonly string[];
  /** Hunks of the file up to here that are known only together with later messages: then nothing is run. */
  readonly unclear: readonly UnclearHunk[];
  /** Programs and scenarios that were run, and of these not by every interleaving. */
  readonly run: number;
  readonly partly: number;
  /** How many faults it has. */
  readonly faults: number;
}

/** A way of breaking a promise, and what becomes of it. */
export interface FaultResult extends Course {
  /** `promise: detail`. */
  readonly fault: string;
  /** The first program or scenario that shows it. */
  readonly shown: string;
}

export interface BisectDocument {
  readonly schema: 'lzfree/bisectable';
  readonly version: 3;
  readonly variant: string;
  /** Base and every patch of the series: `prefixes` has those that were judged before an interruption. */
  readonly patches: readonly string[];
  readonly executions: number;
  /** Hunks of a patch file that were recognised by signature only, their text not compared. */
  readonly bySignature: readonly HunkId[];
  readonly prefixes: readonly PrefixResult[];
  readonly faults: readonly FaultResult[];
  readonly interrupted: boolean;
}

/** Programs of the hunt that one task looks at. */
const CHUNK = 16;

export async function bisect(request: BisectRequest): Promise<BisectDocument> {
  const { prefixes, signal, executions } = request;
  const seen: { patch: string; shown: Map<string, string> }[] = [];
  const results: PrefixResult[] = [];
  // Patches behind which nothing was run: what the next run shows may be owed to them.
  let unseen: string[] = [];
  await withPool({ workers: request.workers, signal }, async (pool) => {
    for (const [i, prefix] of prefixes.entries()) {
      if (signal.aborted) return;
      const { patch, variant: kernel } = prefix;
      request.onProgress?.(i, prefixes.length, patch);
      const runs = canRun(prefix);
      const judged = runs ? await judge(pool, kernel, request) : NOT_RUN;
      if (signal.aborted) return;
      unseen.push(patch);
      if (runs) {
        seen.push({ patch: unseen.join(' or '), shown: judged.shown });
        unseen = [];
      }
      results.push(resultOf(prefix, judged));
    }
  });
  const variant = variantName(prefixes.at(-1)!.variant);
  const about = { schema: 'lzfree/bisectable', version: 3, variant } as const;
  return {
    ...about,
    patches: prefixes.map(({ patch }) => patch),
    executions,
    bySignature: request.bySignature ?? [],
    prefixes: results,
    faults: faultsOf(seen),
    interrupted: signal.aborted,
  };
}

/** Whether every prefix that was come to is known to build, and none has a fault that base has not. */
export const isBisectable = ({ prefixes, faults }: BisectDocument): boolean =>
  prefixes.every(({ missing, unclear }) => missing.length === 0 && unclear.length === 0) &&
  !faults.some(({ course }) => course === 'introduced' || course === 'transient');

interface Judged {
  readonly run: number;
  readonly partly: number;
  readonly shown: Map<string, string>;
}

const NOT_RUN: Judged = { run: 0, partly: 0, shown: new Map() };

const canRun = ({ missing, unclear }: Prefix): boolean =>
  missing.length === 0 && unclear.length === 0;

const resultOf = (
  { patch, variant, missing, unclear, message }: Prefix,
  judged: Judged,
): PrefixResult => ({
  patch,
  message: message ?? null,
  variant: variantName(variant),
  missing: missing.map(describeMissing),
  unclear,
  run: judged.run,
  partly: judged.partly,
  faults: judged.shown.size,
});

async function judge(
  pool: Pool,
  kernel: Variant,
  { scenarios, untilSize, executions, signal }: BisectRequest,
): Promise<Judged> {
  const onVariant = { switches: kernel.switches(), executions };
  const shown = new Map<string, string>();
  let [run, partly] = [0, 0];
  const take = (found: readonly { program: string; key: string }[]): void => {
    for (const { program, key } of found) if (!shown.has(key)) shown.set(key, program);
  };
  const inputs = scenarios.map((scenario) => ({ ...onVariant, scenario }));
  for await (const { keys, complete, name } of pool.map('judgeScenario', inputs)) {
    run++;
    if (!complete) partly++;
    take(keys.map((key) => ({ program: name, key })));
  }
  for (let size = 1; size <= untilSize && !signal.aborted; size++) {
    for await (const examined of pool.map('huntPrograms', programs(size, onVariant))) {
      run += examined.done;
      partly += examined.partly;
      take(examined.sightings);
    }
  }
  return { run, partly, shown };
}

function* programs<T>(size: number, input: T): Generator<T & { programs: string[] }> {
  const all = [...programsOfSize(size)].map(titleOf);
  for (let i = 0; i < all.length; i += CHUNK) yield { ...input, programs: all.slice(i, i + CHUNK) };
}

function faultsOf(seen: readonly { patch: string; shown: Map<string, string> }[]): FaultResult[] {
  const keys = [...new Set(seen.flatMap(({ shown }) => [...shown.keys()]))];
  const patches = seen.map(({ patch }) => patch);
  return keys.map((fault) => ({
    fault,
    ...courseOf(
      patches,
      seen.map(({ shown }) => shown.has(fault)),
    ),
    shown: seen.find(({ shown }) => shown.has(fault))!.shown.get(fault)!,
  }));
}
