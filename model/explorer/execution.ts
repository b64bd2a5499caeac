/** The execution that is being explored: its events, their accesses, and what happens before what. */
import { conflicting, rangesDependent } from './dependence';
import { Mode, type Access, type Run } from './program';

/** Accesses of one object in the order of the events. */
interface ObjectLog {
  readonly events: number[];
  readonly modes: number[];
}

const GUARDS = new Set<number>([Mode.lock, Mode.readLock, Mode.await]);
const RELEASES = new Set<number>([Mode.unlock, Mode.readUnlock]);
/** Modes that conflict with every other: what came before one of them is ordered before what follows. */
const TOTAL = new Set<number>([Mode.write, Mode.lock, Mode.unlock, Mode.tryLock]);

/** Threads that a program may have. */
export const MOST_THREADS = 32;

/**
 * A growing and shrinking sequence of events with vector clocks. Event i is known by its index;
 * `seq` counts a thread's own events from 1.
 */
export class Execution {
  length = 0;
  thread: Int32Array = new Int32Array(256);
  choice: Int32Array = new Int32Array(256);
  seq: Int32Array = new Int32Array(256);
  accFrom: Int32Array = new Int32Array(257);
  acc: Int32Array = new Int32Array(1024);
  conditional: Uint8Array = new Uint8Array(256);
  /** Events that event i is in a race with, latest first (candidates only, where i had to wait). */
  readonly races: number[][] = [];
  /** The guard that event i had to wait for, or -1. */
  guard: Int32Array = new Int32Array(256);
  private clock: Int32Array = new Int32Array(256 * MOST_THREADS);
  private previous: Int32Array = new Int32Array(256);
  private readonly last = new Int32Array(MOST_THREADS).fill(-1);
  /** Event that created a thread, -1 for the first ones. */
  private readonly createdBy = new Int32Array(MOST_THREADS).fill(-1);
  private readonly logs = new Map<number, ObjectLog>();
  private readonly clockNow = new Int32Array(MOST_THREADS);
  private readonly covered = new Int32Array(MOST_THREADS);
  private readonly candidates: number[] = [];

  /** Whether event a happens before event b, or is it. */
  happensBefore(a: number, b: number): boolean {
    return this.clock[b * MOST_THREADS + this.thread[a]!]! >= this.seq[a]!;
  }

  /** Whether two events touch some object in a way that does not commute. */
  dependent(a: number, b: number): boolean {
    const { acc, accFrom } = this;
    return rangesDependent(acc, accFrom[a]!, accFrom[a + 1]!, acc, accFrom[b]!, accFrom[b + 1]!);
  }

  /** Appends the step that `run` has just taken. */
  append(run: Run, thread: number, choice: number, guard: Access, conditional: boolean): void {
    const i = this.length++;
    this.reserve(i, run.accessCount);
    this.thread[i] = thread;
    this.choice[i] = choice;
    this.guard[i] = guard;
    this.conditional[i] = conditional ? 1 : 0;
    this.previous[i] = this.last[thread]!;
    this.seq[i] = this.previous[i]! < 0 ? 1 : this.seq[this.previous[i]!]! + 1;
    const from = this.accFrom[i]!;
    for (let k = 0; k < run.accessCount; k++) this.acc[from + k] = run.accesses[k]!;
    this.accFrom[i + 1] = from + run.accessCount;
    this.order(i, guard >= 0);
    this.log(i);
    this.last[thread] = i;
    if (run.spawned >= 0) this.createdBy[run.spawned] = i;
  }

  /** Takes the last event back. */
  pop(): void {
    const i = --this.length;
    for (let k = this.accFrom[i]!; k < this.accFrom[i + 1]!; k++) {
      const log = this.logs.get(this.acc[k]! >>> 4)!;
      log.events.pop();
      log.modes.pop();
    }
    this.last[this.thread[i]!] = this.previous[i]!;
    this.races.length = i;
  }

  /**
   * Candidates for a race with a guarded access that thread `thread` is about to make, latest first.
   * Which of them is one depends on whether the guard is open without it.
   */
  candidatesOf(thread: number, access: Access): number[] {
    this.startClock(thread);
    this.candidates.length = 0;
    this.collect(access, thread, true);
    return this.candidates
      .filter((event) => event >= 0)
      .sort((a, b) => b - a)
      .filter((event) => this.clockNow[this.thread[event]!]! < this.seq[event]!);
  }

  /** Adds what happens before event `e` to a set that {@link isCovered} asks. */
  cover(e: number): void {
    this.join(this.covered, e);
  }
  /** Starts that set with what happens before the event of `thread` at `before` (or its next one). */
  startCover(thread: number, before: number): void {
    const previous = before < this.length ? this.previous[before]! : this.last[thread]!;
    this.covered.fill(0);
    if (previous >= 0) this.join(this.covered, previous);
    else if (this.createdBy[thread]! >= 0) this.join(this.covered, this.createdBy[thread]!);
  }
  isCovered(e: number): boolean {
    return this.covered[this.thread[e]!]! >= this.seq[e]!;
  }

  /**
   * Whether a guarded access would be enabled in the state that the events before `limit` and the
   * events marked in `kept` lead to.
   */
  guardOpen(access: Access, limit: number, kept: Uint8Array): boolean {
    const log = this.logs.get(access >>> 4);
    let exclusive = 0;
    let readers = 0;
    let lowest = 0;
    let lowestReaders = 0;
    if (log !== undefined) {
      // A lock that is released before it is taken was held from the start.
      let e = 0;
      let r = 0;
      for (const mode of log.modes) {
        e += exclusiveDelta(mode);
        r += readerDelta(mode);
        lowest = Math.min(lowest, e);
        lowestReaders = Math.min(lowestReaders, r);
      }
      for (let k = 0; k < log.events.length; k++) {
        const event = log.events[k]!;
        if (event >= limit && kept[event] === 0) continue;
        exclusive += exclusiveDelta(log.modes[k]!);
        readers += readerDelta(log.modes[k]!);
      }
    }
    exclusive -= lowest;
    readers -= lowestReaders;
    return exclusive <= 0 && ((access & 15) !== Mode.lock || readers <= 0);
  }

  /** Finds what event i comes after, its clock, and its races. */
  private order(i: number, guarded: boolean): void {
    const thread = this.thread[i]!;
    this.startClock(thread);
    this.covered.set(this.clockNow);
    this.candidates.length = 0;
    for (let k = this.accFrom[i]!; k < this.accFrom[i + 1]!; k++) {
      const access = this.acc[k]!;
      this.collect(access, thread, guarded && GUARDS.has(access & 15));
    }
    const { candidates } = this;
    if (candidates.length > 1) candidates.sort((a, b) => decode(b) - decode(a));
    const races: number[] = [];
    for (const candidate of candidates) {
      const event = decode(candidate);
      const released = candidate < 0;
      if (!released && this.covered[this.thread[event]!]! < this.seq[event]!) {
        races.push(event);
        // Which candidate of a guarded event is a race is only known with the whole execution.
        if (!guarded) this.join(this.covered, event);
      }
      if (this.clockNow[this.thread[event]!]! < this.seq[event]!) this.join(this.clockNow, event);
    }
    this.races[i] = guarded && races.length > 1 ? [...new Set(races)] : races;
    this.clockNow[thread] = this.seq[i]!;
    this.clock.set(this.clockNow, i * MOST_THREADS);
  }

  private startClock(thread: number): void {
    this.clockNow.fill(0);
    const previous = this.last[thread]!;
    if (previous >= 0) this.join(this.clockNow, previous);
    else if (this.createdBy[thread]! >= 0) this.join(this.clockNow, this.createdBy[thread]!);
  }

  /**
   * Adds the earlier events that an access conflicts with to the candidates: as the event's index,
   * or as its complement where the event only opened the guard (the order of the two is forced).
   */
  private collect(access: Access, thread: number, guarded: boolean): void {
    const log = this.logs.get(access >>> 4);
    if (log === undefined) return;
    const mode = access & 15;
    for (let k = log.events.length - 1; k >= 0; k--) {
      const event = log.events[k]!;
      const other = log.modes[k]!;
      if (this.thread[event] !== thread && conflicting(other, mode)) {
        const opened = guarded && RELEASES.has(other);
        this.candidates.push(opened ? ~event : event);
        if (opened) continue;
      } else if (guarded && RELEASES.has(other)) {
        continue;
      }
      if (TOTAL.has(other)) return;
    }
  }

  private join(into: Int32Array, event: number): void {
    const row = event * MOST_THREADS;
    for (let t = 0; t < MOST_THREADS; t++) {
      const value = this.clock[row + t]!;
      if (value > into[t]!) into[t] = value;
    }
  }

  private log(i: number): void {
    for (let k = this.accFrom[i]!; k < this.accFrom[i + 1]!; k++) {
      const object = this.acc[k]! >>> 4;
      let log = this.logs.get(object);
      if (log === undefined) this.logs.set(object, (log = { events: [], modes: [] }));
      log.events.push(i);
      log.modes.push(this.acc[k]! & 15);
    }
  }

  private reserve(i: number, accesses: number): void {
    if (i + 2 > this.thread.length) this.growEvents();
    while (this.accFrom[i]! + accesses + 1 > this.acc.length) this.acc = grown(this.acc);
  }

  private growEvents(): void {
    this.thread = grown(this.thread);
    this.choice = grown(this.choice);
    this.seq = grown(this.seq);
    this.accFrom = grown(this.accFrom);
    this.guard = grown(this.guard);
    this.previous = grown(this.previous);
    this.clock = grown(this.clock);
    const conditional = new Uint8Array(this.conditional.length * 2);
    conditional.set(this.conditional);
    this.conditional = conditional;
  }
}

const decode = (candidate: number): number => (candidate < 0 ? ~candidate : candidate);

const exclusiveDelta = (mode: number): number =>
  mode === Mode.lock || mode === Mode.tryLock ? 1 : mode === Mode.unlock ? -1 : 0;

const readerDelta = (mode: number): number =>
  mode === Mode.readLock || mode === Mode.readTryLock ? 1 : mode === Mode.readUnlock ? -1 : 0;

function grown(old: Int32Array): Int32Array {
  const bigger = new Int32Array(old.length * 2);
  bigger.set(old);
  return bigger;
}
