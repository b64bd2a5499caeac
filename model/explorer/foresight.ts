/**
 * What steps would touch: as they tell what that depends on, or else by taking them, in a run that has
 * been brought to where they would be taken.
 */
import { NOT_FORESEEN, type Execution } from './execution';
import { lockStateAfter, UNCHANGED, UNKNOWN } from './lock-state';
import type { Placement } from './placement';
import { Depends, Mode, type Program, type Run } from './program';
import type { Reversal } from './reversal';
import type { WakeupTrees } from './wakeup-tree';
import { WordValues } from './word-value';

export class Foresight {
  /** Steps taken to find out, apart from those that brought a run there. */
  steps = 0;
  private readonly values: WordValues;

  constructor(
    program: Program,
    private readonly placement: Placement,
    private readonly execution: Execution,
    private readonly reversal: Reversal,
    private readonly trees: WakeupTrees,
  ) {
    this.values = new WordValues(execution, program);
  }

  /** Tells the reversal what its last step touches, if that is known without trying. */
  foreseeLast(i: number): void {
    const { execution, reversal } = this;
    if (i >= execution.length) return;
    const depends = execution.depends[i];
    if (depends === Depends.nothing) reversal.setLast(execution.list[i]!);
    else if (reversal.recallLast()) return;
    else if (depends === Depends.lock) this.foreseeLock(i);
    else if (depends === Depends.comparison) this.foreseeComparison(i);
    else if (depends === Depends.looks) this.foreseeLooks(i);
  }

  private foreseeLooks(i: number): void {
    const { execution, reversal } = this;
    // With another choice it may look at anything.
    if (reversal.e === i || !this.values.seesTheSame(i, reversal.e, reversal)) return;
    reversal.setLast(execution.list[i]!);
  }

  private foreseeLock(i: number): void {
    const { execution, reversal } = this;
    const from = execution.accFrom[i]!;
    const state = lockStateAfter(execution, execution.acc[from]! >>> 4, reversal);
    if (state === UNKNOWN) return;
    const column = i * 3 + (state === 0 ? 0 : state < 0 ? 1 : 2);
    reversal.setLast(state === UNCHANGED ? execution.list[i]! : execution.foreseen[column]!);
  }

  private foreseeComparison(i: number): void {
    const { execution, reversal } = this;
    const object = execution.acc[execution.accFrom[i]!]! >>> 4;
    const equal = this.values.after(object, reversal) === execution.expected[i];
    reversal.setLast(object * 16 + (equal ? Mode.write : Mode.read));
  }

  /** Runs the sequence of the reversal without its last step. */
  runReversal(): Run {
    const { execution, reversal } = this;
    const run = this.placement.at(execution, reversal.e);
    for (let k = reversal.e; k < execution.length; k++) {
      if (reversal.keeps(k)) this.step(run, execution.thread[k]!, execution.choice[k]!);
    }
    return run;
  }

  /** Finds out what the last step of the reversal touches, by taking it. */
  tryLast(): void {
    const { reversal } = this;
    const run = this.runReversal();
    this.step(run, reversal.thread, reversal.choice);
    reversal.setLast(this.execution.lists.of(run.accesses, 0, run.accessCount));
    reversal.keepLast();
  }

  /** Finds out what a tree node's step touches, by taking it from where the nodes of `way` lead. */
  tryNode(i: number, way: readonly number[], node: number): void {
    const { execution, trees } = this;
    const run = this.placement.at(execution, i);
    for (const step of [...way, node]) this.step(run, trees.thread[step]!, trees.choice[step]!);
    trees.list[node] = execution.lists.of(run.accesses, 0, run.accessCount);
  }

  /** Finds out what all steps of a list of siblings and below it touch, to which the nodes of `way` lead. */
  tryAll(i: number, first: number, way: readonly number[]): void {
    const { trees } = this;
    for (let node = first; node >= 0; node = trees.sibling[node]!) {
      if (trees.list[node] === NOT_FORESEEN) this.tryNode(i, way, node);
      this.tryAll(i, trees.child[node]!, [...way, node]);
    }
  }

  private step(run: Run, thread: number, choice: number): void {
    run.step(thread, choice);
    this.steps++;
  }
}
