/**
 * A page that was written while it was being written out is in the swap cache without PG_dirty, under a
 * writable and dirty pte. The call makes the pte clean, and takes the page out of the swap cache later,
 * without the ptl. mm/memory.c follow_page_mask dirties a page that it finds clean under a writable and
 * clean pte, without the page lock; mm/page_io.c swap_set_page_dirty asks mm/swapfile.c page_swap_info,
 * which is a BUG for a page that has left.
 */
import { explore } from '../../model/diff/explore';
import { NAMED_VARIANTS, type VariantName } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';

const scenario = parseScenario(`scenario: x
title: t
source: s
setup:
  - P0: mmap a private-anon
  - P0: write a 1
  - kswapd: [drain-all, reclaim active, reclaim inactive]
  - P0: write a 2
  - kswapd: writeback ok
threads:
  P0/T0: pin a as=p
  P0/T1: madvise a FREE
`);

it.each(Object.keys(NAMED_VARIANTS) as VariantName[])(
  'a pin for writing beside the call meets a BUG on %s if that has the call',
  (name) => {
    const { outcomes, completeness } = explore(scenario, NAMED_VARIANTS[name]);
    const faults = outcomes.flatMap(({ outcome }) => outcome.system.faults);
    expect(completeness).toEqual({ kind: 'complete' });
    expect(faults.map((fault) => fault.includes('!PageSwapCache(page)'))).toEqual(
      name === 'base' ? [] : [true],
    );
  },
);
