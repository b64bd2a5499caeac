import { pte_soft_dirty, swp_entry_to_pte } from '../../model/arch/x86/include/asm/pgtable';
import { userRead } from '../../model/hardware/user-access';
import { Page } from '../../model/include/linux/mm_types';
import { swp_entry, SWP_HWPOISON, SWP_MIGRATION_READ } from '../../model/include/linux/swapops';
import { VM_LOCKED } from '../../model/include/linux/vm_flags';
import type { KernelConfig } from '../../model/state/config';
import { boot } from './support/boot';

// Rests on mm/memory.c do_swap_page.

const A = 1;

/** Process 0's page A holds 7 and has been swapped out; it is still in the swap cache. */
function swapped(config: Partial<KernelConfig> = {}) {
  const k = boot({ cpus: 2, ...config });
  k.map(A, 2);
  k.write(A, 7);
  const page = k.swapOut(A);
  return { k, page, slot: k.word(page + Page.private) };
}

const byte = (k: ReturnType<typeof boot>, slot: number): number =>
  k.word(k.kernel.swap_map + slot * 4);

describe('a load', () => {
  it('maps the cached page clean, young and read-only; it stays in the swap cache', () => {
    const { k, page, slot } = swapped();
    k.set(page + Page.PG_dirty, 0);
    expect(k.read(A)).toBe(7);
    expect(k.pageAt(A)).toBe(page);
    expect(k.at(A)).toMatchObject({ write: false, dirty: false, young: true });
    expect([k.has(page, 'PG_swapcache'), k.has(page, 'PG_dirty')]).toEqual([true, false]);
    expect(byte(k, slot)).toBe(0x40);
    expect(k.rss()).toEqual({ anon: 1, file: 0, swap: 0 });
  });

  it('takes the page out of the swap cache if the vma is locked', () => {
    const { k, page, slot } = swapped();
    k.addFlags(k.vmaAt(A), VM_LOCKED);
    k.read(A);
    expect([k.has(page, 'PG_swapcache'), k.has(page, 'PG_dirty'), byte(k, slot)]).toEqual([
      false,
      true,
      0,
    ]);
  });

  it('takes the page out of the swap cache if swap is more than half full', () => {
    const { k, page } = swapped({ swapSlots: 2 });
    expect(k.word(k.kernel.nr_swap_pages) * 2).toBe(2);
    k.set(k.kernel.nr_swap_pages, 0);
    k.read(A);
    expect(k.has(page, 'PG_swapcache')).toBe(false);
  });

  it('keeps soft-dirty, which was in the entry', () => {
    const { k } = swapped();
    expect(k.at(A).softDirty).toBe(true);
    k.read(A);
    expect(pte_soft_dirty(k.pte(A))).toBe(true);
  });

  it('waits for the page lock without mmap_sem, then tries again', () => {
    const { k, page } = swapped();
    k.set(page + Page.PG_locked, -1);
    const task = k.start(userRead(k.task(), A, 0));
    k.go(task);
    expect([k.ended(task), k.unlocked]).toEqual([false, true]);
    k.set(page + Page.PG_locked, 0);
    k.go(task);
    expect(k.at(A).state).toBe('present');
  });

  it('tries again if the page has left the swap cache meanwhile', () => {
    const { k, page } = swapped();
    const task = k.start(userRead(k.task(0, 0), A, 0));
    k.set(page + Page.PG_locked, -1);
    k.go(task);
    // Another thread's write takes the page over and out of the cache.
    k.set(page + Page.PG_locked, 0);
    k.write(A, 8, { cpu: 1 });
    k.go(task);
    expect([k.read(A), k.rss().anon]).toEqual([8, 1]);
  });

  it('of a page that could not be read is SIGBUS', () => {
    const { k, page } = swapped();
    k.set(page + Page.PG_uptodate, 0);
    expect(k.read(A)).toBe('SIGBUS');
    expect([k.unlocked, k.has(page, 'PG_locked'), k.at(A).state]).toEqual([true, false, 'swapped']);
  });

  it('of a poisoned page is SIGBUS', () => {
    const { k, page } = swapped();
    k.set(page + Page.PG_hwpoison, 1);
    expect(k.read(A)).toBe('SIGBUS');
  });
});

describe('a store', () => {
  it("takes over a page that is nobody else's: out of the swap cache, dirty, writable", () => {
    const { k, page, slot } = swapped();
    k.write(A, 8);
    expect(k.pageAt(A)).toBe(page);
    expect(k.at(A)).toMatchObject({ write: true, dirty: true });
    expect([k.has(page, 'PG_swapcache'), k.has(page, 'PG_dirty')]).toEqual([false, true]);
    expect(byte(k, slot)).toBe(0);
  });

  it('takes over a page under write-back, which stays in the swap cache', () => {
    const { k, page } = swapped();
    k.set(page + Page.PG_writeback, -1);
    k.write(A, 8);
    expect([k.pageAt(A), k.has(page, 'PG_swapcache')]).toEqual([page, true]);
  });

  it('copies a page whose slot another process uses', () => {
    const k = boot({ processes: 2 });
    k.map(A, 1);
    k.write(A, 7);
    const page = k.swapOut(A);
    k.fork(1);
    k.write(A, 8);
    expect(k.pageAt(A)).not.toBe(page);
    expect(k.at(A)).toMatchObject({ write: true, dirty: true });
    expect([k.read(A), k.read(A, { process: 1 })]).toEqual([8, 7]);
  });

  it('counts the page once', () => {
    const { k } = swapped();
    k.write(A, 8);
    expect(k.rss()).toEqual({ anon: 1, file: 0, swap: 0 });
  });
});

describe('a slot that is not in the swap cache', () => {
  it('is read, which is a major fault', () => {
    const { k, page, slot } = swapped();
    // The page leaves the cache as reclaim would have it: its contents are in the slot.
    k.set(k.kernel.swapSlot(slot, 0), 7);
    k.set(k.kernel.swapper_space + slot * 4, 0);
    k.set(k.kernel.swap_map + slot * 4, 1);
    const major = k.event('PGMAJFAULT');
    expect(k.read(A)).toBe(7);
    expect(k.pageAt(A)).not.toBe(page);
    expect(k.event('PGMAJFAULT')).toBe(major + 1);
  });
});

describe('other entries', () => {
  it('of poison are SIGBUS', () => {
    const { k } = swapped();
    k.setPte(A, swp_entry_to_pte(swp_entry(SWP_HWPOISON(), 3)));
    expect(k.read(A)).toBe('SIGBUS');
  });

  it('of migration make the fault wait for the page lock', () => {
    const { k, page } = swapped();
    k.read(A);
    const pte = k.pte(A);
    k.set(page + Page.PG_locked, -1);
    k.setPte(A, swp_entry_to_pte(swp_entry(SWP_MIGRATION_READ(), k.kernel.pfn(page))));
    k.set(k.kernel.tlb(0, A), 0);
    const task = k.start(userRead(k.task(), A, 0));
    k.go(task);
    expect(k.ended(task)).toBe(false);
    k.setPte(A, pte);
    k.set(page + Page.PG_locked, 0);
    k.go(task);
    expect(k.ended(task)).toBe(true);
  });
});
