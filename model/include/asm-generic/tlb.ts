/**
 * include/asm-generic/tlb.h: the mmu_gather, in which a zap collects pages until the TLB has been
 * flushed. It is on the stack of the task that zaps; nobody else sees it.
 */
import { defined } from '../../features/hunk';
import { KernelFault } from '../../machine/fault';
import type { Steps } from '../../machine/op';
import { __tlb_remove_page, tlb_flush_mmu } from '../../mm/memory';
import type { Cpu } from '../../state/cpu';
import { kernel } from '../../state/kernel';
import { get_page } from '../linux/mm';
import type { Address, Mm, Page } from '../linux/mm_types';
import { MarkLazyFree } from '../linux/swap';

/** struct mmu_gather_batch. A pointer in `pages` may carry MarkLazyFree's mark. */
export interface MmuGatherBatch {
  readonly pages: Page[];
  readonly max: number;
}

/** struct mmu_gather: `batches[0]` is the one on the stack, the others are linked behind it. */
export interface MmuGather {
  readonly mm: Mm;
  /** The range that a flush covers, in pages, end exclusive. */
  start: Address;
  end: Address;
  need_flush: boolean;
  readonly fullmm: boolean;
  need_flush_all: boolean;
  readonly batches: MmuGatherBatch[];
  /** Index of the batch that takes the next page. */
  active: number;
}

const PAGE_SIZE = 4096;

/** Slots of a further batch: a page less its header (a pointer and two ints), in pointers. */
export function MAX_GATHER_BATCH(): number {
  const { gatherBatch, pointerBits } = kernel.config;
  const word = pointerBits / 8;
  return gatherBatch || Math.floor((PAGE_SIZE - (word + 8)) / word);
}

/** Further batches at most: 10000 pages freed at once. */
export function MAX_GATHER_BATCH_COUNT(): number {
  const { gatherBatchCount } = kernel.config;
  return gatherBatchCount >= 0 ? gatherBatchCount : Math.floor(10000 / MAX_GATHER_BATCH());
}

/** include/asm-generic/tlb.h tlb_remove_page. */
export function* tlb_remove_page(cpu: Cpu, tlb: MmuGather, page: Page): Steps {
  if ((yield* __tlb_remove_page(tlb, page)) === 0) yield* tlb_flush_mmu(cpu, tlb);
}

/** include/asm-generic/tlb.h tlb_remove_tlb_entry: flushes nothing and tracks no range. */
export function tlb_remove_tlb_entry(tlb: MmuGather): void {
  tlb.need_flush = true;
}

/** include/asm-generic/tlb.h tlb_remove_pmd_tlb_entry. */
export function tlb_remove_pmd_tlb_entry(tlb: MmuGather): void {
  tlb.need_flush = true;
}

/**
 * include/asm-generic/tlb.h tlb_madvfree_page: gathers a page that stays mapped, with a reference. An
 * architecture with a gather of its own does not get this function, and a kernel that uses it does not
 * build there.
 */
export function* tlb_madvfree_page(cpu: Cpu, tlb: MmuGather, page: Page): Steps {
  if (!kernel.config.genericGather) {
    const what = 'undefined symbol: this architecture has its own mmu_gather';
    throw new KernelFault({ kind: 'oops', where: 'tlb_madvfree_page', what });
  }
  defined('p3/include/asm-generic/tlb/tlb_madvfree_page/define', 'tlb_madvfree_page');
  yield* get_page(cpu, page);
  if ((yield* __tlb_remove_page(tlb, MarkLazyFree(page))) === 0) yield* tlb_flush_mmu(cpu, tlb);
}
