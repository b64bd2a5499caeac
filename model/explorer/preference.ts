import { Bits } from './bits';
import type { Future, Futures } from './futures';
import type { KeyedRun } from './program';
import type { Step } from './touches';

/** Steps of a run that is only learned from; one that goes on may never end. */
const LONGEST_WARM_UP = 1000;

/** Where a thread can be, and what is known of what it does from there. */
export interface Place {
  readonly thread: number;
  readonly position: number;
  /** Its next step, each way in which it was seen. */
  readonly steps: Step[];
  /** Touches that conflict with those, among as many as there were. */
  readonly conflicts: Bits;
  among: number;
  /** What it touches from here on, as far as it was seen; undefined if it was not. */
  future: Bits | undefined;
  /** The future that it was learned of last; -1 if there was none. */
  learned: Future;
}

/** Where a state's threads are, and how many choices each has for a step that it can take. */
export interface Situation {
  readonly places: readonly Place[];
  readonly choices: readonly number[];
  /** Threads that can take a step. */
  readonly enabled: number;
}

/**
 * Which thread to begin with in a state. Any will do; good is one whose next step conflicts with
 * nothing that others will do, as then no other thread has to be taken from that state. What threads
 * do is learned: from a few runs at first, and then from what has been explored.
 */
export class Preference {
  private readonly places: Map<number, Place>[] = [];
  /** Threads that would have to be taken with one, as they are counted. */
  private readonly members: number[] = [];
  private readonly isMember: boolean[] = [];
  /** Threads that need no fewer than the best so far, which is one of them. */
  private readonly worse: number[] = [];

  constructor(private readonly futures: Futures) {}

  /** Where a thread goes with a step from a place, or begins. */
  placeIn(run: KeyedRun, thread: number, before: Place | undefined): Place {
    const steps = before === undefined ? 0 : before.position + 1;
    return this.place(thread, run.position === undefined ? steps : run.position(thread));
  }

  /** Learns from one run that begins with each thread, and one that goes round. */
  warmUp(start: () => KeyedRun): void {
    const threads = start().threadCount;
    for (let first = 0; first <= threads; first++) {
      const goesRound = first === threads;
      this.learnFromRun(start(), first, goesRound ? 1 : 0);
    }
  }

  /** Learns what a thread touched at a place. */
  learnStep(place: Place, step: Step): void {
    if (place.steps.includes(step)) return;
    place.steps.push(step);
    place.among = 0;
  }

  /** Learns what a thread may touch from a place on. */
  learnFuture(place: Place, future: Future): void {
    if (place.learned === future) return;
    place.learned = future;
    const row = this.futures.row(future);
    const { from, words } = this.futures.rows;
    (place.future ??= new Bits()).addWords(words, from[row], from[row + 1]);
  }

  /**
   * The thread, of those that can take a step, for which the fewest others should be needed. Where several
   * are as good, the one that has taken the step before goes on: threads that stay together leave fewer
   * states in which each of them is anywhere.
   */
  pick({ places, choices, enabled }: Situation, before: number): number {
    if (enabled === 1) return choices.findIndex((count) => count > 0);
    const goesOn = before >= 0 && choices[before] > 0;
    let best = goesOn ? before : -1;
    let fewest = goesOn ? this.needed(before, places, Infinity) : Infinity;
    this.worse.length = 0;
    if (goesOn) this.worse.push(before);
    for (let thread = 0; thread < places.length && fewest > 1; thread++) {
      if (choices[thread] === 0 || thread === best) continue;
      const needed = this.needsAny(thread, places) ? fewest : this.needed(thread, places, fewest);
      this.worse.push(thread);
      if (needed >= fewest) continue;
      best = thread;
      fewest = needed;
    }
    return best;
  }

  /** Whether a thread needs one that needs no fewer than the best. */
  private needsAny(thread: number, places: readonly Place[]): boolean {
    const { worse } = this;
    const conflicts = this.conflictsOf(places[thread]);
    for (let k = 0; k < worse.length; k++) {
      if (mayConflict(conflicts, places[worse[k]])) return true;
    }
    return false;
  }

  private place(thread: number, position: number): Place {
    const own = (this.places[thread] ??= new Map<number, Place>());
    let place = own.get(position);
    if (place === undefined) {
      const conflicts = new Bits();
      place = { thread, position, steps: [], conflicts, among: 0, future: undefined, learned: -1 };
      own.set(position, place);
    }
    return place;
  }

  /** Number of threads that would have to be taken with a thread, counted up to `most`. */
  private needed(thread: number, places: readonly Place[], most: number): number {
    const { members, isMember } = this;
    let count = 0;
    isMember[(members[count++] = thread)] = true;
    for (let k = 0; k < count && count < most; k++) {
      const conflicts = this.conflictsOf(places[members[k]]);
      for (let other = 0; other < places.length; other++) {
        if (isMember[other] || !mayConflict(conflicts, places[other])) continue;
        isMember[(members[count++] = other)] = true;
      }
    }
    for (let k = 0; k < count; k++) isMember[members[k]] = false;
    return count;
  }

  /** Touches that conflict with the next step from a place; undefined if nothing is known of it. */
  private conflictsOf(place: Place): Bits | undefined {
    if (place.steps.length === 0) return undefined;
    const { touches } = this.futures;
    if (place.among !== touches.size) {
      place.among = touches.size;
      for (const step of place.steps) place.conflicts.addAll(touches.conflictsOf(step));
    }
    return place.conflicts;
  }

  private learnFromRun(run: KeyedRun, first: number, stride: number): void {
    const seen: { place: Place; step: Step }[] = [];
    const places: Place[] = [];
    for (let t = 0; t < run.threadCount; t++) places.push(this.placeIn(run, t, undefined));
    let thread = first % run.threadCount;
    while (seen.length < LONGEST_WARM_UP) {
      const next = nextEnabled(run, thread);
      if (next < 0) break;
      run.step(next, 0);
      seen.push({ place: places[next], step: this.futures.touches.lastStep(next, run) });
      for (let t = 0; t < run.threadCount; t++) {
        if (t === next || t === run.spawned || t >= places.length) {
          places[t] = this.placeIn(run, t, t === next ? places[t] : undefined);
        }
      }
      thread = (next + stride) % run.threadCount;
    }
    for (const [t, place] of places.entries()) {
      if (run.choices(t) === 0) place.future ??= new Bits();
    }
    this.learnBackwards(seen);
  }

  private learnBackwards(seen: { place: Place; step: Step }[]): void {
    const after: Bits[] = [];
    for (const { place, step } of seen.reverse()) {
      const future = (after[place.thread] ??= new Bits());
      for (const touch of step.touches) future.add(touch);
      this.learnStep(place, step);
      (place.future ??= new Bits()).addAll(future);
    }
  }
}

/** The first thread from `from` on, going round, that can take a step; -1 if none can. */
function nextEnabled(run: KeyedRun, from: number): number {
  for (let k = 0; k < run.threadCount; k++) {
    const thread = (from + k) % run.threadCount;
    if (run.choices(thread) > 0 && run.enabled(thread)) return thread;
  }
  return -1;
}

/** Whether a step may conflict with what the thread of a place does from there. */
const mayConflict = (conflicts: Bits | undefined, { future }: Place): boolean =>
  conflicts === undefined || future === undefined || conflicts.meets(future);
