/** What /proc and move_pages(2) tell of mappings that are not plain memory. */
import { explore } from '../../model/diff/explore';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { resultsOf } from '../../model/scenario/outcome';
import { parseScenario } from '../../model/scenario/parse';

/** The results of a set-up on base. */
function told(...lines: string[]) {
  const text = ['scenario: x', 'title: t', 'source: s', 'options: {nodes: 2}', 'setup:'];
  const scenario = parseScenario([...text, ...lines.map((line) => `  - ${line}`)].join('\n'));
  const { outcomes } = explore(scenario, NAMED_VARIANTS.base);
  expect(outcomes).toHaveLength(1);
  return resultsOf(outcomes[0]!.outcome);
}

const HUGE = 'private-anon 4 align=huge';

/** mm/migrate.c do_pages_stat_array: its vma, then follow_page with no flags, then PageReserved. */
describe('nodes tells of a page', () => {
  it.each([
    ['that is there', ['mmap a private-anon', 'write a 1'], 'node0 1'],
    ['that is not', ['mmap a private-anon'], 'ENOENT 1'],
    ['that is the zero page', ['mmap a private-anon', 'read a'], 'ENOENT 1'],
    ['that is gone with its mapping', ['mmap a private-anon', 'munmap a'], 'EFAULT 1'],
    ['of a device', ['mmap a pfn', 'read a'], 'EFAULT 1'],
    ['of the vdso, which is reserved', ['mmap a vdso', 'read a'], 'ENOENT 1'],
  ])('%s', (_what, lines, answer) => {
    const results = told(...[...lines, 'n = nodes a'].map((line) => `P0: ${line}`));
    expect(results).toMatchObject({ n: answer });
  });
});

it('smaps has no sums of hugetlb mappings (fs/proc/task_mmu.c show_smap)', () => {
  const results = told('P0: mmap a hugetlb 4 align=huge', 'P0: write a 1', 'P0: s = smaps a');
  expect(results).toMatchObject({ s: 'nothing' });
});

it('the huge zero page is no THP (fs/proc/page.c stable_page_flags)', () => {
  const results = told(
    ...[`P0: mmap a ${HUGE}`, 'P0: madvise a HUGEPAGE', 'P0: write a 1', 'P0: s = pages a'],
    ...[`P0: mmap z ${HUGE}`, 'P0: madvise z HUGEPAGE', 'P0: read z', 'P0: t = pages z'],
  );
  expect(results['s']).toMatch(/\bTHP 4\b/);
  expect(results['t']).toBe('present 4');
});

it('a program does not write the vdso (mm/mmap.c install_special_mapping)', () => {
  expect(told('P0: mmap m vdso', 'P0: x = write m 1')).toMatchObject({ x: 'SIGSEGV' });
});

/** mm/mmap.c mmap_region counts the vma that the call makes, as do_munmap has counted it off. */
it('a range that remap_file_pages maps anew stays locked', () => {
  const results = told(
    ...['P0: mmap a shared-file 2 size=4', 'P0: write a 1', 'P0: mlock a'],
    ...['P0: remap-file-pages a[0] 2', 'P0: munlock a[0]', 'P0: munmap a[1]'],
    'P0: munlocked = vmstat unevictable_pgs_munlocked',
    'P0: cleared = vmstat unevictable_pgs_cleared',
  );
  expect(results).toMatchObject({ munlocked: 3, cleared: 0 });
});
