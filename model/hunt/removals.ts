/** Without which hunks a program stops breaking a promise. */
import { HUNK_IDS, type HunkId } from '../features/hunk-id';
import { without } from '../features/requires';
import { switchesOf, type Variant } from '../features/variant';
import type { Look } from './look';

/** A set of hunks that can be left out together, and that it takes to mend the fault. */
export interface Removal {
  /** The hunks that are out: one, or two, and all that cannot be compiled without them. */
  readonly hunks: readonly HunkId[];
}

/**
 * The smallest valid removals after which nothing at all goes wrong, and the call still succeeds where
 * it did. Single hunks (with what needs them) are tried first, then pairs.
 *
 * @param lookAt the program on a variant
 * @param isMended whether a look shows no fault but those that the base kernel has, too
 */
export function smallestRemovals(
  variant: Variant,
  lookAt: (variant: Variant) => Look,
  isMended: (look: Look) => boolean,
): Removal[] {
  const before = lookAt(variant);
  const hunks = HUNK_IDS.filter((id) => switchesOf(id).some((part) => variant.has(part)));
  const mended = (rest: Variant): boolean => {
    const look = lookAt(rest);
    return look.freed === before.freed && isMended(look);
  };
  const singles = hunks.map((id) => without(variant, id));
  const found = singles.filter(mended);
  return smallest(variant, found.length > 0 ? found : pairs(variant, hunks).filter(mended));
}

function pairs(variant: Variant, hunks: readonly HunkId[]): Variant[] {
  return hunks.flatMap((a, i) => hunks.slice(i + 1).map((b) => without(without(variant, a), b)));
}

const removed = (variant: Variant, rest: Variant): HunkId[] =>
  HUNK_IDS.filter((id) => switchesOf(id).some((part) => variant.has(part) && !rest.has(part)));

/** The sets that contain no other one. */
function smallest(variant: Variant, rests: readonly Variant[]): Removal[] {
  const sets = rests.map((rest) => removed(variant, rest));
  const isMinimal = (set: readonly HunkId[], i: number): boolean =>
    !sets.some(
      (other, k) =>
        k !== i && other.every((id) => set.includes(id)) && (other.length < set.length || k < i),
    );
  return sets.filter(isMinimal).map((hunks) => ({ hunks }));
}
