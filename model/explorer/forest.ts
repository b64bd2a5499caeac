/**
 * Trees of steps as one flat list of numbers, as units are handed from thread to thread with tens of
 * thousands of steps. A tree is its thread (inverted if it is unguided), its choice, the numbers of its
 * accesses and of the words of its children, then these accesses and these words; a forest is one tree after
 * another.
 */
import type { Access } from './program';

export type Forest = readonly number[];

/** A step as plain data: thread, choice, accesses. */
export type StepDocument = readonly [number, number, readonly Access[]];

/** A tree of a forest: its first step, and where the trees are that follow it. */
export interface Tree {
  readonly step: StepDocument;
  readonly unguided: boolean;
  /** Where the tree begins, its children begin, and both end. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

const HEAD = 4;

/** The trees of a forest, or of a part of it: the children of a tree. */
export function treesIn(forest: Forest, from = 0, to = forest.length): Tree[] {
  const trees: Tree[] = [];
  for (let at = from; at < to; at = trees.at(-1)!.to) {
    const children = at + HEAD + forest[at + 2]!;
    const { thread, unguided } = readThread(forest[at]!);
    trees.push({
      step: [thread, forest[at + 1]!, forest.slice(at + HEAD, children)],
      unguided,
      at,
      from: children,
      to: children + forest[at + 3]!,
    });
  }
  return trees;
}

/** The first word of a tree: its thread, and whether its step is the first of a sequence that is not kept. */
export const threadWord = (thread: number, unguided: boolean): number =>
  unguided ? ~thread : thread;

export const readThread = (word: number): { thread: number; unguided: boolean } =>
  word < 0 ? { thread: ~word, unguided: true } : { thread: word, unguided: false };

export function countTrees(forest: Forest): number {
  let trees = 0;
  for (let at = 0; at < forest.length; trees++) at += HEAD + forest[at + 2]! + forest[at + 3]!;
  return trees;
}

/** The trees that follow a tree's step, as a forest of their own. */
export const childrenOf = (forest: Forest, { from, to }: Tree): number[] => forest.slice(from, to);

/** Puts one more tree behind the children of the last tree of a path from the root. */
export function addTree(forest: number[], path: readonly Tree[], tree: Forest): void {
  const behind = forest.splice(path.at(-1)?.to ?? forest.length);
  for (const word of tree) forest.push(word);
  for (const word of behind) forest.push(word);
  for (const { at } of path) forest[at + 3]! += tree.length;
}

/** Steps one after the other as a forest of one tree, or of none. */
export function chain(sequence: readonly StepDocument[]): number[] {
  let after = sequence.reduce((sum, [, , { length }]) => sum + HEAD + length, 0);
  return sequence.flatMap(([thread, choice, accesses]) => {
    after -= HEAD + accesses.length;
    return [thread, choice, accesses.length, after, ...accesses];
  });
}
