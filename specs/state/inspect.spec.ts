import { swp_entry_to_pte } from '../../model/arch/x86/include/asm/pgtable';
import { Page } from '../../model/include/linux/mm_types';
import { SWP_MIGRATION_READ, swp_entry } from '../../model/include/linux/swapops';
import { VM_LOCKED, VM_NONLINEAR } from '../../model/include/linux/vm_flags';
import { memory_failure } from '../../model/mm/memory-failure';
import { add_to_swap } from '../../model/mm/swap_state';
import {
  contentOf,
  countPages,
  lruList,
  pagemap,
  pagemapEntry,
  smaps,
  swapMap,
  vmEvent,
  zoneCounter,
  zoneCounterExact,
} from '../../model/state/inspect';
import { boot } from '../mm/support/boot';
import { Processes } from '../mm/support/process';

// Rests on fs/proc/task_mmu.c smaps_pte_entry and pagemap_read, and mm/vmstat.c.

const swapPte = (slot: number) => swp_entry_to_pte(swp_entry(0, slot));

describe('pagemap', () => {
  it('tells present, swapped and empty ptes apart, with their bits', () => {
    const bench = new Processes();
    bench.map(1, 4);
    const page = bench.anonPage(1, { dirty: false, write: false });
    bench.setPte(2, swapPte(3));
    bench.setPte(3, swp_entry_to_pte(swp_entry(SWP_MIGRATION_READ(), 2)));
    const entries = pagemap(bench.mm(), 1, 5);
    expect(entries.map(({ state }) => state)).toEqual(['present', 'swapped', 'migration', 'none']);
    expect(entries[0]).toMatchObject({
      page,
      write: false,
      dirty: false,
      young: true,
      huge: false,
    });
    expect(entries[0]!.flags).toEqual(['uptodate', 'lru', 'active', 'swapbacked']);
    expect(entries[1]!.slot).toBe(3);
  });

  it('is counted as the observed kernels were asked', () => {
    const bench = new Processes();
    bench.map(1, 4);
    bench.flags(bench.anonPage(1), 'PG_dirty');
    bench.set(bench.anonPage(2) + Page.mapping, 3);
    bench.setPte(3, swapPte(1));
    expect(countPages(bench.mm(), 1, 5)).toEqual({
      present: 2,
      swapped: 1,
      none: 1,
      PG_dirty: 1,
      PG_swapcache: 0,
      PG_active: 2,
      PG_unevictable: 0,
      KSM: 1,
      THP: 0,
      anon: 2,
    });
  });
});

// fs/proc/task_mmu.c pte_to_pagemap_entry: PM_SWAP for every is_swap_pte.
it('counts a poisoned page as swapped, and not in the smaps', () => {
  const bench = boot({ frames: 32 });
  bench.map(1, 1);
  bench.write(1, 7);
  bench.run(memory_failure(bench.cpu(), bench.pageAt(1)));
  expect(countPages(bench.mm(), 1, 2)).toMatchObject({ present: 0, swapped: 1, none: 0 });
  expect(smaps(bench.mm(), 1, 2).Swap).toBe(0);
});

describe('smaps', () => {
  it('calls a page private and dirty for its pte or for its flag', () => {
    const bench = new Processes();
    bench.map(1, 4);
    bench.anonPage(1);
    bench.flags(bench.anonPage(2, { dirty: false }), 'PG_dirty');
    bench.anonPage(3, { dirty: false, young: false });
    bench.setPte(4, swapPte(1));
    expect(smaps(bench.mm())).toMatchObject({
      Rss: 3,
      Anonymous: 3,
      Private_Dirty: 2,
      Private_Clean: 1,
      Referenced: 2,
      Swap: 1,
      Locked: 0,
    });
  });

  it('calls a page shared that is mapped twice, and sums a range only', () => {
    const bench = new Processes();
    bench.map(1, 4);
    bench.map(1, 4, { process: 1 });
    const page = bench.anonPage(1);
    bench.anonPage(2);
    bench.mapAgain(page, 1, 1);
    expect(smaps(bench.mm(), 1, 2)).toMatchObject({ Rss: 1, Shared_Dirty: 1, Private_Dirty: 0 });
    bench.addFlags(bench.vmaAt(1), VM_LOCKED);
    expect(smaps(bench.mm())).toMatchObject({ Rss: 2, Pss: 1.5, Locked: 1.5 });
  });

  // fs/proc/task_mmu.c show_smap: the line is printed if (vma->vm_flags & VM_NONLINEAR).
  it('tells only of a nonlinear mapping which pages are not where they would be', () => {
    const bench = new Processes();
    bench.map(1, 4);
    const page = bench.anonPage(1);
    bench.set(page + Page.index, bench.word(page + Page.index) + 1);
    expect(smaps(bench.mm()).Nonlinear).toBe(0);
    bench.addFlags(bench.vmaAt(1), VM_NONLINEAR);
    expect(smaps(bench.mm()).Nonlinear).toBe(1);
  });
});

describe('the views of the whole kernel', () => {
  it('lists an LRU list from the newest page to the next to be reclaimed', () => {
    const bench = new Processes();
    bench.map(1, 4);
    const pages = [1, 2, 3].map((at) => bench.anonPage(at));
    expect(lruList('active_anon')).toEqual([...pages].reverse());
    expect(lruList('inactive_anon')).toEqual([]);
  });

  it('shows used swap slots with who uses them', () => {
    const bench = new Processes();
    bench.map(1, 4);
    const page = bench.anonPage(1);
    bench.set(page + Page.PG_locked, -1);
    bench.run(add_to_swap(bench.cpu(), page));
    expect(swapMap()).toEqual([
      { offset: 1, count: 0, hasCache: true, page, content: contentOf(page).map(() => 0) },
    ]);
  });

  it('reads a counter with and without what the CPUs have not folded yet', () => {
    const bench = new Processes({ cpus: 2 });
    bench.set(bench.kernel.zoneStat('NR_LAZYFREE_PAGES'), 3);
    bench.set(bench.kernel.percpu(0, 'diff_NR_LAZYFREE_PAGES'), 2);
    bench.set(bench.kernel.percpu(1, 'diff_NR_LAZYFREE_PAGES'), -4);
    expect([zoneCounter('NR_LAZYFREE_PAGES'), zoneCounterExact('NR_LAZYFREE_PAGES')]).toEqual([
      3, 1,
    ]);
  });

  it('changes nothing', () => {
    const bench = new Processes();
    bench.map(1, 4);
    bench.anonPage(1);
    const before = bench.kernel.machine.arena.mem.slice();
    pagemapEntry(bench.mm(), 1);
    smaps(bench.mm());
    expect(vmEvent('PGALLOC')).toBeGreaterThanOrEqual(0);
    expect(bench.kernel.machine.arena.mem).toEqual(before);
  });
});
