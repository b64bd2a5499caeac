/** Explores every trace of a program, within stated bounds. */
import { OutcomeCounts, type OutcomeCount } from './outcome-counts';
import type { Program, Run, ScheduleStep } from './program';
import { runFirstAgain } from './run-again';
import { Search } from './search';
import { withinThreads } from './thread-bound';
import { allOf } from './unit';
import { counted } from './counted';

/** Says when to stop; an AbortSignal is one. */
export interface StopSignal {
  readonly aborted: boolean;
}

export interface ExploreOptions {
  /** Most executions. */
  readonly executions?: number;
  /** Most steps of one execution; a longer one is cut off, and has no outcome. */
  readonly steps?: number;
  /**
   * Most threads that begin in one execution, those that are there from the start included; one in which
   * more would begin has no outcome. Executions are traces as long as one thread creates all others; where
   * several do, two orders of their creations are two executions.
   */
  readonly threads?: number;
  /**
   * Steps that may be pending at a time, {@link DEFAULT_PENDING} by default. While there are more, only
   * the first step of each further sequence is kept, and some executions are begun in vain: `blocked`
   * counts them.
   */
  readonly pending?: number;
  /** Most milliseconds in all, by {@link now}. */
  readonly milliseconds?: number;
  /** A clock in milliseconds; without one there is no time bound, and progress shows no time. */
  readonly now?: () => number;
  readonly signal?: StopSignal;
  /** Called when an execution has ended and was counted; a run that takes nothing back may go on. */
  readonly onEnd?: (run: Run, schedule: () => readonly ScheduleStep[]) => void;
  /** Called now and then. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly executions: number;
  readonly blocked: number;
  /**
   * Executions in all, from the part of the tree that lies behind the current branch (each branch
   * of a node weighed alike; branches not yet discovered are missing, so it tends to be low).
   */
  readonly estimate: number;
  readonly milliseconds: number;
}

export type Completeness =
  | { readonly kind: 'complete' }
  | { readonly kind: 'bounded'; readonly bound: string }
  | { readonly kind: 'interrupted' };

export interface ExploreResult {
  /** Executions that came to an end, which is traces: each is run once. */
  readonly executions: number;
  /** Executions that ended with nothing but redundant steps left; 0 while no more was pending than may be. */
  readonly blocked: number;
  /** Steps of all executions, replayed ones included. */
  readonly steps: number;
  readonly outcomes: ReadonlyMap<string, OutcomeCount>;
  readonly completeness: Completeness;
}

/** Most steps of one execution, unless told otherwise. */
export const DEFAULT_STEPS = 100_000;
/** Steps that may be pending at a time, unless told otherwise: less than a megabyte. */
export const DEFAULT_PENDING = 16_384;
const PROGRESS_EVERY = 256;

/**
 * Explores every trace of a program.
 *
 * @throws Error if a step touches something else when it is run again, or an execution ends otherwise: then
 * the program is not deterministic
 */
export function explore(program: Program, options: ExploreOptions = {}): ExploreResult {
  return new Exploration(program, options).result();
}

/** What an exploration that came to its end is, by the executions that were left out of it. */
export function boundReached(
  { cut, crowded }: { readonly cut: number; readonly crowded: number },
  bounds: { readonly steps: number; readonly threads: number | undefined },
): Completeness {
  const reached = [
    ...(crowded > 0 ? [counted(bounds.threads!, 'thread')] : []),
    ...(cut > 0 ? [counted(bounds.steps, 'step')] : []),
  ];
  return reached.length === 0
    ? { kind: 'complete' }
    : { kind: 'bounded', bound: reached.join(', ') };
}

class Exploration {
  private readonly outcomes = new OutcomeCounts();
  private readonly search: Search;
  private readonly began: number;
  private readonly now: () => number;
  private readonly steps: number;

  constructor(
    private readonly program: Program,
    private readonly options: ExploreOptions,
  ) {
    this.now = options.now ?? (() => 0);
    this.steps = options.steps ?? DEFAULT_STEPS;
    const schedule = (): ScheduleStep[] => search.schedule();
    const onEnd = (run: Run): void => {
      this.outcomes.count(run, schedule);
      options.onEnd?.(run, schedule);
    };
    const search: Search = new Search(
      withinThreads(program, options.threads),
      this.steps,
      { onEnd },
      options.pending ?? DEFAULT_PENDING,
    );
    this.search = search;
    this.began = this.now();
  }

  result(): ExploreResult {
    const completeness = this.run();
    const { executions, blocked, steps } = this.search;
    if (executions > 1) runFirstAgain(this.program, this.outcomes.all);
    return { executions, blocked, steps, outcomes: this.outcomes.all, completeness };
  }

  private run(): Completeness {
    while (this.search.advance()) {
      const stop = this.mustStop();
      if (stop !== undefined) return stop;
    }
    return boundReached(this.search, { steps: this.steps, threads: this.options.threads });
  }

  private mustStop(): Completeness | undefined {
    const { executions, milliseconds, signal, onProgress } = this.options;
    const done = allOf(this.search);
    if (signal?.aborted === true) return { kind: 'interrupted' };
    if (executions !== undefined && done >= executions) {
      return { kind: 'bounded', bound: counted(executions, 'execution') };
    }
    if (milliseconds !== undefined && this.now() - this.began > milliseconds) {
      return { kind: 'bounded', bound: `${milliseconds} ms` };
    }
    if (onProgress !== undefined && done % PROGRESS_EVERY === 0) onProgress(this.progress());
    return undefined;
  }

  private progress(): Progress {
    const { taken, heads, trees, execution, executions, blocked } = this.search;
    let behind = 0;
    let weight = 1;
    for (let i = 0; i <= execution.length; i++) {
      const branches = taken[i]! + trees.count(heads[i]!);
      if (branches === 0) break;
      behind += (weight * (taken[i]! - 1)) / branches;
      weight /= branches;
    }
    const done = Math.max(behind, weight);
    return {
      executions,
      blocked,
      estimate: Math.max(executions, Math.round(executions / done)),
      milliseconds: this.now() - this.began,
    };
  }
}
