/**
 * Wakeup trees: the sequences of steps that remain to be explored from a state, as an ordered tree
 * whose leaves are where the search goes on freely.
 */
import type { Access, ScheduleStep } from './program';

/** A step with what it touched when it was last seen. */
export interface KnownStep extends ScheduleStep {
  readonly accesses: Int32Array;
}

/** A step to explore, and those that can follow it; its accesses are `acc[from .. to)`. */
export interface TreeNode extends ScheduleStep {
  readonly acc: Int32Array;
  readonly from: number;
  readonly to: number;
  /** A leaf's list is {@link NO_CHILDREN}. */
  readonly children: TreeNode[];
}

/** The children of all leaves, as nothing is ever put under a leaf. */
export const NO_CHILDREN: TreeNode[] = [];

/** A tree as JSON: thread, choice, accesses, children. */
export type TreeDocument = readonly [number, number, readonly Access[], readonly TreeDocument[]];

export function treeToDocument(node: TreeNode): TreeDocument {
  const { thread, choice, acc, from, to, children } = node;
  return [thread, choice, [...acc.subarray(from, to)], children.map(treeToDocument)];
}

export function treeFromDocument(document: TreeDocument): TreeNode {
  const [thread, choice, accesses, children] = document;
  return {
    thread,
    choice,
    acc: Int32Array.from(accesses),
    from: 0,
    to: accesses.length,
    children: children.length === 0 ? NO_CHILDREN : children.map(treeFromDocument),
  };
}
