/** The sleep sets along the current execution: steps that must not be explored again, by node. */
import { grown, small } from './arrays';
import type { AccessList, AccessLists } from './access-lists';
import type { Execution } from './execution';
import type { ScheduleStep } from './program';

/** A step with what it touched when it was last seen. */
export interface KnownStep extends ScheduleStep {
  /** Its number among those that sleep at present. */
  readonly number: number;
  readonly list: AccessList;
}

/**
 * Node i is the state before event i. The sets form a stack, and share the steps that they inherit: a
 * set is a range of `members`, each of which is the index of a step.
 */
export class SleepSets {
  /** The set of node i is `members[from[i] .. to[i])`. */
  from: Int32Array = small(64);
  to: Int32Array = small(64);
  members: Int32Array = small(64);
  thread: Int32Array = small(64);
  choice: Int32Array = small(64);
  /** What each step touched. */
  list: Int32Array = small(64);
  /** Steps that the nodes up to i have put to sleep; those of deeper ones are gone. */
  private steps: Int32Array = small(64);

  constructor(private readonly lists: AccessLists) {}

  /** Gives node i + 1 what sleeps at node i and commutes with event i. */
  inherit(i: number, execution: Execution): void {
    if (i + 2 > this.from.length) this.growNodes();
    const begin = this.from[i]!;
    const end = this.to[i]!;
    let top = end;
    if (begin < end) {
      const thread = execution.thread[i]!;
      const list = execution.list[i]!;
      if (this.members.length < end * 2) this.members = grown(this.members);
      for (let k = begin; k < end; k++) {
        const step = this.members[k]!;
        if (this.thread[step] === thread) continue;
        if (this.lists.dependent(this.list[step]!, list)) continue;
        this.members[top++] = step;
      }
    }
    this.from[i + 1] = end;
    this.to[i + 1] = top;
    this.steps[i + 1] = this.steps[i]!;
  }

  /** Puts event i to sleep at its node, which must be the deepest. @returns the step's number */
  add(i: number, execution: Execution): number {
    return this.push(i, execution.thread[i]!, execution.choice[i]!, execution.list[i]!);
  }

  /** Puts a step to sleep at node i, which must be the deepest. @returns its number */
  push(i: number, thread: number, choice: number, list: AccessList): number {
    const step = this.steps[i]!++;
    if (step === this.thread.length) this.growSteps();
    this.thread[step] = thread;
    this.choice[step] = choice;
    this.list[step] = list;
    const top = this.to[i]!++;
    if (top === this.members.length) this.members = grown(this.members);
    this.members[top] = step;
    return step;
  }

  has(i: number, thread: number, choice: number): boolean {
    for (let k = this.from[i]!; k < this.to[i]!; k++) {
      const step = this.members[k]!;
      if (this.thread[step] === thread && this.choice[step] === choice) return true;
    }
    return false;
  }

  /** How many steps the nodes up to i have put to sleep: those with lower numbers. */
  stepsUpTo(i: number): number {
    return this.steps[i]!;
  }

  /** The steps that node i itself has put to sleep; the others of its set it has inherited. */
  ownOf(i: number): KnownStep[] {
    const first = i > 0 ? this.steps[i - 1]! : 0;
    return Array.from({ length: this.steps[i]! - first }, (_, k) => ({
      number: first + k,
      thread: this.thread[first + k]!,
      choice: this.choice[first + k]!,
      list: this.list[first + k]!,
    }));
  }

  private growNodes(): void {
    this.from = grown(this.from);
    this.to = grown(this.to);
    this.steps = grown(this.steps);
  }

  private growSteps(): void {
    this.thread = grown(this.thread);
    this.choice = grown(this.choice);
    this.list = grown(this.list);
  }
}
