/**
 * What the explorer can explore: programs of threads that take steps. Nothing here knows what the
 * threads do; a step tells afterwards which objects it touched, and how.
 */

/** One access of a step: `object * 16 + mode`, with object < 2^26 and a {@link Mode}. */
export type Access = number;

export const Mode = {
  read: 0,
  write: 1,
  /** An addition whose result nobody sees; additions commute with one another only. */
  add: 2,
  /** Takes a lock exclusively; only enabled while the lock is free. */
  lock: 3,
  /** Releases a lock that is held exclusively, whoever took it; of a lock that is not, say write. */
  unlock: 4,
  /** Takes a lock for reading; only enabled while nobody holds it exclusively. */
  readLock: 5,
  /** Drops a lock that is held for reading; of a lock that is not, say write. */
  readUnlock: 6,
  /** A trylock that succeeded. One that failed is a read of the lock. */
  tryLock: 7,
  readTryLock: 8,
  /** Waits until nobody holds the lock exclusively, without taking it. */
  await: 9,
} as const;

/** A set of modes, as bits: bit m stands for mode m. */
export const modeSet = (...modes: readonly number[]): number =>
  modes.reduce((bits, mode) => bits | (1 << mode), 0);

/**
 * On what the accesses of a step depend, besides what its thread has seen before it. A step that turns
 * out to touch more than one object is taken to depend on anything, or on what it {@link Run.looked} at.
 */
export const Depends = {
  /** On nothing, not on a choice either. */
  nothing: 0,
  /** On the state of one lock, the only object that the step touches ({@link Run.lockAccess}). */
  lock: 1,
  /** On any shared state, or on the choice: an atomic section. */
  anything: 2,
  /**
   * On whether one word, which is no lock and the only object that the step touches, holds
   * {@link Run.expected}: the step writes the word if it does, and reads it if not.
   */
  comparison: 3,
  /** On what it looked at, and on the choice; a run that tells {@link Run.looked} implies it. */
  looks: 4,
} as const;

/** What a step looks at of an object, as far as it decides on what it touches, or on what its thread sees. */
export const Look = {
  /** Nothing: the step does the same whatever the object holds. */
  nothing: 0,
  value: 1,
  /** Whether the value is below 0, 0 or above. */
  sign: 2,
  /** Whether it is below 0, 0, 1 or above. */
  rank: 3,
} as const;

/** A deterministic program: every run of it begins in the same initial state. */
export interface Program {
  /** Begins a run; the runs of earlier calls, keyed ones too, end then. */
  start(): Run;
  /** Begins one whose states have keys. A program without them can be explored by traces only. */
  startKeyed?(): KeyedRun;
  /**
   * Begins one whose steps can be taken back, which spares running another up to where they part. It
   * ends with the next call, and stays apart from runs of other kinds.
   */
  startReversible?(): ReversibleRun;
  /** After how many executions it pays to begin one, 0 by default; fewer where it has learnt already. */
  readonly reversibleAfter?: number;
}

/** What explorations need of a run. */
export interface Moves {
  /** Threads so far; may grow when a step creates one, whose index no other step's order changes. */
  readonly threadCount: number;
  /** 0: the thread has ended, or not begun; 1: one next step; n: the next step is a choice among n. */
  choices(thread: number): number;
  /** The access that the next step has to wait for (lock, readLock, await), or -1. */
  guard(thread: number): Access;
  /** Whether the next step can be taken now. */
  enabled(thread: number): boolean;
  /** Takes a step; afterwards `accesses[0 .. accessCount)` is what it touched, its guard included. */
  step(thread: number, choice: number): void;
  readonly accesses: Int32Array;
  readonly accessCount: number;
  /** Index of the thread that the last step created, or -1. */
  readonly spawned: number;
  /** Whether the execution has left a bound of its program, so that it has no outcome. */
  readonly outOfBounds?: boolean;
}

export interface Run extends Moves {
  /**
   * For each access of the last step, a value of {@link Look}: the step does the same wherever what it
   * looked at, and the choice, are the same. A program that tells this need not tell `depends`; it has
   * to tell values.
   */
  readonly looked?: Uint8Array;
  /** A value of {@link Depends} for the next step. Without this method every step is `anything`. */
  depends?(thread: number): number;
  /**
   * The access of the next step, one of {@link Depends}.lock, if the state of its lock were `state`:
   * 0 free, -1 held exclusively, n > 0 held for reading.
   */
  lockAccess?(thread: number, state: number): Access;
  /** The value with which the next step, one of {@link Depends}.comparison, compares its word. */
  expected?(thread: number): number;
  /** What a word holds now, where steps compare words or tell what they looked at. */
  value?(object: number): number;
  /** The final observation, asked when no thread can move. */
  outcome(): string;
  /**
   * A key of the final observation: equal keys, equal observations, in all runs of this program. It spares
   * making most of them.
   */
  outcomeKey?(): number | string;
}

export interface ReversibleRun extends Run {
  /** Takes steps back until `steps` are left, which are at most as many as were taken. */
  back(steps: number): void;
}

/** Small numbers, as in an order in which states were found, or texts. */
export type StateKey = number | string;

/** A run that tells which state it is in. */
export interface KeyedRun extends Moves {
  /**
   * A key of the whole state with every thread's own: equal keys, equal futures and outcomes. The
   * same state has the same key in every keyed run of this program.
   */
  stateKey(): StateKey;
  /**
   * A number for where a thread is: equal for equal local states. It only guides the exploration by
   * states, so that a hash will do.
   */
  position?(thread: number): number;
  /** Goes to a state in which some keyed run of this program has told the key. */
  goTo?(key: StateKey): void;
  /** As of {@link Run}. It spares a run that is not keyed wherever an outcome is known. */
  outcome?(): string;
}

/** Begins keyed runs. @throws Error if the program has none */
export function keyedRuns(program: Program): () => KeyedRun {
  if (program.startKeyed === undefined) throw new Error('The program has no state keys.');
  return () => program.startKeyed!();
}

/** A step that a schedule takes. */
export interface ScheduleStep {
  readonly thread: number;
  readonly choice: number;
}
