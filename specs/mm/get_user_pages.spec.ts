import { pte_mkclean, pte_mknuma, pte_mkold } from '../../model/arch/x86/include/asm/pgtable';
import { FOLL_GET, FOLL_MLOCK, FOLL_TOUCH, FOLL_WRITE } from '../../model/include/linux/foll';
import { mm_struct, Page } from '../../model/include/linux/mm_types';
import { VM_LOCKED, VM_READ } from '../../model/include/linux/vm_flags';
import { EFAULT, EIO } from '../../model/include/uapi/asm-generic/errno-base';
import { readLock, readUnlock, type Steps } from '../../model/machine/op';
import {
  __get_user_pages,
  access_process_vm,
  follow_page_mask,
  get_user_pages,
  get_user_pages_fast,
  process_vm_writev,
} from '../../model/mm/memory';
import { boot, type Programs } from './support/boot';

// Rests on mm/memory.c __get_user_pages, follow_page_mask, __access_remote_vm, arch/x86/mm/gup.c and
// mm/process_vm_access.c.

const A = 1;

/** Runs steps under the mmap_sem of process 0, held for reading. */
function* held<T>(k: Programs, steps: Steps<T>): Steps<T> {
  yield readLock(k.mm() + mm_struct.offset.mmap_sem);
  const result = yield* steps;
  yield readUnlock(k.mm() + mm_struct.offset.mmap_sem);
  return result;
}

function pin(k: Programs, address: number, write: boolean, force = false): number {
  return k.run(held(k, get_user_pages(k.task(), k.mm(), address, write, force)));
}

function written(): Programs {
  const k = boot({ processes: 2, cpus: 2 });
  k.map(A, 2);
  k.write(A, 7);
  return k;
}

/** Makes the pte of A old and clean, and the TLBs forget it. */
function clean(k: Programs): void {
  k.setPte(A, pte_mkold(pte_mkclean(k.pte(A))));
  for (const cpu of [0, 1]) k.set(k.kernel.tlb(cpu, A), 0);
}

describe('get_user_pages', () => {
  it('takes a reference to the page that is mapped', () => {
    const k = written();
    const count = k.count(k.pageAt(A));
    expect(pin(k, A, false)).toBe(k.pageAt(A));
    expect(k.count(k.pageAt(A))).toBe(count + 1);
    expect(k.unlocked).toBe(true);
  });

  it('for writing marks a clean page PG_dirty, and leaves A and D of the pte alone', () => {
    const k = written();
    clean(k);
    const page = pin(k, A, true);
    expect(k.has(page, 'PG_dirty')).toBe(true);
    expect(k.at(A)).toMatchObject({ dirty: false, young: false });
  });

  it('for writing leaves PG_dirty clear if the pte is dirty', () => {
    const k = written();
    expect(k.has(pin(k, A, true), 'PG_dirty')).toBe(false);
  });

  it('for reading leaves PG_dirty clear', () => {
    const k = written();
    clean(k);
    expect(k.has(pin(k, A, false), 'PG_dirty')).toBe(false);
  });

  it('raises the fault that makes the page present', () => {
    const k = written();
    const page = pin(k, A + 1, true);
    expect(k.at(A + 1)).toMatchObject({ page, dirty: true, write: true });
  });

  it('gives the zero page for reading where nothing was written', () => {
    const k = written();
    expect(pin(k, A + 1, false)).toBe(k.kernel.zeroPage);
  });

  it('breaks COW for writing', () => {
    const k = written();
    k.fork();
    const page = k.pageAt(A);
    expect(pin(k, A, true)).not.toBe(page);
    expect(k.pageAt(A, 1)).toBe(page);
  });

  it('is -EFAULT where nothing is mapped, and where the vma forbids it', () => {
    const k = written();
    k.map(5, 1, { prot: VM_READ });
    expect([pin(k, 9, false), pin(k, 5, true)]).toEqual([-EFAULT, -EFAULT]);
  });

  it('is -EFAULT for device memory', () => {
    const k = written();
    k.map(5, 1, { kind: 'pfn', mapping: k.file('pfn', 2) });
    expect(pin(k, 5, false)).toBe(-EFAULT);
  });

  it('with force writes what the vma forbids: a copy that stays read-only for the program', () => {
    const k = written();
    k.map(5, 1, { prot: VM_READ });
    const page = pin(k, 5, true, true);
    expect(k.at(5)).toMatchObject({ page, write: false, dirty: true });
    expect(k.write(5, 9)).toBe('SIGSEGV');
  });

  it('raises a fault for a NUMA hint, but not with force', () => {
    const k = written();
    k.setPte(A, pte_mknuma(k.pte(A)));
    const faults = k.event('PGFAULT');
    pin(k, A, false, true);
    expect(k.event('PGFAULT')).toBe(faults);
    pin(k, A, false);
    expect(k.event('PGFAULT')).toBe(faults + 1);
    expect(k.at(A).young).toBe(true);
  });

  it('needs mmap_sem', () => {
    const k = written();
    expect(() => k.run(get_user_pages(k.task(), k.mm(), A, false, false))).toThrow('mmap_sem');
  });
});

describe('follow_page_mask', () => {
  it('finds nothing for writing where the pte is read-only', () => {
    const k = written();
    k.fork();
    const follow = (flags: number) => k.run(follow_page_mask(k.task(), k.vmaAt(A), A, flags));
    expect([follow(FOLL_WRITE), follow(0)]).toEqual([0, k.pageAt(A)]);
  });

  it('marks a page accessed: referenced first, active at the second time', () => {
    const k = written();
    const page = k.pageAt(A);
    k.set(page + Page.PG_active, 0);
    const touch = () => k.run(follow_page_mask(k.task(), k.vmaAt(A), A, FOLL_TOUCH));
    touch();
    expect([k.has(page, 'PG_referenced'), k.has(page, 'PG_active')]).toEqual([true, false]);
    touch();
    expect([k.has(page, 'PG_referenced'), k.has(page, 'PG_active')]).toEqual([false, true]);
  });

  it('mlocks the page of a locked vma, if its lock is free', () => {
    const k = written();
    k.addFlags(k.vmaAt(A), VM_LOCKED);
    const page = k.pageAt(A);
    const follow = () => k.run(follow_page_mask(k.task(), k.vmaAt(A), A, FOLL_MLOCK));
    k.set(page + Page.PG_locked, -1);
    follow();
    expect(k.has(page, 'PG_mlocked')).toBe(false);
    k.set(page + Page.PG_locked, 0);
    follow();
    expect(k.has(page, 'PG_mlocked')).toBe(true);
  });
});

describe('__get_user_pages', () => {
  it('with `nonblocking` may drop mmap_sem rather than wait for a page', () => {
    const k = written();
    const page = k.swapOut(A);
    k.set(page + Page.PG_locked, -1);
    const sem = k.mm() + mm_struct.offset.mmap_sem;
    k.set(sem, 1);
    const steps = __get_user_pages(k.task(), k.mm(), A, 1, FOLL_TOUCH, undefined, true);
    const task = k.start(steps);
    k.go(task);
    expect([k.ended(task), k.word(sem)]).toEqual([false, 0]);
    k.set(page + Page.PG_locked, 0);
    k.go(task);
    expect([k.ended(task), k.word(sem)]).toEqual([true, 0]);
  });

  it('gives as many pages as there are before the first that fails', () => {
    const k = written();
    const pages: number[] = [];
    const flags = FOLL_TOUCH | FOLL_GET;
    const got = k.run(held(k, __get_user_pages(k.task(), k.mm(), A, 4, flags, pages)));
    expect([got, pages.length]).toEqual([{ pages: 2, locked: true }, 2]);
  });
});

describe('get_user_pages_fast', () => {
  const fast = (k: Programs, write: boolean) => k.run(get_user_pages_fast(k.task(), A, write));

  it('takes no lock, marks the page referenced, and does not look at D', () => {
    const k = written();
    clean(k);
    k.set(k.mm() + mm_struct.offset.mmap_sem, -1);
    const page = fast(k, true);
    expect([k.has(page, 'PG_referenced'), k.has(page, 'PG_dirty')]).toEqual([true, false]);
    expect(k.at(A).dirty).toBe(false);
  });

  it('goes the slow way for a read-only pte, the zero page, a NUMA hint and a hole', () => {
    const faults = (prepare: (k: Programs) => void, write: boolean) => {
      const k = written();
      prepare(k);
      k.set(k.mm() + mm_struct.offset.mmap_sem, -1);
      const task = k.start(get_user_pages_fast(k.task(), A, write));
      k.go(task);
      return k.ended(task);
    };
    expect(faults(() => undefined, true)).toBe(true);
    expect(faults((k) => k.fork(), true)).toBe(false);
    expect(faults((k) => k.setPte(A, pte_mknuma(k.pte(A))), false)).toBe(false);
    expect(faults((k) => k.advise(A, 1, 'DONTNEED'), false)).toBe(false);
    const zeroed = (k: Programs) => {
      k.advise(A, 1, 'DONTNEED');
      k.read(A);
    };
    expect(faults(zeroed, false)).toBe(false);
  });
});

// mm/mmap.c find_extend_vma.
describe('an address below a stack', () => {
  const stack = (...locked: number[]) => {
    const k = boot();
    const vma = k.map(8, 1, { kind: 'stack' });
    if (locked.length > 0) k.addFlags(vma, ...(locked as [number]));
    return k;
  };
  const present = (k: Programs) => [5, 6, 7, 8].filter((at) => k.at(at).state === 'present');

  it('lets it grow to there', () => {
    const k = stack();
    pin(k, 5, true);
    expect([k.vmas()[0]!.start, present(k)]).toEqual([4, [5]]);
  });

  it('fills a locked one up to where it began, all of it mlocked', () => {
    const k = stack(VM_LOCKED);
    pin(k, 5, true);
    expect([k.vmas()[0]!.start, present(k)]).toEqual([4, [5, 6, 7]]);
    expect([5, 6, 7].map((at) => k.has(k.pageAt(at), 'PG_mlocked'))).toEqual([true, true, true]);
    expect(k.word(k.mm() + mm_struct.offset.locked_vm)).toBe(4);
  });
});

describe('access_process_vm', () => {
  it("writes another process's page, copied first, and marks it dirty", () => {
    const k = written();
    k.fork();
    expect(k.run(access_process_vm(k.task(1), k.mm(0), A, [1], 9))).toBe(0);
    expect([k.read(A, { part: 1 }), k.read(A, { process: 1, cpu: 1, part: 1 })]).toEqual([9, 0]);
    const page = k.pageAt(A);
    expect([k.has(page, 'PG_dirty'), k.has(page, 'PG_locked')]).toEqual([true, false]);
    expect(k.unlocked).toBe(true);
  });

  it('writes what the process itself may only read', () => {
    const k = written();
    k.map(5, 1, { prot: VM_READ });
    expect(k.run(access_process_vm(k.task(1), k.mm(0), 5, [0], 9))).toBe(0);
    expect(k.read(5)).toBe(9);
  });

  it('is -EIO where nothing is mapped, as fs/proc/base.c mem_rw answers', () => {
    const k = written();
    expect(k.run(access_process_vm(k.task(1), k.mm(0), 9, [0], 9))).toBe(-EIO);
    expect(k.unlocked).toBe(true);
  });
});

describe('process_vm_writev', () => {
  it('writes all pages, or none if one cannot be pinned', () => {
    const k = written();
    const write = (end: number) => k.run(process_vm_writev(k.task(1), k.mm(0), A, end, [0, 1], 9));
    expect([write(A + 2), k.read(A), k.read(A + 1)]).toEqual([0, 9, 9]);
    const counts = [k.count(k.pageAt(A)), k.count(k.pageAt(A + 1))];
    k.write(A, 7);
    expect([write(A + 3), k.read(A)]).toEqual([-EFAULT, 7]);
    expect([k.count(k.pageAt(A)), k.count(k.pageAt(A + 1))]).toEqual(counts);
  });

  it('does not write what the process may only read', () => {
    const k = written();
    k.map(5, 1, { prot: VM_READ });
    expect(k.run(process_vm_writev(k.task(1), k.mm(0), 5, 6, [0], 9))).toBe(-EFAULT);
  });

  it('writes without mmap_sem, and marks the page dirty afterwards', () => {
    const k = written();
    clean(k);
    const page = k.pageAt(A);
    k.set(page + Page.PG_locked, -1);
    const task = k.start(process_vm_writev(k.task(1, 1), k.mm(0), A, A + 1, [0], 9));
    k.go(task);
    expect([k.ended(task), k.contents(page)[0], k.unlocked]).toEqual([false, 9, true]);
    k.set(page + Page.PG_locked, 0);
    k.go(task);
    expect([k.ended(task), k.has(page, 'PG_dirty')]).toEqual([true, true]);
  });
});
