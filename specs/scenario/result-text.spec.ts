/** What a value that was read, or a counter, is called where results are shown. */
import { explore } from '../../model/diff/explore';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';
import { resultsText } from '../../scripts/views/outcome-text';

const scenario = parseScenario(`scenario: x
title: t
source: s
setup:
  - P0: mmap a private-anon
  - P0: write a -1
after:
  - P0: r = read a
  - P0: v = vmstat nr_lazyfree_pages
  - P0: refused = madvise a FREE
`);

it('-1 in memory, or of a line that /proc/vmstat lacks, is no error', () => {
  const [{ outcome }] = explore(scenario, NAMED_VARIANTS.base).outcomes;
  expect(resultsText(outcome)).toBe('r=-1  refused=-EINVAL  system: v=-1');
});
