/** From which behaviour class into which a variant went, and by which hunks. */
import { smallestCondition, type Condition } from '../classes/condition';
import { smallestChanges } from '../classes/smallest-changes';
import type { VariantSpace } from '../classes/variant-space';
import type { SwitchId } from '../features/hunk-id';
import type { Variant } from '../features/variant';
import type { Level } from '../scenario/outcome';
import type { StoredClasses } from './baseline-document';

export interface ClassChange {
  /** Which variants do what it did. Null: it was no variant that C would compile. */
  readonly left: Condition | null;
  /** Which variants do what it does now, likewise. */
  readonly entered: Condition | null;
  /**
   * The smallest sets of the switches that changed which bring the old behaviour back when they are turned
   * back. Of many only some are given.
   */
  readonly owedTo: readonly (readonly SwitchId[])[];
}

/** Sets of switches that are given. */
const SETS = 4;

/** How the class changed at a level. */
export function classChange(
  space: VariantSpace,
  { read, numbers }: StoredClasses,
  level: Level,
  before: Variant,
  now: Variant,
  changed: readonly SwitchId[],
): ClassChange {
  const classes = space.load(numbers[level]);
  const classOf = (variant: Variant) => {
    const number = space.of(classes, variant);
    // Variants that are not valid have 0: they are in no class.
    return number === 0 ? null : space.map(classes, (value) => (value === number ? 1 : 0));
  };
  const condition = (variant: Variant) => {
    const set = classOf(variant);
    return set === null ? null : smallestCondition(space, set, new Set(read));
  };
  const left = classOf(before);
  return {
    left: condition(before),
    entered: condition(now),
    owedTo: left === null ? [] : smallestChanges(space, left, now, changed, SETS),
  };
}
