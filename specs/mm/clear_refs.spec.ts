import {
  pte_dirty,
  pte_present,
  pte_soft_dirty,
  pte_swp_soft_dirty,
  pte_write,
  pte_young,
  swp_entry_to_pte,
} from '../../model/arch/x86/include/asm/pgtable';
import {
  CLEAR_REFS_ALL,
  CLEAR_REFS_ANON,
  CLEAR_REFS_MAPPED,
  CLEAR_REFS_SOFT_DIRTY,
  clear_refs_write,
} from '../../model/fs/proc/task_mmu';
import { EINVAL } from '../../model/include/uapi/asm-generic/errno-base';
import { mm_struct, Page } from '../../model/include/linux/mm_types';
import { swp_entry } from '../../model/include/linux/swapops';
import { VM_SOFTDIRTY } from '../../model/include/linux/vm_flags';
import { boot } from './support/boot';
import { Processes } from './support/process';

// Rests on fs/proc/task_mmu.c clear_refs_write and page 10 of the facts, clear_refs.

const DIRTY = 1 << 6;
const SWP_SOFT_DIRTY = 1 << 7;

/** A young dirty page in anonymous memory at 1, and one in a private file mapping at 5. */
function mapped() {
  const bench = new Processes();
  bench.map(1, 2);
  bench.map(5, 2, { kind: 'private-file' });
  const pages = [bench.anonPage(1), bench.anonPage(5)];
  for (const page of pages) bench.flags(page, 'PG_referenced');
  const clear = (type: number) => bench.run(clear_refs_write(bench.task(1), bench.mm(), type));
  const young = () => [1, 5].map((at) => pte_young(bench.pte(at)));
  return { bench, pages, clear, young };
}

describe('clear_refs', () => {
  it.each([
    ['all', CLEAR_REFS_ALL, [false, false]],
    ['those without a file', CLEAR_REFS_ANON, [false, true]],
    ['those with a file', CLEAR_REFS_MAPPED, [true, false]],
  ])('clears accessed and referenced bits in vmas: %s', (_which, type, left) => {
    const { bench, pages, clear, young } = mapped();
    expect(clear(type)).toBe(0);
    expect(young()).toEqual(left);
    expect(pages.map((page) => bench.has(page, 'PG_referenced'))).toEqual(left);
  });

  // mm/pagewalk.c walk_page_range.
  it('passes over frames without a struct page, also for the soft-dirty bits', () => {
    const bench = boot();
    bench.map(1, 1, { kind: 'pfn', mapping: bench.file('pfn') });
    const before = bench.pte(1);
    expect([pte_present(before), pte_write(before)]).toEqual([true, true]);
    expect(bench.run(clear_refs_write(bench.task(), bench.mm(), CLEAR_REFS_SOFT_DIRTY))).toBe(0);
    expect(bench.pte(1)).toBe(before);
  });

  it('leaves dirty bits, RW and PG_dirty alone', () => {
    const { bench, pages, clear } = mapped();
    clear(CLEAR_REFS_ALL);
    expect([pte_dirty(bench.pte(1)), pte_write(bench.pte(1))]).toEqual([true, true]);
    expect(bench.has(pages[0]!, 'PG_dirty')).toBe(false);
  });

  it('flushes once, at the end, and needs no page lock', () => {
    const { bench, pages } = mapped();
    for (const page of pages) bench.set(page + Page.PG_locked, -1);
    bench.set(bench.kernel.tlb(0, 1), bench.pte(1));
    const task = bench.start(clear_refs_write(bench.task(1, 0), bench.mm(), CLEAR_REFS_ALL));
    bench.go(task, () => !pte_young(bench.pte(5)));
    expect(bench.word(bench.kernel.tlb(0, 1))).not.toBe(0);
    bench.go(task);
    expect(bench.word(bench.kernel.tlb(0, 1))).toBe(0);
    expect(bench.word(bench.mm() + mm_struct.offset.mmap_sem)).toBe(0);
  });

  it('takes soft-dirty and RW from ptes, and soft-dirty from swap ptes and vmas', () => {
    const { bench, clear } = mapped();
    bench.setPte(2, swp_entry_to_pte(swp_entry(0, 1)) | SWP_SOFT_DIRTY);
    expect(pte_soft_dirty(bench.pte(1))).toBe(true);
    clear(CLEAR_REFS_SOFT_DIRTY);
    const pte = bench.pte(1);
    expect([pte_soft_dirty(pte), pte_write(pte), pte_young(pte), pte_dirty(pte)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(pte_swp_soft_dirty(bench.pte(2)) || pte_present(bench.pte(2))).toBe(false);
    expect(bench.vmas().every(({ flags }) => (flags & VM_SOFTDIRTY) === 0)).toBe(true);
  });

  // clear_soft_dirty, which clears VM_SOFTDIRTY, is called for ptes alone.
  it('leaves the soft-dirty bit of a vma for which there is no page table yet', () => {
    const { bench, clear } = mapped();
    bench.map(9, 2);
    clear(CLEAR_REFS_SOFT_DIRTY);
    const dirty = bench.vmas().filter(({ flags }) => (flags & VM_SOFTDIRTY) !== 0);
    expect(dirty.map(({ start }) => start)).toEqual([9]);
  });

  it('loses a dirty bit that the hardware sets between its look and its store', () => {
    const { bench } = mapped();
    bench.setPte(1, bench.pte(1) & ~DIRTY);
    const ptl = bench.kernel.ptl(bench.mm(), 1);
    const task = bench.start(clear_refs_write(bench.task(1), bench.mm(), CLEAR_REFS_SOFT_DIRTY));
    bench.go(task, () => bench.word(ptl) === -1);
    // One step reads the pte at 1, which is the first of the page table that a vma covers.
    bench.kernel.machine.step(task, 0);
    bench.setPte(1, bench.pte(1) | DIRTY);
    bench.go(task);
    expect(pte_dirty(bench.pte(1))).toBe(false);
  });

  it('refuses other numbers, and does nothing to a process that is gone', () => {
    const { bench, clear, young } = mapped();
    expect([clear(0), clear(5)]).toEqual([-EINVAL, -EINVAL]);
    bench.set(bench.mm() + mm_struct.offset.task, 0);
    expect(clear(CLEAR_REFS_ALL)).toBe(0);
    expect(young()).toEqual([true, true]);
  });
});
