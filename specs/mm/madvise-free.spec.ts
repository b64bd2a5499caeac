import { applySwitches } from '../../model/features/hunk';
import type { HunkId, SwitchId } from '../../model/features/hunk-id';
import { PAGE_MAPPING_ANON } from '../../model/include/linux/mm';
import { mm_struct, Page } from '../../model/include/linux/mm_types';
import { VM_LOCKED, VM_READ } from '../../model/include/linux/vm_flags';
import { EINVAL, ENOMEM } from '../../model/include/uapi/asm-generic/errno-base';
import { ADVICE } from '../../model/include/uapi/asm-generic/mman-common';
import type { MmapKind } from '../../model/mm/mmap';
import { sys_madvise } from '../../model/mm/madvise';
import { lru_add_drain } from '../../model/mm/swap';
import { boot, type Hunks, type Programs } from './support/boot';
import { lacking } from './support/variants';

// Rests on hunks 8, 14 to 21 of the series, over mm/madvise.c and mm/memory.c.

const A = 1;
const PAGE = 4096;
const WITH = ['original', 'fixed', 'patch3', 'patch3-fixed'] as const;
const LZFREE = 4;

const MADVISE = 'p3/mm/madvise';
const SWITCH = {
  write: `${MADVISE}/madvise_need_mmap_write`,
  lazy: `${MADVISE}/madvise_dontneed.2/lazy_free`,
  file: `${MADVISE}/madvise_dontneed.2/vm_file`,
  vma: `${MADVISE}/madvise_vma`,
  valid: `${MADVISE}/madvise_behavior_valid`,
  zap: 'p3/mm/memory/zap_pte_range',
  range: 'p3/mm/memory/unmap_page_range',
} as const satisfies Record<string, SwitchId>;

/** Page A of an anonymous mapping of two, written with 7. */
function written(hunks: Hunks, config = {}): Programs {
  const k = boot({ cpus: 2, ...config }, hunks);
  k.map(A, 2);
  k.write(A, 7);
  return k;
}

const tagged = (k: Programs, page: number): boolean => (k.word(page + Page.mapping) & LZFREE) !== 0;

describe.each(WITH)('a written page, in %s', (name) => {
  const freed = () => {
    const k = written(name);
    const page = k.pageAt(A);
    expect(k.advise(A, 1, 'FREE')).toBe(0);
    return { k, page };
  };

  it('stays mapped with its contents, its pte old and clean', () => {
    const { k, page } = freed();
    expect(k.at(A)).toMatchObject({ page, write: true, young: false, dirty: false });
    expect(k.contents(page)).toEqual([7, 0]);
  });

  it('stays counted: no rss, rmap or reference goes', () => {
    const { k, page } = freed();
    expect([k.rss().anon, k.mapcount(page)]).toEqual([1, 1]);
    k.run(lru_add_drain(k.cpu()));
    expect(k.count(page)).toBe(1);
  });

  it('is marked, and goes to the tail of the inactive list', () => {
    const { k, page } = freed();
    expect(tagged(k, page)).toBe(true);
    expect(k.word(page + Page.mapping) & PAGE_MAPPING_ANON).toBe(1);
    k.run(lru_add_drain(k.cpu()));
    expect([k.list(0), k.has(page, 'PG_active')]).toEqual([[page], false]);
  });

  it('still shows what was written', () => {
    expect(freed().k.read(A)).toBe(7);
  });

  it('gets D again from the next store: no CPU has an entry with D any more', () => {
    const { k } = freed();
    k.write(A, 8);
    expect(k.at(A)).toMatchObject({ dirty: true, young: true });
    expect(k.read(A)).toBe(8);
  });

  it('holds no lock afterwards', () => {
    const { k, page } = freed();
    expect([k.unlocked, k.has(page, 'PG_locked')]).toEqual([true, false]);
  });

  it('whose lock is taken is not marked, but its pte is clean', () => {
    const k = written(name);
    const page = k.pageAt(A);
    k.set(page + Page.PG_locked, -1);
    expect(k.advise(A, 1, 'FREE')).toBe(0);
    expect([tagged(k, page), k.at(A).dirty]).toEqual([false, false]);
  });

  it('that is in the swap cache alone leaves it', () => {
    const k = written(name);
    const page = k.swapOut(A);
    k.read(A);
    expect(k.advise(A, 1, 'FREE')).toBe(0);
    expect([k.has(page, 'PG_swapcache'), k.has(page, 'PG_dirty'), tagged(k, page)]).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe.each(WITH)('what else is in the range, in %s', (name) => {
  it('the zero page is zapped', () => {
    const k = boot({}, name);
    k.map(A, 1);
    k.read(A);
    expect([k.advise(A, 1, 'FREE'), k.at(A).state]).toEqual([0, 'none']);
  });

  it('a swap entry is left alone', () => {
    const k = written(name);
    k.swapOut(A);
    expect([k.advise(A, 1, 'FREE'), k.at(A).state, k.rss().swap]).toEqual([0, 'swapped', 1]);
  });

  it('a page that is no anonymous one is zapped', () => {
    const k = boot({}, name);
    k.map(A, 1, { kind: 'vdso', prot: VM_READ });
    k.read(A);
    expect([k.advise(A, 1, 'FREE'), k.at(A).state]).toEqual([0, 'none']);
  });
});

describe.each(['base', ...WITH] as const)('on each kind of mapping, in %s', (name) => {
  const on = (kind: MmapKind, file?: Parameters<Programs['file']>[0], flags = 0) => {
    const k = boot({}, name);
    const mapping = file === undefined ? 0 : k.file(file, 2);
    k.map(A, 2, { kind, mapping, prot: kind === 'vdso' ? VM_READ : VM_READ | 2 });
    k.read(A);
    k.addFlags(k.vmaAt(A), flags);
    return k.advise(A, 2, 'FREE');
  };
  const ok = name === 'base' ? -EINVAL : 0;

  it('anonymous ones are free to be advised', () => {
    expect([on('private-anon'), on('stack'), on('vdso')]).toEqual([ok, ok, ok]);
  });

  it('those with a file are refused, but for nonlinear ones', () => {
    expect([
      on('shared-anon'),
      on('private-file', 'file'),
      on('shared-file', 'file'),
      on('shared-tmpfs', 'tmpfs'),
      on('private-tmpfs', 'tmpfs'),
      on('private-zero'),
    ]).toEqual(Array(6).fill(-EINVAL));
    expect(on('nonlinear-file', 'tmpfs')).toBe(ok);
  });

  it('locked, hugetlb and device ones are refused', () => {
    expect([
      on('private-anon', undefined, VM_LOCKED),
      on('hugetlb', 'hugetlbfs'),
      on('pfn', 'pfn'),
    ]).toEqual(Array(3).fill(-EINVAL));
  });

  it('a mapping of which nothing was touched is no error', () => {
    const k = boot({}, name);
    k.map(A, 1);
    k.map(A + 1, 1, { prot: 0 });
    expect([k.advise(A, 2, 'FREE'), k.advise(8, 1, 'FREE')]).toEqual(
      name === 'base' ? [-EINVAL, -EINVAL] : [0, -ENOMEM],
    );
  });

  it('an error in the middle leaves what comes before it done', () => {
    const k = boot({}, name);
    k.map(A, 1);
    k.write(A, 7);
    k.map(A + 1, 1, { kind: 'private-zero' });
    expect(k.advise(A, 2, 'FREE')).toBe(-EINVAL);
    expect(k.at(A).dirty).toBe(name === 'base');
  });
});

describe('a store on another CPU', () => {
  const fresh = (config = {}) => {
    const k = written('fixed', { tlbEviction: false, ...config });
    k.write(A, 7, { cpu: 1 });
    return k;
  };

  it("between the call's read and its plain store of the pte loses its D", () => {
    const k = written('fixed', { tlbEviction: false });
    // A clean pte: the next store walks and sets D.
    k.setPte(A, k.pte(A) & ~(1 << 6));
    k.set(k.kernel.tlb(0, A), 0);
    const pte = k.kernel.pte(k.mm(), A);
    const task = k.start(sys_madvise(k.task(0, 1), A * PAGE, PAGE, ADVICE.FREE));
    k.go(task, () => k.kernel.machine.pendingAddress(task) === pte);
    k.one(task);
    k.write(A, 8, { cpu: 0 });
    expect(k.at(A).dirty).toBe(true);
    k.go(task);
    expect([k.at(A).dirty, k.contents(k.pageAt(A))[0]]).toEqual([false, 8]);
  });

  it('through a stale entry sets no D until the flush, which comes before the end', () => {
    const k = fresh();
    const task = k.start(sys_madvise(k.task(0, 0), A * PAGE, PAGE, ADVICE.FREE));
    k.go(task, () => !k.at(A).dirty);
    k.write(A, 8, { cpu: 1 });
    expect(k.at(A).dirty).toBe(false);
    k.go(task);
    k.write(A, 9, { cpu: 1 });
    expect([k.at(A).dirty, k.read(A)]).toEqual([true, 9]);
  });
});

describe('a gather that is full', () => {
  const small = { gatherBundle: 2, gatherBatchCount: 0, tlbEviction: false, hugePages: 8 };
  const wide = (config = {}) => {
    const k = boot({ ...small, ...config }, 'fixed');
    k.map(A, 5);
    for (let i = 0; i < 5; i++) k.write(A + i, 7);
    return k;
  };

  it('is flushed and freed at once, with the page-table lock held', () => {
    const k = wide();
    const ptl = k.kernel.ptl(k.mm(), A);
    const page = k.pageAt(A);
    const task = k.start(sys_madvise(k.task(), A * PAGE, 5 * PAGE, ADVICE.FREE));
    k.go(task, () => tagged(k, page));
    expect(k.word(ptl)).toBe(-1);
    k.go(task);
    expect(k.ended(task)).toBe(true);
  });

  it('is flushed over the whole range of the call: no entry outlives it', () => {
    const k = wide({ tlbFlushallPages: 8 });
    expect(k.advise(A, 5, 'FREE')).toBe(0);
    expect([0, 1, 2, 3, 4].map((i) => k.tlb(A + i))).toEqual([0, 0, 0, 0, 0]);
    expect([0, 1, 2, 3, 4].map((i) => tagged(k, k.pageAt(A + i)))).toEqual(Array(5).fill(true));
  });
});

describe('a huge page', () => {
  it('that the range covers is thrown away as with MADV_DONTNEED: zap_huge_pmd has no details', () => {
    const k = boot({ frames: 32 }, 'fixed');
    k.map(4, 4);
    k.advise(4, 4, 'HUGEPAGE');
    k.write(4, 7);
    expect(k.at(4).huge).toBe(true);
    expect([k.advise(4, 4, 'FREE'), k.at(4).state, k.rss().anon]).toEqual([0, 'none', 0]);
  });

  it('that the range covers in part is split, and its part freed lazily', () => {
    const k = boot({ frames: 32 }, 'fixed');
    k.map(4, 4);
    k.advise(4, 4, 'HUGEPAGE');
    k.write(4, 7);
    expect(k.advise(4, 2, 'FREE')).toBe(0);
    expect([4, 5, 6].map((at) => k.at(at).huge)).toEqual([false, false, false]);
    expect([4, 5, 6].map((at) => k.at(at).dirty)).toEqual([false, false, true]);
    expect(k.read(4)).toBe(7);
  });
});

describe('without a hunk', () => {
  const result = (hunks: Hunks, kind: MmapKind = 'private-anon') => {
    const k = boot({}, hunks);
    const mapping = kind === 'private-file' ? k.file() : 0;
    k.map(A, 1, { kind, mapping });
    k.write(A, 7);
    const error = k.advise(A, 1, 'FREE');
    return { k, error };
  };

  it('14, a variant that uses the symbol does not build', () => {
    const k = written(lacking('fixed', 'p3/include/uapi/asm-generic/mman-common/MADV_FREE'));
    const call = sys_madvise(k.task(), A * PAGE, PAGE, ADVICE.FREE);
    expect(k.faultsOf(call)).toMatchObject([{ where: 'MADV_FREE' }]);
  });

  it('15, the call holds mmap_sem for writing', () => {
    const sem = (hunks: Hunks) => {
      const k = written(hunks);
      const word = k.mm() + mm_struct.offset.mmap_sem;
      const task = k.start(sys_madvise(k.task(), A * PAGE, PAGE, ADVICE.FREE));
      k.go(task, () => k.word(word) !== 0);
      return k.word(word);
    };
    expect([sem('fixed'), sem(lacking('fixed', SWITCH.write))]).toEqual([1, -1]);
  });

  it('17, the call does as MADV_DONTNEED does', () => {
    const { k, error } = result(lacking('fixed', SWITCH.lazy, SWITCH.file));
    expect([error, k.at(A).state, k.rss().anon]).toEqual([0, 'none', 0]);
  });

  it("17's check of the file, private copies of a file are freed lazily too", () => {
    const { k, error } = result(lacking('fixed', SWITCH.file), 'private-file');
    expect([error, tagged(k, k.pageAt(A)), k.read(A)]).toEqual([0, true, 7]);
  });

  it('18, the call succeeds and does nothing', () => {
    const { k, error } = result(lacking('fixed', SWITCH.vma));
    expect([error, k.at(A).dirty, k.vmas().length]).toEqual([0, true, 1]);
  });

  it('19, the advice is not valid', () => {
    const { k, error } = result(lacking('fixed', SWITCH.valid));
    expect([error, k.at(A).dirty]).toEqual([-EINVAL, true]);
  });

  it('20, anonymous pages are zapped, but swap entries are left alone', () => {
    const k = written(lacking('fixed', SWITCH.zap));
    k.write(A + 1, 8);
    k.swapOut(A + 1);
    expect(k.advise(A, 2, 'FREE')).toBe(0);
    expect([k.at(A).state, k.at(A + 1).state]).toEqual(['none', 'swapped']);
  });

  it('21, the call does as MADV_DONTNEED does, to swap entries too', () => {
    const k = written(lacking('fixed', SWITCH.range));
    k.write(A + 1, 8);
    k.swapOut(A + 1);
    expect(k.advise(A, 2, 'FREE')).toBe(0);
    expect([k.at(A).state, k.at(A + 1).state, k.rss()]).toEqual([
      'none',
      'none',
      { anon: 0, file: 0, swap: 0 },
    ]);
  });

  it.each<[number, HunkId, string]>([
    [8, 'p3/include/asm-generic/tlb/tlb_madvfree_page', 'tlb_madvfree_page'],
    [11, 'p3/include/linux/mm/zap_details', 'zap_details.lazy_free'],
    [16, 'p3/mm/madvise/madvise_dontneed', 'behavior'],
  ])('%i, a variant that uses its symbol does not build', (_, id, where) => {
    const gone = id.endsWith('tlb_madvfree_page') ? `${id}/define` : id;
    const k = written(lacking('fixed', gone as SwitchId));
    const call = sys_madvise(k.task(), A * PAGE, PAGE, ADVICE.FREE);
    expect(k.faultsOf(call)).toMatchObject([{ kind: 'oops', where }]);
  });
});

describe('other advice', () => {
  it('is served without a look at any switch of mm/madvise.c', () => {
    const k = written('fixed');
    applySwitches(() => undefined);
    const call = sys_madvise(k.task(), A * PAGE, PAGE, ADVICE.RANDOM);
    expect(k.run(call)).toBe(0);
  });
});
