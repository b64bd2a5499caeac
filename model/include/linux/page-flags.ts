/**
 * include/linux/page-flags.h: one test, set and clear for each bit of page->flags. Each is one
 * atomic access; `yield PageDirty(page)` is 1 or 0 (a lock bit: non-zero or 0).
 */
import { load, store, testAndClear, testAndSet, type Op } from '../../machine/op';
import { Page } from './mm_types';

// PageReserved, PageSlab and the like are never set on what the model allocates.

export const PageLocked = (page: Page): Op => load(page + Page.PG_locked);
export const ClearPageError = (page: Page): Op => store(page + Page.PG_error, 0);
export const PageReferenced = (page: Page): Op => load(page + Page.PG_referenced);
export const SetPageReferenced = (page: Page): Op => store(page + Page.PG_referenced, 1);
export const ClearPageReferenced = (page: Page): Op => store(page + Page.PG_referenced, 0);
export const TestClearPageReferenced = (page: Page): Op => testAndClear(page + Page.PG_referenced);
export const PageUptodate = (page: Page): Op => load(page + Page.PG_uptodate);
export const SetPageUptodate = (page: Page): Op => store(page + Page.PG_uptodate, 1);
export const PageDirty = (page: Page): Op => load(page + Page.PG_dirty);
export const SetPageDirty = (page: Page): Op => store(page + Page.PG_dirty, 1);
export const ClearPageDirty = (page: Page): Op => store(page + Page.PG_dirty, 0);
export const TestSetPageDirty = (page: Page): Op => testAndSet(page + Page.PG_dirty);
export const TestClearPageDirty = (page: Page): Op => testAndClear(page + Page.PG_dirty);
export const PageLRU = (page: Page): Op => load(page + Page.PG_lru);
export const SetPageLRU = (page: Page): Op => store(page + Page.PG_lru, 1);
export const ClearPageLRU = (page: Page): Op => store(page + Page.PG_lru, 0);
export const PageActive = (page: Page): Op => load(page + Page.PG_active);
export const SetPageActive = (page: Page): Op => store(page + Page.PG_active, 1);
export const ClearPageActive = (page: Page): Op => store(page + Page.PG_active, 0);
export const TestClearPageActive = (page: Page): Op => testAndClear(page + Page.PG_active);
export const PageUnevictable = (page: Page): Op => load(page + Page.PG_unevictable);
export const SetPageUnevictable = (page: Page): Op => store(page + Page.PG_unevictable, 1);
export const ClearPageUnevictable = (page: Page): Op => store(page + Page.PG_unevictable, 0);
export const TestClearPageUnevictable = (page: Page): Op =>
  testAndClear(page + Page.PG_unevictable);
export const PageMlocked = (page: Page): Op => load(page + Page.PG_mlocked);
export const SetPageMlocked = (page: Page): Op => store(page + Page.PG_mlocked, 1);
export const TestSetPageMlocked = (page: Page): Op => testAndSet(page + Page.PG_mlocked);
export const TestClearPageMlocked = (page: Page): Op => testAndClear(page + Page.PG_mlocked);
export const PageSwapCache = (page: Page): Op => load(page + Page.PG_swapcache);
export const SetPageSwapCache = (page: Page): Op => store(page + Page.PG_swapcache, 1);
export const ClearPageSwapCache = (page: Page): Op => store(page + Page.PG_swapcache, 0);
export const PageSwapBacked = (page: Page): Op => load(page + Page.PG_swapbacked);
export const SetPageSwapBacked = (page: Page): Op => store(page + Page.PG_swapbacked, 1);
export const ClearPageSwapBacked = (page: Page): Op => store(page + Page.PG_swapbacked, 0);
export const PageWriteback = (page: Page): Op => load(page + Page.PG_writeback);
export const PageReclaim = (page: Page): Op => load(page + Page.PG_reclaim);
export const SetPageReclaim = (page: Page): Op => store(page + Page.PG_reclaim, 1);
export const ClearPageReclaim = (page: Page): Op => store(page + Page.PG_reclaim, 0);
export const TestClearPageReclaim = (page: Page): Op => testAndClear(page + Page.PG_reclaim);
/** PG_readahead is an alias of PG_reclaim. */
export const SetPageReadahead = SetPageReclaim;
export const TestClearPageReadahead = TestClearPageReclaim;
export const PageHWPoison = (page: Page): Op => load(page + Page.PG_hwpoison);
export const SetPageHWPoison = (page: Page): Op => store(page + Page.PG_hwpoison, 1);
export const PageHead = (page: Page): Op => load(page + Page.PG_head);
export const PageTail = (page: Page): Op => load(page + Page.PG_tail);
