import {
  pte_dirty,
  pte_none,
  pte_present,
  pte_to_swp_entry,
  pte_young,
} from '../../model/arch/x86/include/asm/pgtable';
import type { HunkId } from '../../model/features/hunk-id';
import { mm_struct, Page } from '../../model/include/linux/mm_types';
import {
  SWAP_AGAIN,
  SWAP_FAIL,
  SWAP_MLOCK,
  SWAP_SUCCESS,
  TTU_IGNORE_ACCESS,
  TTU_IGNORE_HWPOISON,
  TTU_IGNORE_MLOCK,
  TTU_MIGRATION,
  TTU_MUNLOCK,
  TTU_UNMAP,
} from '../../model/include/linux/rmap';
import {
  is_hwpoison_entry,
  is_migration_entry,
  is_write_migration_entry,
  swp_offset,
} from '../../model/include/linux/swapops';
import {
  VM_GROWSDOWN,
  VM_LOCKED,
  VM_RAND_READ,
  VM_SEQ_READ,
} from '../../model/include/linux/vm_flags';
import { anon_vma_fork, try_to_munlock, try_to_unmap } from '../../model/mm/rmap';
import { add_to_swap } from '../../model/mm/swap_state';
import type { KernelConfig } from '../../model/state/config';
import { swapMap } from '../../model/state/inspect';
import { kept, Processes, type PteTraits } from './support/process';

// Rests on mm/rmap.c try_to_unmap, try_to_unmap_one and try_to_munlock, and on hunks 12 and 25.

const LAZYFREE: readonly HunkId[] = [
  'p3/include/linux/mm/PAGE_MAPPING_LZFREE',
  'p3/include/linux/mm/SetPageLazyFree',
  'p3/include/linux/rmap/TTU_LAZYFREE',
  'p3/mm/rmap/is_anon_vma',
  'p3/mm/rmap/page_lock_anon_vma_read',
  'p1/mm/rmap/page_lock_anon_vma_read',
  'p3/mm/rmap/try_to_unmap_one',
];
/** What shrink_inactive_list passes with hunk 32. */
const UNMAP_LAZYFREE = TTU_UNMAP | 3;

interface Setup {
  readonly hunks?: readonly HunkId[];
  readonly traits?: PteTraits;
  readonly swapCache?: boolean;
  readonly lazyfree?: boolean;
  readonly config?: Partial<KernelConfig>;
}

/** A locked page, mapped once: clean and old unless `traits` say otherwise. */
function locked({ hunks = [], traits, swapCache = false, lazyfree = false, config }: Setup = {}) {
  const bench = new Processes(config, hunks);
  const vma = bench.map(1, 2);
  const page = bench.anonPage(1, { dirty: false, young: false, ...traits });
  bench.set(page + Page.PG_locked, -1);
  if (swapCache) {
    bench.run(add_to_swap(bench.cpu(), page));
    bench.set(page + Page.PG_dirty, 0);
  }
  if (lazyfree) bench.set(page + Page.mapping, bench.anonVmaOf(vma) + 5);
  const unmap = (flags: number) => bench.run(try_to_unmap(bench.cpu(), page, flags));
  return { bench, vma, page, unmap };
}

describe('try_to_unmap of a page in the swap cache', () => {
  it('leaves a swap entry, moves the rss and raises the count of the slot', () => {
    const { bench, page, unmap } = locked({ swapCache: true });
    expect(unmap(TTU_UNMAP)).toBe(SWAP_SUCCESS);
    const [slot] = swapMap();
    expect(swp_offset(pte_to_swp_entry(bench.pte(1)))).toBe(slot!.offset);
    expect(slot).toMatchObject({ count: 1, hasCache: true, page });
    expect(bench.rss()).toEqual({ anon: 0, file: 0, swap: 1 });
    expect(bench.mapcount(page)).toBe(0);
    expect(bench.word(bench.mm() + mm_struct.offset.mmlist)).toBe(1);
  });

  it('keeps the tag and drops the reference of the pte', () => {
    const { bench, page, unmap } = locked({ swapCache: true });
    const mapping = bench.word(page + Page.mapping);
    const count = bench.count(page);
    unmap(TTU_UNMAP);
    expect(bench.word(page + Page.mapping)).toBe(mapping);
    expect(bench.count(page)).toBe(count - 1);
    expect(bench.stat('NR_ANON_PAGES')).toBe(0);
  });

  it('moves the dirty bit to the page', () => {
    const { bench, page, unmap } = locked({ swapCache: true, traits: { dirty: true } });
    unmap(TTU_UNMAP);
    expect(bench.has(page, 'PG_dirty')).toBe(true);
  });

  it('fails at a young pte, which is old then and still there', () => {
    const { bench, page, unmap } = locked({ swapCache: true, traits: { young: true } });
    expect(unmap(TTU_UNMAP)).toBe(SWAP_FAIL);
    expect(pte_present(bench.pte(1)) && !pte_young(bench.pte(1))).toBe(true);
    expect(bench.mapcount(page)).toBe(1);
    expect(unmap(TTU_UNMAP)).toBe(SWAP_SUCCESS);
  });

  it('does not ask whether a pte is young when told so', () => {
    const { unmap } = locked({ swapCache: true, traits: { young: true } });
    expect(unmap(TTU_UNMAP | TTU_IGNORE_ACCESS)).toBe(SWAP_SUCCESS);
  });

  it('puts the pte back if the count of the slot cannot be raised', () => {
    const { bench, page } = locked({
      swapCache: true,
      traits: { dirty: true },
      config: { swapMapMax: 0, allocationsFail: true },
    });
    const before = bench.pte(1);
    const ret = bench.runFailing(try_to_unmap(bench.cpu(), page, TTU_UNMAP), () => true);
    expect(ret).toBe(SWAP_FAIL);
    expect(bench.pte(1)).toBe(before);
    expect(bench.mapcount(page)).toBe(1);
    expect(bench.rss()).toEqual({ anon: 1, file: 0, swap: 0 });
  });
});

describe('try_to_unmap of an anonymous page outside the swap cache', () => {
  it.each([TTU_UNMAP, UNMAP_LAZYFREE])('is a BUG unless the page migrates (flags %s)', (flags) => {
    const { bench, page } = locked();
    const faults = bench.faultsOf(try_to_unmap(bench.cpu(), page, flags));
    expect(faults).toMatchObject([
      {
        kind: 'BUG',
        where: 'mm/rmap.c try_to_unmap_one',
        what: 'TTU_ACTION(flags) != TTU_MIGRATION',
      },
    ]);
  });

  it.each([true, false])(
    'leaves a migration entry of the flavour of the pte (write %s)',
    (write) => {
      const { bench, page, unmap } = locked({ traits: { write } });
      const flags = TTU_MIGRATION | TTU_IGNORE_MLOCK | TTU_IGNORE_ACCESS;
      expect(unmap(flags)).toBe(SWAP_SUCCESS);
      const entry = pte_to_swp_entry(bench.pte(1));
      expect(is_migration_entry(entry)).toBe(true);
      expect(is_write_migration_entry(entry)).toBe(write);
      expect(swp_offset(entry)).toBe(bench.kernel.pfn(page));
      expect(bench.rss()).toEqual({ anon: 1, file: 0, swap: 0 });
    },
  );
});

describe('try_to_unmap', () => {
  it('answers SWAP_SUCCESS for a page that nobody maps', () => {
    const { bench, page, unmap } = locked({ swapCache: true });
    bench.set(page + Page._mapcount, -1);
    expect(unmap(TTU_UNMAP)).toBe(SWAP_SUCCESS);
  });

  it('answers SWAP_SUCCESS if others unmap the page after a pte could not be removed', () => {
    const { bench, page } = locked({ swapCache: true, traits: { young: true } });
    const { steps, result } = kept(try_to_unmap(bench.cpu(), page, TTU_UNMAP));
    const task = bench.start(steps);
    bench.go(task, () => !pte_young(bench.pte(1)));
    bench.set(page + Page._mapcount, -1);
    bench.go(task);
    expect(result()).toBe(SWAP_SUCCESS);
  });

  it('removes every pte of a shared page', () => {
    const { bench, vma, page, unmap } = locked({ swapCache: true });
    const child = bench.map(1, 2, { process: 1 });
    bench.run(anon_vma_fork(bench.cpu(), child, vma));
    bench.mapAgain(page, 1, 1, { dirty: false, young: false });
    expect(unmap(TTU_UNMAP)).toBe(SWAP_SUCCESS);
    expect(swapMap()[0]!.count).toBe(2);
    expect(bench.rss(1)).toEqual({ anon: 0, file: 0, swap: 1 });
  });

  it('keeps what it removed before a pte that it cannot remove', () => {
    const { bench, vma, page, unmap } = locked({ swapCache: true });
    const child = bench.map(1, 2, { process: 1 });
    bench.run(anon_vma_fork(bench.cpu(), child, vma));
    bench.mapAgain(page, 1, 1, { dirty: false, young: true });
    expect(unmap(TTU_UNMAP)).toBe(SWAP_FAIL);
    expect([pte_present(bench.pte(1)), pte_present(bench.pte(1, 1))]).toEqual([false, true]);
    expect(bench.mapcount(page)).toBe(1);
  });

  it('skips the stack that exec sets up if the action number has the migration bit', () => {
    const execStack = VM_GROWSDOWN | VM_SEQ_READ | VM_RAND_READ;
    const answers = [TTU_UNMAP, TTU_MIGRATION, UNMAP_LAZYFREE].map((flags) => {
      const { bench, vma, unmap } = locked({ swapCache: true });
      bench.addFlags(vma, execStack);
      return unmap(flags);
    });
    expect(answers).toEqual([SWAP_SUCCESS, SWAP_AGAIN, SWAP_AGAIN]);
  });

  it('leaves a hwpoison entry in place of a poisoned page', () => {
    const { bench, page, unmap } = locked({ swapCache: true });
    bench.set(page + Page.PG_hwpoison, 1);
    expect(unmap(TTU_UNMAP)).toBe(SWAP_SUCCESS);
    expect(is_hwpoison_entry(pte_to_swp_entry(bench.pte(1)))).toBe(true);
    expect(bench.rss()).toEqual({ anon: 0, file: 0, swap: 0 });
  });

  it('leaves a swap entry for a poisoned page in the swap cache if told so', () => {
    const { bench, page, unmap } = locked({ swapCache: true });
    bench.set(page + Page.PG_hwpoison, 1);
    unmap(TTU_UNMAP | TTU_IGNORE_HWPOISON);
    expect(bench.rss()).toEqual({ anon: 0, file: 0, swap: 1 });
  });
});

describe('a VM_LOCKED vma', () => {
  it('keeps its pte, and the page is mlocked', () => {
    const { bench, vma, page, unmap } = locked({ swapCache: true });
    bench.addFlags(vma, VM_LOCKED);
    expect(unmap(TTU_UNMAP)).toBe(SWAP_MLOCK);
    expect(pte_present(bench.pte(1))).toBe(true);
    expect(bench.has(page, 'PG_mlocked')).toBe(true);
    expect(bench.word(bench.mm() + mm_struct.offset.mmap_sem)).toBe(0);
  });

  it('gives SWAP_AGAIN if mmap_sem is held for writing', () => {
    const { bench, vma, page, unmap } = locked({ swapCache: true });
    bench.addFlags(vma, VM_LOCKED);
    bench.set(bench.mm() + mm_struct.offset.mmap_sem, -1);
    expect(unmap(TTU_UNMAP)).toBe(SWAP_AGAIN);
    expect(bench.has(page, 'PG_mlocked')).toBe(false);
  });

  it('does not protect a page from migration', () => {
    const { bench, vma, unmap } = locked();
    bench.addFlags(vma, VM_LOCKED);
    expect(unmap(TTU_MIGRATION | TTU_IGNORE_MLOCK | TTU_IGNORE_ACCESS)).toBe(SWAP_SUCCESS);
  });
});

describe('try_to_munlock', () => {
  it('removes nothing, and answers SWAP_AGAIN where no vma is locked', () => {
    const { bench, page } = locked();
    bench.set(page + Page.PG_lru, 0);
    expect(bench.run(try_to_munlock(bench.cpu(), page))).toBe(SWAP_AGAIN);
    expect(pte_present(bench.pte(1))).toBe(true);
  });

  it('mlocks the page again if another vma is locked', () => {
    const { bench, vma, page } = locked();
    bench.set(page + Page.PG_lru, 0);
    bench.addFlags(vma, VM_LOCKED);
    expect(bench.run(try_to_munlock(bench.cpu(), page))).toBe(SWAP_MLOCK);
    expect(bench.has(page, 'PG_mlocked')).toBe(true);
  });

  it('demands a locked page off the LRU', () => {
    const { bench, page } = locked();
    expect(bench.faultsOf(try_to_munlock(bench.cpu(), page))).toMatchObject([{ kind: 'VM_BUG' }]);
  });
});

describe('the lazyfree branch of try_to_unmap_one', () => {
  const setup = { hunks: LAZYFREE, lazyfree: true };

  it('removes a clean pte for good, without a swap entry', () => {
    const { bench, page, unmap } = locked(setup);
    expect(unmap(UNMAP_LAZYFREE)).toBe(SWAP_SUCCESS);
    expect(pte_none(bench.pte(1))).toBe(true);
    expect(bench.rss()).toEqual({ anon: 0, file: 0, swap: 0 });
    expect(bench.mapcount(page)).toBe(0);
  });

  it('puts a dirty pte back and fails, after PG_dirty was set', () => {
    const { bench, page, unmap } = locked({ ...setup, traits: { dirty: true } });
    const before = bench.pte(1);
    expect(unmap(UNMAP_LAZYFREE)).toBe(SWAP_FAIL);
    expect(bench.pte(1)).toBe(before);
    expect(pte_dirty(bench.pte(1))).toBe(true);
    expect([bench.mapcount(page), bench.rss().anon]).toEqual([1, 1]);
    expect(bench.has(page, 'PG_dirty')).toBe(true);
    expect(bench.word(bench.kernel.ptl(bench.mm(), 1))).toBe(0);
  });

  it('fails at a young pte before it looks at the tag', () => {
    const { bench, unmap } = locked({ ...setup, traits: { young: true } });
    expect(unmap(UNMAP_LAZYFREE)).toBe(SWAP_FAIL);
    expect(pte_present(bench.pte(1))).toBe(true);
  });

  it('is taken for a migrating page too, whose contents go with the pte', () => {
    const { bench, unmap } = locked(setup);
    unmap(TTU_MIGRATION | TTU_IGNORE_MLOCK | TTU_IGNORE_ACCESS);
    expect(pte_none(bench.pte(1))).toBe(true);
    expect(bench.rss().anon).toBe(0);
  });

  it('is not taken for plain TTU_UNMAP, which is a BUG then', () => {
    const { bench, page } = locked(setup);
    expect(bench.faultsOf(try_to_unmap(bench.cpu(), page, TTU_UNMAP))).toMatchObject([
      { kind: 'BUG', what: 'TTU_ACTION(flags) != TTU_MIGRATION' },
    ]);
  });

  it('comes after the hwpoison branch', () => {
    const { bench, page, unmap } = locked(setup);
    bench.set(page + Page.PG_hwpoison, 1);
    unmap(UNMAP_LAZYFREE);
    expect(is_hwpoison_entry(pte_to_swp_entry(bench.pte(1)))).toBe(true);
  });

  it('leaves a page without the tag to the branches of base', () => {
    const { bench, unmap } = locked({ hunks: LAZYFREE, swapCache: true });
    expect(unmap(UNMAP_LAZYFREE)).toBe(SWAP_SUCCESS);
    expect(bench.rss().swap).toBe(1);
  });

  it('leaves a lazyfree page in the swap cache without a swap entry', () => {
    const { bench, unmap } = locked({ ...setup, swapCache: true });
    expect(unmap(UNMAP_LAZYFREE)).toBe(SWAP_SUCCESS);
    expect(pte_none(bench.pte(1))).toBe(true);
    expect(swapMap()[0]).toMatchObject({ count: 0, hasCache: true });
  });

  it('is not there without its hunk: a lazyfree page is a BUG', () => {
    const hunks = LAZYFREE.filter((id) => id !== 'p3/mm/rmap/try_to_unmap_one');
    const { bench, page } = locked({ hunks, lazyfree: true });
    expect(bench.faultsOf(try_to_unmap(bench.cpu(), page, UNMAP_LAZYFREE))).toMatchObject([
      { kind: 'BUG' },
    ]);
  });

  it('cannot find the page where page_lock_anon_vma_read does not know the tag', () => {
    const hunks = LAZYFREE.filter((id) => id !== 'p3/mm/rmap/page_lock_anon_vma_read');
    const { bench, unmap } = locked({ hunks, lazyfree: true });
    expect(unmap(UNMAP_LAZYFREE)).toBe(SWAP_AGAIN);
    expect(pte_present(bench.pte(1))).toBe(true);
  });
});

describe('munlock as an action number', () => {
  it('is answered before the pte is touched', () => {
    const { bench, unmap } = locked({ traits: { young: true } });
    expect(unmap(TTU_MUNLOCK)).toBe(SWAP_AGAIN);
    expect(pte_young(bench.pte(1))).toBe(true);
  });
});
