import type { HunkId } from '../../model/features/hunk-id';
import {
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  LRU_UNEVICTABLE,
  lru_lock,
} from '../../model/include/linux/mm_inline';
import { address_space, FileKind, Page, zone } from '../../model/include/linux/mm_types';
import { add_to_page_cache_lru } from '../../model/mm/filemap';
import { lru_add_drain } from '../../model/mm/swap';
import { add_to_swap } from '../../model/mm/swap_state';
import {
  isolate_lru_page,
  reclaimActive,
  reclaim_clean_pages_from_list,
  reclaimInactive,
  shrinkZoneOnce,
  try_to_free_pages,
} from '../../model/mm/vmscan';
import { Bench } from './support/lru';

// Rests on mm/vmscan.c shrink_inactive_list, shrink_active_list, shrink_lruvec,
// do_try_to_free_pages, reclaim_clean_pages_from_list; the pages are mapped by no process.

const ANON = 'PG_swapbacked';

/** Clean pages of a file on its LRU list, first page first; the cache has the only reference. */
function filePages(bench: Bench, n: number): number[] {
  const mapping = bench.kernel.mappings;
  bench.set(mapping + address_space.offset.kind, FileKind.file);
  const pages = Array.from({ length: n }, (_, index) => {
    const page = bench.page('PG_uptodate');
    bench.run(add_to_page_cache_lru(bench.cpu(), page, mapping, index));
    bench.set(page + Page.PG_locked, 0);
    bench.set(page + Page._count, bench.count(page) - 1);
    return page;
  });
  bench.run(lru_add_drain(bench.cpu()));
  return pages;
}

const isFree = (bench: Bench, page: number): boolean => bench.word(page + Page.free) === 1;

describe('shrink_inactive_list', () => {
  it('frees from the tail and counts what it scanned and stole', () => {
    const bench = new Bench();
    const [a, b, c] = filePages(bench, 3);
    expect(bench.run(reclaimInactive(bench.cpu(), 'file', 2))).toBe(2);
    expect([a, b, c].map((page) => isFree(bench, page!))).toEqual([true, true, false]);
    expect([bench.event('PGSCAN_DIRECT'), bench.event('PGSTEAL_DIRECT')]).toEqual([2, 2]);
    expect(bench.stat('NR_INACTIVE_FILE')).toBe(1);
    expect(bench.stat('NR_ISOLATED_FILE')).toBe(0);
    expect(bench.stat('NR_FILE_PAGES')).toBe(1);
    expect(bench.word(lru_lock())).toBe(0);
    expect(bench.kernel.machine.faults).toEqual([]);
  });

  it('counts for kswapd when kswapd does it, and not at all for a memory cgroup', () => {
    const bench = new Bench();
    filePages(bench, 2);
    bench.run(reclaimInactive(bench.cpu(0, true), 'file', 1));
    expect([bench.event('PGSCAN_KSWAPD'), bench.event('PGSTEAL_KSWAPD')]).toEqual([1, 1]);
    bench.run(reclaimInactive(bench.cpu(), 'file', 1, { caller: 'memcg' }));
    expect([bench.event('PGSCAN_DIRECT'), bench.event('PGSTEAL_DIRECT')]).toEqual([0, 0]);
  });

  it('drains the pagevecs of its CPU first', () => {
    const bench = new Bench();
    filePages(bench, 1);
    const mapping = bench.kernel.mappings;
    const waiting = bench.page('PG_uptodate');
    bench.run(add_to_page_cache_lru(bench.cpu(), waiting, mapping, 5));
    bench.set(waiting + Page.PG_locked, 0);
    bench.set(waiting + Page._count, bench.count(waiting) - 1);
    expect(bench.run(reclaimInactive(bench.cpu(), 'file', 32))).toBe(2);
  });

  it('puts what it cannot free at the head', () => {
    const bench = new Bench();
    const [a, b] = filePages(bench, 2);
    bench.set(a! + Page.PG_locked, -1);
    expect(bench.run(reclaimInactive(bench.cpu(), 'file', 1))).toBe(0);
    expect(bench.list(LRU_INACTIVE_FILE)).toEqual([a, b]);
    expect(bench.count(a!)).toBe(1);
    expect(bench.stat('NR_INACTIVE_FILE')).toBe(2);
  });

  it('puts a page that it activated on the active list', () => {
    const bench = new Bench({ swapSlots: 0 });
    const [page] = bench.lruPages(1, ANON, 'PG_uptodate');
    bench.set(page! + Page.mapping, bench.kernel.anonVmas | 1);
    bench.run(reclaimInactive(bench.cpu(), 'anon', 1));
    expect(bench.list(LRU_ACTIVE_ANON)).toEqual([page]);
    expect(bench.stat('NR_ACTIVE_ANON')).toBe(1);
    expect(bench.word(bench.kernel.zone + zone.offset.rotated_anon)).toBe(1);
  });

  it('moves an mlocked page to the unevictable list', () => {
    const bench = new Bench();
    const [page] = filePages(bench, 1);
    bench.flags(page!, 'PG_mlocked');
    bench.run(reclaimInactive(bench.cpu(), 'file', 1));
    expect(bench.list(LRU_UNEVICTABLE)).toEqual([page]);
    expect(bench.event('UNEVICTABLE_PGCULLED')).toBe(1);
  });

  it('skips mapped pages where it may not unmap, dirty ones where it may not write', () => {
    const bench = new Bench();
    const [dirty, mapped, plain] = filePages(bench, 3);
    bench.flags(dirty!, 'PG_dirty');
    bench.set(mapped! + Page._mapcount, 0);
    const options = { caller: 'zone_reclaim' } as const;
    expect(bench.run(reclaimInactive(bench.cpu(), 'file', 3, options))).toBe(1);
    expect(isFree(bench, plain!)).toBe(true);
    expect(bench.list(LRU_INACTIVE_FILE)).toEqual([mapped, dirty]);
  });

  it('frees a page whose other users let go while it was isolated', () => {
    const bench = new Bench();
    const [page] = bench.lruPages(1, ANON);
    const { machine } = bench.kernel;
    bench.set(page! + Page.PG_locked, -1);
    const task = machine.spawn(reclaimInactive(bench.cpu(), 'anon', 1));
    bench.until(task, () => bench.stat('NR_ISOLATED_ANON') === 1);
    bench.set(page! + Page._count, 1);
    bench.until(task, () => bench.has(page!, 'PG_lru'));
    bench.set(page! + Page.PG_locked, 0);
    bench.finish(task);
    expect(isFree(bench, page!)).toBe(true);
    expect(bench.stat('NR_INACTIVE_ANON')).toBe(0);
    expect(machine.faults).toEqual([]);
  });

  it('notes a list full of write-back, and of dirty pages', () => {
    const bench = new Bench();
    const [page] = filePages(bench, 1);
    const noted = (name: 'reclaim_writeback' | 'reclaim_dirty'): number =>
      bench.word(bench.kernel.zone + zone.offset[name]);
    bench.set(page! + Page.PG_writeback, -1);
    bench.run(reclaimInactive(bench.cpu(), 'file', 1));
    expect([noted('reclaim_writeback'), noted('reclaim_dirty')]).toEqual([1, 0]);
    bench.set(page! + Page.PG_writeback, 0);
    bench.flags(page!, 'PG_dirty');
    bench.run(reclaimInactive(bench.cpu(), 'file', 1));
    expect(noted('reclaim_dirty')).toBe(1);
  });

  it('writes dirty file pages as kswapd only, and only once they fill the list', () => {
    const bench = new Bench();
    const [page] = filePages(bench, 1);
    // A page beyond the file's end would not be written.
    bench.set(bench.kernel.mappings + address_space.offset.size, 1);
    bench.flags(page!, 'PG_dirty');
    bench.set(bench.kernel.zone + zone.offset.reclaim_dirty, 1);
    bench.run(reclaimInactive(bench.cpu(), 'file', 1));
    expect([bench.has(page!, 'PG_dirty'), bench.has(page!, 'PG_reclaim')]).toEqual([true, true]);
    expect([bench.stat('NR_VMSCAN_IMMEDIATE'), bench.stat('NR_VMSCAN_WRITE')]).toEqual([1, 0]);
    bench.run(reclaimInactive(bench.cpu(0, true), 'file', 1));
    expect([bench.has(page!, 'PG_dirty'), bench.has(page!, 'PG_writeback')]).toEqual([false, true]);
    expect([bench.stat('NR_VMSCAN_IMMEDIATE'), bench.stat('NR_VMSCAN_WRITE')]).toEqual([1, 1]);
  });
});

describe('shrink_active_list', () => {
  it('moves pages to the head of the inactive list', () => {
    const bench = new Bench();
    const [old] = bench.lruPages(1, ANON);
    const [a, b, c] = bench.lruPages(3, ANON, 'PG_active');
    bench.run(reclaimActive(bench.cpu(), 'anon', 2));
    expect(bench.list(LRU_ACTIVE_ANON)).toEqual([c]);
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([b, a, old]);
    expect([bench.stat('NR_ACTIVE_ANON'), bench.stat('NR_INACTIVE_ANON')]).toEqual([1, 3]);
    expect([bench.event('PGREFILL'), bench.event('PGDEACTIVATE')]).toEqual([2, 2]);
    expect(bench.stat('NR_ISOLATED_ANON')).toBe(0);
    expect([a, b].map((page) => bench.count(page!))).toEqual([1, 1]);
    expect([a, b].some((page) => bench.has(page!, 'PG_active'))).toBe(false);
  });

  it('does not care for PG_referenced', () => {
    const bench = new Bench();
    const [page] = bench.lruPages(1, ANON, 'PG_active', 'PG_referenced');
    bench.run(reclaimActive(bench.cpu(), 'anon', 1));
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([page]);
    expect(bench.has(page!, 'PG_referenced')).toBe(true);
  });
});

describe('shrink_lruvec', () => {
  it('ages an active list only while its inactive list is low', () => {
    const bench = new Bench();
    const inactive = filePages(bench, 2);
    for (const page of inactive) bench.set(page + Page.PG_locked, -1);
    const active = bench.lruPages(2, 'PG_active');
    bench.run(shrinkZoneOnce(bench.cpu()));
    expect(bench.list(LRU_ACTIVE_FILE)).toEqual(active.toReversed());
    bench.lruPages(1, 'PG_active');
    bench.run(shrinkZoneOnce(bench.cpu()));
    expect(bench.list(LRU_ACTIVE_FILE)).toEqual([]);
  });

  it('ages the active anonymous list at the end, whatever was scanned', () => {
    const bench = new Bench();
    bench.lruPages(2, ANON, 'PG_active');
    bench.run(shrinkZoneOnce(bench.cpu(), { priority: 12 }));
    expect(bench.list(LRU_ACTIVE_ANON)).toEqual([]);
  });

  it('never ages it without swap', () => {
    const bench = new Bench({ swapSlots: 0 });
    bench.lruPages(2, ANON, 'PG_active');
    bench.run(shrinkZoneOnce(bench.cpu()));
    expect(bench.list(LRU_ACTIVE_ANON)).toHaveLength(2);
  });

  it('leaves lazyfree pages alone when no swap is left, until p5', () => {
    const tag: readonly HunkId[] = [
      'p3/include/linux/mm/PAGE_MAPPING_LZFREE',
      'p3/include/linux/mm/SetPageLazyFree',
      'p3/include/linux/rmap/TTU_LAZYFREE',
      'p3/mm/rmap/is_anon_vma',
      'p3/mm/rmap/page_lock_anon_vma_read',
      'p1/mm/rmap/page_lock_anon_vma_read',
      'p3/mm/vmscan/shrink_page_list',
      'p3/mm/vmscan/shrink_inactive_list',
      'p4/include/linux/mmzone/NR_LAZYFREE_PAGES',
    ];
    const freed = (hunks: readonly HunkId[]): number => {
      const bench = new Bench({ swapSlots: 1 }, hunks);
      const [page] = bench.lruPages(1, ANON, 'PG_uptodate');
      bench.set(page! + Page.mapping, bench.kernel.anonVmas | 5);
      bench.set(bench.kernel.zoneStat('NR_LAZYFREE_PAGES'), 1);
      bench.set(page! + Page.PG_locked, -1);
      bench.run(add_to_swap(bench.cpu(), page!));
      bench.set(page! + Page.PG_locked, 0);
      bench.set(page! + Page._count, 1);
      return bench.run(shrinkZoneOnce(bench.cpu()));
    };
    expect(freed(tag)).toBe(0);
    expect(freed([...tag, 'p5/mm/vmscan/get_scan_count'])).toBe(1);
  });

  it('stops a direct reclaimer that has what it wants, but lets kswapd go on', () => {
    const left = (kswapd: boolean): number => {
      const bench = new Bench({ frames: 128, filePages: 80 });
      filePages(bench, 80);
      bench.run(shrinkZoneOnce(bench.cpu(0, kswapd), { nr_to_reclaim: 32, priority: 1 }));
      return bench.stat('NR_INACTIVE_FILE');
    };
    expect(left(false)).toBe(80 - 32);
    expect(left(true)).toBe(80 - 40);
  });

  it('drops the kind with less left when a cgroup has enough, and cuts the other as far', () => {
    const bench = new Bench({ frames: 112, filePages: 64 });
    filePages(bench, 64);
    for (const page of bench.lruPages(40, ANON)) bench.set(page + Page.PG_locked, -1);
    bench.run(shrinkZoneOnce(bench.cpu(), { caller: 'memcg', nr_to_reclaim: 1 }));
    // 32 of each; then 8 of 41 anonymous pages are left, 19 %, so 81 % of the files are scanned.
    expect(bench.stat('NR_INACTIVE_FILE')).toBe(64 - 51);
  });
});

describe('try_to_free_pages', () => {
  it('gets to the pages of a small zone at the most urgent priorities', () => {
    const bench = new Bench();
    filePages(bench, 3);
    expect(bench.run(try_to_free_pages(bench.cpu()))).toBe(3);
  });

  it('stops as soon as it has what it wants', () => {
    const bench = new Bench();
    filePages(bench, 8);
    expect(bench.run(try_to_free_pages(bench.cpu(), { nr_to_reclaim: 1 }))).toBe(1);
  });

  it('writes in laptop mode only once it gets urgent', () => {
    const bench = new Bench({ frames: 64 });
    const [a] = filePages(bench, 1);
    bench.flags(a!, 'PG_dirty');
    bench.set(bench.kernel.zone + zone.offset.reclaim_dirty, 1);
    const once = { laptop_mode: true, priority: 0, nr_to_reclaim: 0 };
    bench.run(try_to_free_pages(bench.cpu(0, true), once));
    expect(bench.has(a!, 'PG_dirty')).toBe(true);
    bench.run(try_to_free_pages(bench.cpu(0, true), { laptop_mode: true }));
    expect(bench.has(a!, 'PG_dirty')).toBe(false);
  });
});

describe('reclaim_clean_pages_from_list', () => {
  it('frees clean file pages, active ones too, and leaves the rest isolated', () => {
    const bench = new Bench();
    const [clean, dirty] = filePages(bench, 2);
    const [anon] = bench.lruPages(1, ANON);
    bench.flags(dirty!, 'PG_dirty');
    for (const page of [clean!, dirty!, anon!]) bench.run(isolate_lru_page(bench.cpu(), page));
    bench.flags(clean!, 'PG_active');
    const pages = [clean!, dirty!, anon!];
    expect(bench.run(reclaim_clean_pages_from_list(bench.cpu(), pages))).toBe(1);
    expect(pages).toEqual([dirty, anon]);
    expect(isFree(bench, clean!)).toBe(true);
    expect(bench.stat('NR_ISOLATED_FILE')).toBe(-1);
  });
});
