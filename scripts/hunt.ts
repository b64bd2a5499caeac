/** `lzfree hunt` as data: what it goes through, in which order, and what it makes of failures. */
import type { Variant } from '../model/features/variant';
import type { Cause } from '../model/hunt/cause';
import { countOfSize, programsOfSize } from '../model/hunt/enumerate';
import { movesOf } from '../model/hunt/cause';
import { titleOf, type HuntProgram } from '../model/hunt/program';
import { parseProgram } from '../model/hunt/text';
import { isCovered, type Way } from '../model/hunt/ways';
import type { DrawInput } from './workers/hunt-task';
import { withPool, type Pool } from './workers/pool';

export interface HuntRequest {
  readonly variant: Variant;
  /** Enumerated up to this many moves; beyond, programs are drawn at random. */
  readonly untilSize: number;
  /** Only programs whose moves come one after the other. */
  readonly sequential: boolean;
  /** In a kernel that has no CONFIG_DEBUG_VM. */
  readonly withoutDebugVm: boolean;
  /** Random programs after the enumeration; Infinity: until the signal. */
  readonly random: number;
  readonly seed: number;
  readonly executions: number;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly resume?: HuntState;
  /** Called after each step; the hunt waits for it. */
  readonly onProgress?: (state: HuntState) => Promise<void>;
}

/** Programs of one size that were gone through. */
export interface SizeCoverage {
  readonly size: number;
  /** All there are. */
  readonly programs: number;
  done: number;
  /** Of these, not by every interleaving. */
  partly: number;
  executions: number;
  /** Of these, such that no run could be judged. */
  unjudged: number;
}

/** Random programs that were looked at, and those that are drawn knowing the same causes. */
export interface RandomCoverage {
  done: number;
  executions: number;
  /** Where the programs of this round end. */
  roundEnd: number;
  /** Causes that were known when it began. */
  roundKnows: number;
}

/** How far a hunt is; all that another one needs to go on. */
export interface HuntState {
  readonly sizes: SizeCoverage[];
  readonly random: RandomCoverage;
  readonly causes: Cause[];
  /** Reasons why programs could not be judged, with one of them and how many. */
  readonly unjudged: { readonly reason: string; readonly program: string; programs: number }[];
}

export interface HuntResult extends HuntState {
  readonly interrupted: boolean;
}

/** Programs that one task looks at. */
const CHUNK = 16;
const RANDOM_CHUNK = 40;
const RANDOM_SCHEDULES = 6;
/** A round is as long as all before it, so that little is found twice, and up to so many chunks. */
const ROUND_CHUNKS = 16;

export function emptyState(): HuntState {
  return {
    sizes: [],
    random: { done: 0, executions: 0, roundEnd: 0, roundKnows: 0 },
    causes: [],
    unjudged: [],
  };
}

/** Hunts; the result does not depend on the number of workers unless a clock stops it. */
export async function hunt(request: HuntRequest): Promise<HuntResult> {
  const state = structuredClone(request.resume ?? emptyState());
  await withPool({ workers: request.workers, signal: request.signal }, async (pool) => {
    const run = new Hunt(request, state, pool);
    for (let size = 1; size <= request.untilSize; size++) await run.enumerate(size);
    await run.draw();
  });
  return { ...state, interrupted: request.signal.aborted };
}

class Hunt {
  private readonly onVariant;

  constructor(
    private readonly request: HuntRequest,
    private readonly state: HuntState,
    private readonly pool: Pool,
  ) {
    const { variant, executions } = request;
    this.onVariant = { switches: variant.switches(), executions };
  }

  async enumerate(size: number): Promise<void> {
    const { signal, sequential, withoutDebugVm } = this.request;
    if (signal.aborted) return;
    const row = this.rowOf(size);
    const titles = titlesOf(programsOfSize(size, !sequential), withoutDebugVm);
    const inputs = chunks(titles, row.done, CHUNK, this.onVariant);
    for await (const examined of this.pool.map('huntPrograms', inputs)) {
      for (const { program, key } of examined.sightings) await this.explain(program, key);
      // What was interrupted is looked at again when the hunt goes on.
      if (signal.aborted) return;
      row.done += examined.done;
      row.partly += examined.partly;
      row.executions += examined.executions;
      row.unjudged += examined.givenUp.length;
      for (const { program, reason } of examined.givenUp) this.giveUp(program, reason);
      await this.request.onProgress?.(this.state);
    }
  }

  /** By rounds, whatever the number of workers: what is drawn depends on what is known. */
  async draw(): Promise<void> {
    const { signal, random } = this.request;
    const drawn = this.state.random;
    while (!signal.aborted && drawn.done < random) {
      if (drawn.done >= drawn.roundEnd) this.beginRound();
      for await (const chunk of this.pool.map('huntRandom', this.restOfRound())) {
        for (const { program, key } of chunk.sightings) await this.explain(program, key);
        if (signal.aborted) return;
        drawn.done += chunk.done;
        drawn.executions += chunk.executions;
        await this.request.onProgress?.(this.state);
      }
    }
  }

  private beginRound(): void {
    const { random, causes } = this.state;
    const chunks = Math.min(Math.max(Math.floor(random.done / RANDOM_CHUNK), 1), ROUND_CHUNKS);
    random.roundEnd = random.done + chunks * RANDOM_CHUNK;
    random.roundKnows = causes.length;
  }

  private *restOfRound(): Generator<DrawInput> {
    const { done, roundEnd, roundKnows } = this.state.random;
    const ways = this.ways().slice(0, roundKnows);
    const end = Math.min(roundEnd, this.request.random);
    for (let from = done; from < end; from += RANDOM_CHUNK) {
      yield {
        ...this.onVariant,
        seed: this.request.seed + from,
        programs: Math.min(RANDOM_CHUNK, end - from),
        schedules: RANDOM_SCHEDULES,
        withoutDebugVm: this.request.withoutDebugVm,
        ways,
      };
    }
  }

  private rowOf(size: number): SizeCoverage {
    const known = this.state.sizes.find((row) => row.size === size);
    if (known !== undefined) return known;
    const programs = countOfSize(size, !this.request.sequential);
    const row = { size, programs, done: 0, partly: 0, executions: 0, unjudged: 0 };
    this.state.sizes.push(row);
    return row;
  }

  private ways(): Way[] {
    return this.state.causes.map(({ promise, detail, moves }) => ({
      key: `${promise}: ${detail}`,
      moves,
    }));
  }

  private async explain(program: string, key: string): Promise<void> {
    if (this.request.signal.aborted) return;
    if (isCovered(this.ways(), key, movesOf(parseProgram(program)))) return;
    const input = { ...this.onVariant, program, key };
    for await (const cause of this.pool.map('huntCause', [input])) {
      if (cause === null || isCovered(this.ways(), key, cause.moves)) continue;
      this.state.causes.push(cause);
    }
  }

  private giveUp(program: string, reason: string): void {
    const known = this.state.unjudged.find((other) => other.reason === reason);
    if (known === undefined) this.state.unjudged.push({ reason, program, programs: 1 });
    else known.programs++;
  }
}

function* titlesOf(programs: Iterable<HuntProgram>, withoutDebugVm: boolean): Generator<string> {
  for (const program of programs) {
    yield titleOf(withoutDebugVm ? { ...program, withoutDebugVm } : program);
  }
}

function* chunks<T>(
  programs: Iterable<string>,
  from: number,
  size: number,
  input: T,
): Generator<T & { programs: string[] }> {
  let [index, chunk] = [0, [] as string[]];
  for (const program of programs) {
    if (index++ < from) continue;
    chunk.push(program);
    if (chunk.length < size) continue;
    yield { ...input, programs: chunk };
    chunk = [];
  }
  if (chunk.length > 0) yield { ...input, programs: chunk };
}
