import { address_space, FileKind, Page } from '../../model/include/linux/mm_types';
import { LRU_INACTIVE_FILE } from '../../model/include/linux/mm_inline';
import { swap_address_space } from '../../model/include/linux/swap';
import { add_to_page_cache_lru } from '../../model/mm/filemap';
import {
  clear_page_dirty_for_io,
  end_page_writeback,
  set_page_dirty,
  set_page_dirty_lock,
  set_page_writeback,
} from '../../model/mm/page-writeback';
import { lru_add_drain } from '../../model/mm/swap';
import { __add_to_swap_cache, delete_from_swap_cache } from '../../model/mm/swap_state';
import { get_swap_page } from '../../model/mm/swapfile';
import { page_mapping } from '../../model/mm/util';
import { Bench } from './support/lru';
import { outcomesOf } from './support/outcomes';
import { SwapBench } from './support/swap';

// Rests on mm/page-writeback.c, mm/util.c page_mapping, mm/filemap.c end_page_writeback.

/** A page of a file, unlocked and up to date. */
function filePage(bench: Bench, kind: number): { page: number; mapping: number } {
  const mapping = bench.kernel.mappings;
  bench.set(mapping + address_space.offset.kind, kind);
  const page = bench.page();
  bench.run(add_to_page_cache_lru(bench.cpu(), page, mapping, 0));
  bench.run(lru_add_drain(bench.cpu()));
  bench.set(page + Page.PG_locked, 0);
  bench.flags(page, 'PG_uptodate');
  return { page, mapping };
}

describe('page_mapping', () => {
  it('is the file of a file page, and nothing for an anonymous one', () => {
    const bench = new Bench();
    const { page, mapping } = filePage(bench, FileKind.file);
    expect(bench.run(page_mapping(page))).toBe(mapping);
    const anon = bench.page();
    bench.set(anon + Page.mapping, bench.kernel.anonVmas | 1);
    expect(bench.run(page_mapping(anon))).toBe(0);
  });

  it('is the swapper space in the swap cache, whatever the mapping says', () => {
    const bench = new Bench();
    const page = bench.page('PG_swapcache');
    for (const mapping of [0, bench.kernel.anonVmas | 1, bench.kernel.anonVmas | 5]) {
      bench.set(page + Page.mapping, mapping);
      expect(bench.run(page_mapping(page))).toBe(swap_address_space());
    }
  });
});

describe('set_page_dirty', () => {
  it('says whether the page was clean', () => {
    const bench = new Bench();
    const page = bench.page();
    expect(bench.run(set_page_dirty(bench.cpu(), page))).toBe(true);
    expect(bench.run(set_page_dirty(bench.cpu(), page))).toBe(false);
  });

  it('drops PG_reclaim of a page with a mapping, the swap cache included, and of no other', () => {
    const bench = new Bench();
    const cached = bench.page('PG_swapcache', 'PG_reclaim');
    const anon = bench.page('PG_reclaim');
    bench.set(anon + Page.mapping, bench.kernel.anonVmas | 1);
    bench.run(set_page_dirty(bench.cpu(), cached));
    bench.run(set_page_dirty(bench.cpu(), anon));
    expect(bench.has(cached, 'PG_reclaim')).toBe(false);
    expect(bench.has(anon, 'PG_reclaim')).toBe(true);
  });

  it('counts pages of files on a disk, not of tmpfs', () => {
    for (const [kind, counted] of [
      [FileKind.file, 1],
      [FileKind.tmpfs, 0],
    ] as const) {
      const bench = new Bench();
      const { page } = filePage(bench, kind);
      bench.run(set_page_dirty(bench.cpu(), page));
      bench.run(set_page_dirty(bench.cpu(), page));
      expect([bench.stat('NR_FILE_DIRTY'), bench.stat('NR_DIRTIED')]).toEqual([counted, counted]);
    }
  });

  it('warns of a file page that is not up to date', () => {
    const bench = new Bench();
    const { page } = filePage(bench, FileKind.file);
    bench.set(page + Page.PG_uptodate, 0);
    expect(bench.faultsOf(set_page_dirty(bench.cpu(), page))).toMatchObject([{ kind: 'warning' }]);
  });

  // mm/page_io.c swap_set_page_dirty, mm/swapfile.c page_swap_info: BUG_ON(!PageSwapCache(page)).
  it('without the page lock is a BUG for a page that leaves the swap cache meanwhile', () => {
    const bench = new SwapBench({ cpus: 2 });
    const page = bench.page('PG_swapbacked');
    bench.lock(page);
    const entry = bench.run(get_swap_page(bench.cpu()));
    bench.run(__add_to_swap_cache(bench.cpu(), page, entry, true));
    const { machine } = bench.kernel;
    const seen = outcomesOf(
      bench.kernel,
      [() => set_page_dirty(bench.cpu(0), page), () => delete_from_swap_cache(bench.cpu(1), page)],
      ([clean]) => `${String(clean)} ${machine.faults.map(({ what }) => what).join()}`,
    );
    expect(seen).toEqual(['true ', 'unfinished !PageSwapCache(page)']);
  });

  it('takes the page lock as set_page_dirty_lock', () => {
    const bench = new Bench();
    const page = bench.page();
    bench.set(page + Page.PG_locked, -1);
    expect(() => bench.run(set_page_dirty_lock(bench.cpu(), page))).toThrow(/PG_locked/);
  });
});

describe('clear_page_dirty_for_io', () => {
  it('clears PG_dirty of an anonymous page and nothing else', () => {
    const bench = new Bench();
    const page = bench.page('PG_swapcache', 'PG_dirty', 'PG_reclaim');
    bench.set(page + Page.PG_locked, -1);
    expect(bench.run(clear_page_dirty_for_io(bench.cpu(), page))).toBe(true);
    expect(bench.run(clear_page_dirty_for_io(bench.cpu(), page))).toBe(false);
    expect(bench.has(page, 'PG_reclaim')).toBe(true);
  });

  it('takes a page of a file off the counter', () => {
    const bench = new Bench();
    const { page } = filePage(bench, FileKind.file);
    bench.run(set_page_dirty(bench.cpu(), page));
    bench.set(page + Page.PG_locked, -1);
    expect(bench.run(clear_page_dirty_for_io(bench.cpu(), page))).toBe(true);
    expect([bench.stat('NR_FILE_DIRTY'), bench.stat('NR_DIRTIED')]).toEqual([0, 1]);
  });

  it('is a BUG for a page that is not locked', () => {
    const bench = new Bench();
    const page = bench.page('PG_dirty');
    expect(bench.faultsOf(clear_page_dirty_for_io(bench.cpu(), page))).toMatchObject([
      { kind: 'BUG', what: '!PageLocked(page)' },
    ]);
  });
});

describe('end_page_writeback', () => {
  it('rotates a page that reclaim waits for, then lets the waiters go', () => {
    const bench = new Bench();
    const { page } = filePage(bench, FileKind.file);
    const newer = bench.lruPages(1)[0]!;
    expect(bench.list(LRU_INACTIVE_FILE)).toEqual([newer, page]);
    bench.flags(newer, 'PG_reclaim');
    bench.run(set_page_writeback(bench.cpu(), newer));
    expect(bench.stat('NR_WRITEBACK')).toBe(1);
    bench.run(end_page_writeback(bench.cpu(), newer));
    expect(bench.has(newer, 'PG_writeback') || bench.has(newer, 'PG_reclaim')).toBe(false);
    expect([bench.stat('NR_WRITEBACK'), bench.stat('NR_WRITTEN')]).toEqual([0, 1]);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.list(LRU_INACTIVE_FILE)).toEqual([page, newer]);
  });

  it('is still under write-back while it is being rotated', () => {
    const bench = new Bench();
    const [page] = bench.lruPages(1, 'PG_reclaim');
    bench.run(set_page_writeback(bench.cpu(), page!));
    const task = bench.kernel.machine.spawn(end_page_writeback(bench.cpu(), page!));
    bench.until(task, () => bench.count(page!) === 2);
    expect(bench.has(page!, 'PG_writeback')).toBe(true);
    bench.finish(task);
  });

  it('does not rotate any other page', () => {
    const bench = new Bench();
    const [page] = bench.lruPages(1);
    bench.run(set_page_writeback(bench.cpu(), page!));
    bench.run(end_page_writeback(bench.cpu(), page!));
    expect(bench.count(page!)).toBe(1);
  });

  it('counts write-back once, however often it is begun', () => {
    const bench = new Bench();
    const page = bench.page();
    bench.run(set_page_writeback(bench.cpu(), page));
    bench.run(set_page_writeback(bench.cpu(), page));
    expect(bench.stat('NR_WRITEBACK')).toBe(1);
  });

  it('is a BUG for a page that is not being written', () => {
    const bench = new Bench();
    const page = bench.page();
    expect(bench.faultsOf(end_page_writeback(bench.cpu(), page))).toMatchObject([{ kind: 'BUG' }]);
  });
});
