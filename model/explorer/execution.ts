/** The execution that is being explored: its events, their accesses, and what happens before what. */
import { grown, grownBytes, small } from './arrays';
import { AccessLists, type AccessList } from './access-lists';
import { AccessChains } from './access-chains';
import { conflicting } from './dependence';
import { Depends, Mode, modeSet, type Access, type Run } from './program';

const RELEASES = modeSet(Mode.unlock, Mode.readUnlock);
/** Modes that conflict with every other: what came before one is ordered before what follows it. */
const TOTAL = modeSet(Mode.write, Mode.lock, Mode.unlock, Mode.tryLock);
/** Modes without which a guard on the same lock is open for certain. */
const TAKES = modeSet(Mode.lock, Mode.tryLock);

/** No list of accesses: it is not known yet. */
export const NOT_FORESEEN = -(2 ** 31);

/** States of a lock that an event's access is foreseen for; see {@link Execution.foreseen}. */
export const FORESEEN = [0, -1, 1] as const;

/**
 * A growing and shrinking sequence of events with vector clocks. An event is known by its index;
 * `seq` counts a thread's own events from 1. Rows of `clock` and `before` are `stride` wide, one
 * column for each thread. All arrays are longer than what they hold.
 *
 * Most events come after nothing that their thread has not seen. They share the row of the thread's
 * event before them, so that a row tells of other threads only; what is its own, `seq` tells.
 */
export class Execution extends AccessChains {
  length = 0;
  stride: number;
  thread: Int32Array = small(64);
  choice: Int32Array = small(64);
  /** Among how many the event was a choice. */
  choices: Int32Array = small(64);
  seq: Int32Array = small(64);
  /** The guard that the event had to wait for, or -1. */
  guard: Int32Array = small(64);
  /** A value of {@link Depends}. */
  depends: Int32Array = small(64);
  /** For an event that depends on a lock: its access in the states of {@link FORESEEN}. */
  foreseen: Int32Array = small(64 * 3);
  /** For an event that depends on a comparison: the value that it expects. */
  expected: Int32Array = small(64);
  /** Event i touched `acc[accFrom[i] .. accFrom[i + 1])`. */
  accFrom: Int32Array = small(65);
  /** The same as one number, of {@link lists}. */
  list: Int32Array = small(64);
  readonly lists = new AccessLists();
  /**
   * `race[raceFrom[i] .. raceFrom[i + 1])`: events that event i is in a race with, latest first. Where
   * i had to wait for a guard they are candidates only.
   */
  raceFrom: Int32Array = small(65);
  race: Int32Array = small(128);
  /** For each race, what the later event would touch without the earlier one; or {@link NOT_FORESEEN}. */
  raceLast: Int32Array = small(128);
  /** For events that chose, what they were seen to touch with other choices. */
  readonly otherLast: AccessList[][] = [];
  /** Events of whose races something may still be asked, in order: `raced[0 .. racedCount)`. */
  raced: Int32Array = small(64);
  racedCount = 0;
  /** Rows that say how many events of each other thread happen before an event; the first is empty. */
  clock: Int32Array;
  /** Where the row of each event begins. */
  past: Int32Array = small(64);
  /** How many events of each thread come before the event in this sequence; see {@link countBefore}. */
  before: Int32Array;
  private beforeKnown: Uint8Array = new Uint8Array(64);
  /** How many events of each thread there are. */
  count: Int32Array;
  /** The events of thread t, in order: `events[t * room ..]`. */
  events: Int32Array;
  room = 16;
  /** The event that created a thread, or -1. */
  createdBy: Int32Array;
  private covered: Int32Array;
  private found: Int32Array = small(16);
  private foundCount = 0;

  constructor(threads: number) {
    super();
    this.stride = Math.max(threads, 1);
    this.clock = small(65 * this.stride);
    this.before = small(64 * this.stride);
    this.count = small(this.stride);
    this.createdBy = small(this.stride).fill(-1);
    this.covered = small(this.stride);
    this.events = small(this.stride * this.room);
  }

  /** Whether event a happens before event b, or is it. */
  happensBefore(a: number, b: number): boolean {
    const thread = this.thread[a]!;
    if (thread === this.thread[b]) return a <= b;
    return this.clock[this.past[b]! + thread]! >= this.seq[a]!;
  }

  /** Whether an event happens before whatever follows the first `n` of a thread. */
  precedes(event: number, thread: number, n: number): boolean {
    const last = this.lastBefore(thread, n);
    return last >= 0 && this.happensBefore(event, last);
  }

  /** The event that lets a thread take the step after its first `n`, or -1. */
  private lastBefore(thread: number, n: number): number {
    return n > 0 ? this.events[thread * this.room + n - 1]! : this.createdBy[thread]!;
  }

  /** Takes a step of `run`, which must be enabled, and appends it. */
  take(run: Run, thread: number, choice: number): void {
    const i = this.length;
    if (i + 2 > this.thread.length) this.growEvents();
    const choices = run.choices(thread);
    const guard = run.guard(thread);
    const depends = run.depends === undefined ? Depends.anything : run.depends(thread);
    if (depends === Depends.lock) this.foresee(i, run, thread);
    else if (depends === Depends.comparison) this.expected[i] = run.expected!(thread);
    run.step(thread, choice);
    if (run.threadCount > this.stride) this.widen(run.threadCount);
    this.length = i + 1;
    this.thread[i] = thread;
    this.choice[i] = choice;
    this.choices[i] = choices;
    if (choices > 1) this.otherLast[i] = [];
    this.guard[i] = guard;
    this.depends[i] = depends;
    this.countEvent(i, thread);
    this.raceFrom[i + 1] = this.raceFrom[i]!;
    if (run.accessCount === 1) this.keepOne(i, run, thread, guard);
    else this.keepSeveral(i, run, thread, guard);
    if (run.looked !== undefined) this.keepLooks(i, run.looked);
    if (run.spawned >= 0) this.createdBy[run.spawned] = i;
    if (choices > 1 || this.raceFrom[i]! < this.raceFrom[i + 1]!) this.raced[this.racedCount++] = i;
  }

  /** Whether the last step of `run` touched what event i did. */
  agrees(i: number, run: Run): boolean {
    const { accesses } = run;
    const n = run.accessCount;
    if (n === 1) return accesses[0] === this.list[i];
    const from = this.accFrom[i]!;
    if (n !== this.accFrom[i + 1]! - from) return false;
    const { acc } = this;
    for (let k = 0; k < n; k++) if (accesses[k] !== acc[from + k]) return false;
    return true;
  }

  /** Takes the last event back. */
  pop(): void {
    const i = --this.length;
    for (let k = this.accFrom[i + 1]! - 1; k >= this.accFrom[i]!; k--) {
      this.lastAccess[this.acc[k]! >>> 4] = this.accPrevious[k]!;
    }
    this.count[this.thread[i]!]!--;
    if (this.racedCount > 0 && this.raced[this.racedCount - 1] === i) this.racedCount--;
  }

  /** Sees to it that the row of `before` of an event is known. */
  countBefore(event: number): void {
    if (this.beforeKnown[event] === 1) return;
    const { stride, count, events, room, before } = this;
    for (let t = 0; t < stride; t++) {
      let n = count[t]!;
      while (n > 0 && events[t * room + n - 1]! >= event) n--;
      before[event * stride + t] = n;
    }
    this.beforeKnown[event] = 1;
  }

  /** Candidates for a race with a guarded step that `thread` waits to take, latest first. */
  candidatesOf(thread: number, guard: Access): Int32Array {
    // The row of the next event is free to work in.
    const row = this.ownRow(this.length);
    this.startClock(this.clock, row, thread, this.count[thread]!);
    this.startCollecting(row);
    this.collect(row, guard, thread, true);
    this.sortFound();
    return this.found.slice(0, this.foundCount);
  }

  /** Whether event e took the lock of a guard exclusively, so that the guard is open without it. */
  takesLock(e: number, guard: Access): boolean {
    for (let k = this.accFrom[e]!; k < this.accFrom[e + 1]!; k++) {
      const access = this.acc[k]!;
      if (access >>> 4 === guard >>> 4 && ((TAKES >>> (access & 15)) & 1) === 1) return true;
    }
    return false;
  }

  /** Whether what conflicts with an access conflicts with one of event e too. */
  settles(e: number, access: Access): boolean {
    for (let k = this.accFrom[e]!; k < this.accFrom[e + 1]!; k++) {
      const own = this.acc[k]!;
      if (own === access) return true;
      if (own >>> 4 === access >>> 4 && ((TOTAL >>> (own & 15)) & 1) === 1) return true;
    }
    return false;
  }

  private foresee(i: number, run: Run, thread: number): void {
    for (let k = 0; k < 3; k++) {
      this.foreseen[i * 3 + k] = run.lockAccess!(thread, FORESEEN[k]!);
    }
  }

  private keepOne(i: number, run: Run, thread: number, guard: Access): void {
    const k = this.accFrom[i]!;
    if (k + 1 > this.acc.length) this.growAccesses();
    const access = run.accesses[0]!;
    const object = access >>> 4;
    this.acc[k] = access;
    this.accFrom[i + 1] = k + 1;
    this.list[i] = access;
    if (run.value !== undefined) this.value[k] = run.value(object);
    if (guard >= 0) this.orderGuarded(i, thread, guard);
    else this.orderOne(i, thread, access);
    if (object >= this.lastAccess.length) this.growObjects(object);
    this.linkOne(i, k, object);
  }

  private keepSeveral(i: number, run: Run, thread: number, guard: Access): void {
    this.depends[i] = run.accessCount > 1 ? Depends.anything : this.depends[i]!;
    this.keepAccesses(i, run);
    if (run.value !== undefined) this.keepValues(i, run);
    if (guard >= 0) this.orderGuarded(i, thread, guard);
    else this.order(i);
    this.link(i);
  }

  private keepAccesses(i: number, run: Run): void {
    const from = this.accFrom[i]!;
    const n = run.accessCount;
    const { accesses } = run;
    while (from + n > this.acc.length) this.growAccesses();
    for (let k = 0; k < n; k++) this.acc[from + k] = accesses[k]!;
    this.accFrom[i + 1] = from + n;
    this.list[i] = this.lists.of(this.acc, from, from + n);
  }

  private keepValues(i: number, run: Run): void {
    const end = this.accFrom[i + 1]!;
    for (let k = this.accFrom[i]!; k < end; k++) this.value[k] = run.value!(this.acc[k]! >>> 4);
  }

  private keepLooks(i: number, looked: Uint8Array): void {
    const from = this.accFrom[i]!;
    const n = this.accFrom[i + 1]! - from;
    let any = this.choices[i]! > 1 ? 1 : 0;
    for (let k = 0; k < n; k++) any |= this.looked[from + k] = looked[k]!;
    this.depends[i] = any === 0 ? Depends.nothing : Depends.looks;
  }

  /** Counts event i, which has seen what its thread has. */
  private countEvent(i: number, thread: number): void {
    const n = this.count[thread]!;
    if (n > 0) this.past[i] = this.past[this.lastBefore(thread, n)]!;
    else this.beginThread(i, thread);
    this.count[thread] = n + 1;
    this.seq[i] = n + 1;
    if (n === this.room) this.growRoom();
    this.events[thread * this.room + n] = i;
    this.beforeKnown[i] = 0;
  }

  private beginThread(i: number, thread: number): void {
    const creator = this.createdBy[thread]!;
    this.past[i] = 0;
    if (creator >= 0) this.join(this.clock, this.rowOf(i), creator);
  }

  /** Where the row of an event begins if it has one of its own. */
  private ownRow(event: number): number {
    return (event + 1) * this.stride;
  }

  /** Where the row of an event begins, to be changed: it is its own from now on. */
  private rowOf(event: number): number {
    const { stride, clock } = this;
    const row = this.ownRow(event);
    const shared = this.past[event]!;
    if (shared !== row) {
      for (let t = 0; t < stride; t++) clock[row + t] = clock[shared + t]!;
      this.past[event] = row;
    }
    return row;
  }

  /** Gives event i a row that has just another event, and what happens before that. */
  private rowAfter(i: number, event: number): number {
    const { stride, clock } = this;
    const row = this.ownRow(i);
    const shared = this.past[event]!;
    for (let t = 0; t < stride; t++) clock[row + t] = clock[shared + t]!;
    clock[row + this.thread[event]!] = this.seq[event]!;
    return (this.past[i] = row);
  }

  /** Finds what event i comes after, and its races. */
  private order(i: number): void {
    const from = this.accFrom[i]!;
    const accesses = this.accFrom[i + 1]! - from;
    if (accesses === 0) return;
    const { clock } = this;
    const thread = this.thread[i]!;
    this.startCollecting(this.past[i]!);
    for (let k = 0; k < accesses; k++) this.collect(0, this.acc[from + k]!, thread, false);
    if (this.foundCount === 0) return;
    this.sortFound();
    const row = this.rowOf(i);
    for (let k = 0; k < this.foundCount; k++) {
      const event = this.found[k]!;
      if (clock[row + this.thread[event]!]! >= this.seq[event]!) continue;
      this.addRace(i, event);
      this.join(clock, row, event);
    }
  }

  /** The same for an event with a single access, without collecting first. */
  private orderOne(i: number, thread: number, access: Access): void {
    const { acc, accEvent, clock } = this;
    const mode = access & 15;
    const earlier = this.earlier(mode);
    let row = this.past[i]!;
    for (let k = this.lastAccessOf(access >>> 4); k >= 0; k = earlier[k]!) {
      const event = accEvent[k]!;
      const other = acc[k]! & 15;
      const t = this.thread[event]!;
      if (t !== thread && clock[row + t]! < this.seq[event]! && conflicting(other, mode)) {
        this.addRace(i, event);
        if (row === 0) row = this.rowAfter(i, event);
        else {
          row = this.rowOf(i);
          this.join(clock, row, event);
        }
      }
      if (((TOTAL >>> other) & 1) === 1) return;
    }
  }

  /** The same for an event that waited: which candidates are races, the whole execution tells. */
  private orderGuarded(i: number, thread: number, guard: Access): void {
    if (this.accFrom[i + 1]! - this.accFrom[i]! === 1 && this.lastAccessOf(guard >>> 4) < 0) return;
    const row = this.rowOf(i);
    this.startCollecting(row);
    for (let k = this.accFrom[i]!; k < this.accFrom[i + 1]!; k++) {
      this.collect(row, this.acc[k]!, thread, this.acc[k] === guard);
    }
    this.sortFound();
    let last = -1;
    for (let k = 0; k < this.foundCount; k++) {
      const event = this.found[k]!;
      if (event !== last) this.addRace(i, event);
      last = event;
      this.join(this.clock, row, event);
    }
  }

  /** Starts to collect what event `row` conflicts with, and is not in its thread's past. */
  private startCollecting(row: number): void {
    this.foundCount = 0;
    for (let t = 0; t < this.stride; t++) this.covered[t] = this.clock[row + t]!;
  }

  /**
   * Collects the earlier events that an access conflicts with, as far back as needed. A release that
   * opened the guard comes before it by force: it goes into the clock, and is no candidate.
   */
  private collect(row: number, access: Access, thread: number, guarded: boolean): void {
    const mode = access & 15;
    const earlier = this.earlier(mode);
    for (let k = this.lastAccessOf(access >>> 4); k >= 0; k = earlier[k]!) {
      const event = this.accEvent[k]!;
      const other = this.acc[k]! & 15;
      const release = guarded && ((RELEASES >>> other) & 1) === 1;
      if (this.thread[event] !== thread && conflicting(other, mode)) {
        if (release) this.join(this.clock, row, event);
        else if (this.covered[this.thread[event]!]! < this.seq[event]!) this.addFound(event);
      }
      // A guard may be open before an event that took the lock, not before just any.
      if ((((guarded ? TAKES : TOTAL) >>> other) & 1) === 1) return;
    }
  }

  private addFound(event: number): void {
    if (this.foundCount === this.found.length) this.found = grown(this.found);
    this.found[this.foundCount++] = event;
  }

  /** Sorts what was found, latest first; there are few. */
  private sortFound(): void {
    const { found } = this;
    for (let n = 1; n < this.foundCount; n++) {
      const event = found[n]!;
      let k = n;
      for (; k > 0 && found[k - 1]! < event; k--) found[k] = found[k - 1]!;
      found[k] = event;
    }
  }

  private addRace(i: number, event: number): void {
    const at = this.raceFrom[i + 1]!++;
    if (at === this.race.length) {
      this.race = grown(this.race);
      this.raceLast = grown(this.raceLast);
    }
    this.race[at] = event;
    this.raceLast[at] = NOT_FORESEEN;
  }

  /** Writes down what happens before the event that follows the first `n` of a thread, as a clock. */
  startClock(into: Int32Array, to: number, thread: number, n: number): void {
    for (let t = 0; t < this.stride; t++) into[to + t] = 0;
    const event = this.lastBefore(thread, n);
    if (event >= 0) this.join(into, to, event);
  }

  /** Adds an event, and what happens before it, to a clock. */
  join(into: Int32Array, to: number, event: number): void {
    const { stride, clock } = this;
    const row = this.past[event]!;
    // Of most events nothing of other threads happens before.
    if (row > 0) {
      for (let t = 0; t < stride; t++) {
        const value = clock[row + t]!;
        if (value > into[to + t]!) into[to + t] = value;
      }
    }
    const own = to + this.thread[event]!;
    if (this.seq[event]! > into[own]!) into[own] = this.seq[event]!;
  }

  private link(i: number): void {
    for (let k = this.accFrom[i]!; k < this.accFrom[i + 1]!; k++) {
      const object = this.acc[k]! >>> 4;
      if (object >= this.lastAccess.length) this.growObjects(object);
      this.linkOne(i, k, object);
    }
  }

  private growEvents(): void {
    this.thread = grown(this.thread);
    this.choice = grown(this.choice);
    this.choices = grown(this.choices);
    this.seq = grown(this.seq);
    this.guard = grown(this.guard);
    this.depends = grown(this.depends);
    this.foreseen = grown(this.foreseen);
    this.expected = grown(this.expected);
    this.list = grown(this.list);
    this.accFrom = grown(this.accFrom);
    this.raceFrom = grown(this.raceFrom);
    this.raced = grown(this.raced);
    this.past = grown(this.past);
    this.clock = grown(this.clock);
    this.before = grown(this.before);
    this.beforeKnown = grownBytes(this.beforeKnown);
  }

  /** Makes room for more events of each thread. */
  private growRoom(): void {
    this.layOutEvents(this.stride, this.room * 2);
  }

  private layOutEvents(threads: number, room: number): void {
    const wide = new Int32Array(threads * room);
    for (let t = 0; t < this.stride; t++) {
      wide.set(this.events.subarray(t * this.room, t * this.room + this.count[t]!), t * room);
    }
    this.events = wide;
    this.room = room;
  }

  /** Makes room for more threads. */
  private widen(threads: number): void {
    const { stride } = this;
    const rows = (old: Int32Array): Int32Array => {
      const wide = new Int32Array((old.length / stride) * threads);
      for (let i = 0; i <= this.length; i++) {
        wide.set(old.subarray(i * stride, (i + 1) * stride), i * threads);
      }
      return wide;
    };
    for (let i = 0; i < this.length; i++) this.past[i] = (this.past[i]! / stride) * threads;
    this.layOutEvents(threads, this.room);
    this.clock = rows(this.clock);
    this.before = rows(this.before);
    const wider = (old: Int32Array, fill: number): Int32Array => {
      const wide = new Int32Array(threads).fill(fill);
      wide.set(old);
      return wide;
    };
    this.count = wider(this.count, 0);
    this.createdBy = wider(this.createdBy, -1);
    this.covered = wider(this.covered, 0);
    this.stride = threads;
  }
}
