/**
 * What operations do on a kernel that is built without what they are about. Rests on kernel/sys_ni.c,
 * include/linux/migrate.h, arch/x86/kernel/cpu/mcheck/mce.c and drivers/base/memory.c of Linux 3.14.
 */
import { explore } from '../../model/diff/explore';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';
import { resultsText } from '../../scripts/views/outcome-text';

/** What the operation and a read after it answer, where a page holds 1. */
function answers(option: string, operation: string): string {
  const scenario = parseScenario(`scenario: x
title: t
source: s
options: {nodes: 2, ${option}: false}
setup:
  - P0: mmap a private-anon
  - P0: write a 1
  - ${operation}
  - P0: r = read a
`);
  const { outcomes } = explore(scenario, NAMED_VARIANTS.base);
  return outcomes.map(({ outcome }) => resultsText(outcome)).join();
}

it.each([
  ['CONFIG_MIGRATION', 'P0: s = migrate a node=1', 'r=1  s=-ENOSYS'],
  ['CONFIG_MIGRATION', 'kworker: s = soft-offline P0:a', 'r=1  system: s=-ENOSYS'],
  ['CONFIG_MEMORY_FAILURE', 'kworker: s = memory-failure P0:a', 'r=1  system: s=0'],
  ['CONFIG_MEMORY_FAILURE', 'kworker: s = soft-offline P0:a', 'r=1  system: s=-ENOENT'],
  ['CONFIG_SWAP', 'kworker: s = swapoff', 'r=1  system: s=-ENOSYS'],
])('without %s, %s leaves the page alone and answers %s', (option, operation, answer) => {
  expect(answers(option, operation)).toBe(answer);
});

// mm/migrate.c do_pages_stat_array: PageReserved(page), which the zero page is, counts as no page.
it('nodes finds the zero page on no node', () => {
  const scenario = parseScenario(`scenario: x
title: t
source: s
options: {nodes: 2}
setup:
  - P0: mmap a private-anon 2
  - P0: read a[0]
  - P0: write a[1] 1
  - P0: n = nodes a
`);
  const [first] = explore(scenario, NAMED_VARIANTS.base).outcomes;
  expect(resultsText(first!.outcome)).toContain('n=ENOENT 1 node0 1');
});
