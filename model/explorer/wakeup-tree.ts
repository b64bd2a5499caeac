/**
 * Wakeup trees: the sequences of steps that remain to be explored from a state, as ordered trees
 * whose leaves are where the search goes on freely. Nodes live in one pool and are known by number,
 * as they come and go with every execution.
 */
import type { AccessList, AccessLists } from './access-lists';
import type { Access } from './program';
import { grown } from './word-table';

/** No node: the child of a leaf, the sibling of the last, the head of an empty list. */
export const NO_NODE = -1;

/** A step as JSON: thread, choice, accesses. */
export type StepDocument = readonly [number, number, readonly Access[]];

/** A tree as JSON: thread, choice, accesses, children. */
export type TreeDocument = readonly [number, number, readonly Access[], readonly TreeDocument[]];

export class WakeupTrees {
  thread: Int32Array = new Int32Array(64);
  choice: Int32Array = new Int32Array(64);
  /** What the step touches. */
  list: Int32Array = new Int32Array(64);
  /** The first of the steps that can follow; {@link NO_NODE} for a leaf. */
  child: Int32Array = new Int32Array(64);
  sibling: Int32Array = new Int32Array(64);
  private used = 0;
  /** Nodes that are free again, linked by `sibling`. */
  private free = NO_NODE;

  add(thread: number, choice: number, list: AccessList, child: number): number {
    let node = this.free;
    if (node >= 0) this.free = this.sibling[node]!;
    else if ((node = this.used++) === this.thread.length) this.grow();
    this.thread[node] = thread;
    this.choice[node] = choice;
    this.list[node] = list;
    this.child[node] = child;
    this.sibling[node] = NO_NODE;
    return node;
  }

  /** Frees a node, and neither its children nor its siblings. */
  drop(node: number): void {
    this.sibling[node] = this.free;
    this.free = node;
  }

  /** Number of nodes in a list of siblings. */
  count(first: number): number {
    let n = 0;
    for (let node = first; node >= 0; node = this.sibling[node]!) n++;
    return n;
  }

  /** A list of siblings as JSON. */
  toDocuments(first: number, lists: AccessLists): TreeDocument[] {
    const documents: TreeDocument[] = [];
    for (let node = first; node >= 0; node = this.sibling[node]!) {
      const children = this.toDocuments(this.child[node]!, lists);
      const accesses = lists.toArray(this.list[node]!);
      documents.push([this.thread[node]!, this.choice[node]!, accesses, children]);
    }
    return documents;
  }

  /** The list of siblings that documents describe. @returns its first node */
  fromDocuments(documents: readonly TreeDocument[], lists: AccessLists): number {
    let first = NO_NODE;
    for (const [thread, choice, accesses, children] of [...documents].reverse()) {
      const list = lists.of(Int32Array.from(accesses), 0, accesses.length);
      const node = this.add(thread, choice, list, this.fromDocuments(children, lists));
      this.sibling[node] = first;
      first = node;
    }
    return first;
  }

  private grow(): void {
    this.thread = grown(this.thread);
    this.choice = grown(this.choice);
    this.list = grown(this.list);
    this.child = grown(this.child);
    this.sibling = grown(this.sibling);
  }
}
