/**
 * Says in as few words as can be which valid variants are in a set: alternatives, each of which asks for
 * some switches on and some off. Variants that do not compile may fall on either side.
 */
import { SWITCH_IDS, type SwitchId } from '../features/hunk-id';
import { switchFacts } from '../features/hunk-table';
import { smallestCover } from './cover-problem';
import type { Diagram, Literal } from './diagram';
import { primeImplicants } from './prime-implicants';
import type { VariantSpace } from './variant-space';

/** Switches that must be on and off. */
export interface Term {
  readonly on: readonly SwitchId[];
  readonly off: readonly SwitchId[];
}

/** Alternatives. None: no variant; one that asks for nothing: all of them. */
export type Condition = readonly Term[];

/**
 * The condition with the fewest alternatives, and among those with the fewest switches, over the switches on
 * which the set depends. Two switches that need each other count as one; the more telling one is named.
 *
 * @param read switches besides which the set depends on nothing
 */
export function smallestCondition(
  space: VariantSpace,
  set: Diagram,
  read: ReadonlySet<SwitchId>,
): Condition {
  const { inside, outside } = essential(space, set, read);
  if (inside === space.none) return [];
  const primes = primeImplicants(space, space.not(outside)).filter(
    (term) => space.times(space.cube(term), inside) !== space.none,
  );
  return smallestCover(space, inside, primes).map(toTerm).sort(byText);
}

const toTerm = (literals: readonly Literal[]): Term => ({
  on: literals.filter(({ on }) => on).map(({ level }) => SWITCH_IDS[level]),
  off: literals.filter(({ on }) => !on).map(({ level }) => SWITCH_IDS[level]),
});

const byText = (a: Term, b: Term): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** The valid variants inside and outside of a set, told apart by as few switches as can be. */
function essential(space: VariantSpace, set: Diagram, read: ReadonlySet<SwitchId>) {
  const unread = SWITCH_IDS.filter((id) => !read.has(id)).map((id) => space.levelOf(id));
  let inside = space.forget(space.times(set, space.valid), unread);
  let outside = space.forget(space.minus(space.valid, set), unread);
  for (const id of leastTellingFirst(read)) {
    const level = [space.levelOf(id)];
    const [nextInside, nextOutside] = [space.forget(inside, level), space.forget(outside, level)];
    if (space.times(nextInside, nextOutside) !== space.none) continue;
    [inside, outside] = [nextInside, nextOutside];
  }
  return { inside, outside };
}

const TELLING = { none: 0, definition: 1, behaviour: 2 };

/** Of what needs each other the definition goes first, and then what comes later in the series. */
export function leastTellingFirst(ids: Iterable<SwitchId>): SwitchId[] {
  const rank = (id: SwitchId) => TELLING[switchFacts(id).effect];
  return [...ids].reverse().sort((a, b) => rank(a) - rank(b));
}
