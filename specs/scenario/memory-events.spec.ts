/** The operations that befall a frame find it behind a huge pmd as behind a pte. */
import { explore } from '../../model/diff/explore';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';

// Rests on mm/memory-failure.c hwpoison_user_mappings and soft_offline_page, which split a huge page: only
// the small page that went bad is lost, or moved.

const huge = (event: string): string => `scenario: x
title: t
source: s
setup:
  - P0: mmap a private-anon 4 align=huge
  - P0: madvise a HUGEPAGE
  - P0: write a 1
  - kworker: drain-all
  - kworker: answer = ${event} P0:a[1]
after:
  - P0: other = read a[2]
  - P0: hit = read a[1]
`;

it.each([
  ['memory-failure', { answer: 0, other: 1, hit: 'SIGBUS' }],
  ['soft-offline', { answer: 0, other: 1, hit: 1 }],
])('%s of an address in a huge page splits it and hits that small page', (event, results) => {
  const [{ outcome }] = explore(parseScenario(huge(event)), NAMED_VARIANTS.base).outcomes;
  expect({ ...outcome.user.results, ...outcome.system.results }).toMatchObject(results);
  expect(outcome.system.vmstat.thp_split).toBe(1);
});

it('memory pressure on a huge page goes on until its small pages are swapped out', () => {
  const scenario = parseScenario(huge('reclaim-until-gone'));
  const [{ outcome }] = explore(scenario, NAMED_VARIANTS.base).outcomes;
  expect(outcome.user.results).toMatchObject({ other: 1, hit: 1 });
  expect(outcome.system.vmstat).toMatchObject({ thp_split: 1, pswpout: 4, pswpin: 2 });
});
