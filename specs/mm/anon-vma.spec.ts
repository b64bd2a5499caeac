import { ENOMEM } from '../../model/include/uapi/asm-generic/errno-base';
import { anon_vma, vm_area_struct, type Vma } from '../../model/include/linux/mm_types';
import { VM_READ } from '../../model/include/linux/vm_flags';
import {
  anon_vma_clone,
  anon_vma_fork,
  anon_vma_lock_write,
  anon_vma_prepare,
  put_anon_vma,
  unlink_anon_vmas,
} from '../../model/mm/rmap';
import { anonVmas } from '../../model/state/inspect';
import { Processes } from './support/process';

// Rests on mm/rmap.c anon_vma_prepare, _clone, _fork, unlink_anon_vmas, __put_anon_vma,
// page 1.4 of the facts, and on mm/mmap.c find_mergeable_anon_vma.

const offset = vm_area_struct.offset;

/** A parent's vma with an anon_vma, and a child's vma of the same place that has been linked to it. */
function forked() {
  const bench = new Processes();
  const parent = bench.map(1, 2);
  bench.anonPage(1);
  const child = bench.map(1, 2, { process: 1 });
  bench.run(anon_vma_fork(bench.cpu(), child, parent));
  return { bench, parent, child, root: bench.anonVmaOf(parent), own: bench.anonVmaOf(child) };
}

describe('anon_vma_prepare', () => {
  it('gives a vma an anon_vma that is its own root', () => {
    const bench = new Processes();
    const vma = bench.map(1, 2);
    expect(bench.run(anon_vma_prepare(bench.cpu(), vma))).toBe(0);
    const anonVma = bench.anonVmaOf(vma);
    expect(anonVmas()).toEqual([{ anonVma, root: anonVma, refcount: 1, vmas: [vma] }]);
  });

  it('changes nothing the second time', () => {
    const bench = new Processes();
    const vma = bench.map(1, 2);
    bench.run(anon_vma_prepare(bench.cpu(), vma));
    const before = anonVmas();
    bench.run(anon_vma_prepare(bench.cpu(), vma));
    expect(anonVmas()).toEqual(before);
  });

  it('takes the anon_vma of an adjacent vma that differs in access rights only', () => {
    const bench = new Processes();
    const lower = bench.map(1, 2);
    const upper = bench.map(3, 2, { prot: VM_READ });
    bench.run(anon_vma_prepare(bench.cpu(), lower));
    bench.run(anon_vma_prepare(bench.cpu(), upper));
    expect(anonVmas().map(({ vmas, refcount }) => ({ vmas, refcount }))).toEqual([
      { vmas: [lower, upper], refcount: 1 },
    ]);
  });

  it('takes no anon_vma across a hole', () => {
    const bench = new Processes();
    for (const start of [1, 4]) bench.run(anon_vma_prepare(bench.cpu(), bench.map(start, 2)));
    expect(anonVmas()).toHaveLength(2);
  });

  it('leaves one anon_vma when two threads fault at once', () => {
    const bench = new Processes({ cpus: 2 });
    const vma = bench.map(1, 2);
    const first = bench.start(anon_vma_prepare(bench.task(0, 0), vma));
    const second = bench.start(anon_vma_prepare(bench.task(0, 1), vma));
    bench.go(first, () => anonVmas().length === 1);
    bench.go(second);
    bench.go(first);
    expect([bench.ended(first), bench.ended(second)]).toEqual([true, true]);
    expect(anonVmas()).toEqual([
      { anonVma: bench.anonVmaOf(vma), root: bench.anonVmaOf(vma), refcount: 1, vmas: [vma] },
    ]);
  });

  it.each([0, 1])(
    'answers -ENOMEM when allocation %s fails, and leaves nothing behind',
    (failing) => {
      const bench = new Processes({ allocationsFail: true });
      const vma = bench.map(1, 2);
      const prepare = anon_vma_prepare(bench.cpu(), vma);
      const result = bench.runFailing(prepare, (n) => n === failing);
      expect(result).toBe(-ENOMEM);
      expect(anonVmas()).toEqual([]);
      expect(bench.word(vma + offset.anon_vma_chain)).toBe(0);
    },
  );
});

describe('anon_vma_fork', () => {
  it("links the child to the parent's anon_vma and to one of its own with the same root", () => {
    const { parent, child, root, own } = forked();
    expect(anonVmas()).toEqual(
      expect.arrayContaining([
        { anonVma: root, root, refcount: 2, vmas: [parent, child] },
        { anonVma: own, root, refcount: 1, vmas: [child] },
      ]),
    );
  });

  it('keeps the first root over generations', () => {
    const bench = new Processes({ processes: 3 });
    const generations: Vma[] = [0, 1, 2].map((process) => bench.map(1, 2, { process }));
    bench.run(anon_vma_prepare(bench.cpu(), generations[0]!));
    bench.run(anon_vma_fork(bench.cpu(), generations[1]!, generations[0]!));
    bench.run(anon_vma_fork(bench.cpu(), generations[2]!, generations[1]!));
    const [root, middle, last] = generations.map((vma) => bench.anonVmaOf(vma));
    const sets = new Map(anonVmas().map((view) => [view.anonVma, view]));
    expect(sets.get(root!)).toMatchObject({ vmas: generations, refcount: 3 });
    expect(sets.get(middle!)).toMatchObject({ root, vmas: generations.slice(1), refcount: 1 });
    expect(sets.get(last!)).toMatchObject({ root, vmas: generations.slice(2), refcount: 1 });
  });

  it('does nothing for a vma that was never written', () => {
    const bench = new Processes();
    const parent = bench.map(1, 2);
    const child = bench.map(1, 2, { process: 1 });
    expect(bench.run(anon_vma_fork(bench.cpu(), child, parent))).toBe(0);
    expect(anonVmas()).toEqual([]);
  });

  it.each([0, 1, 2, 3])('undoes everything when allocation %s fails for good', (failing) => {
    const bench = new Processes({ allocationsFail: true });
    const parent = bench.map(1, 2);
    bench.anonPage(1);
    const child = bench.map(1, 2, { process: 1 });
    const before = anonVmas();
    const fork = anon_vma_fork(bench.cpu(), child, parent);
    const result = bench.runFailing(fork, (n) => n >= failing);
    // The chain's allocation is tried twice, anon_vma's and the last chain's once.
    const fails = failing < 3;
    expect(result).toBe(fails ? -ENOMEM : 0);
    if (fails) expect(anonVmas()).toEqual(before);
  });
});

describe('unlink_anon_vmas', () => {
  it("frees the child's anon_vma and gives back its reference to the root", () => {
    const { bench, parent, child, root } = forked();
    bench.run(unlink_anon_vmas(bench.cpu(), child));
    expect(anonVmas()).toEqual([{ anonVma: root, root, refcount: 1, vmas: [parent] }]);
  });

  it('keeps the root while a descendant needs its lock', () => {
    const { bench, parent, child, root, own } = forked();
    bench.run(unlink_anon_vmas(bench.cpu(), parent));
    expect(anonVmas()).toEqual(
      expect.arrayContaining([
        { anonVma: root, root, refcount: 2, vmas: [child] },
        { anonVma: own, root, refcount: 1, vmas: [child] },
      ]),
    );
    bench.run(unlink_anon_vmas(bench.cpu(), child));
    expect(anonVmas()).toEqual([]);
  });

  it('keeps an anon_vma that somebody has a reference to', () => {
    const { bench, parent, child, own } = forked();
    bench.set(own + anon_vma.offset.refcount, 2);
    bench.run(unlink_anon_vmas(bench.cpu(), child));
    bench.run(unlink_anon_vmas(bench.cpu(), parent));
    expect(anonVmas().map((view) => view.anonVma)).toContain(own);
    bench.run(put_anon_vma(own));
    expect(anonVmas()).toEqual([]);
  });
});

describe('the anon_vma cache', () => {
  it('leaves a freed object readable, and hands it out again', () => {
    const bench = new Processes({ anonVmas: 1 });
    const vma = bench.map(1, 2);
    bench.run(anon_vma_prepare(bench.cpu(), vma));
    const anonVma = bench.anonVmaOf(vma);
    bench.run(unlink_anon_vmas(bench.cpu(), vma));
    expect(bench.word(anonVma + anon_vma.offset.root)).toBe(anonVma);
    const other = bench.map(5, 1);
    bench.run(anon_vma_prepare(bench.cpu(), other));
    expect(bench.anonVmaOf(other)).toBe(anonVma);
  });

  it('faults where a freed object is locked outside RCU', () => {
    const { bench, child, own } = forked();
    bench.run(unlink_anon_vmas(bench.cpu(), child));
    const faults = bench.faultsOf(
      (function* () {
        yield* put_anon_vma(bench.anonVmaOf(bench.vmaAt(1)));
        yield* anon_vma_lock_write(own);
      })(),
    );
    expect(faults).toMatchObject([{ kind: 'oops', what: 'use after free of an anon_vma' }]);
  });

  it('waits for a reader of the lock before it frees', () => {
    const bench = new Processes();
    const vma = bench.map(1, 2);
    bench.run(anon_vma_prepare(bench.cpu(), vma));
    const anonVma = bench.anonVmaOf(vma);
    const rwsem = anonVma + anon_vma.offset.rwsem;
    const task = bench.start(unlink_anon_vmas(bench.cpu(), vma));
    bench.go(task, () => bench.refcount(anonVma) === 0);
    bench.set(rwsem, 1);
    bench.go(task);
    expect(bench.ended(task)).toBe(false);
    expect(bench.word(anonVma + anon_vma.offset.used)).toBe(1);
    bench.set(rwsem, 0);
    bench.go(task);
    expect(anonVmas()).toEqual([]);
  });
});

describe('anon_vma_clone', () => {
  it('puts the clone behind its source in every tree', () => {
    const { bench, parent, child, root, own } = forked();
    const clone = bench.map(9, 2, { process: 1 });
    bench.set(clone + offset.vm_pgoff, 1);
    bench.run(anon_vma_clone(bench.cpu(), clone, child));
    const trees = new Map(anonVmas().map((view) => [view.anonVma, view.vmas]));
    expect(trees.get(root)).toEqual([parent, child, clone]);
    expect(trees.get(own)).toEqual([child, clone]);
  });
});
