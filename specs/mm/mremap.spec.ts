import {
  pte_dirty,
  pte_pfn,
  pte_soft_dirty,
  pte_swp_mksoft_dirty,
  pte_young,
  swp_entry_to_pte,
} from '../../model/arch/x86/include/asm/pgtable';
import { EFAULT, EINVAL, ENOMEM } from '../../model/include/uapi/asm-generic/errno-base';
import { anon_vma, mm_struct, Page } from '../../model/include/linux/mm_types';
import { swp_entry } from '../../model/include/linux/swapops';
import { VM_LOCKED } from '../../model/include/linux/vm_flags';
import { sys_mremap } from '../../model/mm/mremap';
import { page_mapped_in_vma } from '../../model/mm/rmap';
import { anonVmas } from '../../model/state/inspect';
import { Processes } from './support/process';

// Rests on mm/mremap.c, mm/mmap.c copy_vma and page 10 of the facts, mremap.

const PAGE = 4096;
const mremap = (bench: Processes, from: number, pages: number, to: number, newPages = pages) =>
  bench.run(sys_mremap(bench.task(), from * PAGE, pages * PAGE, to * PAGE, newPages * PAGE));
const borders = (bench: Processes) =>
  bench.vmas().map(({ start, end, pgoff }) => [start, end, pgoff]);

/** A mapping at 1 with a written page at 2 and a swap entry at 3. */
function withPage() {
  const bench = new Processes();
  bench.map(1, 3);
  const page = bench.anonPage(2);
  const swap = swp_entry_to_pte(swp_entry(0, 1));
  bench.setPte(3, swap);
  return { bench, page, swap };
}

describe('mremap to another place', () => {
  it('moves every pte with its bits, and marks it soft-dirty', () => {
    const { bench, page, swap } = withPage();
    expect(mremap(bench, 1, 3, 9)).toBe(9);
    expect([1, 2, 3].map((at) => bench.pte(at))).toEqual([0, 0, 0]);
    const pte = bench.pte(10);
    expect(pte_pfn(pte)).toBe(bench.kernel.pfn(page));
    expect([pte_dirty(pte), pte_young(pte), pte_soft_dirty(pte)]).toEqual([true, true, true]);
    expect(bench.pte(11)).toBe(pte_swp_mksoft_dirty(swap));
  });

  it('leaves rss, mapcount and index as they are: vm_pgoff moves along', () => {
    const { bench, page } = withPage();
    mremap(bench, 1, 3, 9);
    expect(borders(bench)).toEqual([[9, 12, 1]]);
    expect([bench.rss().anon, bench.mapcount(page), bench.word(page + Page.index)]).toEqual([
      1, 1, 2,
    ]);
    expect(bench.run(page_mapped_in_vma(bench.cpu(), page, bench.vmaAt(9)))).toBe(true);
    expect(anonVmas()).toMatchObject([{ vmas: [bench.vmaAt(9)], refcount: 1 }]);
  });

  it('gives a mapping without pages the vm_pgoff of its new place', () => {
    const bench = new Processes();
    bench.map(1, 3);
    mremap(bench, 1, 3, 9);
    expect(borders(bench)).toEqual([[9, 12, 9]]);
  });

  it('moves a part, and unmaps what was at the new place', () => {
    const { bench, page } = withPage();
    bench.map(9, 2);
    bench.anonPage(9);
    mremap(bench, 2, 1, 9);
    expect(borders(bench)).toEqual([
      [1, 2, 1],
      [3, 4, 3],
      [9, 10, 2],
      [10, 11, 10],
    ]);
    expect(pte_pfn(bench.pte(9))).toBe(bench.kernel.pfn(page));
    expect(bench.rss().anon).toBe(1);
  });

  it('flushes once after the moves', () => {
    const { bench } = withPage();
    bench.set(bench.kernel.tlb(0, 2), bench.pte(2));
    const task = bench.start(sys_mremap(bench.task(), PAGE, 3 * PAGE, 9 * PAGE));
    bench.go(task, () => bench.pte(11) !== 0);
    expect(bench.word(bench.kernel.tlb(0, 2))).not.toBe(0);
    bench.go(task);
    expect(bench.word(bench.kernel.tlb(0, 2))).toBe(0);
  });

  it('takes no rmap lock where a walk visits the new vma last', () => {
    const { bench } = withPage();
    const rwsem = bench.anonVmaOf(bench.vmaAt(1)) + anon_vma.offset.rwsem;
    expect(heldWhileMoving(bench, rwsem, 9)).toBe(0);
  });

  it('holds the rmap lock where the new place joins a vma that a walk visits first', () => {
    const bench = new Processes();
    bench.map(1, 5);
    bench.anonPage(1);
    const page = bench.anonPage(4);
    mremap(bench, 4, 1, 9);
    const anonVma = bench.anonVmaOf(bench.vmaAt(9));
    expect(bench.word(page + Page.index)).toBe(4);
    const rwsem = anonVma + anon_vma.offset.rwsem;
    // Back to where it came from: the range closes the gap and becomes part of the vma at 1.
    const task = bench.start(sys_mremap(bench.task(), 9 * PAGE, PAGE, 4 * PAGE));
    bench.go(task, () => bench.pte(9) === 0);
    expect(bench.word(rwsem)).toBe(-1);
    bench.go(task);
    expect(borders(bench)).toEqual([[1, 6, 1]]);
  });

  it('keeps the count of locked pages, and what is moved stays locked', () => {
    const { bench } = withPage();
    bench.addFlags(bench.vmaAt(1), VM_LOCKED);
    bench.set(bench.mm() + mm_struct.offset.locked_vm, 3);
    mremap(bench, 1, 3, 9, 5);
    expect(bench.word(bench.mm() + mm_struct.offset.locked_vm)).toBe(5);
    expect(bench.vmas()[0]!.flags & VM_LOCKED).not.toBe(0);
    // The pages that the mapping has grown by are there at once.
    expect([12, 13].map((at) => bench.pte(at) !== 0)).toEqual([true, true]);
  });

  it('refuses ranges that overlap, and addresses that are not a page', () => {
    const { bench } = withPage();
    expect(mremap(bench, 1, 3, 2)).toBe(-EINVAL);
    expect(bench.run(sys_mremap(bench.task(), PAGE, PAGE, 9 * PAGE + 1))).toBe(-EINVAL);
  });

  it('answers -EFAULT for a hole, and for a range that leaves the vma', () => {
    const { bench } = withPage();
    expect(mremap(bench, 6, 1, 9)).toBe(-EFAULT);
    expect(mremap(bench, 3, 2, 9)).toBe(-EFAULT);
  });

  it.each([0, 1, 2, 3, 4, 5])('leaves every pte in one place if allocation %s fails', (failing) => {
    const bench = new Processes({ allocationsFail: true, hugePages: 4 });
    bench.map(2, 4);
    const pages = [bench.anonPage(2), bench.anonPage(5)];
    const move = sys_mremap(bench.task(), 2 * PAGE, 4 * PAGE, 10 * PAGE);
    const result = bench.runFailing(move, (n) => n === failing);
    // The vma, a chain (tried again at once), the tables of 8 to 11 and of 12 to 15.
    const fails = [0, 2, 3].includes(failing);
    expect(result).toBe(fails ? -ENOMEM : 10);
    const at = fails ? 2 : 10;
    expect(bench.vmas().map(({ start, end }) => [start, end])).toEqual([[at, at + 4]]);
    const frames = pages.map((page) => bench.kernel.pfn(page));
    expect([bench.pte(at), bench.pte(at + 3)].map(pte_pfn)).toEqual(frames);
    expect(bench.rss().anon).toBe(2);
  });
});

describe('mremap in place', () => {
  it('shrinks', () => {
    const { bench } = withPage();
    expect(mremap(bench, 1, 3, 1, 1)).toBe(1);
    expect(borders(bench)).toEqual([[1, 2, 1]]);
    expect(bench.rss().anon).toBe(0);
  });

  it('grows into free space only', () => {
    const { bench } = withPage();
    expect(mremap(bench, 1, 3, 1, 5)).toBe(1);
    expect(borders(bench)).toEqual([[1, 6, 1]]);
    bench.map(6, 1, { prot: 0 });
    expect(mremap(bench, 1, 5, 1, 6)).toBe(-ENOMEM);
  });
});

/** What the lock word holds when the first pte of the mapping at 1 is away. */
function heldWhileMoving(bench: Processes, rwsem: number, to: number): number {
  const task = bench.start(sys_mremap(bench.task(), PAGE, 3 * PAGE, to * PAGE));
  bench.go(task, () => bench.pte(2) === 0);
  const held = bench.word(rwsem);
  bench.go(task);
  expect(bench.word(bench.mm() + mm_struct.offset.mmap_sem)).toBe(0);
  return held;
}
