/** What the search does with a race turned round: is it explored already, and if not, in which tree. */
import type { AccessList } from './access-lists';
import { conflicting } from './dependence';
import { NOT_FORESEEN, type Execution } from './execution';
import { Past } from './past';
import type { Access } from './program';
import {
  Begin,
  BY_THE_WHOLE,
  NOT_SEEN_TO,
  ReversedSequence,
  type SeenTo,
} from './reversed-sequence';
import type { SleepSets } from './sleep-sets';
import { NO_NODE, type WakeupTrees } from './wakeup-tree';

/** What {@link Reversal.findBeginning} says where the last step, not known yet, decides. */
const UNSURE = -2;

export class Reversal extends ReversedSequence {
  /** The last event that the way through the tree rests on: a branch passed over is not taken either. */
  private foundBecause: SeenTo = 0;
  /** The nodes that were taken on the way: `way[0 .. wayCount)`. */
  private readonly way: number[] = [];
  private wayCount = 0;
  /** The node, behind those of the way, of which has to be known what it touches. */
  unforeseen = NO_NODE;
  /** Whether a step that sleeps and answers nothing can begin the sequence, which might stay asleep then. */
  isBegunByMute = false;
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

  constructor(execution: Execution) {
    super(execution);
    this.needed = new Past(execution);
  }

  /**
   * Whether a step that sleeps at the node of e can begin the sequence, which is explored then.
   * Undefined if that depends on what the last step touches.
   *
   * @param mute steps with lower numbers answer nothing; see {@link Search}
   */
  asleep(sleep: SleepSets, mute: number): SeenTo | undefined {
    this.rewind();
    this.isBegunByMute = false;
    const { e, outside, outsideBecause } = this;
    const { lists } = this.execution;
    const end = sleep.to[e]!;
    if (sleep.from[e] === end) return NOT_SEEN_TO;
    if (this.isNext() && sleep.has(e, this.thread, this.choice)) return this.i;
    let best = NOT_SEEN_TO;
    let others = 0;
    for (let k = sleep.from[e]!; k < end; k++) {
      const s = sleep.members[k]!;
      const event = this.nextOf(sleep.thread[s]!);
      if (event < 0) {
        if (this.lastKnown && lists.dependent(sleep.list[s]!, this.last)) continue;
        outside[others] = s;
        outsideBecause[others++] = this.because;
        continue;
      }
      const [thread, choice, list] = [sleep.thread[s]!, sleep.choice[s]!, sleep.list[s]!];
      this.watchedCount = 0;
      if (this.isBegunBy(event, thread, choice, list) !== Begin.yes) continue;
      if (s < mute) {
        this.isBegunByMute = true;
        continue;
      }
      // Another one may be good for longer.
      if (this.because < BY_THE_WHOLE) return this.because;
      best = BY_THE_WHOLE;
    }
    return best === NOT_SEEN_TO ? this.isAnyOutsideAsleep(sleep, others, mute) : best;
  }

  /** The same for those sleeping steps whose threads have none in the sequence. */
  private isAnyOutsideAsleep(sleep: SleepSets, others: number, mute: number): SeenTo | undefined {
    let unsure = false;
    let best = NOT_SEEN_TO;
    for (let k = 0; k < others; k++) {
      this.because = this.outsideBecause[k]!;
      this.watchedCount = 0;
      const begin = this.canPrecedeAll(sleep.list[this.outside[k]!]!);
      if (begin === Begin.yes && this.outside[k]! < mute) this.isBegunByMute = true;
      else if (begin === Begin.yes) {
        if (this.because < BY_THE_WHOLE) return this.because;
        best = BY_THE_WHOLE;
      } else if (begin === Begin.perhaps) unsure = true;
    }
    return best === NOT_SEEN_TO && unsure ? undefined : best;
  }

  /**
   * Whether what is pending at e, from node `head` on, already sees to the sequence: a branch leads to an
   * equivalent beginning, or begins with a step that stands apart from it, from where what is missing is
   * asked for. Undefined if that depends on what a step of the forest touches, {@link unforeseen}, or else
   * the last step.
   */
  find(trees: WakeupTrees, head: number): SeenTo | undefined {
    this.startWay();
    let first = head;
    for (;;) {
      const match = this.findBeginning(trees, first);
      if (match === UNSURE) return undefined;
      if (match < 0) return NOT_SEEN_TO;
      first = trees.child[match]!;
      if (first < 0 || this.next < 0) return this.foundBecause;
      this.take(trees.thread[match]!);
      this.way[this.wayCount++] = match;
    }
  }

  /**
   * Inserts the sequence into the forest that `heads[e]` begins, unless that sees to it already. Undefined,
   * with nothing done, where {@link find} is.
   *
   * @param few of how many events, at most, a sequence is inserted whole; of a longer one what is needed.
   *   Where it is not known what a step touches, it is not known what is needed.
   */
  insert(trees: WakeupTrees, heads: Int32Array, sleep: SleepSets, few: number): SeenTo | undefined {
    const found = this.find(trees, heads[this.e]!);
    if (found !== NOT_SEEN_TO) return found;
    this.collectLeft();
    if (this.leftCount > few && this.isForeseen(trees)) this.keepNeeded(trees, sleep);
    return this.attach(trees, heads);
  }

  /**
   * Inserts no more of the sequence than a first step that does not sleep, unless there is none, or what
   * `heads[e]` begins sees to the sequence already. Undefined, with nothing done, where {@link find} is.
   */
  insertFirst(trees: WakeupTrees, heads: Int32Array, sleep: SleepSets): SeenTo | undefined {
    const found = this.find(trees, heads[this.e]!);
    if (found !== NOT_SEEN_TO) return found;
    const { execution } = this;
    for (let thread = execution.stride - 1; thread >= 0; thread--) {
      const event = this.nextOf(thread);
      if (event < 0 || !this.isThere(thread)) continue;
      const isLast = event === this.i;
      const choice = isLast ? this.choice : execution.choice[event]!;
      if (this.sleepsBehindWay(thread, choice, trees, sleep)) continue;
      const last = this.lastKnown ? this.last : NOT_FORESEEN;
      const list = isLast ? last : execution.list[event]!;
      const begin = this.isBegunBy(event, thread, choice, list);
      if (begin === Begin.perhaps) return undefined;
      if (begin === Begin.no) continue;
      this.append(trees.addUnguided(thread, choice, list), trees, heads);
      break;
    }
    return BY_THE_WHOLE;
  }

  /** Whether a thread has been created before what is left of the sequence. */
  private isThere(thread: number): boolean {
    const creator = this.execution.createdBy[thread]!;
    return creator < 0 || this.isTaken(creator);
  }

  /** Whether a step that sleeps at the node of e still sleeps behind the nodes of the way. */
  private sleepsBehindWay(
    thread: number,
    choice: number,
    trees: WakeupTrees,
    sleep: SleepSets,
  ): boolean {
    const { lists } = this.execution;
    for (let k = sleep.from[this.e]!; k < sleep.to[this.e]!; k++) {
      const s = sleep.members[k]!;
      if (sleep.thread[s] !== thread || sleep.choice[s] !== choice) continue;
      const wakes = (node: number): boolean =>
        trees.thread[node] === thread || lists.dependent(trees.list[node]!, sleep.list[s]!);
      return !this.takenWay().some(wakes);
    }
    return false;
  }

  /**
   * Adds the whole sequence to the forest that `heads[e]` begins, as one of those that another will be asked
   * for. A branch that is not known here may see to it, and to no sequence that has more. So branches of the
   * forest stand in for none, and each execution asks again. Undefined, with nothing done, as {@link insert}.
   */
  keep(trees: WakeupTrees, heads: Int32Array): SeenTo | undefined {
    this.startWay();
    this.askedAgain = false;
    let first = heads[this.e]!;
    for (;;) {
      const match = this.findBeginning(trees, first);
      if (match === UNSURE) return undefined;
      if (match < 0) break;
      if (this.next >= 0) this.take(trees.thread[match]!);
      this.way[this.wayCount++] = match;
      first = trees.child[match]!;
    }
    this.collectLeft();
    this.attach(trees, heads);
    return BY_THE_WHOLE;
  }

  private startWay(): void {
    this.rewind();
    this.foundBecause = 0;
    this.passedCount = 0;
    this.wayCount = 0;
    this.watchedCount = 0;
    this.unforeseen = NO_NODE;
  }

  /** Adds what is left of the sequence behind the nodes of the way. */
  private attach(trees: WakeupTrees, heads: Int32Array): SeenTo {
    const chain = this.chain(trees);
    if (chain === NO_NODE) return BY_THE_WHOLE;
    this.append(chain, trees, heads);
    return this.insertedBecause();
  }

  private append(node: number, trees: WakeupTrees, heads: Int32Array): void {
    const [lists, at] =
      this.wayCount > 0 ? [trees.child, this.way[this.wayCount - 1]!] : [heads, this.e];
    if (lists[at]! < 0) lists[at] = node;
    else trees.sibling[this.lastSibling] = node;
  }

  /** The nodes that were taken on the way to {@link unforeseen}. */
  takenWay(): readonly number[] {
    return this.way.slice(0, this.wayCount);
  }

  /** A step of a list of siblings that can begin the sequence; {@link NO_NODE} if there is none. */
  private findBeginning(trees: WakeupTrees, first: number): number {
    for (let node = first; node >= 0; node = trees.sibling[node]!) {
      const begin = this.canBegin(trees.thread[node]!, trees.choice[node]!, trees.list[node]!);
      if (this.because > this.foundBecause) this.foundBecause = this.because;
      if (begin === Begin.yes) return node;
      if (begin === Begin.perhaps) {
        if (trees.list[node] === NOT_FORESEEN) this.unforeseen = node;
        return UNSURE;
      }
      this.lastSibling = node;
      this.passed[this.passedCount++] = node;
    }
    return NO_NODE;
  }

  /** Whether it is known what the last step touches, and all that was passed over. */
  private isForeseen(trees: WakeupTrees): boolean {
    for (let n = 0; n < this.passedCount; n++) {
      if (trees.list[this.passed[n]!] === NOT_FORESEEN) return false;
    }
    return this.lastKnown;
  }

  /** What it rests on that the sequence will be explored, as it has been inserted. */
  private insertedBecause(): SeenTo {
    this.because = this.foundBecause;
    if (this.leftCount > 0) this.restOn(this.left[this.leftCount - 1]!);
    if (!this.lastTaken) this.restOnLast();
    return this.because;
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

  /** The events that are left and the last step as a chain of tree nodes. @returns its first node */
  private chain(trees: WakeupTrees): number {
    const { execution, left } = this;
    let child = NO_NODE;
    const last = this.lastKnown ? this.last : NOT_FORESEEN;
    if (!this.lastTaken) child = trees.add(this.thread, this.choice, last, NO_NODE);
    for (let n = this.leftCount - 1; n >= 0; n--) {
      const k = left[n]!;
      child = trees.add(execution.thread[k]!, execution.choice[k]!, execution.list[k]!, child);
    }
    return child;
  }
}
