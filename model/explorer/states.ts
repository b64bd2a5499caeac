/**
 * Exploration by states, for programs with more traces than states: where independent parts meet,
 * traces multiply and states often do not. It finds the exact set of outcomes, and counts no traces.
 *
 * From each state only a persistent set of threads is taken: nothing that the other threads can do
 * from there, among themselves, conflicts with a next step of one of the set. The set is found while
 * exploring. Of what may come after a step, that joins which conflicts with the step and could come before
 * it, unless a thread of the set has to come before that: then it is nothing that the others do among
 * themselves. A state that was explored before is not explored again, as its futures are known.
 *
 * Sleep sets go with that (Godefroid, "Partial-order methods for the verification of concurrent systems"):
 * a step of the set that sleeps is passed over. A state's record tells what was passed over from there on,
 * and what came of the state is told without it. Where the state is come to again and that does not sleep,
 * it is explored then. And where a step leads to a state from which something was passed over, what conflicts
 * with the step is asked of the futures after that, too: it was explored from this state or one before it.
 * Something may have been passed over after that in its turn, which is asked for the same reason.
 */
import { wakes, type Sleeper } from './asleep';
import { counted } from './counted';
import { boundReached, DEFAULT_STEPS, type StopSignal } from './explore';
import { ExploredStates, ReturningState, UNEXPLORED, type StateRecord } from './explored-states';
import { Futures } from './futures';
import { PersistentSets } from './persistent-sets';
import {
  keyedRuns,
  type KeyedRun,
  type Moves,
  type Program,
  type Run,
  type ScheduleStep,
  type StateKey,
} from './program';
import { Preference } from './preference';
import { endedOtherwise, outcomeOf } from './run-again';
import { withinThreads } from './thread-bound';
import { Frame } from './state-frame';

export interface StatesOptions {
  /** Most states; reaching it makes the result bounded. */
  readonly states?: number;
  /** Most steps on the way to a state. */
  readonly steps?: number;
  /** Most threads that begin in one execution, as in `explore`. */
  readonly threads?: number;
  /** What is told of a run at its end, instead of its outcome; the same of a run from the beginning. */
  readonly tell?: (run: Run) => string;
  /** Whether to stop at whatever bound is reached first, as nothing but a complete result is of use. */
  readonly wholly?: boolean;
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

const PROGRESS_EVERY = 256;

/**
 * Explores a program by its states.
 *
 * @throws ReturningState, or Error if the program has no state keys
 */
export function exploreStates(program: Program, options: StatesOptions = {}): StatesResult {
  return new StateSearch(program, options).result();
}

/** What an exploration by states tells; undefined if it comes to a bound, or back into a state. */
export function ifWhole<T extends Pick<StatesResult, 'completeness'>>(
  exploration: () => T,
): T | undefined {
  try {
    const result = exploration();
    return result.completeness.kind === 'bounded' ? undefined : result;
  } catch (error) {
    if (error instanceof ReturningState) return undefined;
    throw error;
  }
}

class StateSearch {
  private readonly futures = new Futures();
  private readonly preference = new Preference(this.futures);
  private readonly states = new ExploredStates();
  private readonly sets = new PersistentSets(this.futures, this.states);
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
        const record = this.leave(frame);
        if (this.depth > 0) this.sets.account(this.frames[this.depth - 1], record);
      }
    }
    return this.cutOff();
  }

  /** What executions were cut off at, if any were. */
  private cutOff(): StatesResult['completeness'] {
    const { steps = DEFAULT_STEPS, threads } = this.options;
    return boundReached(this, { steps, threads });
  }

  private mustStop(): StatesResult['completeness'] | undefined {
    const { signal, states, wholly, onProgress } = this.options;
    if (this.transitions % PROGRESS_EVERY === 0) onProgress?.(this.states.found);
    if (signal?.aborted === true) return { kind: 'interrupted' };
    if (states !== undefined && this.states.found >= states) {
      return { kind: 'bounded', bound: counted(states, 'state') };
    }
    if (wholly === true && this.cut + this.crowded > 0) return this.cutOff();
    return undefined;
  }

  /** Takes a step that is left, and goes on from where it leads if that is new. */
  private take(frame: Frame): void {
    frame.choice = frame.left.pop()!;
    frame.thread = frame.left.pop()!;
    const sleeping = frame.asleep.find(frame.thread, frame.choice);
    if (sleeping !== undefined) return this.passOver(frame, sleeping);
    this.goTo(frame);
    const { run } = this;
    run.step(frame.thread, frame.choice);
    this.steps++;
    this.transitions++;
    frame.step = this.futures.touches.lastStep(frame.thread, run);
    this.preference.learnStep(frame.places[frame.thread], frame.step);
    const key = run.stateKey();
    const record = this.states.recordOf(key);
    if (record === UNEXPLORED) this.enter(key);
    else if (this.isCovered(frame, record)) this.sets.account(frame, record);
    else this.enterAgain(key, record);
  }

  /** A step of the persistent set sleeps: what conflicts with it is asked of where it was explored. */
  private passOver(frame: Frame, sleeper: Sleeper): void {
    sleeper.passedOver = true;
    frame.passedOver = true;
    this.sets.includeElsewhere(frame, sleeper.step, sleeper);
  }

  /** Whether all that was passed over from a state on sleeps where the step of a frame leads there. */
  private isCovered({ asleep, step }: Frame, record: StateRecord): boolean {
    const { states } = this;
    const { touches } = this.futures;
    for (let k = states.skippedFrom(record); k < states.skippedTo(record); k += 2) {
      const own = touches.steps[states.words[k]];
      if (asleep.indexOf(own, states.words[k + 1]) < 0 || wakes(step!, own, touches)) return false;
    }
    return true;
  }

  /** Explores from a known state, in which the run is, what was passed over there and does not sleep now. */
  private enterAgain(key: StateKey, record: StateRecord): void {
    const { states } = this;
    const frame = this.begin(key, states.openAgain(key));
    const futures = states.futuresFrom(record);
    const skipped = states.skippedFrom(record);
    for (let k = futures; k < skipped; k++) frame.futures[k - futures] = states.words[k];
    // Traces that begin with none of them were explored: nothing else has to be taken from here.
    frame.unchosen = 0;
    if (this.isTooDeep()) {
      this.cut++;
      return;
    }
    for (let k = skipped; k < states.skippedTo(record); k += 2) {
      const step = this.futures.touches.steps[states.words[k]];
      const choice = states.words[k + 1];
      const n = frame.asleep.indexOf(step, choice);
      if (n >= 0) frame.asleep.all[n].passedOver = true;
      else frame.left.push(step.thread, choice);
    }
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
    const before = this.before?.thread ?? -1;
    const frame = this.begin(key, this.states.open(key));
    if (frame.enabled === 0) this.end();
    else if (this.isTooDeep()) this.cut++;
    else frame.choose(this.preference.pick(frame, before));
  }

  private isTooDeep(): boolean {
    return this.depth > (this.options.steps ?? DEFAULT_STEPS);
  }

  private begin(key: StateKey, state: number): Frame {
    const frame = (this.frames[this.depth] ??= new Frame());
    const { before } = this;
    frame.key = key;
    frame.state = state;
    frame.before = before;
    frame.passedOver = false;
    if (before === undefined) frame.asleep.clear();
    else frame.asleep.inherit(before.asleep, before.step!, this.futures.touches);
    this.look(frame);
    this.depth++;
    this.at = frame;
    return frame;
  }

  /** The frame of the state before the one that is entered, if there is one. */
  private get before(): Frame | undefined {
    return this.depth > 0 ? this.frames[this.depth - 1] : undefined;
  }

  /** Asks where each thread is, and what it can do. */
  private look(frame: Frame): void {
    const { run, preference } = this;
    const { before } = this;
    frame.enabled = 0;
    frame.waits = false;
    const { places, choices, guards, chosen, futures } = frame;
    if (futures.length > run.threadCount) {
      places.length = choices.length = guards.length = chosen.length = run.threadCount;
      futures.length = run.threadCount;
    }
    for (let t = 0; t < run.threadCount; t++) {
      const all = run.choices(t);
      const enabled = all > 0 && run.enabled(t);
      choices[t] = enabled ? all : 0;
      guards[t] = all > 0 && !enabled ? run.guard(t) : -1;
      if (guards[t] >= 0) frame.waits = true;
      chosen[t] = false;
      futures[t] = this.futures.none;
      if (enabled) frame.enabled++;
      const known = before?.places[t];
      const moved = known === undefined || t === before!.thread || t === before!.step!.spawned;
      places[t] = moved
        ? preference.placeIn(run, t, t === before?.thread ? known : undefined)
        : known;
    }
    frame.unchosen = frame.enabled;
    frame.chosenBits = 0;
  }

  private end(): void {
    const { run } = this;
    if (run.outOfBounds === true) {
      this.crowded++;
      return;
    }
    const { tell } = this.options;
    const told = tell === undefined ? run.outcome?.() : tell(run as KeyedRun & Run);
    if (told !== undefined && this.outcomes.has(told)) return;
    const path = this.frames.slice(0, this.depth - 1);
    const schedule = path.map(({ thread, choice }) => ({ thread, choice }));
    const outcome = outcomeOf(this.program, schedule, tell);
    if (told !== undefined && told !== outcome) throw endedOtherwise(schedule);
    this.steps += schedule.length;
    // That run has ended this one.
    this.run = this.start();
    if (!this.outcomes.has(outcome)) this.outcomes.set(outcome, schedule);
  }

  /** Ends the exploration of a state. @returns its record */
  private leave(frame: Frame): number {
    this.depth--;
    this.at = undefined;
    // What is passed over may have been all that went on.
    if (frame.waits && (frame.enabled === 0 || frame.passedOver)) this.addGuards(frame);
    const { futures } = frame;
    for (let t = 0; t < futures.length; t++) {
      // A thread that was created since has no place here.
      if (t < frame.places.length) this.preference.learnFuture(frame.places[t], futures[t]);
    }
    return this.states.close(frame.state, futures, frame.asleep);
  }

  /** Threads that wait for ever could touch what they wait for, if others before them made way. */
  private addGuards({ guards, futures }: Frame): void {
    const { touches, none } = this.futures;
    for (let t = 0; t < guards.length; t++) {
      if (guards[t] < 0) continue;
      const waiting = this.futures.of(touches.waiting(t, guards[t]), none);
      futures[t] = this.futures.union(futures[t], waiting);
    }
  }
}
