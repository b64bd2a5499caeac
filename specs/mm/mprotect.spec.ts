import {
  pte_dirty,
  pte_present,
  pte_to_swp_entry,
  pte_write,
  pte_young,
  swp_entry_to_pte,
} from '../../model/arch/x86/include/asm/pgtable';
import { EACCES, EINVAL, ENOMEM } from '../../model/include/uapi/asm-generic/errno-base';
import { vm_area_struct } from '../../model/include/linux/mm_types';
import {
  is_write_migration_entry,
  is_migration_entry,
  SWP_MIGRATION_WRITE,
  swp_entry,
} from '../../model/include/linux/swapops';
import { VM_MAYWRITE, VM_READ } from '../../model/include/linux/vm_flags';
import { sys_mprotect } from '../../model/mm/mprotect';
import { Processes, RW } from './support/process';

// Rests on mm/mprotect.c and page 10 of the facts, mprotect.

const PAGE = 4096;
const mprotect = (bench: Processes, start: number, pages: number, prot: number) =>
  bench.run(sys_mprotect(bench.task(), start * PAGE, pages * PAGE, prot));

function withPage() {
  const bench = new Processes();
  bench.map(1, 4);
  const page = bench.anonPage(2);
  return { bench, page };
}

describe('mprotect', () => {
  it('splits, and takes RW from the ptes of its range', () => {
    const { bench } = withPage();
    expect(mprotect(bench, 2, 1, VM_READ)).toBe(0);
    expect(bench.vmas().map(({ start, end, flags }) => [start, end, flags & 7])).toEqual([
      [1, 2, 3],
      [2, 3, 1],
      [3, 5, 3],
    ]);
    expect(pte_write(bench.pte(2))).toBe(false);
  });

  it('keeps accessed and dirty bits', () => {
    const { bench } = withPage();
    mprotect(bench, 1, 4, VM_READ);
    expect([pte_dirty(bench.pte(2)), pte_young(bench.pte(2))]).toEqual([true, true]);
  });

  it('never gives RW back in a private mapping, and merges the vmas again', () => {
    const { bench } = withPage();
    mprotect(bench, 2, 1, VM_READ);
    mprotect(bench, 2, 1, RW);
    expect(pte_write(bench.pte(2))).toBe(false);
    expect(bench.vmas()).toHaveLength(1);
  });

  it('flushes once, after the ptes', () => {
    const { bench } = withPage();
    bench.anonPage(3);
    for (const at of [2, 3]) bench.set(bench.kernel.tlb(0, at), bench.pte(at));
    const cached = () => [2, 3].map((at) => bench.word(bench.kernel.tlb(0, at)) !== 0);
    const task = bench.start(sys_mprotect(bench.task(), PAGE, 4 * PAGE, VM_READ));
    bench.go(task, () => !pte_write(bench.pte(3)) && bench.pte(3) !== 0);
    expect(cached()).toEqual([true, true]);
    bench.go(task);
    expect(cached()).toEqual([false, false]);
  });

  it('does nothing where the rights are the same', () => {
    const { bench } = withPage();
    const before = bench.pte(2);
    mprotect(bench, 1, 4, RW);
    expect(bench.pte(2)).toBe(before);
  });

  it('keeps a pte for the kernel where nothing is allowed', () => {
    const { bench, page } = withPage();
    mprotect(bench, 1, 4, 0);
    expect([pte_present(bench.pte(2)), bench.pte(2) & 1]).toEqual([true, 0]);
    expect(bench.mapcount(page)).toBe(1);
  });

  it('turns a migration entry to the read flavour and leaves swap entries alone', () => {
    const { bench } = withPage();
    const write = swp_entry_to_pte(swp_entry(SWP_MIGRATION_WRITE(), 5));
    const swap = swp_entry_to_pte(swp_entry(0, 3));
    bench.setPte(1, write);
    bench.setPte(3, swap);
    mprotect(bench, 1, 4, VM_READ);
    const entry = pte_to_swp_entry(bench.pte(1));
    expect([is_migration_entry(entry), is_write_migration_entry(entry)]).toEqual([true, false]);
    expect(bench.pte(3)).toBe(swap);
  });

  it('changes what lies before a hole, and answers -ENOMEM', () => {
    const { bench } = withPage();
    expect(mprotect(bench, 3, 4, VM_READ)).toBe(-ENOMEM);
    expect(bench.vmas().map(({ start, end }) => [start, end])).toEqual([
      [1, 3],
      [3, 5],
    ]);
    expect(mprotect(bench, 8, 1, VM_READ)).toBe(-ENOMEM);
  });

  it('refuses rights that the mapping may not have, and unaligned addresses', () => {
    const { bench } = withPage();
    const vma = bench.vmaAt(1);
    mprotect(bench, 1, 4, VM_READ);
    const flags = vma + vm_area_struct.offset.vm_flags;
    bench.set(flags, bench.word(flags) & ~VM_MAYWRITE);
    expect(mprotect(bench, 1, 4, RW)).toBe(-EACCES);
    expect(bench.run(sys_mprotect(bench.task(), 1, PAGE, VM_READ))).toBe(-EINVAL);
  });
});
