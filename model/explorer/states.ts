/**
 * Exploration by states, for programs with more traces than states: where independent parts meet,
 * traces multiply and states often do not. It finds the exact set of outcomes, and counts no traces.
 *
 * From each state only a persistent set of threads is taken: nothing that the other threads can do
 * from there, among themselves, conflicts with a next step of one of the set. The set is found while
 * exploring: a state's footprint says which thread can still touch what from it, and a thread whose
 * footprint after a step conflicts with that step joins the set. A state that was explored before is
 * not explored again, as its footprint is known.
 */
import { dependent } from './dependence';
import { boundReached, DEFAULT_STEPS, type StopSignal } from './explore';
import { Footprints, type Footprint } from './footprints';
import { Mode, type Access, type Program, type Run, type ScheduleStep } from './program';
import { Preference } from './preference';
import { withinThreads } from './thread-bound';
import { counted } from './counted';

export interface StatesOptions {
  /** Most states; reaching it makes the result bounded. */
  readonly states?: number;
  /** Most steps on the way to a state. */
  readonly steps?: number;
  /** Most threads that begin in one execution, as in `explore`. */
  readonly threads?: number;
  readonly signal?: StopSignal;
  /** Called now and then with the states so far. */
  readonly onProgress?: (states: number) => void;
}

export interface StatesResult {
  /** A schedule that leads to each outcome. */
  readonly outcomes: ReadonlyMap<string, readonly ScheduleStep[]>;
  readonly states: number;
  /** Steps from a state into another, known or not. */
  readonly transitions: number;
  /** Steps of all runs, with those that only lead back to a state. */
  readonly steps: number;
  readonly completeness:
    | { readonly kind: 'complete' | 'interrupted' }
    | { readonly kind: 'bounded'; readonly bound: string };
}

/** A program that cannot be explored by states, as it can get back into one. */
export class ReturningState extends Error {
  constructor() {
    super('exploreStates: the program can get back into a state; explore its traces');
  }
}

const PROGRESS_EVERY = 256;

/**
 * Explores a program by its states.
 *
 * @throws ReturningState, or Error if the program has no state keys
 */
export function exploreStates(program: Program, options: StatesOptions = {}): StatesResult {
  return new StateSearch(program, options).result();
}

type StateKey = number | string;

/** A state on the way to the current one. */
interface Frame {
  readonly key: StateKey;
  /** Where each thread is. */
  readonly positions: readonly number[];
  /** Threads that can take a step, and how many choices each has. */
  readonly enabled: ReadonlyMap<number, number>;
  /** Guards of the threads that wait. */
  readonly waiting: ReadonlyMap<number, Access>;
  /** Threads of the persistent set as far as it is known. */
  readonly chosen: Set<number>;
  readonly left: ScheduleStep[];
  footprint: Footprint;
  /** The step that is being explored. */
  step: ScheduleStep;
  accesses: Access[];
  spawned: number;
}

class StateSearch {
  private readonly footprints = new Footprints();
  private readonly preference = new Preference(this.footprints);
  /** The footprint of each state that is explored. */
  private readonly known = new Map<StateKey, Footprint>();
  private readonly open = new Set<StateKey>();
  private readonly frames: Frame[] = [];
  private readonly outcomes = new Map<string, ScheduleStep[]>();
  /** The frame whose state the run is in, if that is one of those to go on from. */
  private at: Frame | undefined;
  private readonly program: Program;
  private run: Run;
  private transitions = 0;
  private steps = 0;
  /** Executions that were cut off at each bound. */
  cut = 0;
  crowded = 0;

  constructor(
    program: Program,
    private readonly options: StatesOptions,
  ) {
    this.program = withinThreads(program, options.threads);
    this.preference.warmUp(this.program);
    this.run = this.program.start();
  }

  result(): StatesResult {
    const completeness = this.search();
    const { outcomes, transitions, steps } = this;
    return { outcomes, states: this.found, transitions, steps, completeness };
  }

  private search(): StatesResult['completeness'] {
    this.enter(this.key());
    for (;;) {
      const frame = this.frames[this.frames.length - 1];
      const step = frame.left.pop();
      if (step === undefined) {
        const footprint = this.leave(frame);
        if (this.frames.length === 0) break;
        this.account(this.frames[this.frames.length - 1], footprint);
        continue;
      }
      const stop = this.mustStop();
      if (stop !== undefined) return stop;
      this.take(frame, step);
    }
    const { steps = DEFAULT_STEPS, threads } = this.options;
    return boundReached(this, { steps, threads });
  }

  private mustStop(): StatesResult['completeness'] | undefined {
    const { signal, states, onProgress } = this.options;
    if (this.transitions % PROGRESS_EVERY === 0) onProgress?.(this.found);
    if (signal?.aborted === true) return { kind: 'interrupted' };
    if (states !== undefined && this.found >= states) {
      return { kind: 'bounded', bound: counted(states, 'state') };
    }
    return undefined;
  }

  /** States that were seen, those on the way to the current one with them. */
  private get found(): number {
    return this.known.size + this.open.size;
  }

  /** Takes a step from a frame's state, and goes on from where it leads if that is new. */
  private take(frame: Frame, step: ScheduleStep): void {
    this.goTo(frame);
    const { run } = this;
    run.step(step.thread, step.choice);
    this.steps++;
    this.transitions++;
    frame.step = step;
    frame.accesses = [...run.accesses.subarray(0, run.accessCount)];
    frame.spawned = run.spawned;
    this.preference.learnStep(step.thread, frame.positions[step.thread], frame.accesses);
    const key = this.key();
    const footprint = this.known.get(key);
    if (footprint !== undefined) this.account(frame, footprint);
    else this.enter(key);
  }

  /** Brings the run to a frame's state. */
  private goTo(frame: Frame): void {
    if (this.at === frame) {
      this.at = undefined;
      return;
    }
    this.run = this.program.start();
    for (const before of this.frames) {
      if (before === frame) return;
      this.run.step(before.step.thread, before.step.choice);
      this.steps++;
    }
  }

  /** Steps that each thread has taken on the way. */
  private stepsTaken(): number[] {
    const taken: number[] = [];
    for (const { step } of this.frames) taken[step.thread] = (taken[step.thread] ?? 0) + 1;
    return taken;
  }

  private key(): StateKey {
    const { run } = this;
    if (run.stateKey === undefined) throw new Error('exploreStates: the program has no state keys');
    return run.stateKey();
  }

  /** Starts on the state that the run is in. */
  private enter(key: StateKey): void {
    if (this.open.has(key)) {
      throw new ReturningState();
    }
    this.open.add(key);
    const { run } = this;
    const enabled = new Map<number, number>();
    const waiting = new Map<number, Access>();
    for (let t = 0; t < run.threadCount; t++) {
      const choices = run.choices(t);
      if (choices === 0) continue;
      if (run.enabled(t)) enabled.set(t, choices);
      else waiting.set(t, run.guard(t));
    }
    const positions = Preference.positions(run, this.stepsTaken());
    const frame: Frame = {
      key,
      positions,
      enabled,
      waiting,
      chosen: new Set(),
      left: [],
      footprint: this.footprints.none,
      step: { thread: -1, choice: 0 },
      accesses: [],
      spawned: -1,
    };
    this.frames.push(frame);
    this.at = frame;
    // A thread that waits for ever could touch its guard, so those before it have to make way.
    for (const [t, guard] of waiting) this.add(frame, t, [guard]);
    if (enabled.size === 0) this.end(run);
    else if (this.frames.length > (this.options.steps ?? DEFAULT_STEPS)) this.cut++;
    else this.choose(frame, this.preference.pick(enabled, positions));
  }

  private end(run: Run): void {
    if (run.outOfBounds === true) {
      this.crowded++;
      return;
    }
    const outcome = run.outcome();
    if (this.outcomes.has(outcome)) return;
    const path = this.frames.slice(0, -1).map((frame) => frame.step);
    this.outcomes.set(outcome, path);
  }

  /** Ends the exploration of a state. @returns its footprint */
  private leave(frame: Frame): Footprint {
    this.frames.pop();
    this.at = undefined;
    this.open.delete(frame.key);
    this.known.set(frame.key, frame.footprint);
    for (const [t, position] of frame.positions.entries()) {
      this.preference.learnFuture(t, position, this.footprints.ofThread(frame.footprint, t));
    }
    return frame.footprint;
  }

  private add(frame: Frame, thread: number, accesses: readonly Access[]): void {
    const own = this.footprints.of(thread, accesses);
    frame.footprint = this.footprints.union(frame.footprint, own);
  }

  /** Adds what a step of the frame's state led to. */
  private account(frame: Frame, after: Footprint): void {
    const { thread } = frame.step;
    this.add(frame, thread, frame.accesses);
    frame.footprint = this.footprints.union(frame.footprint, after);
    for (const other of this.footprints.byThread(after)) {
      if (other.thread === thread || other.thread === frame.spawned) continue;
      if (frame.chosen.has(other.thread)) continue;
      if (mayComeBefore(other.accesses, frame.accesses)) this.include(frame, other.thread, after);
    }
  }

  /** Adds a thread to the persistent set; if it waits, those that can let it go on. */
  private include(frame: Frame, thread: number, after: Footprint, asked = new Set<number>()): void {
    if (frame.chosen.has(thread) || asked.has(thread)) return;
    asked.add(thread);
    if (frame.enabled.has(thread)) return this.choose(frame, thread);
    const guard = frame.waiting.get(thread);
    if (guard === undefined) {
      for (const t of frame.enabled.keys()) this.choose(frame, t);
      return;
    }
    for (const other of this.footprints.byThread(after)) {
      if (other.accesses.some((access) => releases(access, guard))) {
        this.include(frame, other.thread, after, asked);
      }
    }
  }

  private choose(frame: Frame, thread: number): void {
    if (frame.chosen.has(thread)) return;
    frame.chosen.add(thread);
    const choices = frame.enabled.get(thread)!;
    for (let choice = choices - 1; choice >= 0; choice--) frame.left.push({ thread, choice });
  }
}

/**
 * Whether one of `accesses` can come before a step that made `made` and conflict with it. What waits
 * for a lock cannot come before the step that releases it.
 */
function mayComeBefore(accesses: readonly Access[], made: readonly Access[]): boolean {
  return made.some((own) =>
    accesses.some((access) => dependent(access, own) && !releases(own, access)),
  );
}

/** Whether an access can let one that waits for the same lock go on. */
function releases(access: Access, guard: Access): boolean {
  if (access >>> 4 !== guard >>> 4) return false;
  const mode = access & 15;
  const waiting = guard & 15;
  if (mode === Mode.readUnlock) return waiting === Mode.lock;
  const waits = waiting === Mode.lock || waiting === Mode.readLock || waiting === Mode.await;
  return mode === Mode.unlock && waits;
}
