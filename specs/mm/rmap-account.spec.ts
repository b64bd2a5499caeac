import type { HunkId } from '../../model/features/hunk-id';
import { Page, vm_area_struct } from '../../model/include/linux/mm_types';
import { VM_LOCKED } from '../../model/include/linux/vm_flags';
import {
  anon_vma_fork,
  do_page_add_anon_rmap,
  page_add_anon_rmap,
  page_add_file_rmap,
  page_move_anon_rmap,
  page_remove_rmap,
} from '../../model/mm/rmap';
import { lruList } from '../../model/state/inspect';
import { Processes } from './support/process';

// Rests on page 9.7 of the facts: the functions of mm/rmap.c that add and remove ptes.

const TAG: HunkId = 'p3/include/linux/mm/PAGE_MAPPING_LZFREE';

/** A forked pair of vmas, and a locked page of nobody, as do_swap_page has it. */
function family(hunks: readonly HunkId[] = [], debug = true) {
  const bench = new Processes({ CONFIG_DEBUG_VM: debug }, hunks);
  const parent = bench.map(1, 3);
  bench.anonPage(1);
  const child = bench.map(1, 3, { process: 1 });
  bench.run(anon_vma_fork(bench.cpu(), child, parent));
  const page = bench.page('PG_swapbacked');
  bench.set(page + Page.PG_locked, -1);
  return { bench, page, child, root: bench.anonVmaOf(parent), own: bench.anonVmaOf(child) };
}

describe('page_add_new_anon_rmap', () => {
  it("makes the page the vma's own, active and on its way to the LRU", () => {
    const bench = new Processes();
    const vma = bench.map(3, 2);
    const page = bench.anonPage(4);
    expect(bench.word(page + Page.mapping)).toBe(bench.anonVmaOf(vma) + 1);
    expect(bench.word(page + Page.index)).toBe(4);
    expect([bench.mapcount(page), bench.stat('NR_ANON_PAGES')]).toEqual([1, 1]);
    expect(lruList('active_anon')).toEqual([page]);
  });

  it('puts the page of a locked vma on the unevictable list at once', () => {
    const bench = new Processes();
    const vma = bench.map(3, 2);
    bench.addFlags(vma, VM_LOCKED);
    const page = bench.anonPage(4);
    expect(bench.has(page, 'PG_mlocked')).toBe(true);
    expect(lruList('unevictable')).toEqual([page]);
    expect(bench.stat('NR_MLOCK')).toBe(1);
  });
});

describe('do_page_add_anon_rmap', () => {
  it('makes a page belong to the root of the family', () => {
    const { bench, page, child, root } = family();
    bench.run(page_add_anon_rmap(bench.cpu(), page, child, 2));
    expect(bench.word(page + Page.mapping)).toBe(root + 1);
    expect([bench.word(page + Page.index), bench.mapcount(page)]).toEqual([2, 1]);
  });

  it("makes an exclusive page belong to the vma's own anon_vma", () => {
    const { bench, page, child, own } = family();
    bench.run(do_page_add_anon_rmap(bench.cpu(), page, child, 2, true));
    expect(bench.word(page + Page.mapping)).toBe(own + 1);
  });

  it.each([1, 5])('keeps mapping and index of a page that has tag %s already', (tag) => {
    const { bench, page, child, root } = family([TAG]);
    bench.set(page + Page.mapping, root + tag);
    bench.set(page + Page.index, 2);
    bench.run(do_page_add_anon_rmap(bench.cpu(), page, child, 2, true));
    expect(bench.word(page + Page.mapping)).toBe(root + tag);
  });

  it('only counts a KSM page, locked or not', () => {
    const { bench, page, child } = family();
    bench.set(page + Page.mapping, bench.kernel.stableNodes + 3);
    bench.set(page + Page.PG_locked, 0);
    bench.run(page_add_anon_rmap(bench.cpu(), page, child, 2));
    expect(bench.mapcount(page)).toBe(1);
    expect(bench.word(page + Page.mapping)).toBe(bench.kernel.stableNodes + 3);
  });

  it('demands the lock of any other page', () => {
    const { bench, page, child } = family();
    bench.set(page + Page.PG_locked, 0);
    const faults = bench.faultsOf(page_add_anon_rmap(bench.cpu(), page, child, 2));
    expect(faults).toMatchObject([{ kind: 'VM_BUG', what: '!PageLocked(page)' }]);
  });
});

describe('a further pte of an anonymous page', () => {
  /** The page is mapped once, by the parent's anon_vma at index 2, and gets one pte more. */
  function twice(tag: number, hunks: readonly HunkId[], address = 2, debug = true) {
    const { bench, page, child, root } = family(hunks, debug);
    bench.set(page + Page.mapping, root + tag);
    bench.set(page + Page.index, 2);
    bench.set(page + Page._mapcount, 0);
    return bench.faultsOf(page_add_anon_rmap(bench.cpu(), page, child, address));
  }

  it('is checked to be of the same family and index', () => {
    expect(twice(1, [])).toEqual([]);
    expect(twice(1, [], 3)).toMatchObject([
      { kind: 'BUG', what: 'page->index != linear_page_index(vma, address)' },
    ]);
  });

  it('dereferences NULL if the page is lazyfree, as page_anon_vma does not know the tag', () => {
    expect(twice(5, [TAG])).toEqual([
      {
        kind: 'oops',
        where: 'mm/rmap.c __page_check_anon_rmap',
        what: 'NULL pointer dereference',
      },
    ]);
  });

  it('is not checked without CONFIG_DEBUG_VM', () => {
    expect(twice(5, [TAG], 2, false)).toEqual([]);
  });
});

describe('page_move_anon_rmap', () => {
  it.each([1, 5])('stores the plain tag over tag %s', (tag) => {
    const { bench, page, child, root, own } = family([TAG]);
    bench.set(page + Page.mapping, root + tag);
    bench.set(page + Page.index, 2);
    bench.run(page_move_anon_rmap(page, child, 2));
    expect(bench.word(page + Page.mapping)).toBe(own + 1);
  });

  it('demands a locked page at its place', () => {
    const { bench, page, child } = family();
    bench.set(page + Page.index, 1);
    expect(bench.faultsOf(page_move_anon_rmap(page, child, 2))).toMatchObject([{ kind: 'VM_BUG' }]);
    bench.set(page + Page.index, 2);
    bench.set(page + Page.PG_locked, 0);
    expect(bench.faultsOf(page_move_anon_rmap(page, child, 2))).toMatchObject([{ kind: 'VM_BUG' }]);
  });
});

describe('page_remove_rmap', () => {
  it('counts down, and at the last pte leaves the mapping and uncounts the page', () => {
    const { bench, page, child, root } = family();
    const before = bench.stat('NR_ANON_PAGES');
    for (let i = 0; i < 2; i++) bench.run(page_add_anon_rmap(bench.cpu(), page, child, 2));
    bench.run(page_remove_rmap(bench.cpu(), page));
    expect([bench.mapcount(page), bench.stat('NR_ANON_PAGES')]).toEqual([1, before + 1]);
    bench.run(page_remove_rmap(bench.cpu(), page));
    expect([bench.mapcount(page), bench.stat('NR_ANON_PAGES')]).toEqual([0, before]);
    expect(bench.word(page + Page.mapping)).toBe(root + 1);
  });

  it('takes PG_mlocked from a page that nobody maps any more', () => {
    const bench = new Processes();
    const vma = bench.map(3, 2);
    bench.addFlags(vma, VM_LOCKED);
    const page = bench.anonPage(4);
    bench.run(page_remove_rmap(bench.cpu(), page));
    expect(bench.has(page, 'PG_mlocked')).toBe(false);
    expect([bench.stat('NR_MLOCK'), bench.event('UNEVICTABLE_PGCLEARED')]).toEqual([0, 1]);
  });

  it('counts file pages apart', () => {
    const { bench, page, child } = family();
    bench.set(page + Page.mapping, bench.word(child + vm_area_struct.offset.vm_file));
    bench.run(page_add_file_rmap(page));
    expect(bench.stat('NR_FILE_MAPPED')).toBe(1);
    bench.run(page_remove_rmap(bench.cpu(), page));
    expect(bench.stat('NR_FILE_MAPPED')).toBe(0);
  });
});
