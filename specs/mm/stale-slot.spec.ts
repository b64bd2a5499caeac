/**
 * The limits of freed-under-writeback-turns-back and freed-page-locked-by-reclaim-turns-back: when a page
 * whose slot has older contents is discarded or saved; and that the hunt's judge takes either for a broken
 * promise.
 */
import { explore } from '../../model/diff/explore';
import { NAMED_VARIANTS, VARIANT_NAMES, type VariantName } from '../../model/features/variant';
import { look } from '../../model/hunt/look';
import { parseProgram } from '../../model/hunt/text';
import { toScenario } from '../../model/hunt/to-scenario';
import { parseScenario } from '../../model/scenario/parse';

const SETUP = `
scenario: stale-slot
title: a page whose slot has older contents
source: base mm/swapfile.c reuse_swap_page
setup:
  - P0: mmap a private-anon
  - P0: write a 1
  - kswapd: [drain-all, reclaim active, reclaim inactive]`;

const END = `
  - kswapd: reclaim-until-gone P0:a
  - P0: end = read a
expect:
  - never: fault
`;

/** What P0 may read at the end, in order; a page of two halves that differ as both. */
function ends(middle: string, variant: VariantName): string[] {
  const { outcomes, completeness } = explore(
    parseScenario(`${SETUP}${middle}${END}`),
    NAMED_VARIANTS[variant],
  );
  expect(completeness).toEqual({ kind: 'complete' });
  expect(outcomes.flatMap(({ outcome }) => outcome.system.faults)).toEqual([]);
  return [...new Set(outcomes.map(({ outcome }) => String(outcome.user.results.end)))].sort();
}

/** As the scenario, but nobody reads the page, so it keeps the tag. */
const UNREAD = `
threads:
  P0: [write a 2, madvise a FREE]
  kworker: writeback ok
after:`;

it.each(VARIANT_NAMES)('a page that nobody reads after the call is discarded on %s', (variant) => {
  expect(ends(UNREAD, variant)).toEqual(variant === 'base' ? ['2'] : ['0']);
});

it('swap that is more than half used makes reclaim take the page out of the swap cache', () => {
  const read = UNREAD.replace('after:', 'after:\n  - P0: seen = read a');
  expect(ends(read, 'fixed')).toContain('1');
  const full = explore(
    parseScenario(`${SETUP.replace('setup:', 'options: { swapSlots: 1 }\nsetup:')}${read}${END}`),
    NAMED_VARIANTS.fixed,
  );
  expect(full.completeness).toEqual({ kind: 'complete' });
  expect(full.outcomes.map(({ outcome }) => outcome.user.results.end)).toEqual(
    full.outcomes.map(() => 2),
  );
});

describe('the hunt', () => {
  const breaches = (text: string, variant: VariantName) => {
    const scenario = toScenario(parseProgram(text));
    const { sightings, how } = look(scenario, NAMED_VARIANTS[variant], { executions: 1000 });
    expect(how).toBe('complete');
    return sightings.map(({ promise, detail }) => `${promise}: ${detail}`);
  };
  const PROGRAMS = [
    'page inactive; kernel reclaim; P0 write, free, read || kernel writeback',
    'page inactive; kernel reclaim; P0 write; kernel writeback; P0 write; P0 free || kernel reclaim',
  ];
  it.each(PROGRAMS)('takes %s for a broken promise of the series', (text) => {
    expect(breaches(text, 'fixed')).toEqual(['last-write: another value']);
    expect(breaches(text, 'base')).toEqual([]);
  });
});
