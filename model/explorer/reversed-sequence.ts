/**
 * A race turned round: the events after `e` that do not need it, then the step that raced with it.
 * This is the sequence that the search must see explored from the state before `e`. Here it is told what
 * belongs to it, and which steps can begin it, or what is left once some have been taken from its front.
 */
import { small } from './arrays';
import { NO_ACCESS, type AccessList } from './access-lists';
import { conflicting } from './dependence';
import { NOT_FORESEEN, type Execution } from './execution';
import { Depends } from './program';

/** Answers of {@link ReversedSequence.canBegin}. */
export const enum Begin {
  no,
  yes,
  /** That depends on what the last step touches, or this one, which is not known yet. */
  perhaps,
}

/**
 * Whether a sequence is seen to, and by what: the events up to this one, as long as they stay what
 * they are, or the whole execution.
 */
export type SeenTo = number;
/** It is not, as far as is known. */
export const NOT_SEEN_TO: SeenTo = -1;
/** It is in this execution, and has to be asked again in the next. */
export const BY_THE_WHOLE: SeenTo = 2 ** 30;

export class ReversedSequence {
  /** The earlier event of the race; the sequence starts from the state before it. */
  e = 0;
  /**
   * The index of the later event; the length of the execution for a step that waits; `e` itself for
   * the same step with another choice.
   */
  protected i = 0;
  thread = 0;
  choice = 0;
  /** What the last step touches, where that is known. */
  protected last: AccessList = NO_ACCESS;
  /** The number of the race, if it is one between two events. */
  private race = 0;
  lastKnown = false;
  protected lastTaken = false;
  /** Acquisitions that are left out besides e: without them a guard is open. */
  private readonly dropped: number[] = [];
  /** Whether events were taken from the front of the sequence. */
  private anyTaken = false;
  /** Events of each thread that lie before the sequence or were taken from its front, if any were. */
  private taken: Int32Array = small(8);
  /** Of event i's races `races[racesFrom .. racesTo)`, those after e; its last step needs them. */
  private races: Int32Array = this.taken;
  private racesFrom = 0;
  private racesTo = 0;
  /** Whether the last step needs just those events of the sequence, apart from its own thread's. */
  private racesKnown = false;
  /**
   * Whether a pending step that conflicts with the last one only will ask for the sequence again: not if
   * the last may touch less after it, so that it would not wake what sleeps then.
   */
  protected askedAgain = false;
  /** The event in the sequence that the last question of {@link canBegin} was about, or -1. */
  protected next = -1;
  /**
   * Accesses that have to commute with what follows, too, for the last answer to hold: where an event that
   * is in the sequence conflicts with one of them, it has to be asked again.
   */
  readonly watched: AccessList[] = [];
  watchedCount = 0;
  /** The last event that the last answer of {@link canBegin} rests on. */
  protected because: SeenTo = 0;

  constructor(protected readonly execution: Execution) {}

  start(e: number, i: number, thread: number, choice: number): void {
    this.e = e;
    this.i = i;
    this.thread = thread;
    this.choice = choice;
    this.execution.countBefore(e);
    this.lastKnown = false;
    this.racesKnown = false;
    this.askedAgain = false;
    if (this.dropped.length > 0) this.dropped.length = 0;
  }

  /** Turns round race k, of event i. */
  startRace(i: number, k: number): void {
    const { race, raceFrom, thread, choice, guard, depends } = this.execution;
    this.start(race[k]!, i, thread[i]!, choice[i]!);
    this.race = k;
    // Of what it waited for, not all are races.
    if (guard[i]! >= 0) return;
    this.askedAgain = depends[i] === Depends.comparison || this.isSteady();
    if (!this.isSteady()) return;
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
  protected inSequence(event: number): boolean {
    const { execution, dropped } = this;
    if (execution.happensBefore(this.e, event)) return false;
    for (let k = 0; k < dropped.length; k++) {
      if (execution.happensBefore(dropped[k]!, event)) return false;
    }
    return true;
  }

  protected rewind(): void {
    this.anyTaken = false;
    this.lastTaken = false;
  }

  /** Takes a step from the front of the sequence; {@link canBegin} was asked of it last. */
  protected take(thread: number): void {
    if (this.next === this.i) this.lastTaken = true;
    else {
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
  protected isTaken(event: number): boolean {
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
  protected nextOf(thread: number): number {
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
   * Whether a pending step can come first in what is left of the sequence: its thread's next step here is
   * that step and needs none of the others, or its thread has none and it commutes with all. It need not
   * commute with the last where it will ask for the sequence again.
   */
  protected canBegin(thread: number, choice: number, list: AccessList): Begin {
    const event = this.nextOf(thread);
    this.next = event;
    if (event < 0) return this.askedAgain ? this.canPrecedeRest(list) : this.canPrecedeAll(list);
    return this.isBegunBy(event, thread, choice, list);
  }

  /** Whether a step comes first, where `event` is its thread's next in the sequence. */
  protected isBegunBy(event: number, thread: number, choice: number, list: AccessList): Begin {
    if (event === this.i) return this.isBegunByLast(choice, list);
    const begins = choice === this.execution.choice[event] && this.needsNothing(event, thread);
    return begins ? Begin.yes : Begin.no;
  }

  private isBegunByLast(choice: number, list: AccessList): Begin {
    if (choice !== this.choice) return Begin.no;
    if (this.racesKnown) return this.lastNeedsNothing() ? Begin.yes : Begin.no;
    if (list === NOT_FORESEEN) return this.canPrecedeUnforeseen();
    if (!this.commutesWithRest(list)) return Begin.no;
    this.restOnCommuting(list);
    return Begin.yes;
  }

  /** Of a step of which is not known what it touches: it precedes what is left, if there is nothing. */
  private canPrecedeUnforeseen(): Begin {
    for (let k = this.e + 1; k < this.execution.length; k++) {
      if (this.isLeft(k)) return Begin.perhaps;
    }
    this.because = BY_THE_WHOLE;
    return Begin.yes;
  }

  /** Whether an event after e is in what is left of the sequence, and is not the last step. */
  protected isLeft(event: number): boolean {
    return event !== this.i && !this.isTaken(event) && this.inSequence(event);
  }

  /** Of a step whose thread has none in the sequence: whether it commutes with all but perhaps the last. */
  private canPrecedeRest(list: AccessList): Begin {
    if (list === NOT_FORESEEN) return this.canPrecedeUnforeseen();
    if (!this.commutesWithRest(list)) return Begin.no;
    this.restOnCommuting(list);
    return Begin.yes;
  }

  /** Of a step whose thread has none in the sequence. */
  protected canPrecedeAll(list: AccessList): Begin {
    const open = !this.lastTaken;
    if (list === NOT_FORESEEN) return open ? Begin.perhaps : this.canPrecedeUnforeseen();
    if (open && this.lastKnown && this.execution.lists.dependent(list, this.last)) {
      this.restOnLast();
      return Begin.no;
    }
    if (!this.commutesWithRest(list)) return Begin.no;
    if (open && !this.lastKnown) return Begin.perhaps;
    this.restOnCommuting(list);
    if (open) this.restOnLast();
    return Begin.yes;
  }

  /** Makes the answer rest on that the last step touches what it does. */
  protected restOnLast(): void {
    if (this.lastKnown) this.restOnCommuting(this.last);
    else this.because = BY_THE_WHOLE;
  }

  /** Makes it rest on that accesses commute with what is in the sequence, whatever follows event i. */
  private restOnCommuting(list: AccessList): void {
    this.restOn(this.i);
    if (!this.isSettled(list)) this.watched[this.watchedCount++] = list;
  }

  /**
   * Whether accesses commute with all that may follow event i and not need e: what conflicts with one of
   * them conflicts with e or with i too, and comes after these then.
   */
  protected isSettled(list: AccessList): boolean {
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

  protected restOn(event: SeenTo): void {
    if (event > this.because) this.because = event;
  }

  /** Whether the last step is known to need nothing of the sequence, and to be its thread's first. */
  protected isNext(): boolean {
    if (!this.racesKnown || !this.lastNeedsNothing()) return false;
    const { before, stride, seq } = this.execution;
    return before[this.e * stride + this.thread]! + 1 === seq[this.i];
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
}
