/** mm/swap_state.c: the swap cache, and the freeing of pages that may be in it. */
import type { HunkId } from '../../model/features/hunk-id';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { PAGE_MAPPING_ANON, PAGE_MAPPING_KSM } from '../../model/include/linux/mm';
import { Page, swap_info_struct } from '../../model/include/linux/mm_types';
import { MarkLazyFree } from '../../model/include/linux/swap';
import { step, type Steps } from '../../model/machine/op';
import { put_page } from '../../model/mm/swap';
import {
  __delete_from_swap_cache,
  add_to_swap,
  delete_from_swap_cache,
  free_page_and_swap_cache,
  free_pages_and_swap_cache,
  lookup_swap_cache,
  move_lazyfree,
  read_swap_cache_async,
  swapin_readahead,
} from '../../model/mm/swap_state';
import { get_swap_page, swapcache_free, try_to_free_swap } from '../../model/mm/swapfile';
import { PAGEVECS } from '../../model/state/kernel';
import { SwapBench } from './support/swap';

const HAS_CACHE = 0x40;
const LAZYFREE = PAGE_MAPPING_ANON | 4;
const original = NAMED_VARIANTS.original.switches();
const fixed = NAMED_VARIANTS.fixed.switches();

describe('add_to_swap', () => {
  it('puts the page into the cache, dirty, with a reference of the cache and a slot without users', () => {
    const bench = new SwapBench();
    const page = bench.anonPage(1);
    const files = bench.stat('NR_FILE_PAGES');
    expect(bench.run(add_to_swap(bench.cpu(), page))).toBe(true);
    expect(bench.cached(bench.offsetOf(page))).toBe(page);
    expect(bench.byte(bench.offsetOf(page))).toBe(HAS_CACHE);
    expect([bench.has(page, 'PG_swapcache'), bench.has(page, 'PG_dirty')]).toEqual([true, true]);
    expect(bench.count(page)).toBe(2);
    expect(bench.stat('NR_FILE_PAGES')).toBe(files + 1);
    expect(bench.word(bench.kernel.swapTransit(bench.offsetOf(page)))).toBe(0);
  });

  it('leaves the page as it was when swap is full', () => {
    const bench = new SwapBench({ swapSlots: 0 });
    const page = bench.anonPage(1);
    expect(bench.run(add_to_swap(bench.cpu(), page))).toBe(false);
    expect([bench.has(page, 'PG_swapcache'), bench.has(page, 'PG_dirty')]).toEqual([false, false]);
  });

  it('gives the slot back when there is no memory for the tree', () => {
    const bench = new SwapBench({ allocationsFail: true });
    const page = bench.anonPage(1);
    const seen = bench.outcomes(
      [() => add_to_swap(bench.cpu(), page)],
      ([r]) => `${String(r)} ${bench.freeSlots} ${bench.count(page)} ${bench.offsetOf(page)}`,
    );
    expect(seen).toEqual(['false 8 1 0', 'true 7 2 1']);
  });

  it('is a VM_BUG without the page lock, and for a page that is not up to date', () => {
    const bench = new SwapBench();
    const page = bench.anonPage();
    bench.unlock(page);
    expect(bench.faultsOf(add_to_swap(bench.cpu(), page))[0]!.what).toBe('!PageLocked(page)');
    bench.lock(page);
    bench.set(page + Page.PG_uptodate, 0);
    expect(bench.faultsOf(add_to_swap(bench.cpu(), page))[0]!.what).toBe('!PageUptodate(page)');
  });
});

describe('delete_from_swap_cache', () => {
  it.each([0, 1])('leaves PG_dirty at %i, and the page to its other holder', (dirty) => {
    const bench = new SwapBench();
    const page = bench.cachedPage(1);
    bench.set(page + Page.PG_dirty, dirty);
    bench.run(delete_from_swap_cache(bench.cpu(), page));
    expect([bench.has(page, 'PG_swapcache'), bench.offsetOf(page)]).toEqual([false, 0]);
    expect([bench.cached(1), bench.byte(1), bench.count(page)]).toEqual([0, 1, 1]);
    expect(bench.word(page + Page.PG_dirty)).toBe(dirty);
    expect(bench.stat('NR_FILE_PAGES')).toBe(0);
  });

  it('is a VM_BUG under write-back', () => {
    const bench = new SwapBench();
    const page = bench.cachedPage();
    bench.set(page + Page.PG_writeback, -1);
    const [fault] = bench.faultsOf(delete_from_swap_cache(bench.cpu(), page));
    expect([fault!.kind, fault!.what]).toEqual(['VM_BUG', 'PageWriteback(page)']);
  });
});

describe('lookup_swap_cache', () => {
  it('takes a reference, and PG_reclaim for read-ahead that hit', () => {
    const bench = new SwapBench();
    const page = bench.cachedPage(1);
    bench.flags(page, 'PG_reclaim');
    const hits = bench.kernel.swap_info + swap_info_struct.offset.readahead_hits;
    const before = bench.word(hits);
    expect(bench.run(lookup_swap_cache(bench.cpu(), 1))).toBe(page);
    expect([bench.count(page), bench.has(page, 'PG_reclaim')]).toEqual([3, false]);
    expect(bench.word(hits)).toBe(before + 1);
  });

  it('finds nothing in an empty slot', () => {
    const bench = new SwapBench();
    expect(bench.run(lookup_swap_cache(bench.cpu(), 1))).toBe(0);
  });
});

describe('read_swap_cache_async', () => {
  const read = (bench: SwapBench, entry: number, id = 0) =>
    read_swap_cache_async(bench.cpu(id), entry);

  it('reads a slot into a clean, unlocked page of the cache on the inactive list', () => {
    const bench = new SwapBench();
    const entry = bench.swappedOut(1, [5, 6]);
    const page = bench.run(read(bench, entry));
    expect(bench.contents(page)).toEqual([5, 6]);
    const flags = [
      'PG_uptodate',
      'PG_swapbacked',
      'PG_swapcache',
      'PG_dirty',
      'PG_active',
    ] as const;
    expect(flags.map((flag) => bench.has(page, flag))).toEqual([true, true, true, false, false]);
    expect(bench.word(page + Page.PG_locked)).toBe(0);
    expect(bench.byte(entry)).toBe(HAS_CACHE | 1);
    // One reference is the caller's, one the cache's, one the pagevec's.
    expect([bench.count(page), bench.event('PSWPIN')]).toEqual([3, 1]);
  });

  it('finds a cached page without reading', () => {
    const bench = new SwapBench();
    const page = bench.cachedPage(1);
    expect(bench.run(read(bench, 1))).toBe(page);
    expect([bench.count(page), bench.event('PSWPIN')]).toEqual([3, 0]);
  });

  it('gives nothing for a slot without users, and keeps no memory', () => {
    const bench = new SwapBench();
    const frames = bench.freeFrames;
    expect(bench.run(read(bench, 2))).toBe(0);
    expect([bench.freeFrames, bench.byte(2)]).toEqual([frames, 0]);
  });

  it('a device that wants to hear of freed slots drops its copy, and the page is dirty', () => {
    const bench = new SwapBench({ swapSlotFreeNotify: true });
    const entry = bench.swappedOut(1, [5, 6]);
    const page = bench.run(read(bench, entry));
    expect(bench.contents(page)).toEqual([5, 6]);
    expect([bench.has(page, 'PG_dirty'), bench.byte(entry)]).toEqual([true, HAS_CACHE | 1]);
    expect(bench.slot(entry)).toEqual([0, 0]);
  });

  it('a read error leaves the page unlocked and not up to date', () => {
    const bench = new SwapBench({ readsFail: true });
    const entry = bench.swappedOut(1, [5, 6]);
    const seen = bench.outcomes([() => read(bench, entry)], ([page]) => {
      const p = page as number;
      return `${bench.has(p, 'PG_uptodate')} ${bench.word(p + Page.PG_locked)}`;
    });
    expect(seen).toEqual(['false 0', 'true 0']);
  });

  it('without memory for the page or the tree gives nothing and leaves the slot alone', () => {
    const bench = new SwapBench({ allocationsFail: true });
    const entry = bench.swappedOut(1);
    const frames = bench.freeFrames;
    const seen = bench.outcomes([() => read(bench, entry)], ([page]) =>
      page === 0 ? `${bench.byte(entry)} ${frames - bench.freeFrames}` : 'read',
    );
    expect(seen).toEqual(['1 0', 'read']);
  });

  it('two CPUs that read one slot get one page, and one of them reads', () => {
    const bench = new SwapBench({ cpus: 2, frames: 8 });
    const entry = bench.swappedOut(1);
    const frames = bench.freeFrames;
    const tasks = [0, 1].map((id) => () => read(bench, entry, id));
    const seen = bench.outcomes(tasks, ([a, b]) =>
      [a === b, bench.event('PSWPIN'), bench.count(a as number), frames - bench.freeFrames].join(
        ' ',
      ),
    );
    expect(seen).toEqual(['true 1 4 1']);
  });

  it('waits for a slot in transit until its page is in the cache', () => {
    const bench = new SwapBench({ cpus: 2, frames: 8 });
    const entry = bench.run(get_swap_page(bench.cpu()));
    bench.setByte(entry, HAS_CACHE | 1);
    const leave = () => swapcache_free(bench.cpu(0), entry, 0);
    const seen = bench.outcomes([leave, () => read(bench, entry, 1)], ([, page]) =>
      page === 0 ? 'nothing' : `${bench.byte(entry)} ${bench.cached(entry) === page}`,
    );
    expect(seen).toEqual([`${HAS_CACHE | 1} true`]);
  });

  it('against a page that leaves the cache gives that page or the same contents from the slot', () => {
    const bench = new SwapBench({ cpus: 2, frames: 8 });
    const old = bench.cachedPage(1);
    bench.setContents(old, [5, 6]);
    bench.setSlot(1, [5, 6]);
    const seen = bench.outcomes(
      [() => delete_from_swap_cache(bench.cpu(0), old), () => read(bench, 1, 1)],
      ([, page]) => `${page === old ? 'old' : 'new'} ${bench.contents(page as number).join()}`,
    );
    expect(seen).toEqual(['new 5,6', 'old 5,6']);
  });
});

describe('swapin_readahead', () => {
  /** Eight slots in use but the fifth. */
  function cluster(pageCluster: number): SwapBench {
    const bench = new SwapBench({ frames: 32, swapSlots: 15, pageCluster });
    const entries = Array.from({ length: 15 }, () => bench.swappedOut(1));
    bench.free(entries[4]!);
    return bench;
  }
  const cachedSlots = (bench: SwapBench): number[] =>
    Array.from({ length: 15 }, (_, i) => i + 1).filter((i) => bench.cached(i) !== 0);

  it('reads the aligned cluster without slot 0 and unused slots, and marks all but the wanted page', () => {
    const bench = cluster(3);
    const page = bench.run(swapin_readahead(bench.cpu(), 3));
    expect(cachedSlots(bench)).toEqual([1, 2, 3, 4, 6, 7]);
    expect(bench.cached(3)).toBe(page);
    const marked = cachedSlots(bench).filter((i) => bench.has(bench.cached(i), 'PG_reclaim'));
    expect(marked).toEqual([1, 2, 4, 6, 7]);
    // They are on the LRU: this CPU's pagevecs were drained before the last look-up.
    expect(bench.has(bench.cached(1), 'PG_lru')).toBe(true);
  });

  it('reads one slot and drains nothing when read-ahead is off', () => {
    const bench = cluster(0);
    const page = bench.run(swapin_readahead(bench.cpu(), 3));
    expect(cachedSlots(bench)).toEqual([3]);
    expect([bench.has(page, 'PG_lru'), bench.has(page, 'PG_reclaim')]).toEqual([false, false]);
  });

  it('shrinks its window step by step when nothing is hit, and keeps two for neighbours', () => {
    const bench = cluster(3);
    const size = () =>
      bench.word(bench.kernel.swap_info + swap_info_struct.offset.last_readahead_pages);
    const sizes = [3, 12, 3, 12, 13].map((entry) => {
      bench.run(swapin_readahead(bench.cpu(), entry));
      return size();
    });
    expect(sizes).toEqual([8, 4, 2, 1, 2]);
  });
});

describe('free_page_and_swap_cache', () => {
  it('frees an unmapped page and its slot', () => {
    const bench = new SwapBench();
    const frames = bench.freeFrames;
    const page = bench.cachedPage();
    bench.unlock(page);
    bench.run(free_page_and_swap_cache(bench.cpu(), page));
    expect([bench.freeFrames, bench.byte(1)]).toEqual([frames, 0]);
  });

  it.each([
    ['is mapped', 0, 1, false],
    ['has another user of its slot', 1, 0, false],
    ['is locked', 0, 0, true],
  ])('leaves the cache alone when the page %s', (_what, users, mappings, locked) => {
    const bench = new SwapBench();
    const page = bench.cachedPage(users, mappings);
    if (!locked) bench.unlock(page);
    bench.run(free_page_and_swap_cache(bench.cpu(), page));
    expect([bench.has(page, 'PG_swapcache'), bench.byte(1)]).toEqual([true, HAS_CACHE | users]);
    expect(bench.count(page)).toBe(1);
  });
});

describe('free_pages_and_swap_cache', () => {
  it('without CONFIG_SWAP only releases the pages', () => {
    const bench = new SwapBench({ CONFIG_SWAP: false });
    const frames = bench.freeFrames;
    const pages = [bench.page('PG_uptodate'), bench.page('PG_uptodate')];
    bench.run(free_pages_and_swap_cache(bench.cpu(), pages));
    expect(bench.freeFrames).toBe(frames);
  });

  it('without hunk 28 a marked pointer is a wild one', () => {
    const without = fixed.filter(
      (id) => !id.endsWith('mm/swap_state/free_pages_and_swap_cache'),
    ) as HunkId[];
    const bench = new SwapBench({}, without);
    const page = bench.anonPage(1);
    bench.unlock(page);
    const faults = bench.faultsOf(free_pages_and_swap_cache(bench.cpu(), [MarkLazyFree(page)]));
    expect(faults[0]!.kind).toBe('oops');
  });

  it('drops the reference that a marked page came with, and hands the array over clean', () => {
    const bench = new SwapBench({}, fixed);
    const page = bench.anonPage(1);
    bench.unlock(page);
    bench.set(page + Page._count, 2);
    bench.run(free_pages_and_swap_cache(bench.cpu(), [MarkLazyFree(page)]));
    // One for the pte, one for the pagevec of deactivate_page.
    expect([bench.count(page), bench.word(page + Page.mapping) & 7]).toEqual([2, LAZYFREE]);
  });

  describe('a page whose lock was not to be had, unlocked right after', () => {
    /** The page is unmapped meanwhile and only the cache uses its slot; who has the lock lets go. */
    function outcomes(hunks: readonly string[]): string[] {
      const bench = new SwapBench({ cpus: 2 }, hunks as HunkId[]);
      const page = bench.cachedPage();
      const free = () => free_pages_and_swap_cache(bench.cpu(0), [MarkLazyFree(page)]);
      const letGo = function* (): Steps {
        yield step(page + Page.PG_locked);
        bench.kernel.machine.release(page + Page.PG_locked);
      };
      bench.set(page + Page._count, 3);
      return bench.outcomes([free, letGo], () => {
        const lazy = (bench.word(page + Page.mapping) & 7) === LAZYFREE;
        return `${lazy ? 'lazy' : 'plain'}, ${bench.has(page, 'PG_swapcache') ? 'cached' : 'slot freed'}`;
      });
    }

    it('gives up its slot in the original', () => {
      expect(outcomes(original)).toEqual([
        'lazy, slot freed',
        'plain, cached',
        'plain, slot freed',
      ]);
    });

    it('keeps it with the fixup', () => {
      expect(outcomes(fixed)).toEqual(['lazy, slot freed', 'plain, cached']);
    });
  });
});

describe('move_lazyfree', () => {
  const pagevec = `${PAGEVECS[2]}_nr` as const;
  const queued = (bench: SwapBench) => bench.word(bench.kernel.percpu(0, pagevec));
  const move = (bench: SwapBench, page: number) => bench.run(move_lazyfree(bench.cpu(), page));
  const tag = (bench: SwapBench, page: number) => bench.word(page + Page.mapping) & 7;

  it('does nothing to a locked page', () => {
    const bench = new SwapBench({}, fixed);
    const page = bench.anonPage(1);
    expect(move(bench, page)).toBe(false);
    expect([tag(bench, page), queued(bench)]).toEqual([PAGE_MAPPING_ANON, 0]);
  });

  it('does nothing to a KSM page but unlock it', () => {
    const bench = new SwapBench({}, fixed);
    const page = bench.anonPage(1);
    bench.unlock(page);
    const ksm = PAGE_MAPPING_ANON | PAGE_MAPPING_KSM;
    bench.set(page + Page.mapping, bench.kernel.stableNodes | ksm);
    expect(move(bench, page)).toBe(false);
    expect([tag(bench, page), bench.word(page + Page.PG_locked)]).toEqual([ksm, 0]);
  });

  it('takes a page out of the swap cache, clean, if only the cache uses the slot', () => {
    const bench = new SwapBench({}, fixed);
    const page = bench.cachedPage(0, 1);
    bench.unlock(page);
    expect(move(bench, page)).toBe(true);
    expect([bench.has(page, 'PG_swapcache'), bench.has(page, 'PG_dirty')]).toEqual([false, false]);
    expect([tag(bench, page), queued(bench)]).toEqual([LAZYFREE, 1]);
  });

  it('leaves a page with other users of its slot in the cache, as dirty as it was', () => {
    const bench = new SwapBench({}, fixed);
    const page = bench.cachedPage(1, 1);
    bench.unlock(page);
    expect(move(bench, page)).toBe(true);
    expect([bench.has(page, 'PG_swapcache'), bench.has(page, 'PG_dirty')]).toEqual([true, true]);
    expect([tag(bench, page), queued(bench)]).toEqual([LAZYFREE, 1]);
  });

  it('leaves PG_dirty of a page outside the swap cache alone', () => {
    const bench = new SwapBench({}, fixed);
    const page = bench.anonPage(1);
    bench.unlock(page);
    bench.flags(page, 'PG_dirty');
    expect(move(bench, page)).toBe(true);
    expect(bench.has(page, 'PG_dirty')).toBe(true);
  });

  it('deactivates a page that is lazyfree already no second time', () => {
    const bench = new SwapBench({}, fixed);
    const page = bench.anonPage(1);
    bench.unlock(page);
    expect([move(bench, page), move(bench, page)]).toEqual([true, true]);
    expect([queued(bench), bench.count(page)]).toEqual([1, 2]);
  });
});

describe('__delete_from_swap_cache', () => {
  it('leaves the slot in transit until swapcache_free', () => {
    const bench = new SwapBench();
    const page = bench.cachedPage(1);
    const half = function* (): Steps {
      yield step(page);
      __delete_from_swap_cache(page);
    };
    bench.run(half());
    expect([bench.byte(1), bench.word(bench.kernel.swapTransit(1))]).toEqual([HAS_CACHE | 1, -1]);
    bench.run(swapcache_free(bench.cpu(), 1, page));
    bench.run(put_page(bench.cpu(), page));
    expect(bench.word(bench.kernel.swapTransit(1))).toBe(0);
  });

  it('keeps try_to_free_swap from finding a slot', () => {
    const bench = new SwapBench();
    const page = bench.cachedPage(0);
    bench.run(delete_from_swap_cache(bench.cpu(), page));
    expect(bench.run(try_to_free_swap(bench.cpu(), page))).toBe(false);
  });
});
