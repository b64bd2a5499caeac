/** include/linux/swap.h: the bytes of the swap map, how full swap is, and marks for the gather. */
import { defined } from '../../features/hunk';
import { load, type Steps } from '../../machine/op';
import { kernel, peek } from '../../state/kernel';
import type { AddressSpace, Page } from './mm_types';

/** Flag: the swap cache has a page for the slot. */
export const SWAP_HAS_CACHE = 0x40;
/** Flag: the count goes on in the continuation page. */
export const COUNT_CONTINUED = 0x80;
/** A slot that must never be used. */
export const SWAP_MAP_BAD = 0x3f;
/** A slot that belongs to shmem, which has one user and counts none. */
export const SWAP_MAP_SHMEM = 0xbf;
/** The most that a byte of the continuation page counts. */
export const SWAP_CONT_MAX = 0x7f;

export const SWP_USED = 1;
export const SWP_WRITEOK = 2;

/** include/linux/swap.h swap_address_space: one device, so one space; stands for it in page_mapping. */
export const swap_address_space = (): AddressSpace => kernel.swapper_space;

/** mm/swapfile.c swap_count: the users in a byte of the swap map, COUNT_CONTINUED included. */
export const swap_count = (byte: number): number => byte & ~SWAP_HAS_CACHE;

/** include/linux/swap.h get_nr_swap_pages: may be negative during swapoff. */
export function* get_nr_swap_pages(): Steps<number> {
  return yield load(kernel.nr_swap_pages);
}

/** include/linux/swap.h vm_swap_full: less than half of swap is free. Always false without CONFIG_SWAP. */
export function* vm_swap_full(): Steps<boolean> {
  if (!kernel.config.CONFIG_SWAP) return false;
  return (yield load(kernel.nr_swap_pages)) * 2 < (yield load(kernel.total_swap_pages));
}

/** {@link vm_swap_full} inside an atomic section. */
export const vmSwapFullNow = (): boolean =>
  peek(kernel.nr_swap_pages) * 2 < peek(kernel.total_swap_pages);

// Marks on a *pointer* to a struct page, for the mmu_gather's array. They do not touch the page,
// unlike the similarly named SetPageLazyFree family of include/linux/mm.h.

export function MarkLazyFree(page: Page): Page {
  defined('p3/include/linux/swap/MarkLazyFree', 'MarkLazyFree');
  return page | 1;
}

export function ClearLazyFree(page: Page): Page {
  defined('p3/include/linux/swap/MarkLazyFree', 'ClearLazyFree');
  return page & ~1;
}

export function LazyFree(page: Page): boolean {
  defined('p3/include/linux/swap/MarkLazyFree', 'LazyFree');
  return (page & 1) !== 0;
}
