/**
 * include/linux/swap.h: marks on a *pointer* to a struct page, for the mmu_gather's array. They do
 * not touch the page, unlike the similarly named SetPageLazyFree family of include/linux/mm.h.
 */
import { defined } from '../../features/hunk';
import type { Page } from './mm_types';

const HUNK = 'p3/include/linux/swap/MarkLazyFree';

export function MarkLazyFree(page: Page): Page {
  defined(HUNK, 'MarkLazyFree');
  return page | 1;
}

export function ClearLazyFree(page: Page): Page {
  defined(HUNK, 'ClearLazyFree');
  return page & ~1;
}

export function LazyFree(page: Page): boolean {
  defined(HUNK, 'LazyFree');
  return (page & 1) !== 0;
}
