/**
 * A race turned round: the events after `e` that do not need it, then the step that raced with it.
 * This is the sequence that the search must see explored from the state before `e`.
 */
import { rangesDependent } from './dependence';
import type { Execution } from './execution';
import type { SleepSets } from './sleep-sets';
import { NO_CHILDREN, type TreeNode } from './wakeup-tree';

/** Answers of {@link Reversal.canBegin}. */
const enum Begin {
  no,
  yes,
  /** The step is not in the sequence and commutes with all but the last, which is not known yet. */
  perhaps,
}

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
  /** What the last step touches; undefined while not known. */
  private last: Int32Array | undefined;
  private lastFrom = 0;
  private lastTo = 0;
  private lastTaken = false;
  /** Acquisitions that are left out besides e: without them a guard is open. */
  private readonly dropped: number[] = [];
  /** Events of each thread that lie before the sequence or were taken from its front. */
  private taken: Int32Array = new Int32Array(8);

  constructor(private readonly execution: Execution) {}

  start(e: number, i: number, thread: number, choice: number): void {
    this.e = e;
    this.i = i;
    this.thread = thread;
    this.choice = choice;
    this.last = undefined;
    if (this.dropped.length > 0) this.dropped.length = 0;
  }

  /** Leaves out another event, and what happens after it. */
  drop(event: number): void {
    this.dropped.push(event);
  }

  /**
   * What the last step touches: `accesses[from .. to)`, which must not be overwritten before the next
   * start.
   */
  setLast(accesses: Int32Array, from: number, to: number): void {
    this.last = accesses;
    this.lastFrom = from;
    this.lastTo = to;
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
  isAsleep(sleep: SleepSets): boolean | undefined {
    this.rewind();
    let unsure = false;
    const end = sleep.to[this.e]!;
    for (let k = sleep.from[this.e]!; k < end; k++) {
      const s = sleep.members[k]!;
      const begin = this.canBegin(
        sleep.thread[s]!,
        sleep.choice[s]!,
        sleep.acc,
        sleep.accFrom[s]!,
        sleep.accFrom[s + 1]!,
      );
      if (begin === Begin.yes) return true;
      if (begin === Begin.perhaps) unsure = true;
    }
    return unsure ? undefined : false;
  }

  /**
   * Inserts the sequence into the forest `siblings[from ..]`, unless a branch of it already leads to
   * an equivalent beginning. What the last step touches must be known.
   */
  insert(siblings: TreeNode[], from: number): void {
    this.rewind();
    let first = from;
    for (;;) {
      const match = this.findBeginning(siblings, first);
      if (match === undefined) {
        const chain = this.chain();
        if (chain !== undefined) siblings.push(chain);
        return;
      }
      if (match.children.length === 0) return;
      this.take(match);
      siblings = match.children;
      first = 0;
    }
  }

  private rewind(): void {
    const { execution } = this;
    const { stride, before } = execution;
    if (this.taken.length < stride) this.taken = new Int32Array(stride);
    const row = this.e * stride;
    for (let t = 0; t < stride; t++) this.taken[t] = before[row + t]!;
    this.lastTaken = false;
  }

  private findBeginning(siblings: TreeNode[], first: number): TreeNode | undefined {
    for (let k = first; k < siblings.length; k++) {
      const node = siblings[k]!;
      const { thread, choice, acc, from, to } = node;
      if (this.canBegin(thread, choice, acc, from, to) === Begin.yes) return node;
    }
    return undefined;
  }

  /** Takes a step that can begin the sequence from its front, if it is in it. */
  private take(step: TreeNode): void {
    const event = this.nextOf(step.thread);
    if (event === this.i) this.lastTaken = true;
    else if (event >= 0) this.taken[step.thread]!++;
  }

  /** The next event of a thread in the sequence, `i` for the last step, or -1. */
  private nextOf(thread: number): number {
    const { execution } = this;
    const n = this.taken[thread]!;
    if (n < execution.count[thread]!) {
      const event = execution.eventsOf[thread]![n]!;
      if (event === this.i) return this.lastTaken ? -1 : event;
      return event !== this.e && this.inSequence(event) ? event : -1;
    }
    return thread === this.thread && this.i >= execution.length && !this.lastTaken ? this.i : -1;
  }

  /**
   * Whether a step can come first in what is left of the sequence: its thread's next step here is
   * that step and needs none of the others, or its thread has none and it commutes with all.
   */
  private canBegin(
    thread: number,
    choice: number,
    acc: Int32Array,
    from: number,
    to: number,
  ): Begin {
    const event = this.nextOf(thread);
    if (event === this.i) {
      return choice === this.choice && this.commutesWithRest(acc, from, to) ? Begin.yes : Begin.no;
    }
    if (event >= 0) {
      return choice === this.execution.choice[event] && this.needsNothing(event, thread)
        ? Begin.yes
        : Begin.no;
    }
    if (!this.commutesWithRest(acc, from, to)) return Begin.no;
    if (this.lastTaken) return Begin.yes;
    if (this.last === undefined) return Begin.perhaps;
    return rangesDependent(acc, from, to, this.last, this.lastFrom, this.lastTo)
      ? Begin.no
      : Begin.yes;
  }

  /** Whether nothing that is left happens before an event of the sequence. */
  private needsNothing(event: number, thread: number): boolean {
    const { stride, clock } = this.execution;
    const row = event * stride;
    for (let t = 0; t < stride; t++) {
      if (t !== thread && clock[row + t]! > this.taken[t]!) return false;
    }
    return true;
  }

  /** Whether accesses commute with all that is left, except the last step. */
  private commutesWithRest(acc: Int32Array, from: number, to: number): boolean {
    const { execution, e, i } = this;
    const { accEvent, accPrevious } = execution;
    for (let a = from; a < to; a++) {
      for (let k = execution.lastAccessOf(acc[a]! >>> 4); k >= 0; k = accPrevious[k]!) {
        const event = accEvent[k]!;
        if (event <= e) break;
        if (event === i || !rangesDependent(execution.acc, k, k + 1, acc, a, a + 1)) continue;
        if (execution.seq[event]! <= this.taken[execution.thread[event]!]!) continue;
        if (this.inSequence(event)) return false;
      }
    }
    return true;
  }

  /** What is left of the sequence, as a chain of tree nodes. */
  private chain(): TreeNode | undefined {
    const { execution, chained } = this;
    let events = 0;
    let size = this.lastTaken ? 0 : this.lastTo - this.lastFrom;
    for (let k = this.e + 1; k < execution.length; k++) {
      if (k === this.i || execution.seq[k]! <= this.taken[execution.thread[k]!]!) continue;
      if (!this.inSequence(k)) continue;
      chained[events++] = k;
      size += execution.accFrom[k + 1]! - execution.accFrom[k]!;
    }
    // One array for all of them: many small ones are slow to come by.
    const acc = new Int32Array(size);
    let at = 0;
    let children = NO_CHILDREN;
    if (!this.lastTaken) {
      for (let k = this.lastFrom; k < this.lastTo; k++) acc[at++] = this.last![k]!;
      const { thread, choice } = this;
      children = [{ thread, choice, acc, from: 0, to: at, children }];
    }
    for (let n = events - 1; n >= 0; n--) {
      const k = chained[n]!;
      const from = at;
      for (let a = execution.accFrom[k]!; a < execution.accFrom[k + 1]!; a++) {
        acc[at++] = execution.acc[a]!;
      }
      const thread = execution.thread[k]!;
      children = [{ thread, choice: execution.choice[k]!, acc, from, to: at, children }];
    }
    return children[0];
  }
  private readonly chained: number[] = [];
}
