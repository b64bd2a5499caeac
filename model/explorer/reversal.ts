/**
 * A race turned round: the events after `e` that do not need it, then the step that raced with it.
 * This is the sequence that the search must see explored from the state before `e`.
 */
import { NO_ACCESS, type AccessList } from './access-lists';
import { conflicting } from './dependence';
import { NOT_FORESEEN, type Execution } from './execution';
import { Past } from './past';
import { Depends, type Access } from './program';
import type { SleepSets } from './sleep-sets';
import { NO_NODE, type WakeupTrees } from './wakeup-tree';

/** Answers of {@link Reversal.canBegin}. */
const enum Begin {
  no,
  yes,
  /** The step is not in the sequence and commutes with all but the last, which is not known yet. */
  perhaps,
}

/** What {@link Reversal.findBeginning} says where the last step, not known yet, decides. */
const UNSURE = -2;

/**
 * Whether a sequence is seen to, and by what: the events up to this one, as long as they stay what
 * they are, or the whole execution.
 */
export type SeenTo = number;
/** It is not, as far as is known. */
export const NOT_SEEN_TO: SeenTo = -1;
/** It is in this execution, and has to be asked again in the next. */
export const BY_THE_WHOLE: SeenTo = 2 ** 30;

export class Reversal {
  /** The earlier event of the race; the sequence starts from the state before it. */
  e = 0;
  /**
   * The index of the later event; the length of the execution for a step that waits; `e` itself for
   * the same step with another choice.
   */
  private i = 0;
  thread = 0;
  choice = 0;
  /** What the last step touches, where that is known. */
  private last: AccessList = NO_ACCESS;
  /** The number of the race, if it is one between two events. */
  private race = 0;
  private lastKnown = false;
  private lastTaken = false;
  /** Acquisitions that are left out besides e: without them a guard is open. */
  private readonly dropped: number[] = [];
  /** Whether events were taken from the front of the sequence. */
  private anyTaken = false;
  /** Events of each thread that lie before the sequence or were taken from its front, if any were. */
  private taken: Int32Array = new Int32Array(8);
  /** Of event i's races `races[racesFrom .. racesTo)`, those after e; its last step needs them. */
  private races: Int32Array = this.taken;
  private racesFrom = 0;
  private racesTo = 0;
  /** Whether the last step needs just those events of the sequence, apart from its own thread's. */
  private racesKnown = false;
  /** The last event that the last answer of {@link canBegin} rests on. */
  private because: SeenTo = 0;
  /** The last event that the way through the tree rests on: a branch passed over is not taken either. */
  private foundBecause: SeenTo = 0;
  /** The last node that was passed over. */
  private lastSibling = NO_NODE;
  /** Tree nodes that were passed over on the way to where the sequence is inserted. */
  private readonly passed: number[] = [];
  private passedCount = 0;
  /** Sleeping steps whose threads have none in the sequence. */
  private readonly outside: number[] = [];
  /** The events that this rests on. */
  private readonly outsideBecause: SeenTo[] = [];
  /** What is left of the sequence, without the last step. */
  private readonly left: number[] = [];
  private leftCount = 0;
  private readonly needed: Past;

  constructor(private readonly execution: Execution) {
    this.needed = new Past(execution);
  }

  start(e: number, i: number, thread: number, choice: number): void {
    this.e = e;
    this.i = i;
    this.thread = thread;
    this.choice = choice;
    this.execution.countBefore(e);
    this.lastKnown = false;
    this.racesKnown = false;
    if (this.dropped.length > 0) this.dropped.length = 0;
  }

  /** Turns round race k, of event i. */
  startRace(i: number, k: number): void {
    const { race, raceFrom, thread, choice, guard } = this.execution;
    this.start(race[k]!, i, thread[i]!, choice[i]!);
    this.race = k;
    // Of what it waited for, not all are races.
    if (guard[i]! >= 0 || !this.isSteady()) return;
    this.racesKnown = true;
    this.races = race;
    this.racesFrom = raceFrom[i]!;
    this.racesTo = k;
  }

  /** Leaves out another event, and what happens after it. */
  drop(event: number): void {
    this.dropped.push(event);
  }

  /** Says what the last step touches. */
  setLast(list: AccessList): void {
    this.last = list;
    this.lastKnown = true;
  }

  /**
   * Keeps what the last step touches, for when the same race is turned round again. It stays so while what
   * the sequence has of later events commutes with it, as then only events before the step decide on it.
   */
  keepLast(): void {
    if (this.i >= this.execution.length || this.dropped.length > 0) return;
    if (!this.meetsLater(this.last)) this.kept()[this.keptAt()] = this.last;
  }

  /** Takes what was kept, if it still holds. @returns whether it does */
  recallLast(): boolean {
    const list = this.kept()[this.keptAt()] ?? NOT_FORESEEN;
    if (list === NOT_FORESEEN || this.dropped.length > 0 || this.meetsLater(list)) return false;
    this.setLast(list);
    return true;
  }

  private kept(): Int32Array | AccessList[] {
    const { raceLast, otherLast } = this.execution;
    return this.e === this.i ? otherLast[this.i]! : raceLast;
  }
  private keptAt(): number {
    return this.e === this.i ? this.choice : this.race;
  }

  /** Whether an event of the sequence that comes after i in the execution depends on an access of a list. */
  private meetsLater(list: AccessList): boolean {
    const { execution, i } = this;
    const { acc, accEvent, lists } = execution;
    for (let n = lists.length(list) - 1; n >= 0; n--) {
      const access = lists.at(list, n);
      const earlier = execution.earlier(access & 15);
      for (let k = execution.lastAccessOf(access >>> 4); k >= 0; k = earlier[k]!) {
        if (accEvent[k]! <= i) break;
        if (conflicting(acc[k]! & 15, access & 15) && this.inSequence(accEvent[k]!)) return true;
      }
    }
    return false;
  }

  /** Whether an event comes before e or belongs to the sequence (other than as the last step). */
  keeps(event: number): boolean {
    return event < this.e || this.inSequence(event);
  }

  /** Whether an event after e is in the sequence. */
  private inSequence(event: number): boolean {
    const { execution, dropped } = this;
    if (execution.happensBefore(this.e, event)) return false;
    for (let k = 0; k < dropped.length; k++) {
      if (execution.happensBefore(dropped[k]!, event)) return false;
    }
    return true;
  }

  /**
   * Whether a step that sleeps at the node of e can begin the sequence, which is explored then.
   * Undefined if that depends on what the last step touches.
   */
  asleep(sleep: SleepSets): SeenTo | undefined {
    this.rewind();
    const { e, outside, outsideBecause } = this;
    const end = sleep.to[e]!;
    let best = NOT_SEEN_TO;
    let others = 0;
    for (let k = sleep.from[e]!; k < end; k++) {
      const s = sleep.members[k]!;
      const event = this.nextOf(sleep.thread[s]!);
      if (event < 0) {
        outside[others] = s;
        outsideBecause[others++] = this.because;
      } else if (this.isBegunBy(event, sleep.thread[s]!, sleep.choice[s]!, sleep.list[s]!)) {
        // Another one may be good for longer.
        if (this.because < BY_THE_WHOLE) return this.because;
        best = BY_THE_WHOLE;
      }
    }
    return best === NOT_SEEN_TO ? this.isAnyOutsideAsleep(sleep, others) : best;
  }

  /** The same for those sleeping steps whose threads have none in the sequence. */
  private isAnyOutsideAsleep(sleep: SleepSets, others: number): SeenTo | undefined {
    let unsure = false;
    let best = NOT_SEEN_TO;
    for (let k = 0; k < others; k++) {
      this.because = this.outsideBecause[k]!;
      const begin = this.canPrecedeAll(sleep.list[this.outside[k]!]!);
      if (begin === Begin.yes) {
        if (this.because < BY_THE_WHOLE) return this.because;
        best = BY_THE_WHOLE;
      } else if (begin === Begin.perhaps) unsure = true;
    }
    return best === NOT_SEEN_TO && unsure ? undefined : best;
  }

  /**
   * Inserts the sequence into the forest that `heads[e]` begins, unless a branch of it already leads
   * to an equivalent beginning. Undefined, with nothing done, if that depends on what the last step
   * touches.
   *
   * @param few of how many events, at most, a sequence is inserted whole; of a longer one what is needed
   */
  insert(trees: WakeupTrees, heads: Int32Array, sleep: SleepSets, few: number): SeenTo | undefined {
    this.rewind();
    this.foundBecause = 0;
    this.passedCount = 0;
    let first = heads[this.e]!;
    for (;;) {
      const match = this.findBeginning(trees, first);
      if (match === UNSURE) return undefined;
      if (match < 0) {
        if (!this.lastKnown && !this.lastTaken) return undefined;
        this.collectLeft();
        if (this.leftCount > few) this.keepNeeded(trees, sleep);
        const chain = this.chain(trees);
        if (chain === NO_NODE) return BY_THE_WHOLE;
        if (first < 0) heads[this.e] = chain;
        else trees.sibling[this.lastSibling] = chain;
        return this.insertedBecause();
      }
      first = trees.child[match]!;
      if (first < 0) return this.foundBecause;
      this.take(trees.thread[match]!);
    }
  }

  private rewind(): void {
    this.anyTaken = false;
    this.lastTaken = false;
  }

  /** A step of a list of siblings that can begin the sequence; {@link NO_NODE} if there is none. */
  private findBeginning(trees: WakeupTrees, first: number): number {
    for (let node = first; node >= 0; node = trees.sibling[node]!) {
      const begin = this.canBegin(trees.thread[node]!, trees.choice[node]!, trees.list[node]!);
      if (this.because > this.foundBecause) this.foundBecause = this.because;
      if (begin === Begin.yes) return node;
      if (begin === Begin.perhaps) return UNSURE;
      this.lastSibling = node;
      this.passed[this.passedCount++] = node;
    }
    return NO_NODE;
  }

  /** Takes the next step of a thread from the front of the sequence, if it is in it. */
  private take(thread: number): void {
    const event = this.nextOf(thread);
    if (event === this.i) this.lastTaken = true;
    else if (event >= 0) {
      if (!this.anyTaken) this.startTaking();
      this.taken[thread]!++;
    }
  }

  private startTaking(): void {
    const { stride, before } = this.execution;
    const row = this.e * stride;
    if (this.taken.length < stride) this.taken = new Int32Array(stride);
    for (let t = 0; t < stride; t++) this.taken[t] = before[row + t]!;
    this.anyTaken = true;
  }

  /** Whether an event comes before the sequence or was taken from its front. */
  private isTaken(event: number): boolean {
    const { seq, thread } = this.execution;
    return event < this.e || (this.anyTaken && seq[event]! <= this.taken[thread[event]!]!);
  }

  /** How many events of a thread were. */
  private takenOf(thread: number): number {
    const { before, stride } = this.execution;
    return this.anyTaken ? this.taken[thread]! : before[this.e * stride + thread]!;
  }

  /**
   * The next event of a thread in the sequence, `i` for the last step, or -1. The event that this
   * rests on is left in {@link because}.
   */
  private nextOf(thread: number): number {
    const { execution, i } = this;
    const n = this.takenOf(thread);
    if (n < execution.count[thread]!) {
      const event = execution.events[thread * execution.room + n]!;
      this.because = event;
      if (event === i) return this.lastTaken ? -1 : event;
      return event !== this.e && this.inSequence(event) ? event : -1;
    }
    this.because = BY_THE_WHOLE;
    return thread === this.thread && i >= execution.length && !this.lastTaken ? i : -1;
  }

  /**
   * Whether a step can come first in what is left of the sequence: its thread's next step here is
   * that step and needs none of the others, or its thread has none and it commutes with all.
   */
  private canBegin(thread: number, choice: number, list: AccessList): Begin {
    const event = this.nextOf(thread);
    if (event < 0) return this.canPrecedeAll(list);
    return this.isBegunBy(event, thread, choice, list) ? Begin.yes : Begin.no;
  }

  /** Whether a step comes first, where `event` is its thread's next in the sequence. */
  private isBegunBy(event: number, thread: number, choice: number, list: AccessList): boolean {
    if (event === this.i) return this.isBegunByLast(choice, list);
    return choice === this.execution.choice[event] && this.needsNothing(event, thread);
  }

  private isBegunByLast(choice: number, list: AccessList): boolean {
    if (choice !== this.choice) return false;
    if (this.racesKnown) return this.lastNeedsNothing();
    if (!this.commutesWithRest(list)) return false;
    if (!this.isSettled(list)) this.because = BY_THE_WHOLE;
    return true;
  }

  /** Of a step whose thread has none in the sequence. */
  private canPrecedeAll(list: AccessList): Begin {
    const open = !this.lastTaken;
    if (open && this.lastKnown && this.execution.lists.dependent(list, this.last)) {
      this.restOn(this.restsOnLast());
      return Begin.no;
    }
    if (!this.commutesWithRest(list)) return Begin.no;
    if (open && !this.lastKnown) return Begin.perhaps;
    if (!this.isSettled(list)) this.because = BY_THE_WHOLE;
    else if (open) this.restOn(this.restsOnLast());
    return Begin.yes;
  }

  /** What it rests on that the last step touches what it does. */
  private restsOnLast(): SeenTo {
    return this.isSettled(this.last) ? this.i : BY_THE_WHOLE;
  }

  /**
   * Whether accesses commute with all that may follow event i and not need e: what conflicts with one of
   * them conflicts with e or with i too, and comes after these then.
   */
  private isSettled(list: AccessList): boolean {
    const { execution, i } = this;
    if (i >= execution.length) return false;
    const { lists } = execution;
    for (let k = lists.length(list) - 1; k >= 0; k--) {
      const access = lists.at(list, k);
      if (!execution.settles(i, access) && !execution.settles(this.e, access)) return false;
    }
    return true;
  }

  /**
   * Whether the last step touches the same wherever it is taken. What comes later and conflicts with
   * it needs it then, and is never in the sequence.
   */
  private isSteady(): boolean {
    const { execution, i } = this;
    return i < execution.length && execution.depends[i] === Depends.nothing;
  }

  private restOn(event: SeenTo): void {
    if (event > this.because) this.because = event;
  }

  /** Whether nothing that is left comes before the last step. */
  private lastNeedsNothing(): boolean {
    return this.areTaken(this.races, this.racesFrom, this.racesTo);
  }

  /** @param events latest first */
  private areTaken(events: Int32Array, from: number, to: number): boolean {
    if (!this.anyTaken) return from === to || events[from]! < this.e;
    for (let k = from; k < to; k++) if (!this.isTaken(events[k]!)) return false;
    return true;
  }

  /**
   * Whether nothing that is left happens before an event of the sequence, the next of its thread. What
   * was taken comes with all that happens before it, so that the latest events before it tell: its
   * races, unless it waited or is the first of a thread that was created.
   */
  private needsNothing(event: number, thread: number): boolean {
    const { guard, seq, createdBy, race, raceFrom } = this.execution;
    if (guard[event]! < 0 && (seq[event]! > 1 || createdBy[thread]! < 0)) {
      return this.areTaken(race, raceFrom[event]!, raceFrom[event + 1]!);
    }
    return this.isPastTaken(event, thread);
  }

  private isPastTaken(event: number, thread: number): boolean {
    const { stride, clock, past } = this.execution;
    const row = past[event]!;
    for (let t = 0; t < stride; t++) {
      if (clock[row + t]! > this.takenOf(t) && t !== thread) return false;
    }
    return true;
  }

  /** Whether accesses commute with all that is left, except the last step. */
  private commutesWithRest(list: AccessList): boolean {
    if (list >= 0) return this.accessCommutes(list);
    const { lists } = this.execution;
    for (let k = lists.length(list) - 1; k >= 0; k--) {
      if (!this.accessCommutes(lists.at(list, k))) return false;
    }
    return true;
  }

  private accessCommutes(access: number): boolean {
    const { execution, e, i } = this;
    const { acc, accEvent } = execution;
    const earlier = execution.earlier(access & 15);
    for (let k = execution.lastAccessOf(access >>> 4); k >= 0; k = earlier[k]!) {
      const event = accEvent[k]!;
      if (event <= e) return true;
      if (event === i || !conflicting(acc[k]! & 15, access & 15)) continue;
      if (this.isTaken(event)) continue;
      if (!this.inSequence(event)) continue;
      this.restOn(event);
      return false;
    }
    return true;
  }

  /** What it rests on that the sequence will be explored, as it has been inserted. */
  private insertedBecause(): SeenTo {
    const latest = this.leftCount > 0 ? this.left[this.leftCount - 1]! : 0;
    const last = this.lastTaken ? 0 : this.restsOnLast();
    return Math.max(this.foundBecause, latest, last);
  }

  private collectLeft(): void {
    const { left, execution } = this;
    let n = 0;
    for (let k = this.e + 1; k < execution.length; k++) if (this.isLeft(k)) left[n++] = k;
    this.leftCount = n;
  }

  /**
   * Leaves out what need not be inserted: all but the events that the last step needs, and those that wake
   * what would otherwise sleep, so that no execution from there is redundant. Whether the sequence is
   * explored already was asked of all of it; what follows what is inserted is found anyway, as everything is.
   */
  private keepNeeded(trees: WakeupTrees, sleep: SleepSets): void {
    const { execution, needed, thread, i } = this;
    const { lists } = execution;
    needed.start(thread, i < execution.length ? execution.seq[i]! - 1 : execution.count[thread]!);
    for (let n = lists.length(this.last) - 1; n >= 0; n--) this.needAll(lists.at(this.last, n));
    for (let k = sleep.from[this.e]!; k < sleep.to[this.e]!; k++) {
      const s = sleep.members[k]!;
      this.needOne(sleep.thread[s]!, sleep.list[s]!);
    }
    for (let n = 0; n < this.passedCount; n++) {
      const node = this.passed[n]!;
      this.needOne(trees.thread[node]!, trees.list[node]!);
    }
    let n = 0;
    for (let k = 0; k < this.leftCount; k++) {
      const event = this.left[k]!;
      if (needed.has(event)) this.left[n++] = event;
    }
    this.leftCount = n;
  }

  /** Adds the events that are left and that an access depends on. */
  private needAll(access: Access): void {
    const { acc, accEvent } = this.execution;
    const earlier = this.execution.earlier(access & 15);
    for (let k = this.execution.lastAccessOf(access >>> 4); k >= 0; k = earlier[k]!) {
      const event = accEvent[k]!;
      if (event <= this.e) return;
      if (conflicting(acc[k]! & 15, access & 15) && this.isLeft(event)) this.needed.add(event);
    }
  }

  /** Adds the first event that is left and wakes a step, if there is one. */
  private needOne(thread: number, list: AccessList): void {
    const { execution, needed } = this;
    const { acc, accEvent, lists } = execution;
    const next = this.nextOf(thread);
    let first = next >= 0 && next !== this.i ? next : execution.length;
    for (let n = lists.length(list) - 1; n >= 0; n--) {
      const access = lists.at(list, n);
      const earlier = execution.earlier(access & 15);
      for (let k = execution.lastAccessOf(access >>> 4); k >= 0; k = earlier[k]!) {
        const event = accEvent[k]!;
        if (event <= this.e) break;
        if (event < first && conflicting(acc[k]! & 15, access & 15) && this.isLeft(event))
          first = event;
      }
    }
    if (first < execution.length) needed.add(first);
  }

  /** Whether an event after e is in what is left of the sequence, and is not the last step. */
  private isLeft(event: number): boolean {
    return event !== this.i && !this.isTaken(event) && this.inSequence(event);
  }

  /** The events that are left and the last step as a chain of tree nodes. @returns its first node */
  private chain(trees: WakeupTrees): number {
    const { execution, left } = this;
    let child = NO_NODE;
    if (!this.lastTaken) child = trees.add(this.thread, this.choice, this.last, NO_NODE);
    for (let n = this.leftCount - 1; n >= 0; n--) {
      const k = left[n]!;
      child = trees.add(execution.thread[k]!, execution.choice[k]!, execution.list[k]!, child);
    }
    return child;
  }
}
