/**
 * Wakeup trees: the sequences of steps that remain to be explored from a state, as ordered trees
 * whose leaves are where the search goes on freely. Nodes live in one pool and are known by number,
 * as they come and go with every execution.
 */
import { grown, small } from './arrays';
import type { AccessList, AccessLists } from './access-lists';
import { readThread, threadWord, type Forest } from './forest';

/** No node: the child of a leaf, the sibling of the last, the head of an empty list. */
export const NO_NODE = -1;

export class WakeupTrees {
  thread: Int32Array = small(64);
  choice: Int32Array = small(64);
  /** What the step touches. */
  list: Int32Array = small(64);
  /** The first of the steps that can follow; {@link NO_NODE} for a leaf. */
  child: Int32Array = small(64);
  sibling: Int32Array = small(64);
  /** 1 for the first step of a sequence that was not kept: a leaf that stands for all that it can begin. */
  unguided: Int32Array = small(64);
  /** Nodes that are not free. */
  size = 0;
  private used = 0;
  /** Nodes that are free again, linked by `sibling`. */
  private free = NO_NODE;

  add(thread: number, choice: number, list: AccessList, child: number): number {
    let node = this.free;
    this.size++;
    if (node >= 0) this.free = this.sibling[node]!;
    else if ((node = this.used++) === this.thread.length) this.grow();
    this.thread[node] = thread;
    this.choice[node] = choice;
    this.list[node] = list;
    this.child[node] = child;
    this.sibling[node] = NO_NODE;
    this.unguided[node] = 0;
    return node;
  }

  /** Adds the first step of a sequence that is not kept. */
  addUnguided(thread: number, choice: number, list: AccessList): number {
    const node = this.add(thread, choice, list, NO_NODE);
    this.unguided[node] = 1;
    return node;
  }

  /** Frees a node, and neither its children nor its siblings. */
  drop(node: number): void {
    this.sibling[node] = this.free;
    this.free = node;
    this.size--;
  }

  /** Number of nodes in a list of siblings. */
  count(first: number): number {
    let n = 0;
    for (let node = first; node >= 0; node = this.sibling[node]!) n++;
    return n;
  }

  /** A list of siblings with all below it as plain data, added to `words`. */
  toForest(first: number, lists: AccessLists, words: number[] = []): number[] {
    for (let node = first; node >= 0; node = this.sibling[node]!) {
      const list = this.list[node]!;
      const accesses = lists.length(list);
      const thread = threadWord(this.thread[node]!, this.unguided[node] === 1);
      words.push(thread, this.choice[node]!, accesses, 0);
      const from = words.length;
      for (let k = 0; k < accesses; k++) words.push(lists.at(list, k));
      this.toForest(this.child[node]!, lists, words);
      words[from - 1] = words.length - from - accesses;
    }
    return words;
  }

  /** The list of siblings that a forest describes. @returns its first node */
  fromForest(forest: Forest, lists: AccessLists): number {
    return this.read(Int32Array.from(forest), 0, forest.length, lists);
  }

  private read(words: Int32Array, from: number, to: number, lists: AccessLists): number {
    let first = NO_NODE;
    let last = NO_NODE;
    for (let at = from; at < to;) {
      const accesses = at + 4;
      const children = accesses + words[at + 2]!;
      const end = children + words[at + 3]!;
      const child = this.read(words, children, end, lists);
      const list = lists.of(words, accesses, children);
      const { thread, unguided } = readThread(words[at]!);
      const node = unguided
        ? this.addUnguided(thread, words[at + 1]!, list)
        : this.add(thread, words[at + 1]!, list, child);
      if (last < 0) first = node;
      else this.sibling[last] = node;
      last = node;
      at = end;
    }
    return first;
  }

  private grow(): void {
    this.thread = grown(this.thread);
    this.choice = grown(this.choice);
    this.list = grown(this.list);
    this.child = grown(this.child);
    this.sibling = grown(this.sibling);
    this.unguided = grown(this.unguided);
  }
}
