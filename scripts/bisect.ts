/** `lzfree bisectable` as data: each prefix of a series, built and judged. */
import { courseOf, prefixesOf, type Course } from '../model/hunt/bisect';
import { programsOfSize } from '../model/hunt/enumerate';
import { titleOf } from '../model/hunt/program';
import { describeMissing } from '../model/features/requires';
import { variantName } from '../model/features/variant-name';
import type { Variant } from '../model/features/variant';
import type { Scenario } from '../model/scenario/ast';
import { withPool, type Pool } from './workers/pool';

export interface BisectRequest {
  readonly variant: Variant;
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
  readonly variant: string;
  /** Why it does not build, in words; empty if it does. */
  readonly missing: readonly string[];
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
  readonly version: 2;
  readonly variant: string;
  /** Base and every patch of the series: `prefixes` has those that were judged before an interruption. */
  readonly patches: readonly string[];
  readonly executions: number;
  readonly prefixes: readonly PrefixResult[];
  readonly faults: readonly FaultResult[];
  readonly interrupted: boolean;
}

/** Programs of the hunt that one task looks at. */
const CHUNK = 16;

export async function bisect(request: BisectRequest): Promise<BisectDocument> {
  const { variant, signal, executions } = request;
  const prefixes = prefixesOf(variant);
  const seen: { patch: string; shown: Map<string, string> }[] = [];
  const results: PrefixResult[] = [];
  await withPool({ workers: request.workers, signal }, async (pool) => {
    for (const [i, { patch, variant: kernel, missing }] of prefixes.entries()) {
      if (signal.aborted) return;
      request.onProgress?.(i, prefixes.length, patch);
      const builds = missing.length === 0;
      const judged = builds
        ? await judge(pool, kernel, request)
        : { run: 0, partly: 0, shown: new Map() };
      if (signal.aborted) return;
      if (builds) seen.push({ patch, shown: judged.shown });
      const { run, partly } = judged;
      results.push({
        patch,
        variant: variantName(kernel),
        missing: missing.map(describeMissing),
        run,
        partly,
        faults: judged.shown.size,
      });
    }
  });
  const about = { schema: 'lzfree/bisectable', version: 2, variant: variantName(variant) } as const;
  return {
    ...about,
    patches: prefixes.map(({ patch }) => patch),
    executions,
    prefixes: results,
    faults: faultsOf(seen),
    interrupted: signal.aborted,
  };
}

async function judge(
  pool: Pool,
  kernel: Variant,
  { scenarios, untilSize, executions, signal }: BisectRequest,
): Promise<{ run: number; partly: number; shown: Map<string, string> }> {
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
