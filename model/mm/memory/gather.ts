/** mm/memory.c, the mmu_gather: batches of pages that are freed after the TLB flush. */
import { VM_BUG_ON } from '../../include/linux/bug';
import type { Address, Mm, Page } from '../../include/linux/mm_types';
import {
  MAX_GATHER_BATCH,
  MAX_GATHER_BATCH_COUNT,
  type MmuGather,
} from '../../include/asm-generic/tlb';
import { flush_tlb_mm_range, TLB_FLUSH_ALL } from '../../arch/x86/mm/tlb';
import type { Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel } from '../../state/kernel';
import { allocationFails } from '../../state/slots';
import { free_pages_and_swap_cache } from '../swap_state';

/**
 * mm/memory.c tlb_gather_mmu. Touches nothing shared.
 *
 * @param end exclusive; with start 0 and TLB_FLUSH_ALL the whole mm is torn down (fullmm)
 */
export function tlb_gather_mmu(mm: Mm, start: Address, end: Address): MmuGather {
  return {
    mm,
    start,
    end,
    need_flush: false,
    fullmm: start === 0 && end === TLB_FLUSH_ALL,
    need_flush_all: false,
    batches: [{ pages: [], max: kernel.config.gatherBundle }],
    active: 0,
  };
}

/**
 * mm/memory.c tlb_next_batch: a batch that is linked already, or a new page for one. The page is
 * GFP_NOWAIT and may be missing. Abstracted: it is not taken from the frames that the model counts.
 *
 * @returns false if there is none; the gather is full.
 */
function* tlb_next_batch(tlb: MmuGather): Steps<boolean> {
  if (tlb.active + 1 < tlb.batches.length) {
    tlb.active++;
    return true;
  }
  if (tlb.batches.length - 1 === MAX_GATHER_BATCH_COUNT()) return false;
  if (yield* allocationFails()) return false;
  tlb.batches.push({ pages: [], max: MAX_GATHER_BATCH() });
  tlb.active++;
  return true;
}

/**
 * mm/memory.c __tlb_remove_page: keeps the pointer as it is; nothing looks at the page.
 *
 * @returns free slots left; 0 if the caller has to flush. The page itself is stored in any case.
 */
export function* __tlb_remove_page(tlb: MmuGather, page: Page): Steps<number> {
  VM_BUG_ON(!tlb.need_flush, 'mm/memory.c __tlb_remove_page', '!tlb->need_flush');
  let batch = tlb.batches[tlb.active]!;
  batch.pages.push(page);
  if (batch.pages.length === batch.max) {
    if (!(yield* tlb_next_batch(tlb))) return 0;
    batch = tlb.batches[tlb.active]!;
  }
  return batch.max - batch.pages.length;
}

/** arch/x86/include/asm/tlb.h tlb_flush. */
function* tlb_flush(cpu: Cpu, tlb: MmuGather): Steps {
  if (!tlb.fullmm && !tlb.need_flush_all) {
    yield* flush_tlb_mm_range(cpu, tlb.mm, tlb.start, tlb.end);
  } else {
    yield* flush_tlb_mm_range(cpu, tlb.mm, 0, TLB_FLUSH_ALL);
  }
}

/**
 * mm/memory.c tlb_flush_mmu: the flush, then the freeing; nothing if no pte was changed. `start` and
 * `end` stay. Batches that hold nothing are passed on too: each drains this CPU's pagevecs.
 */
export function* tlb_flush_mmu(cpu: Cpu, tlb: MmuGather): Steps {
  if (!tlb.need_flush) return;
  tlb.need_flush = false;
  yield* tlb_flush(cpu, tlb);
  for (const batch of tlb.batches) {
    yield* free_pages_and_swap_cache(cpu, batch.pages);
    batch.pages.length = 0;
  }
  tlb.active = 0;
}

/** mm/memory.c tlb_finish_mmu: the last flush; the pages of further batches go back. */
export function* tlb_finish_mmu(cpu: Cpu, tlb: MmuGather): Steps {
  yield* tlb_flush_mmu(cpu, tlb);
  tlb.batches.length = 1;
}
