/** The sleep sets along the current execution: steps that must not be explored again, by node. */
import { rangesDependent } from './dependence';
import type { Execution } from './execution';
import type { KnownStep } from './wakeup-tree';

/**
 * Node i is the state before event i. The sets form a stack, and share the steps that they inherit: a
 * set is a range of `members`, each of which is the index of a step.
 */
export class SleepSets {
  /** The set of node i is `members[from[i] .. to[i])`. */
  from: Int32Array = new Int32Array(64);
  to: Int32Array = new Int32Array(64);
  members: Int32Array = new Int32Array(64);
  thread: Int32Array = new Int32Array(64);
  choice: Int32Array = new Int32Array(64);
  /** Step s touched `acc[accFrom[s] .. accFrom[s + 1])`. */
  accFrom: Int32Array = new Int32Array(65);
  acc: Int32Array = new Int32Array(64);
  /** Steps that the nodes up to i have put to sleep; those of deeper ones are gone. */
  private steps: Int32Array = new Int32Array(64);

  /** Gives node i + 1 what sleeps at node i and commutes with event i. */
  inherit(i: number, execution: Execution): void {
    if (i + 2 > this.from.length) this.growNodes();
    const end = this.to[i]!;
    let top = end;
    const thread = execution.thread[i]!;
    const accFrom = execution.accFrom[i]!;
    const accTo = execution.accFrom[i + 1]!;
    const { acc } = execution;
    for (let k = this.from[i]!; k < end; k++) {
      const step = this.members[k]!;
      if (this.thread[step] === thread) continue;
      const a = this.accFrom[step]!;
      const b = this.accFrom[step + 1]!;
      if (rangesDependent(this.acc, a, b, acc, accFrom, accTo)) continue;
      if (top === this.members.length) this.members = grown(this.members);
      this.members[top++] = step;
    }
    this.from[i + 1] = end;
    this.to[i + 1] = top;
    this.steps[i + 1] = this.steps[i]!;
  }

  /** Puts event i to sleep at its node, which must be the deepest. */
  add(i: number, execution: Execution): void {
    const { acc, accFrom } = execution;
    this.push(
      i,
      execution.thread[i]!,
      execution.choice[i]!,
      acc.subarray(accFrom[i]!, accFrom[i + 1]!),
    );
  }

  /** Puts a step to sleep at node i, which must be the deepest. */
  push(i: number, thread: number, choice: number, accesses: ArrayLike<number>): void {
    const step = this.steps[i]!++;
    if (step + 2 > this.accFrom.length) this.growSteps();
    this.thread[step] = thread;
    this.choice[step] = choice;
    let at = this.accFrom[step]!;
    for (let k = 0; k < accesses.length; k++) {
      if (at === this.acc.length) this.acc = grown(this.acc);
      this.acc[at++] = accesses[k]!;
    }
    this.accFrom[step + 1] = at;
    const top = this.to[i]!++;
    if (top === this.members.length) this.members = grown(this.members);
    this.members[top] = step;
  }

  has(i: number, thread: number, choice: number): boolean {
    for (let k = this.from[i]!; k < this.to[i]!; k++) {
      const step = this.members[k]!;
      if (this.thread[step] === thread && this.choice[step] === choice) return true;
    }
    return false;
  }

  /** The steps that node i itself has put to sleep; the others of its set it has inherited. */
  ownOf(i: number): KnownStep[] {
    const first = i > 0 ? this.steps[i - 1]! : 0;
    return Array.from({ length: this.steps[i]! - first }, (_, k) => this.step(first + k));
  }

  /** The whole set of node i. */
  at(i: number): KnownStep[] {
    return Array.from(this.members.subarray(this.from[i]!, this.to[i]!), (s) => this.step(s));
  }

  private step(s: number): KnownStep {
    return {
      thread: this.thread[s]!,
      choice: this.choice[s]!,
      accesses: this.acc.slice(this.accFrom[s]!, this.accFrom[s + 1]!),
    };
  }

  private growNodes(): void {
    this.from = grown(this.from);
    this.to = grown(this.to);
    this.steps = grown(this.steps);
  }

  private growSteps(): void {
    this.thread = grown(this.thread);
    this.choice = grown(this.choice);
    this.accFrom = grown(this.accFrom);
  }
}

function grown(old: Int32Array): Int32Array {
  const bigger = new Int32Array(old.length * 2);
  bigger.set(old);
  return bigger;
}
