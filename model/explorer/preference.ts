import {
  clash,
  GrowingFootprint,
  type Footprint,
  type Footprints,
  type StepTouches,
} from './footprints';
import type { KeyedRun } from './program';

/** Steps of a run that is only learned from; one that goes on may never end. */
const LONGEST_WARM_UP = 1000;

/** Where a thread can be, and what is known of what it does from there. */
export interface Place {
  readonly thread: number;
  readonly position: number;
  /** Its next step, each way in which it was seen. */
  readonly steps: StepTouches[];
  /** All touches that conflict with one of those, among as many as there were. */
  readonly rivals: GrowingFootprint;
  among: number;
  /** What it touches from here on, as far as it was seen; undefined if it was not. */
  future: GrowingFootprint | undefined;
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

  constructor(private readonly footprints: Footprints) {}

  place(thread: number, position: number): Place {
    const own = (this.places[thread] ??= new Map<number, Place>());
    let place = own.get(position);
    if (place === undefined) {
      const rivals = new GrowingFootprint(this.footprints);
      place = { thread, position, steps: [], rivals, among: 0, future: undefined };
      own.set(position, place);
    }
    return place;
  }

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
  learnStep(place: Place, touches: StepTouches): void {
    if (place.steps.includes(touches)) return;
    place.steps.push(touches);
    place.among = 0;
  }

  /** Learns what a thread may touch from a place on, of a footprint of all threads. */
  learnFuture(place: Place, footprint: Footprint): void {
    place.future ??= new GrowingFootprint(this.footprints);
    place.future.addCommon(footprint, this.footprints.ofThread(place.thread));
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
    for (let thread = 0; thread < places.length && fewest > 1; thread++) {
      if (choices[thread] === 0 || thread === best) continue;
      const needed = this.needed(thread, places, fewest);
      if (needed >= fewest) continue;
      best = thread;
      fewest = needed;
    }
    return best;
  }

  /** Number of threads that would have to be taken with a thread, counted up to `most`. */
  private needed(thread: number, places: readonly Place[], most: number): number {
    const { members, isMember } = this;
    let count = 0;
    isMember[(members[count++] = thread)] = true;
    for (let k = 0; k < count && count < most; k++) {
      const place = places[members[k]];
      for (let other = 0; other < places.length; other++) {
        if (isMember[other] || !this.mayConflict(place, places[other])) continue;
        isMember[(members[count++] = other)] = true;
      }
    }
    for (let k = 0; k < count; k++) isMember[members[k]] = false;
    return count;
  }

  /** Whether the next step from a place may conflict with what the thread of another one does from there. */
  private mayConflict(place: Place, { future }: Place): boolean {
    if (place.steps.length === 0 || future === undefined) return true;
    if (place.among !== this.footprints.size) this.findRivals(place);
    return place.rivals.meets(future);
  }

  private findRivals(place: Place): void {
    place.among = this.footprints.size;
    for (const { accesses, around } of place.steps) {
      for (const [k, own] of accesses.entries()) {
        for (const { number, access } of around[k])
          if (clash(access, own)) place.rivals.add(number);
      }
    }
  }

  private learnFromRun(run: KeyedRun, first: number, stride: number): void {
    const seen: { place: Place; touches: StepTouches }[] = [];
    const places: Place[] = [];
    for (let t = 0; t < run.threadCount; t++) places.push(this.placeIn(run, t, undefined));
    let thread = first % run.threadCount;
    while (seen.length < LONGEST_WARM_UP) {
      const next = nextEnabled(run, thread);
      if (next < 0) break;
      run.step(next, 0);
      const touches = this.footprints.ofStep(next, run.accesses, run.accessCount);
      seen.push({ place: places[next], touches });
      for (let t = 0; t < run.threadCount; t++) {
        if (t === next || t === run.spawned || t >= places.length) {
          places[t] = this.placeIn(run, t, t === next ? places[t] : undefined);
        }
      }
      thread = (next + stride) % run.threadCount;
    }
    for (const [t, place] of places.entries()) {
      if (run.choices(t) === 0) place.future ??= new GrowingFootprint(this.footprints);
    }
    this.learnBackwards(seen);
  }

  private learnBackwards(seen: { place: Place; touches: StepTouches }[]): void {
    const after: GrowingFootprint[] = [];
    for (const { place, touches } of seen.reverse()) {
      const future = (after[place.thread] ??= new GrowingFootprint(this.footprints));
      for (const { number } of touches.own) future.add(number);
      this.learnStep(place, touches);
      this.learnFuture(place, future.interned());
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
