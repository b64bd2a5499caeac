import type { HunkId } from '../../model/features/hunk-id';
import { Page, zone } from '../../model/include/linux/mm_types';
import type { PageFlag } from '../../model/include/linux/page-flags-layout';
import { TTU_UNMAP } from '../../model/include/linux/rmap';
import { get_page } from '../../model/include/linux/mm';
import { completeWriteback } from '../../model/mm/page_io';
import { add_to_swap } from '../../model/mm/swap_state';
import { scan_control, shrink_page_list, type ReclaimOptions } from '../../model/mm/vmscan';
import { Bench } from './support/lru';

// Rests on mm/vmscan.c shrink_page_list, for pages that no process maps; the hunks are those of p3
// and p4 in that function.

const TAGGED = 5;
const LAZYFREE: readonly HunkId[] = [
  'p3/include/linux/mm/PAGE_MAPPING_LZFREE',
  'p3/include/linux/mm/SetPageLazyFree',
  'p3/include/linux/rmap/TTU_LAZYFREE',
  'p3/mm/rmap/is_anon_vma',
  'p3/mm/rmap/page_lock_anon_vma_read',
  'p1/mm/rmap/page_lock_anon_vma_read',
  'p3/mm/vmscan/shrink_page_list',
];
const COUNTED: readonly HunkId[] = [
  ...LAZYFREE,
  'p4/include/linux/mmzone/NR_LAZYFREE_PAGES',
  'p4/include/linux/mm/ClearPageLazyFree',
  'p4/mm/vmscan/shrink_page_list',
];

/** An isolated anonymous page: one reference, on no list. */
function isolatedAnon(bench: Bench, tag = 1, ...flags: PageFlag[]): number {
  const page = bench.page('PG_swapbacked', 'PG_uptodate', ...flags);
  bench.set(page + Page.mapping, bench.kernel.anonVmas | tag);
  return page;
}

interface Shrunk {
  readonly freed: boolean;
  readonly kept: readonly number[];
  readonly scanned: number;
}

function shrink(bench: Bench, page: number, options: ReclaimOptions = {}, kswapd = false): Shrunk {
  const cpu = bench.cpu(0, kswapd);
  const sc = scan_control(cpu, options);
  const pages = [page];
  const { nr_reclaimed } = bench.run(shrink_page_list(cpu, pages, sc, TTU_UNMAP, false));
  expect(bench.kernel.machine.faults).toEqual([]);
  const freed = bench.word(page + Page.free) === 1;
  expect(nr_reclaimed).toBe(freed ? 1 : 0);
  return { freed, kept: pages, scanned: sc.nr_scanned };
}

/** Puts an isolated page into the swap cache, as reclaim or a swap-in does; its slot has no users. */
function cached(bench: Bench, page: number): void {
  bench.set(page + Page.PG_locked, -1);
  expect(bench.run(add_to_swap(bench.cpu(), page))).toBe(true);
  bench.set(page + Page.PG_locked, 0);
}

describe('shrink_page_list', () => {
  it('keeps a page that somebody has locked, unscanned', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench);
    bench.set(page + Page.PG_locked, -1);
    expect(shrink(bench, page)).toEqual({ freed: false, kept: [page], scanned: 0 });
  });

  it('frees a clean page of the swap cache that nobody else uses, slot and all', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench);
    cached(bench, page);
    bench.set(page + Page.PG_dirty, 0);
    expect(shrink(bench, page)).toEqual({ freed: true, kept: [], scanned: 2 });
    expect(bench.word(bench.kernel.nr_swap_pages)).toBe(bench.kernel.config.swapSlots);
  });

  it('keeps a page of the swap cache that has another user', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench);
    cached(bench, page);
    bench.set(page + Page.PG_dirty, 0);
    bench.run(get_page(bench.cpu(), page));
    expect(shrink(bench, page).kept).toEqual([page]);
    expect(bench.count(page)).toBe(3);
    expect(bench.has(page, 'PG_locked')).toBe(false);
  });

  it('gives an anonymous page a slot, whose swap map nobody uses, and lets go of both', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench);
    expect(shrink(bench, page).freed).toBe(false);
    expect(bench.has(page, 'PG_swapcache')).toBe(false);
    expect(bench.has(page, 'PG_dirty')).toBe(true);
    expect(bench.event('PSWPOUT')).toBe(0);
  });

  it('activates a page for which there is no slot', () => {
    const bench = new Bench({ swapSlots: 0 });
    const page = isolatedAnon(bench);
    expect(shrink(bench, page).kept).toEqual([page]);
    expect(bench.has(page, 'PG_active')).toBe(true);
    expect(bench.event('PGACTIVATE')).toBe(1);
  });

  it('does not ask for a slot if it may do no I/O', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench);
    shrink(bench, page, { gfpIo: false, gfpFs: false });
    expect(bench.has(page, 'PG_dirty')).toBe(false);
    expect(bench.has(page, 'PG_active')).toBe(false);
  });

  it('keeps a mapped page if it may not unmap', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench);
    bench.set(page + Page._mapcount, 0);
    expect(shrink(bench, page, { may_unmap: false }).scanned).toBe(1);
    expect(bench.has(page, 'PG_dirty')).toBe(false);
  });

  it('sends an mlocked page to the unevictable list and drops its slot', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench, 1, 'PG_mlocked');
    cached(bench, page);
    bench.run(get_page(bench.cpu(), page));
    expect(shrink(bench, page).kept).toEqual([]);
    expect(bench.has(page, 'PG_unevictable')).toBe(true);
    expect(bench.has(page, 'PG_swapcache')).toBe(false);
  });

  it('keeps a page under write-back, marked for reclaim when that ends', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench);
    cached(bench, page);
    bench.set(page + Page.PG_writeback, -1);
    shrink(bench, page);
    expect(bench.has(page, 'PG_reclaim')).toBe(true);
    expect(bench.has(page, 'PG_swapcache')).toBe(true);
  });

  it('waits for write-back on behalf of a memory cgroup, once the page is marked', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench, 1, 'PG_reclaim');
    cached(bench, page);
    bench.set(page + Page.PG_writeback, -1);
    expect(() => shrink(bench, page, { caller: 'memcg' })).toThrow(/waits.*PG_writeback/);
  });

  it('does not write a dirty page if the reclaimer may not', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench);
    cached(bench, page);
    shrink(bench, page, { may_writepage: false });
    expect(bench.has(page, 'PG_dirty')).toBe(true);
    expect(bench.has(page, 'PG_swapcache')).toBe(true);
  });

  it('writes a page whose slot is used, and frees it once that has ended', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench);
    cached(bench, page);
    const slot = 1;
    bench.set(bench.kernel.swap_map + slot * 4, 0x41);
    bench.set(page + Page.content0, 7);
    expect(shrink(bench, page).freed).toBe(false);
    expect(bench.has(page, 'PG_writeback') && bench.has(page, 'PG_reclaim')).toBe(true);
    expect(bench.event('PSWPOUT')).toBe(1);
    bench.run(completeWriteback(bench.cpu(), false));
    expect(shrink(bench, page).freed).toBe(true);
    expect(bench.word(bench.kernel.swapSlot(slot, 0))).toBe(7);
    expect(bench.word(bench.kernel.swap_map + slot * 4)).toBe(1);
  });

  it('does not write a page that somebody else has a reference to', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench);
    cached(bench, page);
    bench.set(bench.kernel.swap_map + 4, 0x41);
    bench.run(get_page(bench.cpu(), page));
    shrink(bench, page);
    expect(bench.has(page, 'PG_dirty')).toBe(true);
    expect(bench.event('PSWPOUT')).toBe(0);
  });

  it('is a VM_BUG for an active page', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench, 1, 'PG_active');
    const sc = scan_control(bench.cpu());
    const steps = shrink_page_list(bench.cpu(), [page], sc, TTU_UNMAP, false);
    expect(bench.faultsOf(steps)).toMatchObject([{ kind: 'VM_BUG', what: 'PageActive(page)' }]);
  });
});

describe('__remove_mapping against somebody who dirties the page and lets go', () => {
  /** Reclaim of a clean cached page, with `at` steps done before the other CPU comes. */
  function against(at: number): { lost: boolean; over: boolean } {
    const bench = new Bench();
    const page = isolatedAnon(bench);
    cached(bench, page);
    bench.set(page + Page.PG_dirty, 0);
    bench.set(page + Page._count, 3);
    const { machine } = bench.kernel;
    const sc = scan_control(bench.cpu());
    const task = machine.spawn(shrink_page_list(bench.cpu(), [page], sc, TTU_UNMAP, false));
    for (let i = 0; i < at && !machine.finished(task); i++) machine.step(task, 0);
    const over = machine.finished(task);
    bench.set(page + Page.PG_dirty, 1);
    bench.set(page + Page._count, bench.count(page) - 1);
    bench.finish(task);
    return { lost: bench.word(page + Page.free) === 1, over };
  }

  it('never frees the page, at whatever step that happens', () => {
    let at = 0;
    for (; ; at++) {
      const { lost, over } = against(at);
      expect(lost).toBe(false);
      if (over) break;
    }
    expect(at).toBeGreaterThan(15);
  });
});

describe('shrink_page_list of p3', () => {
  it('frees a lazyfree page without a slot or a write', () => {
    const bench = new Bench({}, LAZYFREE);
    const page = isolatedAnon(bench, TAGGED);
    expect(shrink(bench, page)).toEqual({ freed: true, kept: [], scanned: 1 });
    expect(bench.event('PGLAZYFREE')).toBe(0);
  });

  it('does not see the tag in base, where the page is swapped', () => {
    const bench = new Bench({}, []);
    const page = isolatedAnon(bench, TAGGED);
    expect(shrink(bench, page).freed).toBe(false);
  });

  it('frees one in the swap cache along with its slot', () => {
    const bench = new Bench({}, LAZYFREE);
    const page = isolatedAnon(bench, TAGGED);
    cached(bench, page);
    expect(shrink(bench, page).freed).toBe(true);
    expect(bench.word(bench.kernel.nr_swap_pages)).toBe(bench.kernel.config.swapSlots);
  });

  it('keeps one that has another user, no longer lazyfree', () => {
    const bench = new Bench({}, LAZYFREE);
    const page = isolatedAnon(bench, TAGGED);
    bench.run(get_page(bench.cpu(), page));
    expect(shrink(bench, page).kept).toEqual([page]);
    expect(bench.word(page + Page.mapping) & 7).toBe(1);
    expect(bench.has(page, 'PG_locked')).toBe(false);
  });

  it('does so before it looks at PG_mlocked', () => {
    const bench = new Bench({}, LAZYFREE);
    const page = isolatedAnon(bench, TAGGED, 'PG_mlocked');
    const faults = bench.faultsOf(
      shrink_page_list(bench.cpu(), [page], scan_control(bench.cpu()), TTU_UNMAP, false),
    );
    expect(faults).toMatchObject([{ kind: 'bad page', what: expect.stringContaining('mlocked') }]);
  });

  it('counts with p4', () => {
    const bench = new Bench({}, COUNTED);
    expect(shrink(bench, isolatedAnon(bench, TAGGED)).freed).toBe(true);
    expect(bench.event('PGLAZYFREE')).toBe(1);
    expect(bench.word(bench.kernel.percpu(0, 'diff_NR_LAZYFREE_PAGES'))).toBe(-1);
  });
});

describe('write-back and kswapd', () => {
  const marked = (bench: Bench, flag: 'reclaim_writeback' | 'reclaim_dirty'): void =>
    bench.set(bench.kernel.zone + zone.offset[flag], 1);

  it('does not mark a page again that kswapd meets in a zone full of write-back', () => {
    const bench = new Bench();
    const page = isolatedAnon(bench, 1, 'PG_reclaim');
    cached(bench, page);
    bench.set(page + Page.PG_writeback, -1);
    marked(bench, 'reclaim_writeback');
    const cpu = bench.cpu(0, true);
    const steps = shrink_page_list(cpu, [page], scan_control(cpu), TTU_UNMAP, false);
    expect(bench.run(steps).nr_writeback).toBe(0);
  });
});
