import { EAGAIN, EFAULT } from '../../model/include/uapi/asm-generic/errno-base';
import { ADVICE } from '../../model/include/uapi/asm-generic/mman-common';
import type { HunkId } from '../../model/features/hunk-id';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { userWrite } from '../../model/hardware/user-access';
import { mm_struct, Page, vm_area_struct } from '../../model/include/linux/mm_types';
import { SWAP_AGAIN, SWAP_SUCCESS, TTU_UNMAP } from '../../model/include/linux/rmap';
import { VM_MERGEABLE } from '../../model/include/linux/vm_flags';
import { mmput } from '../../model/kernel/fork';
import { load, readLock, readUnlock, type Steps } from '../../model/machine/op';
import type { Ptr } from '../../model/machine/struct';
import { ksm_might_need_to_copy, ksmdScan, rmap_walk_ksm } from '../../model/mm/ksm';
import { sys_madvise } from '../../model/mm/madvise';
import { try_to_merge_one_page } from '../../model/mm/ksm/merge';
import { sys_mlock } from '../../model/mm/mlock';
import { try_to_unmap } from '../../model/mm/rmap';
import { lru_add_drain } from '../../model/mm/swap';
import { add_to_swap } from '../../model/mm/swap_state';
import { anonVmas } from '../../model/state/inspect';
import { RmapItem, StableNode } from '../../model/state/kernel';
import type { KernelConfig } from '../../model/state/config';
import { boot, type Hunks, type Programs } from './support/boot';
import { START, isKsm, ksm, mapping, mergeable, scan, shared } from './support/ksm';
import { outcomesOf } from './support/outcomes';

// Rests on mm/ksm.c, section 14 of the facts, and hunks 45 to 47.

describe('ksmd', () => {
  it('makes one page of two equal ones at the second scan, not at the first', () => {
    const bench = mergeable([7, 7]);
    const pages = [bench.pageAt(START), bench.pageAt(START + 1)];
    scan(bench);
    expect([bench.pageAt(START), bench.pageAt(START + 1)]).toEqual(pages);
    const free = bench.stat('NR_FREE_PAGES');
    scan(bench);
    expect(bench.pageAt(START)).toBe(bench.pageAt(START + 1));
    expect([bench.rss().anon, shared(bench)]).toEqual([2, [1, 1]]);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.stat('NR_FREE_PAGES')).toBe(free + 1);
  });

  it('maps the page by clean, read-only ptes and keeps their dirtiness in PG_dirty', () => {
    const bench = mergeable([7, 7]);
    scan(bench, 2);
    for (const address of [START, START + 1]) {
      expect(bench.at(address)).toMatchObject({ write: false, dirty: false });
    }
    const page = bench.pageAt(START);
    expect([isKsm(bench, page), bench.mapcount(page), bench.has(page, 'PG_dirty')]).toEqual([
      true,
      2,
      true,
    ]);
    expect([bench.read(START), bench.read(START + 1)]).toEqual([7, 7]);
  });

  it('leaves pages alone that differ in any part', () => {
    const bench = mergeable([7, 7]);
    bench.write(START + 1, 1, { part: 1 });
    scan(bench, 3);
    expect(bench.pageAt(START)).not.toBe(bench.pageAt(START + 1));
    expect([shared(bench), ksm(bench, 'pages_unshared')]).toEqual([[0, 0], 2]);
  });

  it('tries a page only if it did not change since the last scan', () => {
    const bench = mergeable([7, 8]);
    scan(bench);
    bench.write(START + 1, 7);
    scan(bench);
    expect([shared(bench), ksm(bench, 'pages_unshared')]).toEqual([[0, 0], 1]);
    scan(bench);
    expect(shared(bench)).toEqual([1, 1]);
  });

  it('merges a page with one of the stable tree at its first scan', () => {
    const bench = mergeable([7, 7]);
    scan(bench, 2);
    const page = bench.pageAt(START);
    bench.write(START + 2, 7);
    scan(bench);
    expect([bench.pageAt(START + 2), shared(bench), bench.mapcount(page)]).toEqual([
      page,
      [1, 2],
      3,
    ]);
  });

  it('looks at as many pages as it is asked to, and goes on from there', () => {
    const bench = mergeable([7, 7]);
    bench.run(ksmdScan(bench.cpu(), 1));
    expect(bench.word(bench.mm() + mm_struct.offset.ksm_rmap_items)).toBe(1);
    bench.run(ksmdScan(bench.cpu(), 1));
    expect(bench.word(bench.mm() + mm_struct.offset.ksm_rmap_items)).toBe(2);
    expect(ksm(bench, 'seqnr')).toBe(0);
    bench.run(ksmdScan(bench.cpu(), 1));
    expect(ksm(bench, 'seqnr')).toBe(1);
  });

  it.each<[string, (bench: Programs) => void]>([
    ['pinned', (bench) => bench.set(bench.pageAt(START + 1) + Page._count, 2)],
    ['locked', (bench) => bench.set(bench.pageAt(START + 1) + Page.PG_locked, -1)],
  ])('does not merge a page that is %s', (_, prepare) => {
    const bench = mergeable([7, 7]);
    scan(bench);
    bench.run(lru_add_drain(bench.cpu()));
    prepare(bench);
    const pte = bench.pte(START + 1);
    scan(bench);
    expect([bench.pte(START + 1), shared(bench)]).toEqual([pte, [0, 0]]);
    expect(bench.unlocked).toBe(true);
  });

  it('splits a huge page to merge a small one of it', () => {
    const bench = boot({ frames: 32 });
    bench.map(START, 8);
    bench.advise(START, 8, 'HUGEPAGE');
    bench.advise(START, 8, 'MERGEABLE');
    bench.write(START, 7);
    bench.write(START + 4, 7);
    scan(bench, 2);
    expect(bench.at(START)).toMatchObject({ huge: false, page: bench.pageAt(START + 4) });
    expect([bench.read(START), bench.read(START + 4)]).toEqual([7, 7]);
  });

  it('moves the mlock along to the page that stays', () => {
    const bench = mergeable([7, 7]);
    bench.run(sys_mlock(bench.task(), START * 4096, 2 * 4096));
    scan(bench, 2);
    const page = bench.pageAt(START);
    expect([bench.pageAt(START + 1), bench.has(page, 'PG_mlocked')]).toEqual([page, true]);
    expect(bench.stat('NR_MLOCK')).toBe(1);
  });

  it('never costs a concurrent write, and never shows it to the others', () => {
    const small = { cpus: 2, frames: 8, pages: 8, processes: 1, swapSlots: 1, tlbEviction: false };
    const bench = mergeable([7, 7], small);
    scan(bench, 2);
    bench.write(START + 2, 7);
    bench.run(ksmdScan(bench.cpu(), 2));
    const seen = outcomesOf(
      bench.kernel,
      [() => ksmdScan(bench.cpu(), 1), () => userWrite(bench.task(0, 1), START + 2, 0, 9)],
      () => [START, START + 2].map((at) => bench.contents(bench.at(at).page)[0]).join(' '),
    );
    expect(seen).toEqual(['7 9']);
  });
});

describe('write_protect_page', () => {
  /** Tries to merge the first page with the second, which is no KSM page, by hand. */
  function attempt(prepare: (bench: Programs, page: Ptr) => void = () => undefined) {
    const bench = mergeable([7, 8]);
    bench.run(lru_add_drain(bench.cpu()));
    const [page, other] = [bench.pageAt(START), bench.pageAt(START + 1)];
    bench.set(page + Page._count, 2);
    prepare(bench, page);
    const vma = bench.vmaAt(START);
    const result = bench.run(try_to_merge_one_page(bench.cpu(), vma, page, other));
    return { bench, page, result };
  }

  it('leaves a failed merge behind: pte clean and read-only, PG_dirty if it was dirty', () => {
    const { bench, page, result } = attempt();
    expect(result).toBe(-EFAULT);
    expect(bench.at(START)).toMatchObject({ write: false, dirty: false, young: true });
    expect([bench.has(page, 'PG_dirty'), bench.read(START)]).toEqual([true, 7]);
  });

  it('puts the pte back as it was if somebody else holds the page', () => {
    const { bench, page, result } = attempt((b, p) => b.set(p + Page._count, 3));
    expect(result).toBe(-EFAULT);
    expect(bench.at(START)).toMatchObject({ write: true, dirty: true });
    expect(bench.has(page, 'PG_dirty')).toBe(false);
  });

  it('counts the swap cache as one who may hold it', () => {
    const { bench } = attempt((b, p) => {
      b.set(p + Page.PG_locked, -1);
      b.run(add_to_swap(b.cpu(), p));
      b.set(p + Page.PG_locked, 0);
    });
    expect(bench.at(START)).toMatchObject({ write: false, dirty: false });
  });

  it('does not count references if the pte is clean and read-only already', () => {
    const bench = mergeable([7, 7]);
    bench.run(lru_add_drain(bench.cpu()));
    const page = bench.pageAt(START);
    bench.setPte(START, bench.pte(START) & ~(2 | (1 << 6)));
    bench.set(page + Page._count, 9);
    expect(bench.run(try_to_merge_one_page(bench.cpu(), bench.vmaAt(START), page, 0))).toBe(0);
    expect(mapping(bench, page)).toBe(3);
  });
});

describe('a KSM page', () => {
  const merged = (config: Partial<KernelConfig> = {}): Programs => {
    const bench = mergeable([7, 7], config);
    scan(bench, 2);
    bench.run(lru_add_drain(bench.cpu()));
    return bench;
  };

  it('is copied by a write, even if this is its last pte', () => {
    const bench = merged();
    const page = bench.pageAt(START);
    bench.write(START, 8);
    bench.write(START + 1, 9);
    expect([bench.read(START), bench.read(START + 1)]).toEqual([8, 9]);
    expect([bench.pageAt(START), bench.pageAt(START + 1)]).not.toContain(page);
    expect(bench.count(page)).toBe(0);
  });

  it('is shared further by fork, and the reverse map finds the child after the items', () => {
    const bench = merged();
    bench.fork();
    const page = bench.pageAt(START);
    bench.set(page + Page.PG_locked, -1);
    const visited: string[] = [];
    const walk = rmap_walk_ksm(bench.cpu(), page, {
      *rmap_one(_page, vma, address) {
        const mm = yield load(vma + vm_area_struct.offset.vm_mm);
        visited.push(`P${bench.kernel.mmIndex(mm)}:${address}`);
        return SWAP_AGAIN;
      },
    });
    expect(bench.run(walk)).toBe(SWAP_AGAIN);
    expect(visited).toEqual(['P0:5', 'P0:4', 'P1:5', 'P1:4']);
  });

  it('goes to swap and comes back as the same KSM page', () => {
    const bench = merged();
    const page = bench.pageAt(START);
    bench.set(page + Page.PG_locked, -1);
    bench.run(add_to_swap(bench.cpu(), page));
    for (const at of [START, START + 1]) bench.setPte(at, bench.pte(at) & ~(1 << 5));
    expect(bench.run(try_to_unmap(bench.cpu(), page, TTU_UNMAP))).toBe(SWAP_SUCCESS);
    bench.set(page + Page.PG_locked, 0);
    expect([bench.at(START).state, bench.rss()]).toEqual([
      'swapped',
      { anon: 0, file: 0, swap: 2 },
    ]);
    expect([bench.read(START), bench.pageAt(START), isKsm(bench, page)]).toEqual([7, page, true]);
  });

  it('is broken up by MADV_UNMERGEABLE, page by page', () => {
    const bench = merged();
    expect(bench.advise(START, 4, 'UNMERGEABLE')).toBe(0);
    expect(bench.pageAt(START)).not.toBe(bench.pageAt(START + 1));
    expect([isKsm(bench, bench.pageAt(START)), isKsm(bench, bench.pageAt(START + 1))]).toEqual([
      false,
      false,
    ]);
    const flags = bench.word(bench.vmaAt(START) + vm_area_struct.offset.vm_flags);
    expect(flags & VM_MERGEABLE).toBe(0);
    expect(bench.read(START)).toBe(7);
  });

  it('makes room in the stable tree once it is gone: the next search removes its node', () => {
    const bench = merged();
    expect(bench.word(ksm(bench, 'stable_tree') + StableNode.kpage)).toBe(bench.pageAt(START));
    bench.write(START, 8);
    bench.write(START + 1, 9);
    scan(bench);
    expect([ksm(bench, 'stable_tree'), shared(bench)]).toEqual([0, [0, 0]]);
  });

  it('goes with its process; ksmd cleans up after it, and nothing is left', () => {
    const bench = merged();
    bench.run(mmput(bench.cpu(), bench.mm()));
    expect(ksm(bench, 'mm_list')).toBe(bench.mm());
    scan(bench);
    expect([ksm(bench, 'mm_list'), ksm(bench, 'stable_tree'), shared(bench)]).toEqual([
      0,
      0,
      [0, 0],
    ]);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.stat('NR_FREE_PAGES')).toBe(31);
    expect(anonVmas()).toEqual([]);
  });
});

describe('MADV_MERGEABLE', () => {
  it.each(['shared-anon', 'shared-file', 'nonlinear-file', 'hugetlb', 'pfn', 'vdso'] as const)(
    'is ignored on %s memory',
    (kind) => {
      const bench = boot({ frames: 32 });
      bench.map(START, 2, { kind });
      expect(bench.advise(START, 2, 'MERGEABLE')).toBe(0);
      const flags = bench.word(bench.vmaAt(START) + vm_area_struct.offset.vm_flags);
      expect([flags & VM_MERGEABLE, ksm(bench, 'mm_list')]).toEqual([0, 0]);
    },
  );

  it('is taken for a private file mapping, whose written pages are merged', () => {
    const bench = boot({ frames: 32 });
    bench.map(START, 2, { kind: 'private-file', mapping: bench.file() });
    bench.advise(START, 2, 'MERGEABLE');
    for (const at of [START, START + 1]) {
      bench.write(at, 7);
      bench.write(at, 7, { part: 1 });
    }
    scan(bench, 2);
    expect(bench.pageAt(START)).toBe(bench.pageAt(START + 1));
  });

  it('puts a process on the list once, and fork puts its child there', () => {
    const bench = mergeable([7]);
    bench.advise(START, 2, 'MERGEABLE');
    bench.fork();
    expect(ksm(bench, 'mm_list')).toBe(bench.mm(0));
    expect(bench.word(bench.mm(0) + mm_struct.offset.ksm_next)).toBe(bench.mm(1));
    expect(bench.word(bench.mm(1) + mm_struct.offset.ksm_next)).toBe(0);
  });

  it('fails with EAGAIN if there is no memory for the slot of the process', () => {
    const bench = boot({ frames: 32, allocationsFail: true });
    bench.map(START, 2);
    const call = sys_madvise(bench.task(), START * 4096, 2 * 4096, ADVICE.MERGEABLE);
    expect(bench.choosing([1], call)).toBe(-EAGAIN);
    expect(ksm(bench, 'mm_list')).toBe(0);
  });
});

describe('a mergeable process that exits', () => {
  it('leaves the list itself if ksmd has never looked at it', () => {
    const bench = mergeable([7]);
    bench.run(mmput(bench.cpu(), bench.mm()));
    expect(ksm(bench, 'mm_list')).toBe(0);
  });

  it('waits for ksmd, which holds mmap_sem, if the cursor is on it', () => {
    const bench = mergeable([7, 7]);
    bench.run(ksmdScan(bench.cpu(), 1));
    const sem = bench.mm() + mm_struct.offset.mmap_sem;
    bench.run(reading(sem));
    const task = bench.start(mmput(bench.cpu(), bench.mm()));
    bench.go(task);
    expect(bench.ended(task)).toBe(false);
    bench.run(readUnlocking(sem));
    bench.go(task);
    expect(bench.ended(task)).toBe(true);
  });

  function* reading(sem: Ptr): Steps {
    yield readLock(sem);
  }
  function* readUnlocking(sem: Ptr): Steps {
    yield readUnlock(sem);
  }
});

describe('ksm_might_need_to_copy', () => {
  /** A swap-cache page as a fault finds it, asked for by the vma at START. */
  function found(prepare: (bench: Programs, page: Ptr) => void, address = START) {
    const bench = mergeable([7, 8]);
    const page = bench.pageAt(START);
    prepare(bench, page);
    const vma = bench.vmaAt(START);
    const got = bench.run(ksm_might_need_to_copy(bench.cpu(), page, vma, address));
    return { bench, page, got };
  }

  it('takes a page of the same anon_vma and index as it is', () => {
    const { page, got } = found(() => undefined);
    expect(got).toBe(page);
  });

  it('copies a page of another index: dirty, uptodate and locked', () => {
    const { bench, page, got } = found(() => undefined, START + 1);
    expect(got).not.toBe(page);
    expect(bench.contents(got)).toEqual([7, 0]);
    expect([bench.has(got, 'PG_dirty'), bench.has(got, 'PG_uptodate')]).toEqual([true, true]);
    expect([bench.has(got, 'PG_locked'), bench.count(got)]).toEqual([true, 1]);
  });

  it('takes a page without mapping, and one that is not uptodate, as it is', () => {
    const unmapped = found((bench, page) => bench.set(page + Page.mapping, 0), START + 1);
    expect(unmapped.got).toBe(unmapped.page);
    const unread = found((bench, page) => bench.set(page + Page.PG_uptodate, 0), START + 1);
    expect(unread.got).toBe(unread.page);
  });

  it('copies a KSM page only if it has no node', () => {
    const nodeless = found((bench, page) => bench.set(page + Page.mapping, 3));
    expect(nodeless.got).not.toBe(nodeless.page);
    const noded = found((bench, page) =>
      bench.set(page + Page.mapping, bench.kernel.stableNodes + 3),
    );
    expect(noded.got).toBe(noded.page);
  });
});

describe('ksmd and lazyfree pages', () => {
  const without = (...hunks: HunkId[]) => NAMED_VARIANTS.original.minus(hunks).switches();
  const SCAN = 'p6/mm/ksm/scan_get_next_rmap_item';
  const TREE = 'p6/mm/ksm/get_mergeable_page';

  /** Two equal pages, the second of which is freed lazily after `scans` scans; then one more. */
  function freedAfter(scans: number, hunks: Hunks): Programs {
    const bench = mergeable([7, 7], {}, hunks);
    scan(bench, scans);
    bench.advise(START + 1, 1, 'FREE');
    bench.run(lru_add_drain(bench.cpu()));
    expect(mapping(bench, bench.pageAt(START + 1)) & 7).toBe(5);
    return bench;
  }
  const items = (bench: Programs) => bench.word(bench.mm() + mm_struct.offset.ksm_rmap_items);

  it('the scan passes over them', () => {
    const bench = freedAfter(0, 'original');
    scan(bench, 3);
    expect([items(bench), shared(bench)]).toEqual([1, [0, 0]]);
  });

  it('without its hunk the scan takes them up, and is refused later', () => {
    const bench = freedAfter(0, without(SCAN));
    scan(bench, 3);
    expect([items(bench), shared(bench)]).toEqual([2, [0, 0]]);
    expect(mapping(bench, bench.pageAt(START + 1)) & 7).toBe(5);
  });

  /** The first page is in the unstable tree and freed when its twin is scanned. */
  function twinOfFreed(hunks: Hunks) {
    const bench = mergeable([7, 8], {}, hunks);
    scan(bench, 1);
    bench.run(ksmdScan(bench.cpu(), 1));
    expect(ksm(bench, 'pages_unshared')).toBe(1);
    bench.advise(START, 1, 'FREE');
    bench.run(lru_add_drain(bench.cpu()));
    bench.write(START + 1, 7);
    const item = bench.kernel.rmapItem(bench.mm(), START + 1);
    bench.set(item + RmapItem.oldchecksum0, 7);
    const page = bench.pageAt(START + 1);
    bench.run(ksmdScan(bench.cpu(), 1));
    return { bench, page };
  }

  it('a twin of one in the unstable tree stays as it is', () => {
    const { bench, page } = twinOfFreed('original');
    expect([bench.pageAt(START + 1), bench.at(START + 1).write]).toEqual([page, true]);
    expect(mapping(bench, page) & 7).toBe(1);
  });

  it('without its hunk the twin becomes a KSM page for nothing, and is copied back', () => {
    const { bench, page } = twinOfFreed(without(TREE));
    expect(bench.pageAt(START + 1)).not.toBe(page);
    expect([bench.read(START + 1), shared(bench)]).toEqual([7, [0, 0]]);
  });

  it.each<[string, Hunks]>([
    ['with its hunk', 'original'],
    [
      'without its hunk, as page_address_in_vma does not know their tag',
      without('p6/mm/ksm/try_to_merge_one_page'),
    ],
  ])('a merge refuses them, %s', (_, hunks) => {
    const bench = freedAfter(1, hunks);
    const page = bench.pageAt(START + 1);
    const merge = try_to_merge_one_page(bench.cpu(), bench.vmaAt(START), page, 0);
    expect(bench.run(merge)).toBe(-EFAULT);
    expect([mapping(bench, page) & 7, bench.has(page, 'PG_locked')]).toEqual([5, false]);
  });

  it('a KSM page is not marked when its user frees it', () => {
    const bench = mergeable([7, 7], {}, 'original');
    scan(bench, 2);
    bench.advise(START, 2, 'FREE');
    const page = bench.pageAt(START);
    expect([mapping(bench, page) & 7, bench.at(START).dirty]).toEqual([3, false]);
  });
});
