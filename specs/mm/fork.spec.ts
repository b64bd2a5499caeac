import { pte_dirty, pte_pfn, pte_write, pte_young } from '../../model/arch/x86/include/asm/pgtable';
import { ENOMEM } from '../../model/include/uapi/asm-generic/errno-base';
import { mm_struct, vm_area_struct } from '../../model/include/linux/mm_types';
import { VM_DONTCOPY, VM_LOCKED } from '../../model/include/linux/vm_flags';
import { do_exit, do_fork } from '../../model/kernel/fork';
import { anonVmas, rss, zoneCounters } from '../../model/state/inspect';
import { Processes } from './support/process';

// Rests on kernel/fork.c dup_mm, dup_mmap, mmput, mm/mmap.c exit_mmap and page 10 of the facts, fork.

/** A parent with two written pages that has forked. */
function forked(before: (bench: Processes) => void = () => undefined) {
  const bench = new Processes();
  const vma = bench.map(1, 4);
  const pages = [bench.anonPage(1), bench.anonPage(3)];
  before(bench);
  const result = bench.run(do_fork(bench.task(), bench.mm(0)));
  return { bench, vma, pages, result };
}

describe('fork', () => {
  it('maps the same pages read-only in both', () => {
    const { bench, pages, result } = forked();
    expect(result).toBe(0);
    for (const [process, old] of [
      [0, false],
      [1, true],
    ] as const) {
      const pte = bench.pte(1, process);
      expect(pte_pfn(pte)).toBe(bench.kernel.pfn(pages[0]!));
      expect([pte_write(pte), pte_dirty(pte), !pte_young(pte)]).toEqual([false, true, old]);
    }
    expect(pages.map((page) => bench.mapcount(page))).toEqual([2, 2]);
    expect(rss(bench.mm(1))).toEqual({ anon: 2, file: 0, swap: 0 });
  });

  it("links the child's vma to the anon_vmas of the parent's before it copies a pte", () => {
    const bench = new Processes();
    const vma = bench.map(1, 4);
    bench.anonPage(1);
    const root = bench.anonVmaOf(vma);
    const linked = () => anonVmas().find((view) => view.anonVma === root)!.vmas.length === 2;
    const task = bench.start(do_fork(bench.task(), bench.mm(0)));
    bench.go(task, linked);
    expect(bench.pte(1, 1)).toBe(0);
    bench.go(task, () => bench.pte(1, 1) !== 0);
    expect(bench.ended(task)).toBe(false);
  });

  it('holds both mmap_sems until the parent has been flushed', () => {
    const bench = new Processes();
    bench.map(1, 4);
    bench.anonPage(1);
    // A translation that the CPU has, writable and dirty, and that the child's copy outdates.
    bench.set(bench.kernel.tlb(0, 1), bench.pte(1));
    const task = bench.start(do_fork(bench.task(), bench.mm(0)));
    bench.go(task, () => !pte_write(bench.pte(1)));
    expect(bench.word(bench.kernel.tlb(0, 1))).not.toBe(0);
    const sem = (process: number) => bench.word(bench.mm(process) + mm_struct.offset.mmap_sem);
    expect([sem(0), sem(1)]).toEqual([-1, -1]);
    bench.go(task, () => bench.word(bench.kernel.tlb(0, 1)) === 0);
    expect([sem(0), sem(1)]).toEqual([-1, 0]);
    bench.go(task);
    expect(sem(0)).toBe(0);
  });

  it('drops VM_LOCKED from the copies', () => {
    const { bench, vma } = forked((b) => b.addFlags(b.vmaAt(1), VM_LOCKED));
    expect(bench.word(vma + vm_area_struct.offset.vm_flags) & VM_LOCKED).not.toBe(0);
    expect(bench.vmas(1)[0]!.flags & VM_LOCKED).toBe(0);
  });

  it('leaves out vmas that are not to be copied', () => {
    const { bench } = forked((b) => {
      b.map(8, 2);
      b.addFlags(b.vmaAt(1), VM_DONTCOPY);
    });
    expect(bench.vmas(1).map(({ start, end }) => [start, end])).toEqual([[8, 10]]);
  });

  it('visits the parent before the child in a walk of a file', () => {
    const bench = new Processes();
    bench.map(1, 2, { kind: 'shared-file' });
    bench.run(do_fork(bench.task(), bench.mm(0)));
    const next = vm_area_struct.offset.shared_next;
    expect(bench.word(bench.vmaAt(1, 0) + next)).toBe(bench.vmaAt(1, 1));
  });

  it('takes apart what it had built when memory ends', () => {
    const bench = new Processes({ allocationsFail: true });
    bench.map(1, 4);
    bench.anonPage(1);
    const before = { anonVmas: anonVmas(), counters: zoneCounters(), pte: bench.pte(1) };
    for (let failing = 0; ; failing++) {
      const child = bench.mm(1);
      const fork = do_fork(bench.task(), bench.mm(0), child);
      const result = bench.runFailing(fork, (n) => n >= failing);
      if (result === 0) {
        expect(failing).toBeGreaterThan(3);
        return;
      }
      expect(result).toBe(-ENOMEM);
      expect({ anonVmas: anonVmas(), counters: zoneCounters() }).toEqual({
        anonVmas: before.anonVmas,
        counters: before.counters,
      });
      expect(bench.vmas(1)).toEqual([]);
      // The slot may be used once more, for the sake of this loop.
      bench.set(child + mm_struct.offset.exited, 0);
    }
  });
});

describe('exit', () => {
  it('gives everything back', () => {
    const bench = new Processes();
    const before = zoneCounters();
    bench.map(1, 4);
    bench.anonPage(1);
    bench.anonPage(3);
    bench.run(do_exit(bench.task(), bench.mm()));
    expect(zoneCounters()).toEqual(before);
    expect(anonVmas()).toEqual([]);
    expect(bench.vmas()).toEqual([]);
    expect(rss(bench.mm())).toEqual({ anon: 0, file: 0, swap: 0 });
    expect(bench.word(bench.mm() + mm_struct.offset.exited)).toBe(1);
  });

  it.each([
    ['parent', [0, 1]],
    ['child', [1, 0]],
  ])('lets the %s go first', (_who, order) => {
    const { bench, pages } = forked();
    bench.run(do_exit(bench.task(order[0]), bench.mm(order[0])));
    expect(pages.map((page) => bench.mapcount(page))).toEqual([1, 1]);
    bench.run(do_exit(bench.task(order[1]), bench.mm(order[1])));
    expect(bench.kernel.machine.faults).toEqual([]);
    expect(anonVmas()).toEqual([]);
    expect(bench.stat('NR_FREE_PAGES')).toBe(bench.kernel.config.frames - 1);
  });

  it('waits for the last user', () => {
    const { bench } = forked();
    bench.set(bench.mm(1) + mm_struct.offset.mm_users, 2);
    bench.run(do_exit(bench.task(1), bench.mm(1)));
    expect(bench.vmas(1)).toHaveLength(1);
  });
});
