import { pte_dirty, pte_young } from '../../model/arch/x86/include/asm/pgtable';
import { mm_struct, Page } from '../../model/include/linux/mm_types';
import { VM_LOCKED, VM_READ, VM_SEQ_READ } from '../../model/include/linux/vm_flags';
import { anon_vma_fork, page_referenced } from '../../model/mm/rmap';
import { kept, Processes } from './support/process';

// Rests on mm/rmap.c page_referenced and page_referenced_one.

/** A page mapped by a parent, its child and its grandchild, all young and dirty. */
function shared(generations = 2) {
  const bench = new Processes({ processes: 3 });
  const vmas = [bench.map(1, 2)];
  const page = bench.anonPage(1);
  for (let process = 1; process < generations; process++) {
    const vma = bench.map(1, 2, { process });
    bench.run(anon_vma_fork(bench.cpu(), vma, vmas[process - 1]!));
    bench.mapAgain(page, 1, process);
    vmas.push(vma);
  }
  const look = (isLocked = true) => bench.run(page_referenced(bench.cpu(), page, isLocked));
  const young = () => vmas.map((_, process) => pte_young(bench.pte(1, process)));
  return { bench, page, vmas, look, young };
}

describe('page_referenced', () => {
  it('counts every pte that was young, and makes it old', () => {
    const { look, young } = shared();
    expect(look().referenced).toBe(2);
    expect(young()).toEqual([false, false]);
    expect(look().referenced).toBe(0);
  });

  it('leaves the dirty bits alone', () => {
    const { bench, look } = shared();
    look();
    expect([0, 1].map((process) => pte_dirty(bench.pte(1, process)))).toEqual([true, true]);
  });

  it('collects the flags of the vmas that were used', () => {
    const { bench, vmas, look } = shared();
    bench.addFlags(vmas[0]!, VM_SEQ_READ);
    const { vm_flags, referenced } = look();
    expect(referenced).toBe(1);
    expect(vm_flags & VM_SEQ_READ).toBe(0);
    expect(vm_flags & VM_READ).toBe(VM_READ);
  });

  it('reads the flags anew after it has cleared the accessed bit, as they may have changed', () => {
    const { bench, page, vmas, young } = shared(1);
    const task = kept(page_referenced(bench.cpu(), page, true));
    const walk = bench.start(task.steps);
    bench.go(walk, () => !young()[0]);
    bench.addFlags(vmas[0]!, VM_LOCKED);
    bench.go(walk);
    expect(task.result()).toMatchObject({ referenced: 1 });
    expect(task.result()!.vm_flags & VM_LOCKED).toBe(VM_LOCKED);
  });

  it('ends at a locked vma, whose accessed bit and successors stay as they are', () => {
    const { bench, vmas, look, young } = shared(3);
    bench.addFlags(vmas[1]!, VM_LOCKED);
    const { vm_flags, referenced } = look();
    expect(referenced).toBe(1);
    expect(vm_flags & VM_LOCKED).toBe(VM_LOCKED);
    expect(young()).toEqual([false, true, true]);
  });

  it('looks at no more ptes than the page had when it began', () => {
    const { bench, page, look, young } = shared(3);
    bench.set(page + Page._mapcount, 1);
    expect(look().referenced).toBe(2);
    expect(young()).toEqual([false, false, true]);
  });

  it('answers 0 for a page that is not mapped', () => {
    const { bench, page, look } = shared();
    bench.set(page + Page._mapcount, -1);
    expect(look()).toMatchObject({ referenced: 0, vm_flags: 0 });
  });

  it('needs no page lock for a plain anonymous page', () => {
    const { bench, page, look } = shared();
    bench.set(page + Page.PG_locked, -1);
    expect(look(false).referenced).toBe(2);
    expect(bench.word(page + Page.PG_locked)).toBe(-1);
  });

  it('takes a KSM page for referenced if its lock is not to be had', () => {
    const { bench, page, look, young } = shared();
    bench.set(page + Page.mapping, bench.kernel.stableNodes | 3);
    bench.set(page + Page.PG_locked, -1);
    expect(look(false)).toEqual({ referenced: 1, vm_flags: 0 });
    expect(young()).toEqual([true, true]);
  });

  it('answers 0 for a KSM page without a stable node', () => {
    const { bench, page, look } = shared();
    bench.set(page + Page.mapping, 3);
    expect(look().referenced).toBe(0);
  });

  it('does not touch the mms', () => {
    const { bench, look } = shared();
    bench.set(bench.mm(0) + mm_struct.offset.mmap_sem, -1);
    expect(look().referenced).toBe(2);
  });
});
