/** A part of an exploration that can be run by itself, wherever there is a copy of the program. */
import type { Forest } from './forest';
import { restoreNodes, writeNodes, type NodeDocument } from './nodes';
import { OpenStates } from './open-states';
import { OutcomeCounts, type OutcomeDocument } from './outcome-counts';
import type { Program, Run } from './program';
import { runFirstAgain } from './run-again';
import { Search } from './search';
import { withinThreads } from './thread-bound';

/** What executions came to. */
export interface Counts {
  /** Those that came to an end, each a trace of its own. */
  readonly executions: number;
  readonly blocked: number;
  /** Those that were cut off at the most steps. */
  readonly cut: number;
  /** Those in which more threads would have begun than may. */
  readonly crowded: number;
}

export const NO_COUNTS: Counts = { executions: 0, blocked: 0, cut: 0, crowded: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    executions: a.executions + b.executions,
    blocked: a.blocked + b.blocked,
    cut: a.cut + b.cut,
    crowded: a.crowded + b.crowded,
  };
}

/** Executions of all kinds. */
export const allOf = ({ executions, blocked, cut, crowded }: Counts): number =>
  executions + blocked + cut + crowded;

/** A unit to run: plain data. */
export interface UnitTask {
  /** The path to where the unit stands; the branches of the first `frozen` nodes are not its own. */
  readonly nodes: readonly NodeDocument[];
  readonly frozen: number;
  /** How many executions to run. */
  readonly executions: number;
  /** Steps that may be pending at a time, as in `explore`. */
  readonly pending: number;
}

/** What has come of a unit: plain data. */
export interface UnitResult {
  readonly counts: Counts;
  /** In the order in which they were found. */
  readonly outcomes: readonly OutcomeDocument[];
  /** Whether nothing is left of it. */
  readonly ended: boolean;
  /** Where it stands, from its first own node on. Empty if it has ended and nothing can be asked of it. */
  readonly path: readonly NodeDocument[];
  /** For each frozen node, what races require to be explored from it. */
  readonly asked: readonly Forest[];
}

/** The run of a unit, which can pause after any execution. */
export class UnitRun {
  private readonly search: Search;
  private readonly open: OpenStates;
  private readonly outcomes = new OutcomeCounts();
  private left: number;
  private ended = false;

  /** @throws Error if the program does not take the steps of the unit's path */
  constructor(
    private readonly program: Program,
    private readonly task: UnitTask,
    mostSteps: number,
    mostThreads?: number,
  ) {
    this.left = task.executions;
    const onEnd = (run: Run): void => this.outcomes.count(run, () => search.schedule());
    const search: Search = new Search(
      withinThreads(program, mostThreads),
      mostSteps,
      { onEnd },
      task.pending,
    );
    this.search = search;
    this.open = new OpenStates(search.sleep, search.execution);
    search.open = this.open;
    restoreNodes(search, this.open, task.nodes);
    search.frozen = task.frozen;
  }

  /**
   * Goes on until the unit has run its executions, nothing is left of it, or `pause` says so after
   * an execution.
   *
   * @returns false if it was paused
   */
  advance(pause: () => boolean): boolean {
    while (!this.ended && this.left > 0) {
      this.ended = !this.search.advance();
      this.left--;
      if (pause()) return false;
    }
    return true;
  }

  /** Executions so far. */
  get executions(): number {
    return this.search.executions;
  }

  /** Where it stands, for good. @throws Error if the program is not deterministic */
  result(): UnitResult {
    const { search, open, ended } = this;
    const { frozen } = this.task;
    search.foreseeAll();
    const { executions, blocked, cut, crowded, trees, heads, execution } = search;
    const result = {
      counts: { executions, blocked, cut, crowded },
      outcomes: this.outcomes.documents(),
      path: ended && !open.isOpen(frozen) ? [] : writeNodes(search, open, frozen),
      ended,
      asked: Array.from({ length: frozen }, (_, i) => trees.toForest(heads[i]!, execution.lists)),
    };
    if (executions > 1) runFirstAgain(this.program, this.outcomes.all);
    return result;
  }
}
