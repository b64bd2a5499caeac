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
import { grown } from './arrays';
import { counted } from './counted';
import { boundReached, DEFAULT_STEPS, type StopSignal } from './explore';
import {
  clash,
  Footprints,
  GrowingFootprint,
  type Footprint,
  type StepTouches,
} from './footprints';
import {
  keyedRuns,
  Mode,
  type Access,
  type KeyedRun,
  type Moves,
  type Program,
  type ScheduleStep,
  type StateKey,
} from './program';
import { Preference, type Place, type Situation } from './preference';
import { withinThreads } from './thread-bound';

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

/** A state on the way to the current one; the objects serve one state after another. */
class Frame implements Situation {
  state = 0;
  key: StateKey = 0;
  /** Where the threads are. */
  readonly places: Place[] = [];
  /** How many choices each thread has for a step that it can take; 0 if it cannot. */
  readonly choices: number[] = [];
  /** Guards of the threads that wait; -1 of the others. */
  readonly guards: Access[] = [];
  /** Threads that can take a step, and those of them that are not in the persistent set. */
  enabled = 0;
  unchosen = 0;
  /** Whether a thread is in the persistent set, as far as that is known. */
  readonly chosen: boolean[] = [];
  /** Steps to take, each as a thread and a choice. */
  readonly left: number[] = [];
  readonly footprint: GrowingFootprint;
  /** The step that is being explored. */
  thread = -1;
  choice = 0;
  touches: StepTouches;
  spawned = -1;

  constructor(footprints: Footprints) {
    this.footprint = new GrowingFootprint(footprints);
    this.touches = footprints.ofStep(0, new Int32Array(0), 0);
  }
}

class StateSearch {
  private readonly footprints = new Footprints();
  private readonly preference = new Preference(this.footprints);
  private readonly states = new ExploredStates();
  private readonly frames: Frame[] = [];
  private depth = 0;
  private readonly outcomes = new Map<string, ScheduleStep[]>();
  /** The frame whose state the run is in, if that is one of those to go on from. */
  private at: Frame | undefined;
  private readonly start: () => KeyedRun;
  private readonly program: Program;
  private run: KeyedRun;
  private transitions = 0;
  private steps = 0;
  /** Executions that were cut off at each bound. */
  cut = 0;
  crowded = 0;
  /** Threads that were found to be needed in a state, while they are added. */
  private readonly needed: boolean[] = [];

  constructor(
    program: Program,
    private readonly options: StatesOptions,
  ) {
    this.program = withinThreads(program, options.threads);
    this.start = keyedRuns(this.program);
    this.preference.warmUp(this.start);
    this.run = this.start();
  }

  result(): StatesResult {
    const completeness = this.search();
    const { outcomes, transitions, steps } = this;
    return { outcomes, states: this.states.found, transitions, steps, completeness };
  }

  private search(): StatesResult['completeness'] {
    this.enter(this.run.stateKey());
    while (this.depth > 0) {
      const frame = this.frames[this.depth - 1];
      if (frame.left.length > 0) {
        const stop = this.mustStop();
        if (stop !== undefined) return stop;
        this.take(frame);
      } else {
        const footprint = this.leave(frame);
        if (this.depth > 0) this.account(this.frames[this.depth - 1], footprint);
      }
    }
    const { steps = DEFAULT_STEPS, threads } = this.options;
    return boundReached(this, { steps, threads });
  }

  private mustStop(): StatesResult['completeness'] | undefined {
    const { signal, states, onProgress } = this.options;
    if (this.transitions % PROGRESS_EVERY === 0) onProgress?.(this.states.found);
    if (signal?.aborted === true) return { kind: 'interrupted' };
    if (states !== undefined && this.states.found >= states) {
      return { kind: 'bounded', bound: counted(states, 'state') };
    }
    return undefined;
  }

  /** Takes a step that is left, and goes on from where it leads if that is new. */
  private take(frame: Frame): void {
    frame.choice = frame.left.pop()!;
    frame.thread = frame.left.pop()!;
    this.goTo(frame);
    const { run } = this;
    run.step(frame.thread, frame.choice);
    this.steps++;
    this.transitions++;
    frame.touches = this.footprints.ofStep(frame.thread, run.accesses, run.accessCount);
    frame.spawned = run.spawned;
    this.preference.learnStep(frame.places[frame.thread], frame.touches);
    const key = run.stateKey();
    const footprint = this.states.footprint(key);
    if (footprint === UNEXPLORED) this.enter(key);
    else this.account(frame, footprint);
  }

  /** Brings the run to a frame's state. */
  private goTo(frame: Frame): void {
    if (this.at === frame) {
      this.at = undefined;
    } else if (this.run.goTo !== undefined) {
      this.run.goTo(frame.key);
    } else {
      this.run = this.start();
      this.steps += this.replay(this.run, frame);
    }
  }

  /** Takes the steps to a frame's state. @returns how many they are */
  private replay(run: Moves, frame: Frame): number {
    let steps = 0;
    for (; this.frames[steps] !== frame; steps++) {
      run.step(this.frames[steps].thread, this.frames[steps].choice);
    }
    return steps;
  }

  /** Starts on the state that the run is in. */
  private enter(key: StateKey): void {
    const frame = (this.frames[this.depth] ??= new Frame(this.footprints));
    const before = this.before?.thread ?? -1;
    frame.key = key;
    frame.state = this.states.open(key);
    this.look(frame);
    this.depth++;
    this.at = frame;
    // A thread that waits for ever could touch its guard, so those before it have to make way.
    for (let t = 0; t < frame.guards.length; t++) {
      const guard = frame.guards[t];
      if (guard >= 0) frame.footprint.add(this.footprints.touch(t, guard).number);
    }
    if (frame.enabled === 0) this.end(frame);
    else if (this.depth > (this.options.steps ?? DEFAULT_STEPS)) this.cut++;
    else this.choose(frame, this.preference.pick(frame, before));
  }

  /** The frame of the state before the one that is entered, if there is one. */
  private get before(): Frame | undefined {
    return this.depth > 0 ? this.frames[this.depth - 1] : undefined;
  }

  /** Asks where each thread is, and what it can do. */
  private look(frame: Frame): void {
    const { run, preference } = this;
    const { before } = this;
    frame.footprint.clear();
    frame.enabled = 0;
    const { places, choices, guards, chosen } = frame;
    if (places.length > run.threadCount) {
      places.length = choices.length = guards.length = chosen.length = run.threadCount;
    }
    for (let t = 0; t < run.threadCount; t++) {
      const all = run.choices(t);
      const enabled = all > 0 && run.enabled(t);
      choices[t] = enabled ? all : 0;
      guards[t] = all > 0 && !enabled ? run.guard(t) : -1;
      chosen[t] = false;
      if (enabled) frame.enabled++;
      const known = before?.places[t];
      const moved = known === undefined || t === before!.thread || t === before!.spawned;
      places[t] = moved
        ? preference.placeIn(run, t, t === before?.thread ? known : undefined)
        : known;
    }
    frame.unchosen = frame.enabled;
  }

  private end(frame: Frame): void {
    const { run } = this;
    if (run.outOfBounds === true) {
      this.crowded++;
      return;
    }
    const outcome = run.outcome === undefined ? this.outcomeOf(frame) : run.outcome();
    if (this.outcomes.has(outcome)) return;
    const path = this.frames.slice(0, this.depth - 1);
    const schedule = path.map(({ thread, choice }) => ({ thread, choice }));
    this.outcomes.set(outcome, schedule);
  }

  private outcomeOf(frame: Frame): string {
    const run = this.program.start();
    this.steps += this.replay(run, frame);
    const outcome = run.outcome();
    this.run = this.start();
    return outcome;
  }

  /** Ends the exploration of a state. @returns its footprint */
  private leave(frame: Frame): Footprint {
    this.depth--;
    this.at = undefined;
    const footprint = frame.footprint.interned();
    this.states.close(frame.state, footprint);
    for (const place of frame.places) this.preference.learnFuture(place, footprint);
    return footprint;
  }

  /** Adds what a step of the frame's state led to. */
  private account(frame: Frame, after: Footprint): void {
    const { touches, footprint } = frame;
    for (let k = 0; k < touches.own.length; k++) footprint.add(touches.own[k].number);
    footprint.addAll(after);
    if (frame.unchosen > 0) this.includeRivals(frame, after);
  }

  /** Adds those to the persistent set that may do something before the step, and conflict with it. */
  private includeRivals(frame: Frame, after: Footprint): void {
    const { needed, footprints } = this;
    const { accesses, around } = frame.touches;
    let found = false;
    for (let k = 0; k < accesses.length; k++) {
      const touches = around[k];
      for (let n = 0; n < touches.length; n++) {
        const { number, thread, access } = touches[n];
        if (frame.chosen[thread] || thread === frame.spawned || needed[thread]) continue;
        if (mayComeBefore(access, accesses[k]) && footprints.has(after, number)) {
          found = needed[thread] = true;
        }
      }
    }
    if (!found) return;
    for (let thread = 0; thread < needed.length; thread++) {
      if (!needed[thread]) continue;
      needed[thread] = false;
      this.include(frame, thread, after);
    }
  }

  /** Adds a thread to the persistent set; if it waits, those that can let it go on. */
  private include(frame: Frame, thread: number, after: Footprint, asked = new Set<number>()): void {
    if (frame.chosen[thread]) return;
    if (frame.choices[thread] > 0) return this.choose(frame, thread);
    if (asked.has(thread)) return;
    asked.add(thread);
    const guard = frame.guards[thread] ?? -1;
    if (guard < 0) {
      for (let t = 0; t < frame.choices.length; t++)
        if (frame.choices[t] > 0) this.choose(frame, t);
      return;
    }
    const releasing = this.footprints
      .around(guard)
      .filter(({ number, access }) => releases(access, guard) && this.footprints.has(after, number))
      .map((touch) => touch.thread);
    for (const other of releasing.sort((a, b) => a - b)) this.include(frame, other, after, asked);
  }

  private choose(frame: Frame, thread: number): void {
    if (frame.chosen[thread]) return;
    frame.chosen[thread] = true;
    frame.unchosen--;
    for (let choice = frame.choices[thread] - 1; choice >= 0; choice--) {
      frame.left.push(thread, choice);
    }
  }
}

const UNEXPLORED = -1;
const OPEN = -2;

/** The states that were seen, with the footprints of those that are explored. */
class ExploredStates {
  found = 0;
  private readonly numbers = new Map<string, number>();
  private footprints: Int32Array = new Int32Array(64).fill(UNEXPLORED);

  /** @returns the footprint of a state, or {@link UNEXPLORED} */
  footprint(key: StateKey): Footprint {
    const state = typeof key === 'number' ? key : this.numbers.get(key);
    if (state === undefined || state >= this.footprints.length) return UNEXPLORED;
    if (this.footprints[state] === OPEN) throw new ReturningState();
    return this.footprints[state];
  }

  /** Begins the exploration of a state that is new. @returns a number for it */
  open(key: StateKey): number {
    const state = typeof key === 'number' ? key : this.found;
    if (typeof key === 'string') this.numbers.set(key, state);
    while (state >= this.footprints.length) this.footprints = grown(this.footprints, UNEXPLORED);
    this.footprints[state] = OPEN;
    this.found++;
    return state;
  }

  close(state: number, footprint: Footprint): void {
    this.footprints[state] = footprint;
  }
}

/**
 * Whether an access of the same object can come before another one and conflict with it. What waits for a
 * lock cannot come before the step that releases it.
 */
function mayComeBefore(access: Access, made: Access): boolean {
  return clash(access, made) && !releases(made, access);
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
