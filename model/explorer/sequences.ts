/** Sequences of steps that must be explored, inserted into trees of them, as plain data. */
import { dependent } from './dependence';
import { chain, treesIn, addTree, type Forest, type StepDocument, type Tree } from './forest';

/** Steps in an order in which they can be taken. */
export type Sequence = readonly StepDocument[];

/**
 * What is left of a sequence once `step` has been taken from its front: all of it where the step's
 * thread has none in it and the step commutes with all. Undefined if the step cannot begin it.
 */
export function after(step: StepDocument, sequence: Sequence): Sequence | undefined {
  const [thread, choice, accesses] = step;
  const at = sequence.findIndex(([other]) => other === thread);
  const before = at < 0 ? sequence : sequence.slice(0, at);
  if (before.some(([, , others]) => conflict(others, accesses))) return undefined;
  if (at < 0) return sequence;
  return sequence[at]![1] === choice ? [...before, ...sequence.slice(at + 1)] : undefined;
}

/** Adds a sequence to a forest, unless one of its branches leads to an equivalent beginning. */
export function insert(forest: number[], sequence: Sequence): void {
  const path: Tree[] = [];
  let trees = treesIn(forest);
  let rest = sequence;
  for (;;) {
    const next = firstThatBegins(trees, rest);
    if (next === undefined) return addTree(forest, path, chain(rest));
    const { tree } = next;
    if (tree.from === tree.to) return;
    path.push(tree);
    trees = treesIn(forest, tree.from, tree.to);
    rest = next.rest;
  }
}

function firstThatBegins(
  trees: readonly Tree[],
  sequence: Sequence,
): { readonly tree: Tree; readonly rest: Sequence } | undefined {
  for (const tree of trees) {
    const rest = after(tree.step, sequence);
    if (rest !== undefined) return { tree, rest };
  }
  return undefined;
}

/** The sequences that a forest is made of, in order: from its roots to its leaves. */
export function sequencesOf(forest: Forest): Sequence[] {
  const sequences: Sequence[] = [];
  const walk = (before: Sequence, from: number, to: number): void => {
    for (const tree of treesIn(forest, from, to)) {
      const sequence = [...before, tree.step];
      if (tree.from === tree.to) sequences.push(sequence);
      else walk(sequence, tree.from, tree.to);
    }
  };
  walk([], 0, forest.length);
  return sequences;
}

const conflict = (a: readonly number[], b: readonly number[]): boolean =>
  a.some((x) => b.some((y) => dependent(x, y)));
