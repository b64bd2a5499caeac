/** Explores every trace of a program, within stated bounds. */
import {
  checkIdentity,
  restoreNodes,
  sealCheckpoint,
  writeNodes,
  type Checkpoint,
} from './checkpoint';
import type { Program, Run, ScheduleStep } from './program';
import { parseSchedule, printSchedule } from './schedule';
import { Search } from './search';

/** Says when to stop; an AbortSignal is one. */
export interface StopSignal {
  readonly aborted: boolean;
}

export interface ExploreOptions {
  /** Most executions. */
  readonly executions?: number;
  /** Most steps of one execution; a longer one is cut off, and has no outcome. */
  readonly steps?: number;
  /** Most milliseconds in all, by {@link now}. */
  readonly milliseconds?: number;
  /** A clock in milliseconds; without one there is no time bound, and progress shows no time. */
  readonly now?: () => number;
  readonly signal?: StopSignal;
  /** Called now and then; `checkpoint` tells where the exploration stands, so that it can go on. */
  readonly onProgress?: (progress: Progress, checkpoint: () => Checkpoint) => void;
  /** What tells this program from others, for checkpoints: the same text, the same program. */
  readonly identity?: string;
  /** Where to go on: what an exploration of the same program left. */
  readonly resume?: Checkpoint;
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

export interface OutcomeCount {
  readonly outcome: string;
  /** Traces that end in it. */
  traces: number;
  /** The first schedule that led to it. */
  readonly schedule: readonly ScheduleStep[];
}

export type Completeness =
  | { readonly kind: 'complete' }
  | { readonly kind: 'bounded'; readonly bound: string }
  | { readonly kind: 'interrupted' };

export interface ExploreResult {
  /** Executions that came to an end, which is traces: each is run once. */
  readonly executions: number;
  /** Executions that ended with nothing but redundant steps left; 0, or the search is at fault. */
  readonly blocked: number;
  /** Steps of all executions, replayed ones included. */
  readonly steps: number;
  readonly outcomes: ReadonlyMap<string, OutcomeCount>;
  readonly completeness: Completeness;
  /** Where to go on, unless the exploration has come to its end. */
  readonly checkpoint?: Checkpoint;
}

/** Most steps of one execution, unless told otherwise. */
export const DEFAULT_STEPS = 100_000;
const PROGRESS_EVERY = 256;
/** Several keys may stand for one outcome; more are forgotten and asked again, to bound the memory. */
const KEYS_MOST = 50_000;

/** Explores every trace of a program. @throws Error if the program is not deterministic. */
export function explore(program: Program, options: ExploreOptions = {}): ExploreResult {
  const exploration = new Exploration(program, options);
  exploration.advance(() => false);
  return exploration.result();
}

/** An exploration that can pause after any execution. */
export class Exploration {
  private readonly byKey = new Map<number | string, OutcomeCount>();
  /** In the order in which they were found. */
  private readonly outcomes = new Map<string, OutcomeCount>();
  private readonly search: Search;
  private completeness: Completeness | undefined;
  /** Whether nothing is left to explore. */
  private ended = false;
  private readonly began: number;
  private readonly now: () => number;

  constructor(
    program: Program,
    private readonly options: ExploreOptions,
  ) {
    this.now = options.now ?? (() => 0);
    this.search = new Search(program, options.steps ?? DEFAULT_STEPS, {
      onEnd: (run) => this.countOutcome(run),
    });
    if (options.resume !== undefined) this.resume(options.resume);
    this.began = this.now() - (options.resume?.counts.milliseconds ?? 0);
    // The bound may be where the other one stopped.
    if (options.resume !== undefined) this.completeness = this.mustStop();
  }

  /**
   * Goes on until everything is explored, a bound is reached, or `pause` says so after an execution.
   *
   * @returns false if it was paused
   */
  advance(pause: () => boolean): boolean {
    const { search } = this;
    while (this.completeness === undefined) {
      if (!search.advance()) this.completeness = this.atEnd();
      else if ((this.completeness = this.mustStop()) === undefined && pause()) return false;
    }
    return true;
  }

  /** What is known so far; if it is not over, it counts as interrupted. */
  result(): ExploreResult {
    const { executions, blocked, steps } = this.search;
    return {
      executions,
      blocked,
      steps,
      outcomes: this.outcomes,
      completeness: this.completeness ?? { kind: 'interrupted' },
      ...(!this.ended && { checkpoint: this.checkpoint() }),
    };
  }
  private atEnd(): Completeness {
    this.ended = true;
    return this.search.cut > 0
      ? { kind: 'bounded', bound: `${this.options.steps ?? DEFAULT_STEPS} steps` }
      : { kind: 'complete' };
  }

  private countOutcome(run: Run): void {
    const key = run.outcomeKey === undefined ? run.outcome() : run.outcomeKey();
    let count = this.byKey.get(key);
    if (count === undefined) {
      const outcome = run.outcome();
      count = this.outcomes.get(outcome);
      if (count === undefined) {
        count = { outcome, traces: 0, schedule: this.search.schedule() };
        this.outcomes.set(outcome, count);
      }
      if (this.byKey.size >= KEYS_MOST) this.byKey.clear();
      this.byKey.set(key, count);
    }
    count.traces++;
  }

  private mustStop(): Completeness | undefined {
    const { executions, milliseconds, signal, onProgress } = this.options;
    const done = this.search.executions + this.search.blocked + this.search.cut;
    if (signal?.aborted === true) return { kind: 'interrupted' };
    if (executions !== undefined && done >= executions) {
      return { kind: 'bounded', bound: `${executions} executions` };
    }
    if (milliseconds !== undefined && this.now() - this.began > milliseconds) {
      return { kind: 'bounded', bound: `${milliseconds} ms` };
    }
    if (onProgress !== undefined && done % PROGRESS_EVERY === 0) {
      onProgress(this.progress(), () => this.checkpoint());
    }
    return undefined;
  }

  /** Where it stands, so that another one can go on. */
  checkpoint(): Checkpoint {
    const { executions, blocked, cut, steps } = this.search;
    const milliseconds = this.now() - this.began;
    return sealCheckpoint({
      program: this.options.identity ?? '',
      nodes: writeNodes(this.search),
      counts: { executions, blocked, cut, steps, milliseconds },
      outcomes: Array.from(
        this.outcomes.values(),
        ({ outcome, traces, schedule }) => [outcome, traces, printSchedule(schedule)] as const,
      ),
    });
  }

  private resume(checkpoint: Checkpoint): void {
    checkIdentity(checkpoint, this.options.identity ?? '');
    const { search } = this;
    restoreNodes(search, checkpoint.nodes);
    const { executions, blocked, cut, steps } = checkpoint.counts;
    Object.assign(search, { executions, blocked, cut, steps });
    for (const [outcome, traces, schedule] of checkpoint.outcomes) {
      this.outcomes.set(outcome, { outcome, traces, schedule: parseSchedule(schedule) });
    }
  }

  progress(): Progress {
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
