import { address_space, mm_struct, Page } from '../../model/include/linux/mm_types';
import {
  VM_DONTCOPY,
  VM_DONTDUMP,
  VM_HUGEPAGE,
  VM_IO,
  VM_LOCKED,
  VM_MERGEABLE,
  VM_NOHUGEPAGE,
  VM_RAND_READ,
  VM_READ,
  VM_SEQ_READ,
} from '../../model/include/linux/vm_flags';
import * as errno from '../../model/include/uapi/asm-generic/errno-base';
import { ADVICE } from '../../model/include/uapi/asm-generic/mman-common';
import type { MmapKind } from '../../model/mm/mmap';
import { sys_madvise } from '../../model/mm/madvise';
import { lru_add_drain } from '../../model/mm/swap';
import { boot, type Programs } from './support/boot';
import type { ALL_VARIANTS } from './support/variants';

// Rests on mm/madvise.c: the system call's checks in their order, its walk over vmas and holes, and
// each behaviour. The numbers that real 3.14.1 kernels returned for the same calls are the same.

const A = 1;
const PAGE = 4096;
const { EACCES, EAGAIN, EBADF, EINVAL, ENODEV, ENOMEM } = errno;

function anon(pages = 4, hunks: keyof typeof ALL_VARIANTS = 'base'): Programs {
  const k = boot({}, hunks);
  k.map(A, pages);
  for (let i = 0; i < pages; i++) k.write(A + i, 7);
  return k;
}

describe.each(['base', 'original', 'fixed'] as const)('the arguments, in %s', (name) => {
  const call = (start: number, len: number, advice: number = ADVICE.DONTNEED) =>
    anon(4, name).adviseBytes(start, len, advice);

  it('must name a known advice, before anything else is looked at', () => {
    for (const advice of [6, 7, 8, 18, -1, 4 + 2 ** 31]) {
      expect([call(A * PAGE, PAGE, advice), call(1, 0, advice)]).toEqual([-EINVAL, -EINVAL]);
    }
  });

  it('must begin at a page', () => {
    expect([call(A * PAGE + 1, PAGE), call(A * PAGE + 1, 0)]).toEqual([-EINVAL, -EINVAL]);
  });

  it('may end anywhere: the length is rounded up', () => {
    const k = anon(4, name);
    expect(k.adviseBytes(A * PAGE, PAGE + 1, ADVICE.DONTNEED)).toBe(0);
    expect([0, 1, 2].map((i) => k.at(A + i).state)).toEqual(['none', 'none', 'present']);
  });

  it('may be empty, also where nothing is mapped', () => {
    expect([call(A * PAGE, 0), call(12 * PAGE, 0)]).toEqual([0, 0]);
  });

  it('may not be rounded up to nothing, nor wrap', () => {
    expect([call(A * PAGE, -1), call(3 * PAGE, -2 * PAGE)]).toEqual([-EINVAL, -EINVAL]);
  });

  it('with 32-bit pointers wrap at 32 bits', () => {
    const k = boot({ pointerBits: 32 }, name);
    k.map(A, 1);
    expect(k.adviseBytes(A * PAGE, 2 ** 32 - 1, ADVICE.DONTNEED)).toBe(-EINVAL);
    expect(k.adviseBytes(A * PAGE, 2 ** 32 - PAGE, ADVICE.DONTNEED)).toBe(-EINVAL);
  });

  it('where nothing is mapped are -ENOMEM', () => {
    expect(call(8 * PAGE, PAGE)).toBe(-ENOMEM);
    expect(call(2 ** 40, PAGE)).toBe(-ENOMEM);
  });
});

describe('the walk', () => {
  const states = (k: Programs, ...at: number[]) => at.map((address) => k.at(address).state);

  it('skips a hole, does what is mapped, and says -ENOMEM at the end', () => {
    const k = anon(2);
    k.map(5, 2);
    k.write(5, 7);
    expect(k.advise(A, 6, 'DONTNEED')).toBe(-ENOMEM);
    expect(states(k, 1, 2, 5)).toEqual(['none', 'none', 'none']);
  });

  it('says -ENOMEM where only a hole begins the range, or ends it', () => {
    const k = boot();
    k.map(5, 2);
    k.write(5, 7);
    expect([
      k.advise(3, 3, 'DONTNEED'),
      k.advise(6, 3, 'DONTNEED'),
      k.advise(3, 2, 'DONTNEED'),
    ]).toEqual([-ENOMEM, -ENOMEM, -ENOMEM]);
    expect(k.at(5).state).toBe('none');
  });

  it('stops at the first vma that refuses, whose error hides a remembered -ENOMEM', () => {
    const k = anon(1);
    k.map(4, 1);
    k.write(4, 7);
    k.addFlags(k.vmaAt(4), VM_LOCKED);
    k.map(5, 1, { kind: 'private-zero' });
    k.write(5, 7);
    expect(k.advise(A, 5, 'DONTNEED')).toBe(-EINVAL);
    expect(states(k, 1, 4, 5)).toEqual(['none', 'present', 'present']);
  });

  it('does only the part of a vma that is in the range', () => {
    const k = anon(4);
    k.advise(A + 1, 2, 'DONTNEED');
    expect(states(k, 1, 2, 3, 4)).toEqual(['present', 'none', 'none', 'present']);
    expect(k.vmas()).toHaveLength(1);
  });

  it('holds mmap_sem for reading with DONTNEED and WILLNEED, else for writing', () => {
    const sem = (advice: keyof typeof ADVICE) => {
      const k = anon(1);
      const word = k.mm() + mm_struct.offset.mmap_sem;
      const task = k.start(sys_madvise(k.task(), A * PAGE, PAGE, ADVICE[advice]));
      k.go(task, () => k.word(word) !== 0);
      return k.word(word);
    };
    expect([sem('DONTNEED'), sem('WILLNEED'), sem('RANDOM'), sem('MERGEABLE')]).toEqual([
      1, 1, -1, -1,
    ]);
  });
});

describe('MADV_DONTNEED', () => {
  /** What the call gives on a mapping of some kind, touched before. */
  const on = (kind: MmapKind, file?: Parameters<Programs['file']>[0], flags = 0) => {
    const k = boot();
    const mapping = file === undefined ? 0 : k.file(file, 2);
    k.map(A, 2, { kind, mapping, prot: kind === 'vdso' ? VM_READ : VM_READ | 2 });
    k.read(A);
    k.addFlags(k.vmaAt(A), flags);
    return k.advise(A, 2, 'DONTNEED');
  };

  it('takes any mapping but locked, hugetlb and device ones', () => {
    expect([
      on('private-anon'),
      on('shared-anon'),
      on('private-file', 'file'),
      on('shared-file', 'file'),
      on('shared-tmpfs', 'tmpfs'),
      on('private-zero'),
      on('nonlinear-file', 'tmpfs'),
      on('vdso'),
      on('stack'),
    ]).toEqual(Array(9).fill(0));
    expect([
      on('private-anon', undefined, VM_LOCKED),
      on('hugetlb', 'hugetlbfs'),
      on('pfn', 'pfn'),
    ]).toEqual(Array(3).fill(-EINVAL));
  });

  it('forgets what was written', () => {
    const k = anon(1);
    k.advise(A, 1, 'DONTNEED');
    expect(k.read(A)).toBe(0);
  });

  it("shows a shared mapping's file again, unchanged", () => {
    const k = boot();
    k.map(A, 1, { kind: 'shared-file', mapping: k.file() });
    k.write(A, 7);
    k.advise(A, 1, 'DONTNEED');
    expect([k.at(A).state, k.read(A)]).toEqual(['none', 7]);
  });

  it("leaves a nonlinear pte's page number behind", () => {
    const k = boot();
    k.map(A, 2, { kind: 'nonlinear-file', mapping: k.file('tmpfs', 4) });
    k.write(A, 7);
    k.write(A + 1, 8);
    const [first, second] = [k.pte(A), k.pte(A + 1)];
    k.setPte(A, second);
    k.setPte(A + 1, first);
    k.set(k.kernel.tlb(0, A), 0);
    k.set(k.kernel.tlb(0, A + 1), 0);
    k.advise(A, 2, 'DONTNEED');
    expect([k.at(A).state, k.at(A + 1).state]).toEqual(['file', 'file']);
    expect([k.read(A), k.read(A + 1)]).toEqual([8, 7]);
  });
});

describe('advice that changes flags', () => {
  const flagsAfter = (before: number, ...advice: (keyof typeof ADVICE)[]) => {
    const k = anon(1);
    k.addFlags(k.vmaAt(A), before);
    const original = k.vmas()[0]!.flags;
    const results = advice.map((name) => k.advise(A, 1, name));
    return { results, set: k.vmas()[0]!.flags & ~original, gone: original & ~k.vmas()[0]!.flags };
  };

  it.each([
    ['RANDOM', 0, VM_RAND_READ, 0],
    ['SEQUENTIAL', VM_RAND_READ, VM_SEQ_READ, VM_RAND_READ],
    ['RANDOM', VM_SEQ_READ, VM_RAND_READ, VM_SEQ_READ],
    ['NORMAL', VM_SEQ_READ, 0, VM_SEQ_READ],
    ['DONTFORK', 0, VM_DONTCOPY, 0],
    ['DOFORK', VM_DONTCOPY, 0, VM_DONTCOPY],
    ['DONTDUMP', 0, VM_DONTDUMP, 0],
    ['DODUMP', VM_DONTDUMP, 0, VM_DONTDUMP],
    ['MERGEABLE', 0, VM_MERGEABLE, 0],
    ['UNMERGEABLE', VM_MERGEABLE, 0, VM_MERGEABLE],
    ['HUGEPAGE', 0, VM_HUGEPAGE, 0],
    ['NOHUGEPAGE', VM_HUGEPAGE, VM_NOHUGEPAGE, VM_HUGEPAGE],
  ] as const)('%s on flags %i sets %i and clears %i', (advice, before, set, gone) => {
    expect(flagsAfter(before, advice)).toEqual({ results: [0], set, gone });
  });

  it('is refused where it does not fit', () => {
    expect(flagsAfter(VM_IO, 'DOFORK', 'DODUMP').results).toEqual([-EINVAL, -EINVAL]);
    expect(flagsAfter(0, 'HUGEPAGE', 'HUGEPAGE').results).toEqual([0, -EINVAL]);
  });

  it('is ignored by KSM where it does not fit', () => {
    const k = boot();
    k.map(A, 1, { kind: 'shared-tmpfs', mapping: k.file('tmpfs') });
    expect([k.advise(A, 1, 'MERGEABLE'), k.vmas()[0]!.flags & VM_MERGEABLE]).toEqual([0, 0]);
  });

  it('splits a vma, and merges it again when the flags are the same', () => {
    const k = anon(4);
    k.advise(A + 1, 2, 'RANDOM');
    expect(k.vmas().map(({ start, end }) => [start, end])).toEqual([
      [1, 2],
      [2, 4],
      [4, 5],
    ]);
    k.advise(A, 4, 'NORMAL');
    expect(k.vmas().map(({ start, end }) => [start, end])).toEqual([[1, 5]]);
    expect(k.read(A + 3)).toBe(7);
  });

  it('without memory for the split is -EAGAIN', () => {
    const k = boot({ allocationsFail: true });
    k.map(A, 2);
    const call = sys_madvise(k.task(), A * PAGE, PAGE, ADVICE.RANDOM);
    expect(k.choosing([1], call)).toBe(-EAGAIN);
    expect(k.vmas()).toHaveLength(1);
  });

  it('needs the configuration that it advises', () => {
    const call = (config: object, advice: keyof typeof ADVICE) => {
      const k = boot(config);
      k.map(A, 1);
      return k.advise(A, 1, advice);
    };
    expect([
      call({ CONFIG_KSM: false }, 'MERGEABLE'),
      call({ CONFIG_TRANSPARENT_HUGEPAGE: false }, 'HUGEPAGE'),
      call({ CONFIG_MEMORY_FAILURE: false }, 'HWPOISON'),
    ]).toEqual(Array(3).fill(-EINVAL));
  });
});

describe('MADV_WILLNEED', () => {
  /** Page A swapped out, and out of the swap cache. */
  const uncached = (config = {}) => {
    const k = boot(config);
    k.map(A, 2);
    k.write(A, 7);
    const page = k.swapOut(A);
    const slot = k.word(page + Page.private);
    k.set(k.kernel.swapSlot(slot, 0), 7);
    k.set(k.kernel.swapper_space + slot * 4, 0);
    k.set(k.kernel.swap_map + slot * 4, 1);
    return { k, slot };
  };

  it('brings swapped pages into the swap cache, and leaves the ptes alone', () => {
    const { k, slot } = uncached();
    expect(k.advise(A, 2, 'WILLNEED')).toBe(0);
    expect(k.at(A).state).toBe('swapped');
    const page = k.word(k.kernel.swapper_space + slot * 4);
    expect([k.contents(page)[0], k.has(page, 'PG_lru')]).toEqual([7, true]);
    expect(k.read(A)).toBe(7);
  });

  it('reads a file ahead', () => {
    const k = boot();
    const mapping = k.file('file', 3);
    k.map(A, 4, { kind: 'private-file', mapping });
    expect(k.advise(A + 1, 3, 'WILLNEED')).toBe(0);
    const cached = [0, 1, 2].map((i) => k.word(k.kernel.pageTree(mapping, i)) !== 0);
    expect(cached).toEqual([false, true, true]);
    expect(k.at(A + 1).state).toBe('none');
  });

  it('without CONFIG_SWAP is -EBADF where there is no file', () => {
    const k = boot({ CONFIG_SWAP: false });
    k.map(A, 1);
    expect(k.advise(A, 1, 'WILLNEED')).toBe(-EBADF);
  });

  it('does nothing for /dev/zero, devices and hugetlbfs', () => {
    const k = boot();
    k.map(A, 1, { kind: 'private-zero' });
    k.map(3, 1, { kind: 'hugetlb', mapping: k.file('hugetlbfs', 1) });
    k.map(5, 1, { kind: 'pfn', mapping: k.file('pfn', 1, 1) });
    expect([A, 3, 5].map((at) => k.advise(at, 1, 'WILLNEED'))).toEqual([0, 0, 0]);
  });
});

describe('MADV_REMOVE', () => {
  it('makes a hole in the file: it reads as zero in every mapping', () => {
    const k = boot({ processes: 2 });
    const mapping = k.file('tmpfs', 4);
    k.map(A, 2, { kind: 'shared-tmpfs', mapping });
    k.map(A, 2, { kind: 'shared-tmpfs', mapping, process: 1 });
    k.write(A, 7);
    k.write(A + 1, 8);
    expect(k.read(A, { process: 1 })).toBe(7);
    expect(k.advise(A, 1, 'REMOVE')).toBe(0);
    expect([k.read(A), k.read(A + 1), k.read(A, { process: 1 })]).toEqual([0, 8, 0]);
    expect(k.word(mapping + address_space.offset.size)).toBe(4);
  });

  it('refuses what has no file, is private, locked, nonlinear or a device', () => {
    const on = (kind: MmapKind, file?: Parameters<Programs['file']>[0], flags = 0) => {
      const k = boot();
      k.map(A, 1, { kind, mapping: file === undefined ? 0 : k.file(file, 2) });
      k.addFlags(k.vmaAt(A), flags);
      return k.advise(A, 1, 'REMOVE');
    };
    expect([
      on('private-anon'),
      on('private-tmpfs', 'tmpfs'),
      on('shared-tmpfs', 'tmpfs', VM_LOCKED),
      on('nonlinear-file', 'tmpfs'),
      on('hugetlb', 'hugetlbfs'),
      on('pfn', 'pfn'),
    ]).toEqual([-EINVAL, -EACCES, -EINVAL, -EINVAL, -EINVAL, -ENODEV]);
  });

  it('drops mmap_sem while it works, and looks for the next vma afresh', () => {
    const k = boot();
    k.map(A, 1, { kind: 'shared-tmpfs', mapping: k.file('tmpfs', 4) });
    k.map(A + 1, 1, { kind: 'shared-tmpfs', mapping: k.file('tmpfs', 4, 1) });
    k.write(A, 7);
    k.write(A + 1, 8);
    const sem = k.mm() + mm_struct.offset.mmap_sem;
    const task = k.start(sys_madvise(k.task(), A * PAGE, 2 * PAGE, ADVICE.REMOVE));
    k.go(task, () => k.word(sem) === 1);
    k.go(task, () => k.word(sem) === 0);
    expect([k.ended(task), k.at(A).state]).toEqual([false, 'present']);
    k.go(task);
    expect([k.read(A), k.read(A + 1), k.word(sem)]).toEqual([0, 0, 0]);
  });
});

describe('MADV_HWPOISON', () => {
  it('poisons the page that it finds', () => {
    const k = anon(1);
    const page = k.pageAt(A);
    expect(k.advise(A, 1, 'HWPOISON')).toBe(0);
    expect([k.has(page, 'PG_hwpoison'), k.at(A).state]).toEqual([true, 'hwpoison']);
    expect(k.read(A)).toBe('SIGBUS');
  });

  // mm/madvise.c madvise_hwpoison: compound_order is asked when the page has been dealt with, so split.
  it.each(['HWPOISON', 'SOFT_OFFLINE'] as const)(
    'goes on behind the small page of a huge one that it split, for %s',
    (advice) => {
      const k = boot({ frames: 32 });
      const pages = k.kernel.config.hugePages;
      k.map(pages, pages);
      k.advise(pages, pages, 'HUGEPAGE');
      k.write(pages, 7);
      k.run(lru_add_drain(k.cpu()));
      expect(k.advise(pages, pages, advice)).toBe(0);
      const frames = Array.from({ length: k.kernel.config.frames }, (_, i) => k.kernel.pageAt(i));
      expect(frames.filter((page) => k.has(page, 'PG_hwpoison'))).toHaveLength(pages);
    },
  );

  it('takes a part of a page for the page that begins before it, and no other', () => {
    const k = anon(2);
    expect(k.adviseBytes(A * PAGE + 1, PAGE, ADVICE.HWPOISON)).toBe(0);
    expect([k.at(A).state, k.at(A + 1).state]).toEqual(['hwpoison', 'present']);
  });

  it('is -EFAULT where nothing is mapped', () => {
    expect(anon(1).advise(9, 1, 'HWPOISON')).toBe(-errno.EFAULT);
  });
});
