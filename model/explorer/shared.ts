/**
 * An exploration cut into units that can be run at the same time, in rounds. How it is cut depends on
 * nobody's speed, and units are merged in their order; so the result, with the schedules that stand for
 * outcomes and with what a bound leaves, is the same however many units are run at a time. The order of
 * the executions, of which a bound takes the first, is that of rounds, of laps in which each unit has an
 * equal share, of units, and within a unit its own.
 */
import { checkIdentity, sealCheckpoint, type Checkpoint } from './checkpoint';
import { boundReached, DEFAULT_PENDING, type Completeness, type ExploreResult } from './explore';
import {
  newUnit,
  nodesOf,
  putResult,
  settle,
  shareBehind,
  splitInto,
  unitsOf,
  type Part,
  type PlacedUnit,
} from './frontier';
import { OutcomeCounts } from './outcome-counts';
import { addCounts, allOf, NO_COUNTS, type Counts, type UnitResult, type UnitTask } from './unit';
import { counted } from './counted';

export interface SharedOptions {
  /** Most executions. */
  readonly executions?: number;
  /** Most steps of one execution, which units have to be run with. */
  readonly steps: number;
  /** Most threads that begin, as in `explore`; units have to be run with it too. */
  readonly threads?: number;
  /** Steps that may be pending at a time in each unit, as in `explore`. */
  readonly pending?: number;
  /** What tells this program, and these two bounds, from others, for checkpoints. */
  readonly identity?: string;
  /** Where to go on: what an exploration of the same program left. */
  readonly resume?: Checkpoint;
  /** How it is cut. The schedules that stand for outcomes depend on it, counts and outcomes do not. */
  readonly sizes?: Sizes;
}

export interface Sizes {
  /** Executions before the first cut. */
  readonly first: number;
  /** Executions of each unit in a round, at least and at most: see {@link SharedExploration}. */
  readonly each: number;
  readonly most: number;
  /** How many units to make, where there is enough left. */
  readonly units: number;
}

const SIZES: Sizes = { first: 500, each: 200, most: 5000, units: 32 };

/** A task with the number of its unit in the round. */
export interface NumberedTask extends UnitTask {
  readonly unit: number;
}

/** Parts of a round, in which each unit has an equal share of its executions. */
const LAPS = 8;

/** Without the steps that it took: they depend on what the threads that ran its units knew already. */
export type SharedResult = Omit<ExploreResult, 'steps'>;

interface Share {
  readonly number: number;
  readonly placed: PlacedUnit;
  readonly executions: number;
}

/** Gives out units and merges what comes of them. It does not run the program. */
export class SharedExploration {
  /** What the rounds before the current one have found. */
  private counts: Counts = NO_COUNTS;
  private readonly outcomes = new OutcomeCounts();
  private part: Part;
  private round: readonly PlacedUnit[];
  private readonly sizes: Sizes;
  private over = false;

  /** @throws CheckpointError if it cannot go on from the checkpoint */
  constructor(private readonly options: SharedOptions) {
    this.sizes = options.sizes ?? SIZES;
    const { resume } = options;
    if (resume === undefined) {
      this.part = { ...newUnit(), left: this.sizes.first };
    } else {
      checkIdentity(resume, options.identity ?? '');
      this.part = structuredClone(resume.part);
      this.counts = resume.counts;
      this.outcomes.add(resume.outcomes);
    }
    this.round = unitsOf(this.part);
  }

  /**
   * Units to run now, at the same time or in any order, each to be given back to {@link put}. None if the
   * exploration is over.
   */
  tasks(): NumberedTask[] {
    while (this.part !== null && this.round.every(({ unit }) => isDone(unit))) this.nextRound();
    if (this.part === null) return this.end();
    const { executions = Infinity } = this.options;
    let room = executions - allOf(this.sofar());
    if (room <= 0) return this.end();
    const tasks: NumberedTask[] = [];
    for (const { number, placed, executions } of this.shares(room)) {
      // Those that come after it may not run before it is known how many executions it has.
      if (executions > room && tasks.length > 0) break;
      tasks.push({
        unit: number,
        nodes: nodesOf(placed),
        frozen: placed.trail.length,
        executions: Math.min(executions, room),
        pending: this.options.pending ?? DEFAULT_PENDING,
      });
      room -= executions;
      if (room <= 0) break;
    }
    return tasks;
  }

  /** The units that go on now, and how far: to the end of the round, or of a lap where not all have room. */
  private shares(room: number): Share[] {
    const left = [...this.round.entries()].flatMap(([number, placed]) =>
      isDone(placed.unit) ? [] : [{ number, placed, executions: placed.unit.left }],
    );
    const sum = left.reduce((total, { executions }) => total + executions, 0);
    if (left.length === 1 || sum <= room) return left;
    const lap = Math.ceil(this.each() / LAPS);
    const laps = Math.max(...left.map(({ executions }) => Math.ceil(executions / lap)));
    return left.flatMap((share) => {
      const executions = share.executions - (laps - 1) * lap;
      return executions > 0 ? [{ ...share, executions }] : [];
    });
  }

  /** Takes back a unit, run to the end of its task or less far. */
  put({ unit }: NumberedTask, result: UnitResult): void {
    putResult(this.round[unit]!.unit, result);
  }

  /** What is known so far; if it is not over, it counts as interrupted. */
  result(): SharedResult {
    const { executions, blocked } = this.sofar();
    const outcomes = new OutcomeCounts();
    outcomes.add(this.outcomes.documents());
    for (const { unit } of this.round) outcomes.add(unit.outcomes);
    return {
      executions,
      blocked,
      outcomes: outcomes.all,
      completeness: this.over ? this.completeness() : { kind: 'interrupted' },
    };
  }

  /** Whether nothing is left to explore. */
  get isExhausted(): boolean {
    return this.part === null;
  }

  /** Where it stands, so that another one can go on; undefined if nothing is left. */
  checkpoint(): Checkpoint | undefined {
    if (this.part === null) return undefined;
    return sealCheckpoint({
      program: this.options.identity ?? '',
      part: structuredClone(this.part),
      counts: this.counts,
      outcomes: this.outcomes.documents(),
    });
  }

  /** Executions so far, and in all by an estimate that tends to be low; see {@link shareBehind}. */
  progress(): { readonly executions: number; readonly blocked: number; readonly estimate: number } {
    const { executions, blocked } = this.sofar();
    const estimate = Math.round(executions / (shareBehind(this.part) || 1));
    return { executions, blocked, estimate };
  }

  private end(): [] {
    this.over = true;
    return [];
  }

  private completeness(): Completeness {
    const { executions, steps, threads } = this.options;
    if (this.part !== null) return { kind: 'bounded', bound: counted(executions!, 'execution') };
    return boundReached(this.counts, { steps, threads });
  }

  private sofar(): Counts {
    return this.round.reduce((sum, { unit }) => addCounts(sum, unit.counts), this.counts);
  }

  private nextRound(): void {
    this.counts = this.sofar();
    for (const { unit } of this.round) this.outcomes.add(unit.outcomes);
    this.part = splitInto(settle(this.part), this.sizes.units);
    this.round = unitsOf(this.part);
    const each = this.each();
    for (const { unit } of this.round) {
      Object.assign(unit, {
        left: each,
        counts: NO_COUNTS,
        outcomes: [],
        asked: [],
      });
    }
  }

  /** A round is about as much as all before it, so that what it costs to cut and merge hardly counts. */
  private each(): number {
    const { each, most, units } = this.sizes;
    return Math.max(each, Math.min(most, Math.floor(allOf(this.counts) / units)));
  }
}

const isDone = ({ ended, left }: PlacedUnit['unit']): boolean => ended || left <= 0;
