import { EFAULT } from '../../model/include/uapi/asm-generic/errno-base';
import { anon_vma, Page, vm_area_struct, type Vma } from '../../model/include/linux/mm_types';
import { SWAP_AGAIN, SWAP_FAIL, type RmapWalkControl } from '../../model/include/linux/rmap';
import { load, type Steps } from '../../model/machine/op';
import {
  anon_vma_fork,
  page_address_in_vma,
  page_check_address,
  page_lock_anon_vma_read,
  page_mapped_in_vma,
  rmap_walk,
} from '../../model/mm/rmap';
import { Processes } from './support/process';

// Rests on mm/rmap.c rmap_walk, page_check_address, page_address_in_vma and mm/interval_tree.c.

/** A page of the parent at 1, which the child's vma covers too. */
function shared() {
  const bench = new Processes();
  const parent = bench.map(1, 3);
  const page = bench.anonPage(2);
  const child = bench.map(1, 3, { process: 1 });
  bench.run(anon_vma_fork(bench.cpu(), child, parent));
  bench.mapAgain(page, 2, 1);
  return { bench, page, parent, child };
}

/** An answer of a walk's callback, which is a step as any other. */
function* answer<T>(page: number, value: T): Steps<T> {
  yield load(page + Page.index);
  return value;
}

/** Walks, and notes what the walk visits. */
function visited(bench: Processes, page: number, rwc: Partial<RmapWalkControl> = {}) {
  const visits: [Vma, number][] = [];
  const ret = bench.run(
    rmap_walk(bench.cpu(), page, {
      rmap_one(_page, vma, address) {
        visits.push([vma, address]);
        return answer(page, SWAP_AGAIN);
      },
      anon_lock: (p) => page_lock_anon_vma_read(bench.cpu(), p),
      ...rwc,
    }),
  );
  return { visits, ret };
}

describe('rmap_walk of an anonymous page', () => {
  it('visits the parent before the child, at the address of the page in each', () => {
    const { bench, page, parent, child } = shared();
    expect(visited(bench, page)).toEqual({
      visits: [
        [parent, 2],
        [child, 2],
      ],
      ret: SWAP_AGAIN,
    });
  });

  it('visits a vma with a lower vm_pgoff first, whatever its age', () => {
    const bench = new Processes();
    const parent = bench.map(2, 2);
    const page = bench.anonPage(2);
    const child = bench.map(1, 3, { process: 1 });
    bench.run(anon_vma_fork(bench.cpu(), child, parent));
    expect(visited(bench, page).visits.map(([vma]) => vma)).toEqual([child, parent]);
  });

  it('leaves out vmas that do not cover the page', () => {
    const bench = new Processes();
    const parent = bench.map(1, 3);
    const page = bench.anonPage(3);
    const child = bench.map(1, 2, { process: 1 });
    bench.run(anon_vma_fork(bench.cpu(), child, parent));
    expect(visited(bench, page).visits).toEqual([[parent, 3]]);
  });

  it('leaves out invalid vmas', () => {
    const { bench, page, parent, child } = shared();
    const { visits } = visited(bench, page, {
      invalid_vma: (vma) => answer(page, vma === parent),
    });
    expect(visits).toEqual([[child, 2]]);
  });

  it('stops at an answer other than SWAP_AGAIN', () => {
    const { bench, page } = shared();
    let calls = 0;
    const { ret } = visited(bench, page, {
      rmap_one() {
        calls++;
        return answer(page, SWAP_FAIL);
      },
    });
    expect([calls, ret]).toEqual([1, SWAP_FAIL]);
  });

  it('stops when it is done', () => {
    const { bench, page } = shared();
    const { visits } = visited(bench, page, {
      done: () => answer(page, true),
    });
    expect(visits).toHaveLength(1);
  });

  it('holds the lock of the root for reading meanwhile', () => {
    const { bench, page, parent } = shared();
    const rwsem = bench.anonVmaOf(parent) + anon_vma.offset.rwsem;
    const held: number[] = [];
    visited(bench, page, {
      rmap_one() {
        held.push(bench.word(rwsem));
        return answer(page, SWAP_AGAIN);
      },
    });
    expect(held).toEqual([1, 1]);
    expect(bench.word(rwsem)).toBe(0);
  });

  it('asks the anon_vma of the page where it is given no way to lock it', () => {
    const { bench, page } = shared();
    const visits: Vma[] = [];
    bench.run(
      rmap_walk(bench.cpu(), page, {
        rmap_one(_page, vma) {
          visits.push(vma);
          return answer(page, SWAP_AGAIN);
        },
      }),
    );
    expect(visits).toHaveLength(2);
  });
});

describe('page_check_address', () => {
  it('finds the pte and keeps its lock', () => {
    const { bench, page } = shared();
    const { kernel } = bench;
    const found = bench.run(page_check_address(bench.cpu(), page, bench.mm(), 2, false));
    expect(found).toBe(kernel.pte(bench.mm(), 2));
    expect(bench.word(kernel.ptl(bench.mm(), 2))).toBe(-1);
  });

  it.each([true, false])('gives the lock back where another page is (sync %s)', (sync) => {
    const { bench, page } = shared();
    bench.anonPage(1);
    expect(bench.run(page_check_address(bench.cpu(), page, bench.mm(), 1, sync))).toBe(0);
    expect(bench.word(bench.kernel.ptl(bench.mm(), 1))).toBe(0);
  });

  it('does not wait for the lock of an empty pte unless it is to be sure', () => {
    const { bench, page } = shared();
    bench.set(bench.kernel.ptl(bench.mm(), 1), -1);
    expect(bench.run(page_check_address(bench.cpu(), page, bench.mm(), 1, false))).toBe(0);
    const sure = bench.start(page_check_address(bench.cpu(), page, bench.mm(), 1, true));
    bench.go(sure);
    expect(bench.ended(sure)).toBe(false);
  });
});

describe('page_address_in_vma', () => {
  it('answers by the index of the page, mapped there or not', () => {
    const { bench, page, parent, child } = shared();
    bench.setPte(2, 0, 1);
    expect(bench.run(page_address_in_vma(page, parent))).toBe(2);
    expect(bench.run(page_address_in_vma(page, child))).toBe(2);
    expect(bench.run(page_mapped_in_vma(bench.cpu(), page, child))).toBe(false);
    expect(bench.run(page_mapped_in_vma(bench.cpu(), page, parent))).toBe(true);
  });

  it('answers -EFAULT for a vma of another family', () => {
    const { bench, page } = shared();
    const stranger = bench.map(8, 2);
    bench.anonPage(8);
    expect(bench.run(page_address_in_vma(page, stranger))).toBe(-EFAULT);
  });

  it('answers -EFAULT where the vma does not reach, and where it has no anon_vma', () => {
    const { bench, page, parent } = shared();
    bench.set(parent + vm_area_struct.offset.vm_end, 2);
    expect(bench.run(page_address_in_vma(page, parent))).toBe(-EFAULT);
    bench.set(parent + vm_area_struct.offset.anon_vma, 0);
    bench.set(parent + vm_area_struct.offset.vm_end, 4);
    expect(bench.run(page_address_in_vma(page, parent))).toBe(-EFAULT);
  });

  it('answers -EFAULT for a page whose tag the mask of the variant does not know', () => {
    const bench = new Processes({}, ['p3/include/linux/mm/PAGE_MAPPING_LZFREE']);
    const vma = bench.map(1, 2);
    const page = bench.anonPage(1);
    bench.set(page + Page.mapping, bench.anonVmaOf(vma) + 5);
    expect(bench.run(page_address_in_vma(page, vma))).toBe(-EFAULT);
  });
});
