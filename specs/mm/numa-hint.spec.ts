import {
  pte_dirty,
  pte_numa,
  pte_present,
  pte_young,
} from '../../model/arch/x86/include/asm/pgtable';
import { mm_struct, Page } from '../../model/include/linux/mm_types';
import { VM_READ } from '../../model/include/linux/vm_flags';
import { task_numa_work } from '../../model/kernel/sched/fair';
import { sys_mprotect } from '../../model/mm/mprotect';
import { boot } from './support/boot';

// Rests on kernel/sched/fair.c task_numa_work, mm/mprotect.c change_pte_range with prot_numa, and
// page 10 of the facts, do_numa_page.

const DIRTY = 1 << 6;

/** A program that has written its page at 1. */
function written() {
  const bench = boot();
  bench.map(1, 2);
  bench.write(1, 7);
  const hint = () => bench.run(task_numa_work(bench.task(), bench.mm()));
  return { bench, hint };
}

describe('a NUMA hint', () => {
  it('takes PRESENT from the pte for the hardware, not for the kernel', () => {
    const { bench, hint } = written();
    hint();
    const pte = bench.pte(1);
    expect([pte_numa(pte), pte_present(pte), pte & 1]).toEqual([true, true, 0]);
    expect([pte_dirty(pte), pte_young(pte), bench.rss().anon]).toEqual([true, true, 1]);
    expect(bench.tlb(1)).toBe(0);
  });

  it('goes with the next access, which sees the same contents', () => {
    const { bench, hint } = written();
    hint();
    expect(bench.read(1)).toBe(7);
    expect([pte_numa(bench.pte(1)), bench.pte(1) & 1]).toEqual([false, 1]);
  });

  it('is not given to KSM pages, to libraries, nor to memory that nobody may access', () => {
    const { bench, hint } = written();
    bench.map(4, 1, { kind: 'private-file', prot: VM_READ });
    bench.map(6, 1, { prot: 0 });
    bench.write(2, 8);
    bench.set(bench.pageAt(1) + Page.mapping, 3);
    hint();
    expect([1, 2].map((at) => pte_numa(bench.pte(at)))).toEqual([false, true]);
    expect([4, 6].map((at) => bench.pte(at))).toEqual([0, 0]);
  });

  it('loses a dirty bit that the hardware sets between its look and its store', () => {
    const { bench } = written();
    bench.setPte(1, bench.pte(1) & ~DIRTY);
    const ptl = bench.kernel.ptl(bench.mm(), 1);
    const task = bench.start(task_numa_work(bench.task(), bench.mm()));
    bench.go(task, () => bench.word(ptl) === -1);
    // The look at the pte, the look at the page's tag, the second look at the pte.
    for (let i = 0; i < 3; i++) bench.one(task);
    bench.setPte(1, bench.pte(1) | DIRTY);
    bench.go(task);
    expect(pte_dirty(bench.pte(1))).toBe(false);
    expect(bench.word(bench.mm() + mm_struct.offset.mmap_sem)).toBe(0);
  });

  it('is taken for one by mprotect where the pte allows nothing, and makes the page young', () => {
    const { bench } = written();
    const mprotect = (prot: number) => bench.run(sys_mprotect(bench.task(), 4096, 4096, prot));
    mprotect(0);
    bench.setPte(1, bench.pte(1) & ~(1 << 5));
    mprotect(VM_READ);
    expect([pte_young(bench.pte(1)), bench.pte(1) & 1]).toEqual([true, 1]);
  });
});
