/**
 * Wakeup trees: the sequences of steps that remain to be explored from a state, as an ordered tree
 * whose leaves are where the search goes on freely.
 */
import type { Access, ScheduleStep } from './program';

/** A step with what it touched when it was last seen. */
export interface KnownStep extends ScheduleStep {
  readonly accesses: Int32Array;
}

export interface TreeNode extends KnownStep {
  readonly children: TreeNode[];
}

/** A tree as JSON: thread, choice, accesses, children. */
export type TreeDocument = readonly [number, number, readonly Access[], readonly TreeDocument[]];

export function treeToDocument(node: TreeNode): TreeDocument {
  const { thread, choice, accesses, children } = node;
  return [thread, choice, [...accesses], children.map(treeToDocument)];
}

export function treeFromDocument(document: TreeDocument): TreeNode {
  const [thread, choice, accesses, children] = document;
  return {
    thread,
    choice,
    accesses: Int32Array.from(accesses),
    children: children.map(treeFromDocument),
  };
}
