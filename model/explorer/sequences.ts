/** Sequences of steps that must be explored, inserted into trees of them, as plain data. */
import { dependent } from './dependence';
import type { StepDocument, TreeDocument } from './wakeup-tree';

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
export function insert(
  forest: readonly TreeDocument[],
  sequence: Sequence,
): readonly TreeDocument[] {
  for (const [k, [thread, choice, accesses, children]] of forest.entries()) {
    const rest = after([thread, choice, accesses], sequence);
    if (rest === undefined) continue;
    if (children.length === 0) return forest;
    const tree: TreeDocument = [thread, choice, accesses, insert(children, rest)];
    return [...forest.slice(0, k), tree, ...forest.slice(k + 1)];
  }
  return [...forest, ...chain(sequence)];
}

/** A sequence as a forest of one tree, or of none if it is empty. */
export function chain(sequence: Sequence): readonly TreeDocument[] {
  return sequence.reduceRight<readonly TreeDocument[]>(
    (children, [thread, choice, accesses]) => [[thread, choice, accesses, children]],
    [],
  );
}

/** The sequences that a forest is made of, in order: from its roots to its leaves. */
export function sequencesOf(forest: readonly TreeDocument[]): Sequence[] {
  return forest.flatMap(([thread, choice, accesses, children]) => {
    const step: StepDocument = [thread, choice, accesses];
    const rests = children.length === 0 ? [[]] : sequencesOf(children);
    return rests.map((rest) => [step, ...rest]);
  });
}

const conflict = (a: readonly number[], b: readonly number[]): boolean =>
  a.some((x) => b.some((y) => dependent(x, y)));
