/**
 * Wakeup trees: the sequences of steps that remain to be explored from a state, as an ordered tree
 * whose leaves are where the search goes on freely.
 */
import { rangesDependent } from './dependence';

/** A step with what it touched when it was last seen. */
export interface KnownStep {
  readonly thread: number;
  readonly choice: number;
  readonly accesses: Int32Array;
}

export interface TreeNode extends KnownStep {
  readonly children: TreeNode[];
}

/** A sequence of steps whose accesses lie in one buffer. */
export class StepSequence {
  length = 0;
  private thread: Int32Array = new Int32Array(64);
  private choice: Int32Array = new Int32Array(64);
  private from: Int32Array = new Int32Array(64);
  private to: Int32Array = new Int32Array(64);
  private gone: Uint8Array = new Uint8Array(64);
  private buffers: Int32Array[] = [];

  clear(): void {
    this.length = 0;
  }

  push(thread: number, choice: number, buffer: Int32Array, from: number, to: number): void {
    const i = this.length++;
    if (i === this.thread.length) this.grow();
    this.thread[i] = thread;
    this.choice[i] = choice;
    this.from[i] = from;
    this.to[i] = to;
    this.buffers[i] = buffer;
    this.gone[i] = 0;
  }

  /** Puts back every step that {@link matchFirst} took away. */
  reset(): void {
    this.gone.fill(0, 0, this.length);
  }

  /**
   * Whether `step` can come first: its thread's first step here is that step and commutes with all
   * before it, or its thread has none and it commutes with all. In the first case the step is taken
   * away if `take` is set.
   */
  canBegin(step: KnownStep, take: boolean): boolean {
    for (let i = 0; i < this.length; i++) {
      if (this.gone[i] === 1) continue;
      if (this.thread[i] === step.thread) {
        if (this.choice[i] !== step.choice || !this.initial(i)) return false;
        if (take) this.gone[i] = 1;
        return true;
      }
    }
    const { accesses } = step;
    for (let i = 0; i < this.length; i++) {
      if (this.gone[i] === 1) continue;
      if (this.depends(i, accesses, 0, accesses.length)) return false;
    }
    return true;
  }

  /** The steps that are left, as a chain of tree nodes; undefined if none is. */
  toChain(): TreeNode | undefined {
    let first: TreeNode | undefined;
    for (let i = this.length - 1; i >= 0; i--) {
      if (this.gone[i] === 1) continue;
      first = {
        thread: this.thread[i]!,
        choice: this.choice[i]!,
        accesses: this.buffers[i]!.slice(this.from[i]!, this.to[i]!),
        children: first === undefined ? [] : [first],
      };
    }
    return first;
  }

  private initial(i: number): boolean {
    for (let k = 0; k < i; k++) {
      if (this.gone[k] === 1) continue;
      if (this.depends(k, this.buffers[i]!, this.from[i]!, this.to[i]!)) return false;
    }
    return true;
  }

  private depends(i: number, acc: Int32Array, from: number, to: number): boolean {
    return rangesDependent(this.buffers[i]!, this.from[i]!, this.to[i]!, acc, from, to);
  }

  private grow(): void {
    const bigger = (old: Int32Array): Int32Array => {
      const array = new Int32Array(old.length * 2);
      array.set(old);
      return array;
    };
    this.thread = bigger(this.thread);
    this.choice = bigger(this.choice);
    this.from = bigger(this.from);
    this.to = bigger(this.to);
    const gone = new Uint8Array(this.gone.length * 2);
    gone.set(this.gone);
    this.gone = gone;
  }
}

/**
 * Inserts a sequence into a forest, unless a branch of it already leads to an equivalent beginning.
 *
 * @returns whether a branch was added
 */
export function insert(forest: TreeNode[], sequence: StepSequence): boolean {
  sequence.reset();
  let siblings = forest;
  for (;;) {
    const match = siblings.find((node) => sequence.canBegin(node, true));
    if (match === undefined) {
      const chain = sequence.toChain();
      if (chain !== undefined) siblings.push(chain);
      return chain !== undefined;
    }
    if (match.children.length === 0) return false;
    siblings = match.children;
  }
}
