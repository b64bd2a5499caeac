/** What /proc shows of counters is not always what they hold. */
import { explore } from '../../model/diff/explore';
import { compare } from '../../model/diff/compare';
import { without } from '../../model/features/requires';
import { NAMED_VARIANTS, type Variant } from '../../model/features/variant';
import type { Outcome } from '../../model/scenario/outcome';
import { parseScenario } from '../../model/scenario/parse';

const { base, fixed } = NAMED_VARIANTS;

const scenario = (options: string, lines: readonly string[], threads = '') =>
  parseScenario(`scenario: x
title: t
source: s
options: {${options}}
setup:
${lines.map((line) => `  - ${line}\n`).join('')}${threads}`);

function outcomeOf(parsed: ReturnType<typeof scenario>, variant: Variant): Outcome {
  const { outcomes } = explore(parsed, variant);
  expect(outcomes).toHaveLength(1);
  return outcomes[0]!.outcome;
}

/** 4/6 counts a page down when it is no longer freed lazily: without the hunk that counts it up. */
describe('a counter below 0', () => {
  const uncounted = without(fixed, 'p4/include/linux/mm/SetPageLazyFree');
  const reclaimed = scenario('', [
    ...['P0: mmap a private-anon', 'P0: write a 1', 'P0: madvise a FREE'],
    ...['kworker: [drain-all, fold-counters]', 'kswapd: reclaim inactive'],
    'kworker: shown = vmstat nr_lazyfree_pages',
  ]);

  it('is shown as 0 (include/linux/vmstat.h global_page_state)', () => {
    const { system, internal } = outcomeOf(reclaimed, uncounted);
    expect(system.results).toMatchObject({ shown: 0 });
    expect(system.vmstat).not.toHaveProperty('nr_lazyfree_pages');
    expect(internal.belowZero).toEqual({ nr_lazyfree_pages: -1 });
  });

  it('is a difference that only the kernel sees', () => {
    const { levels } = compare(reclaimed, fixed, uncounted);
    expect(levels.map(({ verdict }) => verdict)).toEqual(['equal', 'equal', 'changed']);
  });
});

/** mm/swapfile.c si_swapinfo adds the used slots of a device that is used and not written to. */
it('slots of a device that swapoff is emptying count as free', () => {
  const lines = ['P0: mmap a private-anon 2', 'P0: write a 1'];
  const swapped = [...lines, 'kswapd: [drain-all, reclaim active, reclaim inactive]'];
  const before = outcomeOf(scenario('swapSlots: 4', swapped), base);
  expect(before.system.freeSwap).toBe(2);
  // Write-back of the pages never ends, and swapoff waits for it.
  const waiting = scenario('swapSlots: 4', swapped, 'threads:\n  kworker: off = swapoff\n');
  const { system } = outcomeOf(waiting, base);
  expect(system).toMatchObject({ stuck: ['kworker'], freeSwap: 0 });
});

/**
 * mm/vmscan.c balance_pgdat goes on while the priority is 1 or more, so that kswapd never comes to the whole
 * lists that get_scan_count gives at 0. With file pages enough it scans these only.
 */
it.each([
  ['kswapd', 0, 1],
  ['P0', 4, 0],
])('%s without swap frees %i pages that were freed lazily', (actor, count, read) => {
  const pass = scenario('swapSlots: 0', [
    ...['P0: mmap f shared-file 8', 'P0: read f', 'P0: mmap a private-anon 4', 'P0: write a 1'],
    ...['P0: madvise a FREE', 'kworker: [drain-all, fold-counters]'],
    ...[`${actor}: freed = balance`, 'P0: end = read a'],
  ]);
  const { user, system } = outcomeOf(pass, fixed);
  expect({ ...user.results, ...system.results }).toMatchObject({ freed: count, end: read });
});
