import {
  pmdDirty,
  pmd_none,
  pmd_trans_huge,
  pmd_write,
  pmd_young,
  PMD_TABLE,
} from '../../model/arch/x86/include/asm/pgtable-pmd';
import { EINVAL } from '../../model/include/uapi/asm-generic/errno-base';
import { ADVICE } from '../../model/include/uapi/asm-generic/mman-common';
import { Page } from '../../model/include/linux/mm_types';
import type { Steps } from '../../model/machine/op';
import { shrink_huge_zero_page_scan, split_huge_page } from '../../model/mm/huge_memory';
import { userRead, userWrite } from '../../model/hardware/user-access';
import { VM_READ } from '../../model/include/linux/vm_flags';
import { sys_madvise } from '../../model/mm/madvise';
import { sys_mprotect } from '../../model/mm/mprotect';
import { sys_mremap } from '../../model/mm/mremap';
import { alloc_page, allocPagesHuge } from '../../model/mm/page_alloc';
import { completeWriteback } from '../../model/mm/page_io';
import { deactivate_page, lru_add_drain, put_page } from '../../model/mm/swap';
import { add_to_swap } from '../../model/mm/swap_state';
import { reclaimActive, reclaimInactive } from '../../model/mm/vmscan';
import type { KernelConfig } from '../../model/state/config';
import { boot, type Hunks, type Programs } from './support/boot';
import {
  PAGE,
  SIZE,
  START,
  advised,
  collapse,
  head,
  isHuge,
  pin,
  pmd,
  small,
  tag,
  written,
} from './support/huge';
import { outcomesOf } from './support/outcomes';
import { RW } from './support/process';

// Rests on mm/huge_memory.c and sections 10 and 12 of the facts. A huge page has 4 small ones here.

describe('a first write into an advised, aligned range', () => {
  it('maps a huge page by a young, dirty, writable pmd whose page is not PG_dirty', () => {
    const bench = advised();
    bench.write(START + 2, 7);
    const value = pmd(bench);
    expect([pmd_trans_huge(value), pmd_young(value), pmdDirty(value), pmd_write(value)]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(bench.has(head(bench), 'PG_dirty')).toBe(false);
    expect(bench.rss().anon).toBe(SIZE);
    expect([0, 1, 2, 3].map((i) => bench.read(START + i))).toEqual([0, 0, 7, 0]);
    expect([bench.mapcount(head(bench)), bench.event('THP_FAULT_ALLOC')]).toEqual([1, 1]);
  });

  it('counts the page by its small ones, on the LRU and as anonymous', () => {
    const bench = written();
    expect(bench.stat('NR_ANON_PAGES')).toBe(SIZE);
    expect(bench.stat('NR_ANON_TRANSPARENT_HUGEPAGES')).toBe(1);
    expect(bench.stat('NR_ACTIVE_ANON')).toBe(SIZE);
  });

  it('falls back to a small page where no aligned frames are free', () => {
    const bench = advised({ frames: 4 });
    bench.write(START, 7);
    expect([pmd(bench), bench.rss().anon, bench.read(START)]).toEqual([PMD_TABLE, 1, 7]);
    expect(bench.event('THP_FAULT_FALLBACK')).toBe(1);
  });

  it('takes small pages where the vma does not hold the whole range, or nobody asked', () => {
    const short = boot({ frames: 32 });
    short.map(START, SIZE - 1);
    short.advise(START, SIZE - 1, 'HUGEPAGE');
    short.write(START, 7);
    expect([isHuge(short), short.rss().anon]).toEqual([false, 1]);
    const unasked = boot({ frames: 32 });
    unasked.map(START, SIZE);
    unasked.write(START, 7);
    expect([isHuge(unasked), unasked.rss().anon]).toEqual([false, 1]);
  });

  it('takes small pages once a page table is there, even an empty one', () => {
    const bench = boot({ frames: 32 });
    bench.map(START, SIZE);
    bench.write(START, 7);
    bench.advise(START, SIZE, 'DONTNEED');
    bench.advise(START, SIZE, 'HUGEPAGE');
    bench.write(START, 8);
    expect([isHuge(bench), bench.rss().anon]).toEqual([false, 1]);
  });
});

describe('a first read of an advised range', () => {
  it('maps the huge zero page: no rss, no reverse map', () => {
    const bench = advised();
    expect(bench.read(START + 1)).toBe(0);
    expect([isHuge(bench), pmd_write(pmd(bench)), bench.rss().anon]).toEqual([true, false, 0]);
    expect(bench.mapcount(head(bench))).toBe(0);
    expect(bench.event('THP_ZERO_PAGE_ALLOC')).toBe(1);
  });

  it('is followed by a huge copy on the first write', () => {
    const bench = advised();
    bench.read(START);
    const zero = head(bench);
    bench.write(START + 3, 9);
    expect(head(bench)).not.toBe(zero);
    expect([bench.rss().anon, bench.read(START + 3), bench.read(START)]).toEqual([SIZE, 9, 0]);
    expect(bench.word(bench.kernel.huge_zero_refcount)).toBe(1);
  });

  it('is followed by one small page among zero ptes if a huge one is not to be had', () => {
    const bench = advised({ frames: 9 });
    bench.read(START);
    bench.run(occupy(bench, 2));
    bench.write(START + 3, 9);
    expect([pmd(bench), bench.rss().anon]).toEqual([PMD_TABLE, 1]);
    expect([0, 1, 2, 3].map((i) => bench.read(START + i))).toEqual([0, 0, 0, 9]);
  });

  it('leaves the zero page to the shrinker, which in 3.14 gives back its head only', () => {
    const bench = advised();
    const before = bench.stat('NR_FREE_PAGES');
    bench.read(START);
    bench.advise(START, SIZE, 'DONTNEED');
    expect(bench.run(shrink_huge_zero_page_scan(bench.cpu()))).toBe(SIZE);
    expect(bench.stat('NR_FREE_PAGES')).toBe(before - SIZE + 1);
  });
});

describe('zapping a huge page', () => {
  it('frees all of it and leaves no pmd', () => {
    const bench = advised();
    const before = bench.stat('NR_FREE_PAGES');
    bench.write(START, 7);
    expect(bench.advise(START, SIZE, 'DONTNEED')).toBe(0);
    expect([pmd_none(pmd(bench)), bench.rss().anon]).toEqual([true, 0]);
    bench.run(lru_add_drain(bench.cpu()));
    expect([bench.stat('NR_FREE_PAGES'), bench.stat('NR_ANON_PAGES')]).toEqual([before, 0]);
    expect(bench.stat('NR_ANON_TRANSPARENT_HUGEPAGES')).toBe(0);
    expect(bench.read(START)).toBe(0);
  });

  it('is what MADV_FREE of the whole page comes to: zap_huge_pmd knows no details', () => {
    const bench = written({}, 'original');
    const page = head(bench);
    expect(bench.advise(START, SIZE, 'FREE')).toBe(0);
    expect([pmd_none(pmd(bench)), bench.rss().anon, bench.count(page)]).toEqual([true, 0, 0]);
    expect(bench.stat('NR_LAZYFREE_PAGES')).toBe(0);
  });

  it.each(['DONTNEED', 'FREE'] as const)(
    'splits the page first if MADV_%s wants a part',
    (advice) => {
      const bench = written({}, 'original');
      const page = head(bench);
      expect(bench.advise(START + 1, 1, advice)).toBe(0);
      expect([pmd(bench), bench.event('THP_SPLIT'), bench.read(START + 2)]).toEqual([
        PMD_TABLE,
        1,
        7,
      ]);
      const part = small(bench, page)[1]!;
      const kept = advice === 'FREE';
      expect(bench.rss().anon).toBe(kept ? SIZE : SIZE - 1);
      expect(tag(bench, part)).toBe(kept ? 5 : 0);
      if (kept) expect(bench.at(START + 1)).toMatchObject({ dirty: false, young: false });
    },
  );
});

describe('a split', () => {
  it('gives each small page a pte that is dirty, and as writable and young as the pmd was', () => {
    const bench = written();
    bench.set(bench.kernel.pmd(bench.mm(), START), pmd(bench) & ~(1 << 5));
    bench.advise(START, 1, 'DONTNEED');
    const ptes = [1, 2, 3].map((i) => bench.at(START + i));
    expect(ptes.map(({ dirty, write, young }) => [dirty, write, young])).toEqual([
      [true, true, false],
      [true, true, false],
      [true, true, false],
    ]);
  });

  it('sets PG_dirty on every tail and leaves the head as it is', () => {
    const bench = written();
    const page = head(bench);
    bench.advise(START + 3, 1, 'DONTNEED');
    expect(small(bench, page).map((p) => bench.has(p, 'PG_dirty'))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('hands out tag, index, mapcount and LRU place of the head', () => {
    const bench = written({}, 'original');
    const page = head(bench);
    const mapping = bench.word(page + Page.mapping);
    bench.set(page + Page.mapping, mapping | 4);
    bench.advise(START, 1, 'DONTNEED');
    const tails = small(bench, page).slice(1);
    expect(tails.map((p) => bench.word(p + Page.mapping))).toEqual(tails.map(() => mapping | 4));
    expect(tails.map((p) => bench.word(p + Page.index))).toEqual([5, 6, 7]);
    expect(tails.map((p) => [bench.mapcount(p), bench.count(p), bench.has(p, 'PG_lru')])).toEqual(
      tails.map(() => [1, 1, true]),
    );
    expect(bench.list(1)).toEqual(tails.toReversed());
  });

  it('turns the pins of a tail into references of its own', () => {
    const bench = written();
    const page = head(bench);
    const tail = bench.run(pin(bench, START + 2));
    expect(tail).toBe(small(bench, page)[2]);
    expect([bench.count(page), bench.count(tail), bench.mapcount(tail)]).toEqual([2, 0, 1]);
    bench.advise(START, 1, 'DONTNEED');
    expect([bench.count(tail), bench.mapcount(tail)]).toEqual([2, 1]);
    bench.run(put_page(bench.cpu(), tail));
    bench.advise(START, SIZE, 'DONTNEED');
    expect(bench.count(tail)).toBe(0);
  });

  it('does not happen while page_get_anon_vma refuses a tagged page', () => {
    const hunks = ['p3/include/linux/mm/PAGE_MAPPING_LZFREE'] as const;
    const bench = written({}, hunks);
    const page = head(bench);
    bench.set(page + Page.mapping, bench.word(page + Page.mapping) | 4);
    expect(bench.run(split_huge_page(bench.cpu(), page))).toBe(1);
    expect(isHuge(bench)).toBe(true);
  });

  it('of the huge zero page makes ptes of the small one, without rmap', () => {
    const bench = advised();
    bench.read(START);
    bench.advise(START, 1, 'DONTNEED');
    expect([pmd(bench), bench.rss().anon, bench.at(START + 1).page]).toEqual([
      PMD_TABLE,
      0,
      bench.kernel.zeroPage,
    ]);
    expect(bench.event('THP_SPLIT')).toBe(0);
  });

  it('never loses a concurrent write, whichever side of it the write falls on', () => {
    const bench = written({ cpus: 2, tlbEviction: false });
    const seen = outcomesOf(
      bench.kernel,
      [
        () => sys_madvise(bench.task(), START * PAGE, PAGE, ADVICE.DONTNEED),
        () => userWrite(bench.task(0, 1), START + 3, 0, 9),
      ],
      () => `${bench.at(START + 3).state} ${bench.contents(bench.at(START + 3).page)[0]}`,
    );
    expect(seen).toEqual(['present 9']);
  });
});

describe('fork with a huge page', () => {
  function forked(config: Partial<KernelConfig> = {}): Programs {
    const bench = written(config);
    expect(bench.fork()).toBe(0);
    return bench;
  }

  it('shares it read-only; D stays in both, the child is old', () => {
    const bench = forked();
    const [parent, child] = [pmd(bench), pmd(bench, 1)];
    expect([pmd_write(parent), pmd_write(child)]).toEqual([false, false]);
    expect([pmdDirty(parent), pmdDirty(child), pmd_young(child)]).toEqual([true, true, false]);
    expect([bench.mapcount(head(bench)), bench.rss(1).anon]).toEqual([2, SIZE]);
  });

  it('copies the whole page on a write; the other side then has it alone', () => {
    const bench = forked();
    const page = head(bench);
    bench.write(START, 8, { process: 1 });
    expect(head(bench, 1)).not.toBe(page);
    expect([bench.read(START), bench.read(START, { process: 1 })]).toEqual([0, 8]);
    expect(bench.read(START + 2, { process: 1 })).toBe(7);
    bench.write(START, 9);
    expect([head(bench), pmd_write(pmd(bench)), bench.mapcount(page)]).toEqual([page, true, 1]);
  });

  it('copies small page by small page if no huge one is to be had', () => {
    const bench = forked({ frames: 13 });
    bench.run(occupy(bench, 4));
    bench.write(START, 8, { process: 1 });
    expect([pmd(bench, 1), isHuge(bench), bench.rss(1).anon]).toEqual([PMD_TABLE, true, SIZE]);
    expect([0, 1, 2, 3].map((i) => bench.read(START + i, { process: 1 }))).toEqual([8, 0, 7, 0]);
    expect(bench.mapcount(head(bench))).toBe(1);
  });

  it('splits the page if there is no memory even for that', () => {
    const bench = forked({ frames: 10 });
    bench.run(occupy(bench, 3));
    bench.write(START, 8, { process: 1 });
    expect([pmd(bench), pmd(bench, 1)]).toEqual([PMD_TABLE, PMD_TABLE]);
    expect([bench.read(START, { process: 1 }), bench.read(START)]).toEqual([8, 0]);
    expect(bench.event('THP_SPLIT')).toBe(1);
  });
});

describe('other users of a huge pmd', () => {
  it('mprotect makes it read-only at once, for the next write to make writable again', () => {
    const bench = written();
    const page = head(bench);
    const mprotect = (prot: number) =>
      bench.run(sys_mprotect(bench.task(), START * PAGE, SIZE * PAGE, prot));
    expect([mprotect(VM_READ), mprotect(RW)]).toEqual([0, 0]);
    expect([pmd_write(pmd(bench)), pmdDirty(pmd(bench))]).toEqual([false, true]);
    bench.write(START, 8);
    expect([head(bench), pmd_write(pmd(bench))]).toEqual([page, true]);
  });

  it('mremap moves it as one if both ends are aligned, and splits it if not', () => {
    const moved = written();
    const page = head(moved);
    const mremap = (bench: Programs, to: number) =>
      bench.run(sys_mremap(bench.task(), START * PAGE, SIZE * PAGE, to * PAGE));
    mremap(moved, 8);
    expect(moved.at(10)).toMatchObject({ huge: true, page: small(moved, page)[2] });
    const split = written();
    mremap(split, 9);
    expect([split.at(11).huge, split.read(11), split.event('THP_SPLIT')]).toEqual([false, 7, 1]);
  });

  it('a pin marks the pmd dirty and young, whether or not it will write', () => {
    const bench = written();
    bench.set(bench.kernel.pmd(bench.mm(), START), pmd(bench) & ~(0x60 | 2));
    bench.run(pin(bench, START, false));
    expect([pmdDirty(pmd(bench)), pmd_young(pmd(bench))]).toEqual([true, true]);
    expect(bench.has(head(bench), 'PG_dirty')).toBe(false);
  });

  it('a new border inside it splits it', () => {
    const bench = written();
    expect(bench.munmap(START, 1)).toBe(0);
    expect([pmd(bench), bench.rss().anon, bench.read(START + 2)]).toEqual([PMD_TABLE, 3, 7]);
  });

  it('reclaim splits it and swaps its small pages out, head and tails', () => {
    const bench = written({ swapSlots: 8 });
    const page = head(bench);
    bench.run(reclaimActive(bench.cpu(), 'anon', SIZE));
    bench.run(lru_add_drain(bench.cpu()));
    expect([bench.list(0), isHuge(bench)]).toEqual([[page], true]);
    bench.run(reclaimInactive(bench.cpu(), 'anon', 1));
    bench.run(completeWriteback(bench.cpu(), false));
    expect([pmd(bench), bench.event('THP_SPLIT'), bench.rss()]).toEqual([
      PMD_TABLE,
      1,
      { anon: 0, file: 0, swap: SIZE },
    ]);
    expect([0, 1, 2, 3].map((i) => bench.read(START + i))).toEqual([0, 0, 7, 0]);
  });

  it('MADV_HUGEPAGE is refused for shared memory, and where it was given already', () => {
    const bench = boot({ frames: 32 });
    bench.map(START, SIZE, { kind: 'shared-anon' });
    expect(bench.advise(START, SIZE, 'HUGEPAGE')).toBe(-EINVAL);
    const again = advised();
    expect(again.advise(START, SIZE, 'HUGEPAGE')).toBe(-EINVAL);
    expect(again.advise(START, SIZE, 'NOHUGEPAGE')).toBe(0);
  });
});

describe('khugepaged', () => {
  /** Small pages with 1, 2, 3 and 4 in them where a huge page may be; `missing` are left out. */
  function smallPages(missing: readonly number[] = [], hunks: Hunks = 'base'): Programs {
    const bench = boot({ frames: 32, cpus: 2, tlbEviction: false }, hunks);
    bench.map(START, SIZE);
    for (const i of [0, 1, 2, 3]) if (!missing.includes(i)) bench.write(START + i, i + 1);
    bench.advise(START, SIZE, 'HUGEPAGE');
    bench.run(lru_add_drain(bench.cpu()));
    return bench;
  }

  it('makes one huge page of small ones: dirty pmd, clean page, same contents', () => {
    const bench = smallPages();
    const free = bench.stat('NR_FREE_PAGES');
    expect(bench.run(collapse(bench))).toBe(true);
    expect([isHuge(bench), pmdDirty(pmd(bench)), bench.has(head(bench), 'PG_dirty')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([0, 1, 2, 3].map((i) => bench.read(START + i))).toEqual([1, 2, 3, 4]);
    bench.run(lru_add_drain(bench.cpu()));
    expect([bench.rss().anon, bench.stat('NR_FREE_PAGES')]).toEqual([SIZE, free]);
    expect([bench.stat('NR_ISOLATED_ANON'), bench.unlocked]).toEqual([0, true]);
    expect(bench.event('THP_COLLAPSE_ALLOC')).toBe(1);
  });

  it('fills holes with zeroes, which count as used from then on', () => {
    const bench = smallPages([1, 3]);
    expect([bench.run(collapse(bench)), bench.rss().anon]).toEqual([true, SIZE]);
    expect([0, 1, 2, 3].map((i) => bench.read(START + i))).toEqual([1, 0, 3, 0]);
  });

  it('does not ask whether the old ptes were dirty', () => {
    const bench = smallPages();
    for (const i of [0, 1, 2, 3]) bench.setPte(START + i, bench.pte(START + i) & ~(1 << 6));
    bench.run(collapse(bench));
    expect(pmdDirty(pmd(bench))).toBe(true);
  });

  it.each<[string, (bench: Programs) => void]>([
    ['a page is pinned', (bench) => bench.run(pin(bench, START + 1))],
    ['a page is read-only', (bench) => bench.setPte(START, bench.pte(START) & ~2)],
    ['a page is locked', (bench) => bench.set(bench.pageAt(START) + Page.PG_locked, -1)],
    ['a page is in the swap cache', (bench) => inSwapCache(bench, START)],
    [
      'a page is in a pagevec',
      (bench) => bench.run(deactivate_page(bench.cpu(), bench.pageAt(START))),
    ],
    ['no page was used lately', (bench) => ageAll(bench)],
  ])('gives up if %s', (_, prepare) => {
    const bench = smallPages();
    prepare(bench);
    const ptes = [0, 1, 2, 3].map((i) => bench.pte(START + i));
    expect(bench.run(collapse(bench))).toBe(false);
    expect([0, 1, 2, 3].map((i) => bench.pte(START + i))).toEqual(ptes);
    expect([pmd(bench), bench.stat('NR_ISOLATED_ANON')]).toEqual([PMD_TABLE, 0]);
  });

  function inSwapCache(bench: Programs, address: number): void {
    const page = bench.pageAt(address);
    bench.set(page + Page.PG_locked, -1);
    bench.run(add_to_swap(bench.cpu(), page));
    bench.set(page + Page.PG_locked, 0);
  }

  function ageAll(bench: Programs): void {
    for (const i of [0, 1, 2, 3]) bench.setPte(START + i, bench.pte(START + i) & ~(1 << 5));
  }

  it('takes a lazyfree page for any other, and its mark is gone', () => {
    const bench = smallPages([], 'original');
    bench.advise(START, 1, 'FREE');
    bench.run(lru_add_drain(bench.cpu()));
    expect(tag(bench, bench.pageAt(START))).toBe(5);
    expect(bench.run(collapse(bench))).toBe(true);
    expect([tag(bench, head(bench)), bench.read(START)]).toEqual([1, 1]);
  });

  it('never loses a concurrent write', () => {
    const bench = smallPages();
    const seen = outcomesOf(
      bench.kernel,
      [() => collapse(bench), () => userWrite(bench.task(0, 1), START + 1, 0, 9)],
      ([collapsed]) => `${collapsed} ${bench.contents(bench.at(START + 1).page)[0]}`,
    );
    expect(seen).toEqual(['true 9']);
  });
});

describe('a NUMA hint on a huge page', () => {
  it('moves the page to the node of the fault: tag and index copied, pmd dirty', () => {
    const bench = written({ nodes: 2, cpus: 2 }, 'original');
    const page = head(bench);
    bench.set(page + Page.mapping, bench.word(page + Page.mapping) | 4);
    bench.set(bench.kernel.pmd(bench.mm(), START), (pmd(bench) | (1 << 8)) & ~1);
    for (const i of [0, 1, 2, 3]) bench.set(bench.kernel.tlb(0, START + i), 0);
    for (let row = 0; row < 3; row++) bench.run(allocPagesHuge(bench.cpu()));
    bench.choosing([1], userRead(bench.task(0, 1), START + 2, 0));
    expect([bench.at(START + 2).huge, head(bench) === page, tag(bench, head(bench))]).toEqual([
      true,
      false,
      5,
    ]);
    expect([bench.read(START + 2), pmdDirty(pmd(bench)), bench.count(page)]).toEqual([7, true, 0]);
  });

  it('stays if somebody else holds the page', () => {
    const bench = written({ nodes: 2, cpus: 2 });
    const page = bench.run(pin(bench, START));
    bench.set(bench.kernel.pmd(bench.mm(), START), (pmd(bench) | (1 << 8)) & ~1);
    for (const i of [0, 1, 2, 3]) bench.set(bench.kernel.tlb(0, START + i), 0);
    bench.choosing([1], userRead(bench.task(0, 1), START + 2, 0));
    expect([head(bench), bench.has(page, 'PG_locked'), bench.event('PGMIGRATE_FAIL')]).toEqual([
      page,
      false,
      SIZE,
    ]);
  });
});

/** Takes `n` single frames. */
function* occupy(bench: Programs, n: number): Steps {
  for (let i = 0; i < n; i++) yield* alloc_page(bench.cpu());
}
