/** The smallest changes that bring a variant into a set, against trying all. */
import fc from 'fast-check';
import { smallestChanges } from '../../model/classes/smallest-changes';
import { VariantSpace } from '../../model/classes/variant-space';
import { SWITCH_IDS } from '../../model/features/hunk-id';
import { NAMED_VARIANTS, Variant } from '../../model/features/variant';

const AMONG = SWITCH_IDS.slice(3, 8);
const subsets = [...Array(1 << AMONG.length).keys()].map((bits) =>
  AMONG.filter((_, index) => (bits & (1 << index)) !== 0),
);
const turn = (variant: Variant, ids: readonly (typeof AMONG)[number][]): Variant =>
  Variant.of(SWITCH_IDS.filter((id) => variant.has(id) !== ids.includes(id)));

it('smallestChanges gives every shortest list of switches, and nothing where there is none', () => {
  const space = new VariantSpace();
  const members = fc.array(fc.subarray([...AMONG]), { maxLength: 6 });
  fc.assert(
    fc.property(members, fc.subarray([...SWITCH_IDS]), (lists, on) => {
      const variant = Variant.of(on);
      const set = lists
        .map((list) => space.agreeing(turn(variant, list), SWITCH_IDS))
        .reduce((all, one) => space.union(all, one), space.none);
      const hits = subsets.filter((ids) => space.of(set, turn(variant, ids)) === 1);
      const least = Math.min(...hits.map(({ length }) => length));
      const expected = hits.filter(({ length }) => length === least);
      const found = smallestChanges(space, set, variant, AMONG, 99);
      expect(new Set(found.map(String))).toEqual(new Set(expected.map(String)));
    }),
  );
});

it('smallestChanges changes no other switch, and gives no more lists than asked', () => {
  const space = new VariantSpace();
  const { fixed } = NAMED_VARIANTS;
  const [first, second, third] = SWITCH_IDS;
  const either = space.union(space.switch(first, false), space.switch(second, false));
  expect(smallestChanges(space, either, fixed, [third], 9)).toEqual([]);
  expect(smallestChanges(space, either, fixed, [first, second], 1)).toEqual([[second]]);
  expect(smallestChanges(space, either, fixed, [first, second], 9)).toEqual([[second], [first]]);
});
