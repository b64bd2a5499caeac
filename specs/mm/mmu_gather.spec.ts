import {
  MAX_GATHER_BATCH,
  MAX_GATHER_BATCH_COUNT,
  tlb_madvfree_page,
  tlb_remove_page,
  tlb_remove_tlb_entry,
} from '../../model/include/asm-generic/tlb';
import { LazyFree } from '../../model/include/linux/swap';
import type { HunkId } from '../../model/features/hunk-id';
import { TLB_FLUSH_ALL } from '../../model/arch/x86/mm/tlb';
import {
  __tlb_remove_page,
  tlb_finish_mmu,
  tlb_flush_mmu,
  tlb_gather_mmu,
} from '../../model/mm/memory';
import { ALL_VARIANTS } from './support/variants';
import { boot, type Programs } from './support/boot';

// Rests on mm/memory.c tlb_gather_mmu, __tlb_remove_page, tlb_next_batch, tlb_flush_mmu, tlb_finish_mmu
// and include/asm-generic/tlb.h.

const FREE: readonly HunkId[] = [
  'p3/include/asm-generic/tlb/tlb_madvfree_page',
  'p3/include/linux/swap/MarkLazyFree',
];

/** A gather over the whole range of process 0 that something has been zapped in. */
function gather(k: Programs) {
  const tlb = tlb_gather_mmu(k.mm(), 0, 16);
  tlb_remove_tlb_entry(tlb);
  return tlb;
}

/** Gathers up to `n` new pages. @returns what __tlb_remove_page answered for each. */
function fill(k: Programs, tlb: ReturnType<typeof gather>, n: number, choices: number[] = []) {
  const left = [...choices];
  return Array.from({ length: n }, () => {
    const page = k.page('PG_uptodate');
    return k.kernel.machine.runAlone(__tlb_remove_page(tlb, page), () => left.shift() ?? 0)!;
  });
}

describe('tlb_gather_mmu', () => {
  it('is fullmm only for the whole address space', () => {
    const k = boot();
    expect(tlb_gather_mmu(k.mm(), 0, TLB_FLUSH_ALL).fullmm).toBe(true);
    expect(tlb_gather_mmu(k.mm(), 0, 16).fullmm).toBe(false);
    expect(tlb_gather_mmu(k.mm(), 1, TLB_FLUSH_ALL).fullmm).toBe(false);
  });
});

describe('the sizes of batches', () => {
  it.each([
    [64, 510, 19],
    [32, 1021, 9],
  ] as const)('with %i-bit pointers are %i pages, %i of them', (pointerBits, batch, count) => {
    boot({ pointerBits });
    expect([MAX_GATHER_BATCH(), MAX_GATHER_BATCH_COUNT()]).toEqual([batch, count]);
  });
});

describe('__tlb_remove_page', () => {
  it('counts down the free slots of the batch on the stack, and moves on to a new one', () => {
    const k = boot({ gatherBundle: 3, gatherBatch: 5 });
    expect(fill(k, gather(k), 4)).toEqual([2, 1, 5, 4]);
  });

  it('says 0 when there is no further batch, though the page is stored', () => {
    const k = boot({ gatherBundle: 2, gatherBatchCount: 0 });
    const tlb = gather(k);
    expect(fill(k, tlb, 2)).toEqual([1, 0]);
    expect(tlb.batches[0]!.pages).toHaveLength(2);
  });

  it('says 0 when the next batch cannot be allocated, so first after 8 pages', () => {
    const answers = (allocationsFail: boolean) => {
      const k = boot({ frames: 32, allocationsFail });
      const tlb = gather(k);
      // No page is looked at, so any pointers will do.
      return Array.from({ length: 8 }, (_, i) =>
        k.kernel.machine.runAlone(__tlb_remove_page(tlb, 4096 + 256 * i), () => 1),
      );
    };
    expect(answers(false)).toEqual([7, 6, 5, 4, 3, 2, 1, 510]);
    expect(answers(true)).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
  });

  it('says 0 after batches of the configured number', () => {
    const k = boot({ frames: 32, gatherBundle: 1, gatherBatch: 2, gatherBatchCount: 2 });
    expect(fill(k, gather(k), 5)).toEqual([2, 1, 2, 1, 0]);
  });

  it('is a bug while nothing has been zapped', () => {
    const k = boot();
    const tlb = tlb_gather_mmu(k.mm(), 0, 16);
    const faults = k.faultsOf(__tlb_remove_page(tlb, k.page()));
    expect(faults).toMatchObject([{ kind: 'VM_BUG', what: '!tlb->need_flush' }]);
  });
});

describe('tlb_flush_mmu', () => {
  it('frees nothing while nothing has been zapped', () => {
    const k = boot();
    const tlb = gather(k);
    const page = k.page('PG_uptodate');
    k.run(tlb_remove_page(k.task(), tlb, page));
    tlb.need_flush = false;
    k.run(tlb_flush_mmu(k.task(), tlb));
    expect(k.count(page)).toBe(1);
  });

  it('frees the pages of every batch in order, and starts over with the first', () => {
    const k = boot({ gatherBundle: 1, gatherBatch: 2 });
    const tlb = gather(k);
    const free = k.stat('NR_FREE_PAGES');
    fill(k, tlb, 3);
    expect(k.stat('NR_FREE_PAGES')).toBe(free - 3);
    k.run(tlb_flush_mmu(k.task(), tlb));
    expect(k.stat('NR_FREE_PAGES')).toBe(free);
    expect(tlb).toMatchObject({ active: 0, need_flush: false, start: 0, end: 16 });
    // The batches stay linked: moving on to one is no new allocation.
    expect(tlb.batches).toHaveLength(3);
  });

  it('flushes the TLB before it frees the pages', () => {
    const k = boot({ cpus: 2, tlbEviction: false });
    k.map(1, 1);
    k.write(1, 7);
    const page = k.pageAt(1);
    const tlb = gather(k);
    k.set(k.kernel.pte(k.mm(), 1), 0);
    k.run(__tlb_remove_page(tlb, page));
    const task = k.start(tlb_flush_mmu(k.task(0, 1), tlb));
    k.go(task, () => k.tlb(1) === 0);
    expect(k.tlb(1)).toBe(0);
    expect(k.count(page)).toBeGreaterThan(0);
  });

  it('flushes start to end, however far the zap has come', () => {
    const k = boot({ tlbEviction: false, tlbFlushallPages: 8 });
    k.map(1, 3);
    for (const address of [1, 2, 3]) k.write(address, 7);
    for (const address of [1, 2, 3]) k.set(k.kernel.pte(k.mm(), address), 0);
    const tlb = tlb_gather_mmu(k.mm(), 2, 3);
    tlb_remove_tlb_entry(tlb);
    k.run(tlb_flush_mmu(k.task(), tlb));
    expect([1, 2, 3].map((address) => k.tlb(address) !== 0)).toEqual([true, false, true]);
  });

  it('flushes everything where the range is longer than is worth flushing page by page', () => {
    const k = boot({ tlbEviction: false, tlbFlushallPages: 0 });
    k.map(1, 2);
    k.write(1, 7);
    k.set(k.kernel.pte(k.mm(), 1), 0);
    const tlb = tlb_gather_mmu(k.mm(), 2, 3);
    tlb_remove_tlb_entry(tlb);
    k.run(tlb_flush_mmu(k.task(), tlb));
    expect(k.tlb(1)).toBe(0);
  });
});

describe('tlb_finish_mmu', () => {
  it('flushes, frees and gives the further batches back', () => {
    const k = boot({ gatherBundle: 1, gatherBatch: 2 });
    const tlb = gather(k);
    const free = k.stat('NR_FREE_PAGES');
    fill(k, tlb, 2);
    k.run(tlb_finish_mmu(k.task(), tlb));
    expect(k.stat('NR_FREE_PAGES')).toBe(free);
    expect(tlb.batches).toHaveLength(1);
  });
});

describe('tlb_madvfree_page', () => {
  it('takes a reference and stores the pointer marked', () => {
    const k = boot({}, FREE);
    const tlb = gather(k);
    const page = k.page('PG_uptodate');
    k.run(tlb_madvfree_page(k.task(), tlb, page));
    expect(k.count(page)).toBe(2);
    expect(tlb.batches[0]!.pages.map(LazyFree)).toEqual([true]);
  });

  it('flushes at once when the gather is full', () => {
    const k = boot({ gatherBundle: 1, gatherBatchCount: 0 }, ALL_VARIANTS.fixed);
    const tlb = gather(k);
    k.map(1, 1);
    k.write(1, 7);
    k.run(tlb_madvfree_page(k.task(), tlb, k.pageAt(1)));
    expect(tlb.batches[0]!.pages).toEqual([]);
  });

  it('hands the consumer of hunk 28 a pointer that without that hunk is no page', () => {
    const k = boot({}, FREE);
    const tlb = gather(k);
    k.run(tlb_madvfree_page(k.task(), tlb, k.page('PG_uptodate')));
    const faults = k.faultsOf(tlb_finish_mmu(k.task(), tlb));
    expect(faults).toMatchObject([{ kind: 'oops' }]);
  });

  it('does not exist on an architecture with a gather of its own', () => {
    const k = boot({ genericGather: false }, FREE);
    const faults = k.faultsOf(tlb_madvfree_page(k.task(), gather(k), k.page()));
    expect(faults).toMatchObject([{ kind: 'oops', where: 'tlb_madvfree_page' }]);
  });
});
