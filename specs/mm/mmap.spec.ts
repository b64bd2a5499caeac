import { PMD_TABLE } from '../../model/arch/x86/include/asm/pgtable-pmd';
import { EINVAL, ENOMEM, EPERM } from '../../model/include/uapi/asm-generic/errno-base';
import {
  anon_vma,
  FileKind,
  mm_struct,
  Page,
  vm_area_struct,
  VM_FILE_NO_OPS,
} from '../../model/include/linux/mm_types';
import {
  VM_GROWSDOWN,
  VM_HUGETLB,
  VM_NONLINEAR,
  VM_PFNMAP,
  VM_READ,
  VM_SHARED,
} from '../../model/include/linux/vm_flags';
import { lock, unlock, type Steps } from '../../model/machine/op';
import {
  do_munmap,
  expand_stack,
  find_vma,
  find_vma_prev,
  split_vma,
  sys_munmap,
} from '../../model/mm/mmap';
import { sys_mlock, sys_munlock } from '../../model/mm/mlock';
import { anonVmas, smaps } from '../../model/state/inspect';
import { word } from '../../model/state/inspect-system';
import { Processes, RW } from './support/process';

// Rests on mm/mmap.c do_mmap_pgoff, mmap_region, vma_merge, vma_adjust, split_vma, do_munmap,
// unmap_region and expand_downwards, and on page 5.5 of the facts.

const PAGE = 4096;
const offset = vm_area_struct.offset;

const borders = (bench: Processes, process = 0) =>
  bench.vmas(process).map(({ start, end }) => [start, end]);

/** Runs steps under mmap_sem, as their callers do. */
function* locked<T>(bench: Processes, steps: Steps<T>): Steps<T> {
  yield lock(bench.mm() + mm_struct.offset.mmap_sem);
  const result = yield* steps;
  yield unlock(bench.mm() + mm_struct.offset.mmap_sem);
  return result;
}

const munmap = (bench: Processes, start: number, pages: number) =>
  bench.run(sys_munmap(bench.task(), start * PAGE, pages * PAGE));

describe('mmap', () => {
  it('makes each kind of mapping what madvise tells it by', () => {
    const bench = new Processes({ pages: 32, vmas: 16, files: 8, frames: 32 });
    const kinds = [
      'shared-anon',
      'private-file',
      'private-zero',
      'nonlinear-file',
      'hugetlb',
      'pfn',
      'stack',
      'vdso',
    ] as const;
    kinds.forEach((kind, i) => bench.map(1 + 3 * i, 1, { kind }));
    const [anon, file, zero, nonlinear, huge, pfn, stack, vdso] = bench.vmas();
    expect(anon!.flags & VM_SHARED).not.toBe(0);
    expect(word(anon!.file)).toBe(FileKind.tmpfs);
    expect(word(file!.file)).toBe(FileKind.file);
    expect(file!.flags & VM_SHARED).toBe(0);
    expect([zero!.file, word(zero!.vma + offset.vm_ops)]).toEqual([VM_FILE_NO_OPS, 0]);
    expect(nonlinear!.flags & VM_NONLINEAR).not.toBe(0);
    expect(huge!.flags & VM_HUGETLB).not.toBe(0);
    expect(pfn!.flags & VM_PFNMAP).not.toBe(0);
    expect(stack!.flags & VM_GROWSDOWN).not.toBe(0);
    expect([vdso!.file, word(vdso!.vma + offset.vm_ops)]).toEqual([0, 1]);
  });

  it('replaces what was there', () => {
    const bench = new Processes();
    bench.map(1, 3);
    bench.anonPage(2);
    bench.map(2, 1, { prot: VM_READ });
    expect(borders(bench)).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
    expect([bench.pte(2), bench.rss().anon]).toEqual([0, 0]);
  });

  it('refuses ranges outside the address space', () => {
    const bench = new Processes();
    expect(() => bench.map(15, 2)).toThrow(`map: -${EINVAL}`);
  });

  it('expands the neighbour that it continues', () => {
    const bench = new Processes();
    const first = bench.map(1, 2);
    expect(bench.map(3, 2)).toBe(first);
    expect(borders(bench)).toEqual([[1, 5]]);
  });

  it('closes a gap between two neighbours with one vma', () => {
    const bench = new Processes();
    bench.map(1, 2);
    bench.map(5, 2);
    bench.map(3, 2);
    expect(borders(bench)).toEqual([[1, 7]]);
  });

  it('merges neither other rights, nor other files, nor a place that does not continue', () => {
    const bench = new Processes({ pages: 32, files: 3 });
    bench.map(1, 2);
    bench.map(3, 2, { prot: VM_READ });
    bench.map(5, 2, { kind: 'private-file', pgoff: 0 });
    bench.map(7, 2, { kind: 'private-file', mapping: bench.vmas()[2]!.file, pgoff: 3 });
    expect(borders(bench)).toHaveLength(4);
    bench.map(9, 1, { kind: 'private-file', mapping: bench.vmas()[2]!.file, pgoff: 5 });
    expect(borders(bench).pop()).toEqual([7, 10]);
  });

  it('hands the anon_vma of the one that goes to the one that stays', () => {
    const bench = new Processes();
    const first = bench.map(1, 2);
    bench.map(5, 2);
    const page = bench.anonPage(5);
    const anonVma = bench.anonVmaOf(bench.vmaAt(5));
    bench.map(3, 2);
    expect(bench.anonVmaOf(first)).toBe(anonVma);
    expect(anonVmas()).toEqual([{ anonVma, root: anonVma, refcount: 1, vmas: [first] }]);
    expect(bench.word(page + Page.mapping)).toBe(anonVma + 1);
  });
});

describe('find_vma', () => {
  it('answers the first vma that ends above the address, even if it begins above it too', () => {
    const bench = new Processes();
    const low = bench.map(2, 2);
    const high = bench.map(6, 2);
    const found = [0, 2, 3, 4, 7, 8].map((at) => bench.run(find_vma(bench.mm(), at)));
    expect(found).toEqual([low, low, low, high, high, 0]);
    expect(bench.run(find_vma_prev(bench.mm(), 4))).toEqual({ vma: high, prev: low });
    expect(bench.run(find_vma_prev(bench.mm(), 9))).toEqual({ vma: 0, prev: high });
  });
});

describe('split_vma', () => {
  it.each([true, false])('leaves two vmas on the same anon_vma (new one below: %s)', (below) => {
    const bench = new Processes();
    const vma = bench.map(1, 4);
    const page = bench.anonPage(3);
    const anonVma = bench.anonVmaOf(vma);
    bench.run(locked(bench, split_vma(bench.task(), bench.mm(), vma, 3, below)));
    expect(bench.vmas().map(({ start, end, pgoff }) => [start, end, pgoff])).toEqual([
      [1, 3, 1],
      [3, 5, 3],
    ]);
    expect(bench.vmaAt(below ? 3 : 1)).toBe(vma);
    expect(anonVmas()).toMatchObject([{ vmas: [bench.vmaAt(1), bench.vmaAt(3)], refcount: 1 }]);
    expect(bench.anonVmaOf(bench.vmaAt(3))).toBe(anonVma);
    expect(bench.word(page + Page.index)).toBe(3);
  });
});

describe('munmap', () => {
  it('splits the vmas at both ends and frees what lies between', () => {
    const bench = new Processes();
    bench.map(1, 6);
    for (const address of [2, 3, 6]) bench.anonPage(address);
    expect(munmap(bench, 3, 2)).toBe(0);
    expect(borders(bench)).toEqual([
      [1, 3],
      [5, 7],
    ]);
    expect([2, 3, 6].map((address) => bench.pte(address) !== 0)).toEqual([true, false, true]);
    expect(bench.rss().anon).toBe(2);
  });

  it('answers 0 where nothing is mapped', () => {
    const bench = new Processes();
    expect(munmap(bench, 3, 2)).toBe(0);
  });

  it.each([
    ['start', 1, PAGE],
    ['length', PAGE, 0],
  ])('refuses a bad %s', (_what, start, length) => {
    const bench = new Processes();
    bench.map(1, 2);
    expect(bench.run(sys_munmap(bench.task(), start, length))).toBe(-EINVAL);
  });

  it('gives everything back', () => {
    const bench = new Processes();
    const free = bench.stat('NR_FREE_PAGES');
    bench.map(1, 6);
    for (const address of [1, 2, 5]) bench.anonPage(address);
    munmap(bench, 1, 6);
    expect(bench.vmas()).toEqual([]);
    expect(anonVmas()).toEqual([]);
    expect(bench.stat('NR_FREE_PAGES')).toBe(free);
    expect(bench.rss()).toEqual({ anon: 0, file: 0, swap: 0 });
    expect(smaps(bench.mm()).Rss).toBe(0);
  });

  it('frees the anon_vma before the pages that the gather still holds', () => {
    const bench = new Processes();
    const vma = bench.map(1, 2);
    const page = bench.anonPage(1);
    const anonVma = bench.anonVmaOf(vma);
    const task = bench.start(sys_munmap(bench.task(), PAGE, 2 * PAGE));
    bench.go(task, () => bench.word(anonVma + anon_vma.offset.used) === 0);
    expect(bench.ended(task)).toBe(false);
    expect(bench.mapcount(page)).toBe(0);
    expect(bench.count(page)).toBe(1);
    bench.go(task);
    expect(bench.word(page + Page.free)).toBe(1);
  });

  it('frees only page tables that no other vma needs', () => {
    const bench = new Processes({ hugePages: 4 });
    bench.map(1, 2);
    bench.map(5, 2);
    bench.map(10, 1);
    for (const address of [1, 5, 10]) bench.anonPage(address);
    munmap(bench, 5, 2);
    const tables = [0, 4, 8].map((at) => bench.word(bench.kernel.pmd(bench.mm(), at)));
    expect(tables).toEqual([PMD_TABLE, 0, PMD_TABLE]);
  });

  it('changes nothing if a vma cannot be split', () => {
    const bench = new Processes({ allocationsFail: true });
    bench.map(1, 4);
    const result = bench.runFailing(sys_munmap(bench.task(), 2 * PAGE, PAGE), () => true);
    expect(result).toBe(-ENOMEM);
    expect(borders(bench)).toEqual([[1, 5]]);
  });

  it('wants mmap_sem held, which is a matter of the model and no kernel fault', () => {
    const bench = new Processes();
    bench.map(1, 2);
    expect(() => bench.run(do_munmap(bench.task(), bench.mm(), 1, 1))).toThrow('mmap_sem');
  });
});

describe('expand_stack', () => {
  it('moves the start down, and pages keep their places in the reverse map', () => {
    const bench = new Processes();
    const vma = bench.map(6, 2, { kind: 'stack' });
    const page = bench.anonPage(6);
    expect(bench.run(expand_stack(bench.task(), vma, 4))).toBe(0);
    expect(bench.vmas().map(({ start, end, pgoff }) => [start, end, pgoff])).toEqual([[4, 8, 4]]);
    expect(bench.word(page + Page.index)).toBe(6);
    expect(anonVmas()).toMatchObject([{ vmas: [vma] }]);
  });

  it('does not meet a mapping below that is no stack', () => {
    const bench = new Processes();
    bench.map(4, 1);
    const vma = bench.map(6, 2, { kind: 'stack' });
    expect(bench.run(expand_stack(bench.task(), vma, 5))).toBe(-ENOMEM);
  });

  it('has its anon_vma before it is refused, as a fork that follows sees', () => {
    const bench = new Processes();
    const vma = bench.map(0, 2, { kind: 'stack' });
    expect(bench.run(expand_stack(bench.task(), vma, -1))).toBe(-EPERM);
    expect(borders(bench)).toEqual([[0, 2]]);
    expect(anonVmas()).toMatchObject([{ vmas: [vma] }]);
  });

  it('counts the new pages of a locked stack, so that munlock finds the count right', () => {
    const bench = new Processes();
    const vma = bench.map(6, 2, { kind: 'stack' });
    const lockedPages = bench.mm() + mm_struct.offset.locked_vm;
    bench.run(sys_mlock(bench.task(), 6 * PAGE, 2 * PAGE));
    expect(bench.run(expand_stack(bench.task(), vma, 4))).toBe(0);
    expect(bench.word(lockedPages)).toBe(4);
    bench.run(sys_munlock(bench.task(), 4 * PAGE, 4 * PAGE));
    expect(bench.word(lockedPages)).toBe(0);
  });

  it('is done once by two threads that fault below', () => {
    const bench = new Processes({ cpus: 2 });
    const vma = bench.map(8, 2, { kind: 'stack' });
    bench.anonPage(8);
    const tasks = [5, 6].map((at, id) => bench.start(expand_stack(bench.task(0, id), vma, at)));
    bench.kernel.machine.step(tasks[1]!, 0);
    bench.go(tasks[0]!);
    bench.go(tasks[1]!);
    expect(borders(bench)).toEqual([[5, 10]]);
  });
});

describe('mapping rights', () => {
  it('are the vm_flags of the same names', () => {
    const bench = new Processes();
    bench.map(1, 1, { prot: RW });
    bench.map(3, 1, { prot: 0 });
    expect(bench.vmas().map(({ flags }) => flags & 7)).toEqual([3, 0]);
  });
});
