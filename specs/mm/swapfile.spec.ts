/** mm/swapfile.c: the swap map and who may do what with a slot. */
import { Page } from '../../model/include/linux/mm_types';
import { PAGE_MAPPING_ANON, PAGE_MAPPING_KSM } from '../../model/include/linux/mm';
import { vm_swap_full } from '../../model/include/linux/swap';
import { swp_entry } from '../../model/include/linux/swapops';
import {
  add_swap_count_continuation,
  free_swap_and_cache,
  get_swap_page,
  page_swapcount,
  reuse_swap_page,
  swap_duplicate,
  swap_free,
  swap_shmem_alloc,
  swapcache_free,
  swapcache_prepare,
  try_to_free_swap,
} from '../../model/mm/swapfile';
import {
  page_freeze_refs,
  page_unfreeze_refs,
  unlock_page,
} from '../../model/include/linux/pagemap';
import { lock, unlock, type Steps } from '../../model/machine/op';
import { SwapBench } from './support/swap';

const HAS_CACHE = 0x40;
const EINVAL_TYPE = 31;

/** All slots in use by the cache alone, but for the given ones, which are free; next comes `next`. */
function nearlyFull(slots: number, free: readonly number[]): { bench: SwapBench; pages: number[] } {
  const bench = new SwapBench({ swapSlots: slots });
  const pages = [0];
  for (let i = 1; i <= slots; i++) pages.push(bench.cachedPage());
  for (const offset of free) {
    expect(bench.run(try_to_free_swap(bench.cpu(), pages[offset]!))).toBe(true);
  }
  for (const page of pages.slice(1)) bench.unlock(page);
  return { bench, pages };
}

describe('get_swap_page', () => {
  it('marks a slot for the cache, with no users', () => {
    const bench = new SwapBench({ swapSlots: 3 });
    const entry = bench.run(get_swap_page(bench.cpu()));
    expect(bench.byte(entry)).toBe(HAS_CACHE);
    expect([bench.freeSlots, bench.usedSlots]).toEqual([2, 1]);
  });

  it('gives every slot once, in a row, and then 0', () => {
    const bench = new SwapBench({ swapSlots: 3 });
    const entries = [1, 2, 3, 4].map(() => bench.run(get_swap_page(bench.cpu())));
    expect(entries).toEqual([1, 2, 3, 0]);
    expect([bench.freeSlots, bench.usedSlots]).toEqual([0, 3]);
  });

  it('goes on from the slot given last, and only then from the start', () => {
    const bench = new SwapBench({ swapSlots: 3 });
    const [first] = [bench.swappedOut(), bench.swappedOut()];
    bench.free(first);
    expect(bench.run(get_swap_page(bench.cpu()))).toBe(3);
    expect(bench.run(get_swap_page(bench.cpu()))).toBe(first);
  });

  it('has none without CONFIG_SWAP', () => {
    const bench = new SwapBench({ CONFIG_SWAP: false });
    expect(bench.run(get_swap_page(bench.cpu()))).toBe(0);
  });

  it('takes a slot from the cache when swap is more than half full', () => {
    const { bench, pages } = nearlyFull(4, [2, 4]);
    expect(bench.run(get_swap_page(bench.cpu()))).toBe(2);
    expect(bench.run(get_swap_page(bench.cpu()))).toBe(3);
    expect(bench.has(pages[3]!, 'PG_swapcache')).toBe(false);
    expect(bench.has(pages[3]!, 'PG_dirty')).toBe(true);
    // Slot 4 is still free: slot 3 came from the cache.
    expect([bench.byte(4), bench.freeSlots]).toEqual([0, 1]);
  });

  it('leaves the slot of a locked page alone and looks further', () => {
    const { bench, pages } = nearlyFull(4, [2, 4]);
    bench.lock(pages[3]!);
    expect(bench.run(get_swap_page(bench.cpu()))).toBe(2);
    expect(bench.run(get_swap_page(bench.cpu()))).toBe(4);
    expect(bench.has(pages[3]!, 'PG_swapcache')).toBe(true);
  });

  it('leaves the cache alone while half of swap is free', () => {
    const { bench, pages } = nearlyFull(4, [2, 3, 4]);
    expect(bench.run(vm_swap_full())).toBe(false);
    expect(bench.run(get_swap_page(bench.cpu()))).toBe(2);
    expect(bench.has(pages[1]!, 'PG_swapcache')).toBe(true);
  });

  it('does not take a slot from the cache either where it begins to look', () => {
    const { bench, pages } = nearlyFull(8, [1, 3, 4, 5, 6, 7, 8]);
    const given = [1, 2].map(() => bench.run(get_swap_page(bench.cpu())));
    expect(given).toEqual([1, 3]);
    expect(bench.has(pages[2]!, 'PG_swapcache')).toBe(true);
  });

  it('takes it also behind a slot that is in use', () => {
    const { bench } = nearlyFull(6, [1, 6]);
    bench.setByte(2, HAS_CACHE | 1);
    const given = [1, 2].map(() => bench.run(get_swap_page(bench.cpu())));
    expect(given).toEqual([1, 3]);
  });

  it('never gives two CPUs the same slot', () => {
    const bench = new SwapBench({ cpus: 2, swapSlots: 2 });
    const tasks = [0, 1].map((id) => () => get_swap_page(bench.cpu(id)));
    expect(bench.outcomes(tasks, (r) => r.join(' '))).toEqual(['1 2', '2 1']);
  });
});

describe('vm_swap_full', () => {
  it.each([
    [4, 2, false],
    [4, 3, true],
    [3, 1, false],
    [3, 2, true],
    [0, 0, false],
  ])('of %i slots %i in use: %s', (swapSlots, used, full) => {
    const bench = new SwapBench({ swapSlots });
    for (let i = 0; i < used; i++) bench.swappedOut();
    expect(bench.run(vm_swap_full())).toBe(full);
  });
});

describe('swap_duplicate and swap_free', () => {
  it('count the users of a slot, and the last one frees it', () => {
    const bench = new SwapBench({ swapSlots: 3 });
    const entry = bench.swappedOut(1);
    expect(bench.run(swap_duplicate(bench.cpu(), entry))).toBe(0);
    expect([bench.byte(entry), bench.freeSlots]).toEqual([2, 2]);
    bench.free(entry);
    expect([bench.byte(entry), bench.freeSlots]).toEqual([1, 2]);
    bench.free(entry);
    expect([bench.byte(entry), bench.freeSlots, bench.usedSlots]).toEqual([0, 3, 0]);
  });

  it('leave the flag of the cache alone, and a cached slot is not free', () => {
    const bench = new SwapBench({ swapSlots: 3 });
    const entry = bench.offsetOf(bench.cachedPage());
    bench.run(swap_duplicate(bench.cpu(), entry));
    expect(bench.byte(entry)).toBe(HAS_CACHE | 1);
    bench.free(entry);
    expect([bench.byte(entry), bench.freeSlots]).toEqual([HAS_CACHE, 2]);
  });

  it.each([
    ['an unused slot', swp_entry(0, 2)],
    ['an entry that is no swap', swp_entry(EINVAL_TYPE, 2)],
    ['an offset beyond the device', swp_entry(0, 9)],
  ])('duplicating %s changes nothing and is no error', (_what, entry) => {
    const bench = new SwapBench({ swapSlots: 3 });
    expect(bench.run(swap_duplicate(bench.cpu(), entry))).toBe(0);
    expect([1, 2, 3].map((i) => bench.byte(i))).toEqual([0, 0, 0]);
  });

  it.each([
    ['an unused slot', swp_entry(0, 2), 'swap_free: Unused swap offset entry'],
    ['an offset beyond the device', swp_entry(0, 9), 'swap_free: Bad swap offset entry'],
    ['an entry of another device', swp_entry(3, 2), 'swap_free: Bad swap file entry'],
  ])('freeing %s is a complaint and nothing else', (_what, entry, complaint) => {
    const bench = new SwapBench({ swapSlots: 3 });
    bench.free(entry);
    expect(bench.complaints()).toEqual([complaint]);
    expect([bench.freeSlots, bench.byte(2)]).toEqual([3, 0]);
  });

  it('a user too few wraps the byte of a cached slot around', () => {
    const bench = new SwapBench();
    const entry = bench.offsetOf(bench.cachedPage());
    bench.free(entry);
    expect(bench.byte(entry)).toBe(0xff);
  });

  it('a freed slot is told to a device that wants to know, and reads as zeros', () => {
    for (const swapSlotFreeNotify of [false, true]) {
      const bench = new SwapBench({ swapSlotFreeNotify });
      const entry = bench.swappedOut(1, [5, 6]);
      bench.free(entry);
      expect(bench.slot(entry)).toEqual(swapSlotFreeNotify ? [0, 0] : [5, 6]);
    }
  });
});

describe('a count that overflows the byte', () => {
  it('goes on in a continuation page and comes back user by user', () => {
    const bench = new SwapBench({ swapMapMax: 2 });
    const entry = bench.swappedOut(1);
    const frames = bench.freeFrames;
    for (let i = 0; i < 6; i++) expect(bench.run(swap_duplicate(bench.cpu(), entry))).toBe(0);
    expect(bench.freeFrames).toBe(frames - 1);
    for (let left = 6; left > 0; left--) {
      bench.free(entry);
      expect(bench.byte(entry)).not.toBe(0);
    }
    bench.free(entry);
    expect(bench.byte(entry)).toBe(0);
  });

  it('is -ENOMEM without memory for that page, and nothing has changed', () => {
    const bench = new SwapBench({ swapMapMax: 2, allocationsFail: true });
    const entry = bench.swappedOut(2);
    const run = () => swap_duplicate(bench.cpu(), entry);
    const seen = bench.outcomes([run], ([r]) => `${String(r)} ${bench.byte(entry)}`);
    expect(seen).toEqual(['-12 2', `0 ${0x80}`]);
  });

  it('needs one page for all slots', () => {
    const bench = new SwapBench({ swapMapMax: 2 });
    const entries = [bench.swappedOut(2), bench.swappedOut(2)];
    const frames = bench.freeFrames;
    for (const entry of entries) bench.run(swap_duplicate(bench.cpu(), entry));
    bench.run(add_swap_count_continuation(bench.cpu(), entries[0]!));
    expect(bench.freeFrames).toBe(frames - 1);
  });
});

describe('swapcache_prepare', () => {
  it('claims a used slot once; a slot without users is none', () => {
    const bench = new SwapBench();
    const entry = bench.swappedOut(1);
    const prepare = () => bench.run(swapcache_prepare(entry));
    expect([prepare(), prepare()]).toEqual([0, -17]);
    expect(bench.byte(entry)).toBe(HAS_CACHE | 1);
    bench.run(swapcache_free(bench.cpu(), entry, 0));
    bench.free(entry);
    expect([prepare(), bench.byte(entry)]).toEqual([-2, 0]);
  });

  it('has one winner among several CPUs', () => {
    const bench = new SwapBench({ cpus: 2 });
    const entry = bench.swappedOut(1);
    const tasks = [0, 1].map(() => () => swapcache_prepare(entry));
    expect(bench.outcomes(tasks, (r) => r.join(' '))).toEqual(['-17 0', '0 -17']);
  });
});

describe('the mark of shmem', () => {
  it('is no count: one free is enough', () => {
    const bench = new SwapBench();
    const page = bench.cachedPage();
    const entry = bench.offsetOf(page);
    bench.run(swap_shmem_alloc(bench.cpu(), entry));
    expect(bench.byte(entry)).toBe(0xff);
    expect(bench.run(swap_duplicate(bench.cpu(), entry))).toBe(0);
    expect(bench.byte(entry)).toBe(0xff);
    bench.free(entry);
    expect(bench.byte(entry)).toBe(HAS_CACHE);
  });
});

describe('try_to_free_swap', () => {
  it('takes the page out of the cache, dirty, and frees the slot', () => {
    const bench = new SwapBench();
    const page = bench.cachedPage(0, 1);
    bench.set(page + Page.PG_dirty, 0);
    expect(bench.run(try_to_free_swap(bench.cpu(), page))).toBe(true);
    expect([bench.has(page, 'PG_swapcache'), bench.has(page, 'PG_dirty')]).toEqual([false, true]);
    expect([bench.byte(1), bench.cached(1), bench.count(page)]).toEqual([0, 0, 1]);
  });

  it.each([
    ['a page outside the swap cache', (b: SwapBench) => b.anonPage()],
    ['a slot with users', (b: SwapBench) => b.cachedPage(1)],
    [
      'a page under write-back',
      (b: SwapBench) => {
        const page = b.cachedPage();
        b.set(page + Page.PG_writeback, -1);
        return page;
      },
    ],
  ])('refuses %s', (_what, make) => {
    const bench = new SwapBench();
    const page = make(bench);
    bench.set(page + Page.PG_dirty, 0);
    const before = [bench.byte(1), bench.count(page)];
    expect(bench.run(try_to_free_swap(bench.cpu(), page))).toBe(false);
    expect([bench.byte(1), bench.count(page)]).toEqual(before);
    expect(bench.has(page, 'PG_dirty')).toBe(false);
  });

  it('is a VM_BUG without the page lock', () => {
    const bench = new SwapBench();
    const page = bench.cachedPage();
    bench.unlock(page);
    expect(bench.faultsOf(try_to_free_swap(bench.cpu(), page))[0]!.kind).toBe('VM_BUG');
  });
});

describe('reuse_swap_page', () => {
  const reuse = (bench: SwapBench, page: number) => bench.run(reuse_swap_page(bench.cpu(), page));

  it.each([
    ['mapped once, no other user of the slot', 1, 0, true, false],
    ['mapped once, and a user of the slot', 1, 1, false, true],
    ['not mapped, one user of the slot (a fault in progress)', 0, 1, true, false],
    ['mapped twice', 2, 0, false, true],
  ])('%s', (_what, mappings, users, reusable, stays) => {
    const bench = new SwapBench();
    const page = bench.cachedPage(users, mappings);
    bench.set(page + Page.PG_dirty, 0);
    expect(reuse(bench, page)).toBe(reusable);
    expect([bench.has(page, 'PG_swapcache'), bench.has(page, 'PG_dirty')]).toEqual([stays, !stays]);
  });

  it('a page under write-back is reused and stays in the swap cache', () => {
    const bench = new SwapBench();
    const page = bench.cachedPage(0, 1);
    bench.set(page + Page.PG_writeback, -1);
    expect(reuse(bench, page)).toBe(true);
    expect([bench.has(page, 'PG_swapcache'), bench.byte(1)]).toEqual([true, HAS_CACHE]);
  });

  it('a KSM page is never reused', () => {
    const bench = new SwapBench();
    const page = bench.anonPage(1);
    bench.set(page + Page.mapping, bench.kernel.stableNodes | PAGE_MAPPING_ANON | PAGE_MAPPING_KSM);
    expect(reuse(bench, page)).toBe(false);
  });

  it('without CONFIG_SWAP one mapping decides, and no lock is needed', () => {
    const bench = new SwapBench({ CONFIG_SWAP: false });
    const page = bench.anonPage(1);
    bench.unlock(page);
    expect(reuse(bench, page)).toBe(true);
    bench.set(page + Page._mapcount, -1);
    expect(reuse(bench, page)).toBe(false);
  });
});

describe('free_swap_and_cache', () => {
  const drop = (bench: SwapBench, entry: number) =>
    bench.run(free_swap_and_cache(bench.cpu(), entry));

  /** A page that only the swap cache refers to, its slot with one user. */
  function idle(bench: SwapBench, mappings = 0): number {
    const page = bench.cachedPage(1, mappings);
    bench.unlock(page);
    return page;
  }

  it('the last user frees the slot and the page', () => {
    const bench = new SwapBench();
    const frames = bench.freeFrames;
    const page = idle(bench);
    bench.put(page);
    expect(drop(bench, 1)).toBe(true);
    expect([bench.byte(1), bench.freeFrames]).toEqual([0, frames]);
    expect(bench.complaints()).toEqual([]);
  });

  it('another user keeps both', () => {
    const bench = new SwapBench();
    const page = idle(bench);
    bench.setByte(1, HAS_CACHE | 2);
    expect(drop(bench, 1)).toBe(true);
    expect([bench.byte(1), bench.has(page, 'PG_swapcache')]).toEqual([HAS_CACHE | 1, true]);
  });

  it('a locked page keeps the slot, with the cache as its only user', () => {
    const bench = new SwapBench();
    const page = idle(bench);
    bench.lock(page);
    const count = bench.count(page);
    expect(drop(bench, 1)).toBe(true);
    expect([bench.byte(1), bench.count(page)]).toEqual([HAS_CACHE, count]);
  });

  it.each([
    ['stays in the cache', 8, true],
    ['leaves it when swap is full', 1, false],
  ])('a page that is mapped elsewhere %s', (_what, swapSlots, stays) => {
    const bench = new SwapBench({ swapSlots });
    const page = idle(bench, 1);
    drop(bench, 1);
    expect([bench.has(page, 'PG_swapcache'), bench.byte(1)]).toEqual([
      stays,
      stays ? HAS_CACHE : 0,
    ]);
    expect(bench.word(page + Page.PG_locked)).toBe(0);
  });

  it('a page under write-back stays in the cache', () => {
    const bench = new SwapBench();
    const page = idle(bench);
    bench.set(page + Page.PG_writeback, -1);
    drop(bench, 1);
    expect(bench.has(page, 'PG_swapcache')).toBe(true);
  });

  it('says no to a bad entry and yes to what is no swap', () => {
    const bench = new SwapBench();
    expect(drop(bench, swp_entry(0, 2))).toBe(false);
    expect(drop(bench, swp_entry(EINVAL_TYPE, 2))).toBe(true);
    expect(bench.complaints()).toEqual(['swap_free: Unused swap offset entry']);
  });

  it('without CONFIG_SWAP knows migration entries only', () => {
    const bench = new SwapBench({ CONFIG_SWAP: false });
    expect([drop(bench, swp_entry(30, 2)), drop(bench, swp_entry(29, 2))]).toEqual([true, false]);
  });

  it('cannot take a page whose lock holder adds a user meanwhile', () => {
    const bench = new SwapBench({ cpus: 2 });
    const page = idle(bench);
    bench.lock(page);
    // Reclaim holds the page lock, makes a pte a user of the slot and lets go.
    const reclaim = function* () {
      yield* swap_duplicate(bench.cpu(0), 1);
      yield* unlock_page(page);
    };
    const seen = bench.outcomes(
      [reclaim, () => free_swap_and_cache(bench.cpu(1), 1)],
      () => `${bench.byte(1).toString(16)} ${bench.has(page, 'PG_swapcache')}`,
    );
    expect(seen).toEqual(['41 true']);
  });

  it('its passing reference can keep a page from being frozen', () => {
    const bench = new SwapBench({ cpus: 2 });
    const page = idle(bench);
    bench.lock(page);
    const freeze = function* (): Steps<number> {
      const { swapTreeLock } = bench.kernel;
      yield lock(swapTreeLock);
      const frozen = yield page_freeze_refs(page, 2);
      if (frozen) yield page_unfreeze_refs(page, 2);
      yield unlock(swapTreeLock);
      return frozen;
    };
    const tasks = [() => free_swap_and_cache(bench.cpu(1), 1), freeze];
    expect(bench.outcomes(tasks, ([, frozen]) => String(frozen))).toEqual(['0', '1']);
  });
});

describe('page_swapcount', () => {
  it('is 0 for a page without a slot', () => {
    const bench = new SwapBench();
    expect(bench.run(page_swapcount(bench.anonPage()))).toBe(0);
    expect(bench.complaints()).toEqual([]);
  });

  it('leaves out the cache', () => {
    const bench = new SwapBench();
    expect(bench.run(page_swapcount(bench.cachedPage(2)))).toBe(2);
  });
});

describe('swapcache_free', () => {
  it('keeps a slot that still has users, and frees one that has none', () => {
    const bench = new SwapBench();
    const page = bench.cachedPage(1);
    bench.run(swapcache_free(bench.cpu(), 1, page));
    expect([bench.byte(1), bench.usedSlots]).toEqual([1, 1]);
    const other = bench.cachedPage(0);
    bench.run(swapcache_free(bench.cpu(), 2, other));
    expect([bench.byte(2), bench.usedSlots]).toEqual([0, 1]);
  });

  it('is a VM_BUG for a slot that the cache does not hold', () => {
    const bench = new SwapBench();
    const entry = bench.swappedOut(1);
    expect(bench.faultsOf(swapcache_free(bench.cpu(), entry, 0))[0]!.kind).toBe('VM_BUG');
  });
});

it('users that come and go on several CPUs leave the count right', () => {
  const bench = new SwapBench({ cpus: 3 });
  const entry = bench.swappedOut(1);
  const tasks = [
    () => swap_duplicate(bench.cpu(0), entry),
    () => swap_duplicate(bench.cpu(1), entry),
    () => swap_free(bench.cpu(2), entry),
  ];
  const seen = bench.outcomes(tasks, () => `${bench.byte(entry)} ${bench.complaints().join()}`);
  // Freed before anyone else took it, the slot is gone: no duplicate brings it back.
  expect(seen).toEqual(['0 ', '2 ']);
});
