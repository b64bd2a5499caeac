/**
 * Exploration by states, for programs with more traces than states: where independent parts meet,
 * traces multiply and states often do not. It finds the exact set of outcomes, and counts no traces.
 *
 * From each state only a persistent set of threads is taken: nothing that the other threads can do
 * from there, among themselves, conflicts with a next step of one of the set. The set is found while
 * exploring. Of what may come after a step, that joins which conflicts with the step and could come before
 * it, unless a thread of the set has to come before that: then it is nothing that the others do among
 * themselves. A state that was explored before is not explored again, as its futures are known.
 */
import { counted } from './counted';
import { boundReached, DEFAULT_STEPS, type StopSignal } from './explore';
import { ExploredStates, UNEXPLORED } from './explored-states';
import { Futures, type Future } from './futures';
import {
  keyedRuns,
  type Access,
  type KeyedRun,
  type Moves,
  type Program,
  type ScheduleStep,
  type StateKey,
} from './program';
import { Preference, type Place, type Situation } from './preference';
import { endedOtherwise, outcomeOf } from './run-again';
import { withinThreads } from './thread-bound';
import { threadBit, type Step } from './touches';

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
  chosenBits = 0;
  /** Steps to take, each as a thread and a choice. */
  readonly left: number[] = [];
  /** What may come of each thread, as far as it is explored. */
  readonly futures: Future[] = [];
  /** The step that is being explored. */
  thread = -1;
  choice = 0;
  step: Step | undefined;
}

class StateSearch {
  private readonly futures = new Futures();
  private readonly preference = new Preference(this.futures);
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
  /** Threads that conflict with a step, while it is accounted for. */
  private readonly rivals: number[] = [];
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
        const futures = this.leave(frame);
        if (this.depth > 0) this.account(this.frames[this.depth - 1], futures);
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
    frame.step = this.futures.touches.lastStep(frame.thread, run);
    this.preference.learnStep(frame.places[frame.thread], frame.step);
    const key = run.stateKey();
    const futures = this.states.futuresOf(key);
    if (futures === UNEXPLORED) this.enter(key);
    else this.account(frame, futures);
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
    const frame = (this.frames[this.depth] ??= new Frame());
    const before = this.before?.thread ?? -1;
    frame.key = key;
    frame.state = this.states.open(key);
    this.look(frame);
    this.depth++;
    this.at = frame;
    if (frame.enabled === 0) this.end();
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
    frame.enabled = 0;
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
    const told = run.outcome?.();
    if (told !== undefined && this.outcomes.has(told)) return;
    const path = this.frames.slice(0, this.depth - 1);
    const schedule = path.map(({ thread, choice }) => ({ thread, choice }));
    const outcome = outcomeOf(this.program, schedule);
    if (told !== undefined && told !== outcome) throw endedOtherwise(schedule);
    this.steps += schedule.length;
    // That run has ended this one.
    this.run = this.start();
    if (!this.outcomes.has(outcome)) this.outcomes.set(outcome, schedule);
  }

  /** Ends the exploration of a state. @returns its futures */
  private leave(frame: Frame): number {
    this.depth--;
    this.at = undefined;
    if (frame.enabled === 0) this.addGuards(frame);
    const { futures } = frame;
    for (let t = 0; t < futures.length; t++) {
      // A thread that was created since has no place here.
      if (t < frame.places.length) this.preference.learnFuture(frame.places[t], futures[t]);
    }
    return this.states.close(frame.state, futures);
  }

  /** Threads that wait for ever could touch what they wait for, if others before them made way. */
  private addGuards({ guards, futures }: Frame): void {
    const { touches, none } = this.futures;
    for (const [t, guard] of guards.entries()) {
      if (guard >= 0) futures[t] = this.futures.of(touches.waiting(t, guard), none);
    }
  }

  /** Adds what a step of the frame's state led to: a state with these futures. */
  private account(frame: Frame, after: number): void {
    const { futures } = this;
    const step = frame.step!;
    const { from, words } = this.states.futures;
    const end = from[after + 1];
    let rivals = 0;
    for (let t = 0, k = from[after]; k < end; t++, k++) {
      let future = words[k];
      if (t === step.thread) {
        future = futures.of(step, future);
      } else if (t === step.spawned) {
        future = futures.created(step, future);
      } else if (futures.meets(step, future)) {
        if (!frame.chosen[t]) this.rivals[rivals++] = t;
        future = futures.before(step, future);
      }
      const known = t < frame.futures.length ? frame.futures[t] : futures.none;
      frame.futures[t] = known === futures.none ? future : futures.union(known, future);
    }
    if (rivals > 0 && frame.unchosen > 0) this.includeRivals(frame, step, after, rivals);
  }

  /** Adds those of some threads that may do something before the step, and conflict with it. */
  private includeRivals(frame: Frame, step: Step, after: number, count: number): void {
    const { from, words } = this.states.futures;
    // First those that need no others: where one is added, those that need it need not be.
    for (let all = 0; all < 2; all++) {
      for (let k = 0; k < count; k++) {
        const t = this.rivals[k];
        if (frame.chosen[t]) continue;
        const chosen = all === 0 ? ~0 : frame.chosenBits;
        if (hasDisjoint(this.futures.rivals(step, words[from[after] + t]), chosen)) {
          this.include(frame, t, after);
        }
      }
    }
  }

  /** Adds a thread to the persistent set; if it waits, those that can let it go on. */
  private include(frame: Frame, thread: number, after: number, asked = new Set<number>()): void {
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
    const { from, words } = this.states.futures;
    for (let t = 0, k = from[after]; k < from[after + 1]; t++, k++) {
      if (!frame.chosen[t] && this.futures.mayLetGoOn(words[k], guard)) {
        this.include(frame, t, after, asked);
      }
    }
  }

  private choose(frame: Frame, thread: number): void {
    if (frame.chosen[thread]) return;
    frame.chosen[thread] = true;
    frame.chosenBits |= threadBit(thread);
    frame.unchosen--;
    for (let choice = frame.choices[thread] - 1; choice >= 0; choice--) {
      frame.left.push(thread, choice);
    }
  }
}

function hasDisjoint(sets: readonly number[], set: number): boolean {
  for (let k = 0; k < sets.length; k++) if ((sets[k] & set) === 0) return true;
  return false;
}
