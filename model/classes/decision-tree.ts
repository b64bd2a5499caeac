/** Which switches decide what a variant does, asked one after the other. */
import { SWITCH_IDS, type SwitchId } from '../features/hunk-id';
import { leastTellingFirst } from './condition';
import type { Diagram } from './diagram';
import type { VariantSpace } from './variant-space';

/** A question whether a switch is on, or the answer. */
export type DecisionTree<T> =
  T | { readonly ask: SwitchId; readonly off: DecisionTree<T>; readonly on: DecisionTree<T> };

/**
 * A tree that sorts the valid variants into classes. It asks no more than it must of variants that C would
 * compile, and first what leaves the fewest classes on either side; that is not always the smallest tree.
 *
 * @param classes sets that share out the valid variants
 * @param read switches besides which nothing depends on anything
 * @param leaf what to make of the variants that the answers lead to, and the class that they are in
 */
export function decisionTree<T>(
  space: VariantSpace,
  classes: readonly Diagram[],
  read: ReadonlySet<SwitchId>,
  leaf: (variants: Diagram, index: number) => T,
): DecisionTree<T> {
  const go = (numbers: Diagram, variants: Diagram): DecisionTree<T> => {
    const [first, ...others] = classesIn(space, numbers);
    if (others.length === 0) return leaf(variants, first! - 1);
    const { level, off, on } = bestQuestion(space, numbers);
    const half = (isOn: boolean) => space.times(variants, space.literal(level, isOn));
    return { ask: SWITCH_IDS[level]!, off: go(off, half(false)), on: go(on, half(true)) };
  };
  return go(numbered(space, essential(space, classes, read)), space.valid);
}

/** Numbers the classes from 1 on; 0 stands for variants that are in none. */
const numbered = (space: VariantSpace, classes: readonly Diagram[]): Diagram =>
  classes
    .map((set, index) => space.times(set, space.constant(index + 1)))
    .reduce((all, each) => space.plus(all, each), space.none);

const classesIn = (space: VariantSpace, numbers: Diagram): number[] =>
  space.values(numbers).filter((number) => number !== 0);

/** The classes told apart by as few switches as can be; variants that are not valid may be in any. */
function essential(
  space: VariantSpace,
  classes: readonly Diagram[],
  read: ReadonlySet<SwitchId>,
): readonly Diagram[] {
  const forget = (sets: readonly Diagram[], ids: readonly SwitchId[]): Diagram[] => {
    const levels = ids.map((id) => space.levelOf(id));
    return sets.map((set) => space.forget(set, levels));
  };
  let sets: readonly Diagram[] = forget(
    classes,
    SWITCH_IDS.filter((id) => !read.has(id)),
  );
  for (const id of leastTellingFirst(read)) {
    const next = forget(sets, [id]);
    if (!overlap(space, next)) sets = next;
  }
  return sets;
}

const overlap = (space: VariantSpace, sets: readonly Diagram[]): boolean =>
  space.values(sets.reduce((all, set) => space.plus(all, set), space.none)).some((sum) => sum > 1);

/** The switch that is asked next, and what is left to tell apart on either side of it. */
function bestQuestion(space: VariantSpace, numbers: Diagram) {
  const questions = space.asks(numbers).flatMap((level) => {
    const side = (on: boolean): Diagram =>
      space.forget(space.times(numbers, space.literal(level, on)), [level]);
    const [off, on] = [side(false), side(true)];
    if (off === space.none || on === space.none) return [];
    const left = classesIn(space, off).length + classesIn(space, on).length;
    return [{ level, off, on, left, size: space.size(off) + space.size(on) }];
  });
  return questions.reduce((best, each) =>
    each.left < best.left || (each.left === best.left && each.size < best.size) ? each : best,
  );
}
