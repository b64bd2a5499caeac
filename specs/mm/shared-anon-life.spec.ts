/** How long the file of MAP_SHARED|MAP_ANONYMOUS lives: mm/shmem.c shmem_zero_setup to shmem_evict_inode. */
import { explore } from '../../model/diff/explore';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { writepage } from '../../model/fs/aops';
import { clear_refs_write } from '../../model/fs/proc/task_mmu';
import { address_space, mm_struct, Page, vm_area_struct } from '../../model/include/linux/mm_types';
import { TTU_UNMAP } from '../../model/include/linux/rmap';
import { do_exit, do_fork } from '../../model/kernel/fork';
import type { Steps } from '../../model/machine/op';
import { sys_remap_file_pages } from '../../model/mm/fremap';
import { sys_madvise } from '../../model/mm/madvise';
import { sys_munmap } from '../../model/mm/mmap';
import { sys_mremap } from '../../model/mm/mremap';
import { completeWriteback } from '../../model/mm/page_io';
import { try_to_unmap } from '../../model/mm/rmap';
import { lru_add_drain } from '../../model/mm/swap';
import { swapoff } from '../../model/mm/swapfile';
import { ADVICE } from '../../model/include/uapi/asm-generic/mman-common';
import type { Outcome } from '../../model/scenario/outcome';
import { parseScenario } from '../../model/scenario/parse';
import { audit } from '../../model/state/audit';
import type { Cpu } from '../../model/state/cpu';
import { vmas } from '../../model/state/inspect';
import { boot, type Programs } from './support/boot';
import { preemptedOutcomes } from './support/outcomes';
import { systemCall } from './support/process';

const SIZE = 4096;
const HAS_CACHE = 0x40;
const { f_count, size } = address_space.offset;

/** Process 0 maps two pages of shared anonymous memory at 0, and has written 5 to the first. */
function withSharedAnon(): { p: Programs; mapping: number; page: number } {
  const p = boot({ cpus: 2, files: 2, swapSlots: 4 });
  const vma = p.map(0, 2, { kind: 'shared-anon' });
  p.write(0, 5);
  p.run(lru_add_drain(p.cpu()));
  return { p, mapping: p.word(vma + vm_area_struct.offset.vm_file), page: p.pageAt(0) };
}

/** As {@link withSharedAnon}, and reclaim has moved the page to swap, where it is being written. */
function swappedOut(): ReturnType<typeof withSharedAnon> {
  const made = withSharedAnon();
  const { p, mapping, page } = made;
  p.set(page + Page.PG_locked, -1);
  p.set(p.kernel.pte(p.mm(), 0), p.pte(0) & ~(1 << 5));
  p.run(try_to_unmap(p.cpu(), page, TTU_UNMAP));
  p.set(page + Page.PG_dirty, 0);
  p.run(writepage(p.cpu(), mapping, page));
  expect(audit()).toEqual([]);
  return made;
}

const munmapTask =
  (p: Programs, start: number, pages: number, id = 0) =>
  (): Steps<number> =>
    systemCall(p.task(0, id), (cpu) => sys_munmap(cpu, start * SIZE, pages * SIZE));

const users = (p: Programs, mapping: number): number => p.word(mapping + f_count);
const tree = (p: Programs, mapping: number, index = 0): number =>
  p.word(p.kernel.pageTree(mapping, index));
const mmapSem = (p: Programs): number => p.word(p.mm() + mm_struct.offset.mmap_sem);

/** Users, pages in the file, and which counter is wrong. */
function state(p: Programs, mapping: number): unknown[] {
  for (const id of [0, 1]) p.run(lru_add_drain(p.cpu(id)));
  return [users(p, mapping), p.stat('NR_SHMEM'), audit()];
}

describe('the file of shared anonymous memory', () => {
  // mm/shmem.c shmem_zero_setup, mm/mmap.c remove_vma, fs/file_table.c fput, mm/shmem.c shmem_evict_inode.
  it('is as long as the mapping, and goes with its pages when its last vma is removed', () => {
    const { p, mapping } = withSharedAnon();
    const free = p.stat('NR_FREE_PAGES');
    expect([p.word(mapping + size), state(p, mapping)]).toEqual([2, [1, 1, []]]);
    p.munmap(0, 2);
    expect(state(p, mapping)).toEqual([0, 0, []]);
    expect([p.stat('NR_FREE_PAGES'), p.word(mapping + size)]).toEqual([free + 1, 0]);
  });

  // mm/mmap.c __split_vma takes a reference for the new vma.
  it('stays while a part of it is mapped', () => {
    const { p, mapping } = withSharedAnon();
    p.munmap(1, 1);
    expect([state(p, mapping), p.read(0)]).toEqual([[1, 1, []], 5]);
    p.munmap(0, 1);
    expect(state(p, mapping)).toEqual([0, 0, []]);
  });

  // mm/mmap.c vma_adjust drops the reference of a vma that was merged into its neighbour.
  it('has one user again when the halves of a split vma merge', () => {
    const { p, mapping } = withSharedAnon();
    p.advise(0, 1, 'DONTFORK');
    const split = users(p, mapping);
    p.advise(0, 1, 'DOFORK');
    expect([split, state(p, mapping)]).toEqual([2, [1, 1, []]]);
    p.munmap(0, 2);
    expect(state(p, mapping)).toEqual([0, 0, []]);
  });

  // kernel/fork.c dup_mmap, mm/mmap.c exit_mmap.
  it('stays while a child has it, and goes with the exit of that', () => {
    const { p, mapping } = withSharedAnon();
    p.fork();
    expect(users(p, mapping)).toBe(2);
    p.munmap(0, 2);
    expect([p.read(0, { process: 1, cpu: 1 }), users(p, mapping)]).toEqual([5, 1]);
    p.call((cpu) => do_exit(cpu, p.mm(1)), 1, 1);
    expect(state(p, mapping)).toEqual([0, 0, []]);
  });

  // kernel/fork.c dup_mmap passes over VM_DONTCOPY, and takes no reference.
  it('is not held by a child that does not get it', () => {
    const { p, mapping } = withSharedAnon();
    p.advise(0, 2, 'DONTFORK');
    p.fork();
    expect(state(p, mapping)).toEqual([1, 1, []]);
  });

  // mm/mmap.c copy_vma takes the reference of the new place, do_munmap drops that of the old one.
  it('moves with mremap', () => {
    const { p, mapping } = withSharedAnon();
    p.call((cpu) => sys_mremap(cpu, 0, 2 * SIZE, 4 * SIZE));
    expect([p.read(4), state(p, mapping)]).toEqual([5, [1, 1, []]]);
    p.munmap(4, 2);
    expect(state(p, mapping)).toEqual([0, 0, []]);
  });

  // mm/mmap.c mmap_region unmaps what was there, then mm/shmem.c shmem_zero_setup makes a file.
  it('goes when another mapping takes its place, which begins with zeros', () => {
    const { p, mapping } = withSharedAnon();
    p.map(0, 2, { kind: 'shared-anon' });
    expect(state(p, mapping)).toEqual([0, 0, []]);
    expect([p.read(0), vmas(p.mm())[0]!.file === mapping]).toEqual([0, false]);
  });

  // mm/fremap.c sys_remap_file_pages: the vma stays, and so does its reference.
  it('goes with a mapping that has become nonlinear', () => {
    const { p, mapping } = withSharedAnon();
    p.call((cpu) => sys_remap_file_pages(cpu, SIZE, SIZE, 0));
    expect([p.read(1), state(p, mapping)]).toEqual([5, [1, 1, []]]);
    p.munmap(0, 2);
    expect(state(p, mapping)).toEqual([0, 0, []]);
  });

  // fs/file_table.c fput: task_work_add, so the file is closed when mmap_sem is free again.
  it('is closed where the task returns to user mode', () => {
    const { p, mapping, page } = withSharedAnon();
    const task = p.start(munmapTask(p, 0, 2)());
    p.go(task, () => users(p, mapping) === 0);
    expect([mmapSem(p) === 0, tree(p, mapping)]).toEqual([false, page]);
    p.go(task, () => mmapSem(p) === 0);
    expect([p.ended(task), tree(p, mapping)]).toEqual([false, page]);
    p.go(task);
    expect([p.ended(task), tree(p, mapping)]).toEqual([true, 0]);
  });

  // kernel/task_work.c task_work_run turns the list round.
  it('is closed before another one whose last use ended later', () => {
    const { p, mapping } = withSharedAnon();
    const vma = p.map(2, 1, { kind: 'shared-anon' });
    p.write(2, 6);
    const later = p.word(vma + vm_area_struct.offset.vm_file);
    const task = p.start(munmapTask(p, 0, 3)());
    p.go(task, () => tree(p, mapping) === 0 || tree(p, later) === 0);
    expect([tree(p, mapping) === 0, tree(p, later) === 0]).toEqual([true, false]);
    p.go(task);
    expect([state(p, mapping), state(p, later)]).toEqual([
      [0, 0, []],
      [0, 0, []],
    ]);
  });

  // mm/madvise.c madvise_remove has a reference of its own, as it lets mmap_sem go meanwhile.
  it('is held by MADV_REMOVE, and goes when that is done if nobody maps it any more', () => {
    const { p, mapping } = withSharedAnon();
    p.write(1, 6);
    const remove = (cpu: Cpu) => sys_madvise(cpu, 0, SIZE, ADVICE.REMOVE);
    const task = p.start(systemCall(p.task(0, 1), remove));
    p.go(task, () => users(p, mapping) === 2 && mmapSem(p) === 0);
    p.munmap(0, 2);
    expect([users(p, mapping), p.stat('NR_SHMEM')]).toEqual([1, 2]);
    p.go(task);
    expect([p.ended(task), state(p, mapping)]).toEqual([true, [0, 0, []]]);
  });

  // fs/proc/task_mmu.c clear_refs_write, kernel/fork.c mmput: the last user of the mm need not be its own.
  it('goes at the end of the system call that ends the mm', () => {
    const { p, mapping } = withSharedAnon();
    const { mm_users } = mm_struct.offset;
    const task = p.start(systemCall(p.task(1, 1), (cpu) => clear_refs_write(cpu, p.mm(), 1)));
    p.go(task, () => p.word(p.mm() + mm_users) === 2);
    p.call((cpu) => do_exit(cpu, p.mm()));
    expect([users(p, mapping), p.stat('NR_SHMEM')]).toEqual([1, 1]);
    p.go(task);
    expect([p.ended(task), state(p, mapping)]).toEqual([true, [0, 0, []]]);
  });

  // Error paths of kernel/fork.c dup_mmap (for the vma behind it), mm/mmap.c __split_vma and copy_vma.
  it.each<[string, number, (p: Programs, cpu: Cpu) => Steps<number>]>([
    ['fork', 2, (p, cpu) => do_fork(cpu, p.mm(), p.mm(1))],
    ['munmap', 2, (_, cpu) => sys_munmap(cpu, SIZE, SIZE)],
    ['mremap', 1, (_, cpu) => sys_mremap(cpu, 0, 3 * SIZE, 4 * SIZE)],
  ])('has its count right after %s for which memory does not suffice', (_, last, call) => {
    const counts: number[] = [];
    for (let failing = 0, result = -1; result < 0; failing++) {
      const p = boot({ cpus: 2, allocationsFail: true });
      const vma = p.map(0, 3, { kind: 'shared-anon' });
      p.map(8, 1);
      const mapping = p.word(vma + vm_area_struct.offset.vm_file);
      const steps = systemCall(p.task(), (cpu) => call(p, cpu));
      result = p.runFailing(steps, (n) => n >= failing)!;
      expect(audit()).toEqual([]);
      counts.push(users(p, mapping));
    }
    expect([counts.length > 1, counts[0], counts.at(-1)]).toEqual([true, 1, last]);
  });
});

describe('shmem_evict_inode', () => {
  // mm/shmem.c shmem_free_swap.
  it('gives the swap slots back', () => {
    const { p, mapping } = swappedOut();
    p.run(completeWriteback(p.cpu(), false));
    const used = p.word(p.kernel.nr_swap_pages);
    p.munmap(0, 2);
    expect([used, p.word(p.kernel.nr_swap_pages), state(p, mapping)]).toEqual([3, 4, [0, 0, []]]);
  });

  // mm/swapfile.c free_swap_and_cache: a page under write-back keeps its slot, without a user, until reclaim.
  it('takes the slot from a page that is being written without waiting for it', () => {
    const { p, mapping, page } = swappedOut();
    p.munmap(0, 2);
    expect([tree(p, mapping), state(p, mapping)]).toEqual([0, [0, 0, []]]);
    expect([p.has(page, 'PG_writeback'), p.word(p.kernel.swap_map + 4)]).toEqual([true, HAS_CACHE]);
  });

  // mm/shmem.c shmem_undo_range waits in its second pass.
  it('waits for a page that is locked', () => {
    const { p, mapping, page } = withSharedAnon();
    p.set(page + Page.PG_locked, -1);
    const task = p.start(munmapTask(p, 0, 2)());
    p.go(task);
    expect([p.ended(task), users(p, mapping), tree(p, mapping)]).toEqual([false, 0, page]);
    p.set(page + Page.PG_locked, 0);
    p.go(task);
    expect([p.ended(task), state(p, mapping)]).toEqual([true, [0, 0, []]]);
  });

  // mm/shmem.c shmem_unuse_inode: what it has put back into the file goes too, and no entry comes twice.
  it('leaves nothing behind, wherever swapoff is', () => {
    const { p, mapping } = swappedOut();
    p.run(completeWriteback(p.cpu(), false));
    const off = (): Steps<number> => systemCall(p.task(1, 1), (cpu) => swapoff(cpu));
    const observe = ([unmapped, off]: readonly unknown[]): string =>
      JSON.stringify([unmapped, off, tree(p, mapping), state(p, mapping)]);
    const seen = preemptedOutcomes(p.kernel, [munmapTask(p, 0, 2), off], observe);
    const other = preemptedOutcomes(p.kernel, [off, munmapTask(p, 0, 2)], ([a, b]) =>
      observe([b, a]),
    );
    expect([...new Set([...seen, ...other])]).toEqual([JSON.stringify([0, 0, 0, [0, 0, []]])]);
  });
});

describe('a scenario of shared anonymous memory', () => {
  const outcomesOf = (setup: string[], threads: string[], after: string[] = []): Outcome[] => {
    const part = (name: string, lines: string[], mark = '- '): string[] =>
      lines.length === 0 ? [] : [`${name}:`, ...lines.map((line) => `  ${mark}${line}`)];
    const text = ['scenario: x', 'title: t', 'source: s', 'options: {swapSlots: 4}'];
    text.push(
      ...part('setup', setup),
      ...part('threads', threads, ''),
      ...part('after', after),
      '',
    );
    const explored = explore(parseScenario(text.join('\n')), NAMED_VARIANTS.base);
    expect(explored.completeness.kind).toBe('complete');
    return explored.outcomes.map(({ outcome }) => outcome);
  };

  // mm/shmem.c shmem_zero_setup: the second mmap is of a new file.
  it('reads zeros after munmap and another mmap of the same name', () => {
    const setup = ['mmap s shared-anon', 'write s 5', 'munmap s', 'mmap s shared-anon'];
    const [outcome] = outcomesOf(
      setup.map((line) => `P0: ${line}`),
      ['P0/T0: r = read s'],
    );
    expect(outcome!.user.results['r']).toBe(0);
  });

  // kernel/fork.c dup_mmap: only fork shares it.
  it('keeps what two processes have mapped under one name apart, and what fork shares together', () => {
    const maps = ['P0: mmap f shared-anon', 'P0: fork P1'];
    const own = ['P0: mmap s shared-anon', 'P1: mmap s shared-anon'];
    const [outcome] = outcomesOf(
      [...maps, ...own, 'P0: write s 5', 'P0: write f 6'],
      ['P1/T0: [own = read s, shared = read f]'],
    );
    expect(outcome!.user.results).toMatchObject({ own: 0, shared: 6 });
  });

  // mm/mmap.c munmap beside an access of a second thread: data, or SIGSEGV, and never zeros.
  it('never shows the file without its pages to a thread that reads beside munmap', () => {
    const outcomes = outcomesOf(
      ['P0: mmap s shared-anon', 'P0: write s 5', 'kworker: drain-all'],
      ['P0/T0: munmap s', 'P0/T1: r = read s'],
      ['P0: shmem = vmstat nr_shmem', 'kworker: drain-all', 'P0: counts = audit'],
    );
    const reads = outcomes.map(({ user }) => user.results['r']);
    expect([...new Set(reads)].sort()).toEqual([5, 'SIGSEGV']);
    for (const { system, internal } of outcomes) {
      expect([system.results['shmem'], internal.results['counts']]).toEqual([0, 'agrees']);
    }
  });

  // mm/mmap.c exit_mmap, mm/shmem.c shmem_free_swap.
  it('has every swap slot back after exit', () => {
    const setup = ['P0: fork P1', 'P1: mmap s shared-anon', 'P1: write s 5'];
    const outcomes = outcomesOf(
      [...setup, 'kswapd: reclaim-until-gone P1:s'],
      ['P1/T0: exit'],
      ['P0: shmem = vmstat nr_shmem', 'P0: counts = audit'],
    );
    expect(outcomes).toHaveLength(1);
    const [{ system, internal }] = outcomes as [Outcome];
    expect([system.freeSwap, system.results['shmem'], internal.results['counts']]).toEqual([
      ...[4, 0, 'agrees'],
    ]);
  });

  // mm/truncate.c truncate_inode_page takes a page that somebody else has out of the file all the same.
  it('lets a device go on with a page that it has pinned', () => {
    const setup = ['mmap s shared-anon', 'write s 5', 'pin s as=h', 'munmap s'];
    const [{ system, internal }] = outcomesOf(
      setup.map((line) => `P0: ${line}`),
      ['kworker: [dma h 9, unpin h, drain-all]'],
      ['P0: files = vmstat nr_file_pages', 'P0: counts = audit'],
    ) as [Outcome];
    expect([system.faults, system.results['files'], internal.results['counts']]).toEqual([
      ...[[], 0, 'agrees'],
    ]);
  });
});

describe('the audit of files', () => {
  // mm/shmem.c shmem_evict_inode leaves neither a page nor a slot.
  it('sees a page that is left of a file that nobody has, and a user too many', () => {
    const { p, mapping } = withSharedAnon();
    p.set(mapping + f_count, 2);
    expect(audit()).toEqual([{ what: 'file count', says: 2, counted: 1 }]);
    p.set(mapping + f_count, 0);
    expect(audit()).toContainEqual({ what: 'pages of a file that is gone', says: 0, counted: 1 });
  });

  // mm/shmem.c shmem_free_swap: a slot of a file has that file for its user.
  it('sees a swap slot of a file that has no entry for it', () => {
    const { p, mapping } = swappedOut();
    p.set(p.kernel.pageTree(mapping, 0), 0);
    expect(audit()).toEqual([{ what: 'swap map', says: 1, counted: 0 }]);
  });
});
