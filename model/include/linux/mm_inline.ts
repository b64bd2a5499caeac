/**
 * include/linux/mm_inline.h, and the lock that all of it needs. The functions that take a plain
 * page run under zone->lru_lock, inside an atomic section.
 *
 * The lock. What is done under zone->lru_lock for one page is one atomic section,
 * {@link underLruLock}. A stretch over several pages holds the lock word ({@link lru_lock}), with
 * a section for each page, because flags and counts of the later pages can be changed meanwhile by
 * CPUs that do not take the lock.
 */
import { defined } from '../../features/hunk';
import { awaitFree, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import { bumpZonePageState, zone_page_state } from '../../mm/vmstat';
import { kernel, peek, poke } from '../../state/kernel';
import { list_add, list_add_tail, list_del, type LruList } from './list';
import { Page, zone, type Page as PagePtr } from './mm_types';
import { ZONE_STAT_ITEMS, type ZoneStatItem } from './mmzone';

export const LRU_INACTIVE_ANON = 0;
export const LRU_ACTIVE_ANON = 1;
export const LRU_INACTIVE_FILE = 2;
export const LRU_ACTIVE_FILE = 3;
export const LRU_UNEVICTABLE = 4;
/** Distance from an inactive list to its active one. */
export const LRU_ACTIVE = 1;

/** include/linux/mmzone.h is_file_lru, as the index of file statistics. */
export const is_file_lru = (lru: LruList): boolean =>
  lru === LRU_INACTIVE_FILE || lru === LRU_ACTIVE_FILE;
/** include/linux/mmzone.h is_active_lru. */
export const is_active_lru = (lru: LruList): boolean =>
  lru === LRU_ACTIVE_ANON || lru === LRU_ACTIVE_FILE;

/** The word of zone->lru_lock, for a stretch over several pages. */
export const lru_lock = (): Ptr => kernel.zone + zone.offset.lru_lock;

/** The section of one page under zone->lru_lock. A CPU that dies in it leaves the lock held. */
export function* underLruLock<T>(body: () => T): Steps<T> {
  yield awaitFree(lru_lock());
  try {
    return body();
  } catch (fault) {
    poke(lru_lock(), -1);
    throw fault;
  }
}

/** NR_LRU_BASE + lru. */
export const NR_LRU = (lru: LruList): ZoneStatItem =>
  ZONE_STAT_ITEMS[ZONE_STAT_ITEMS.indexOf('NR_INACTIVE_ANON') + lru]!;

/** include/linux/mmzone.h get_lru_size, without memory cgroups. */
export const get_lru_size = (lru: LruList): Steps<number> => zone_page_state(NR_LRU(lru));

/** include/linux/huge_mm.h hpage_nr_pages inside a section: the pages that an LRU entry stands for. */
export const hpage_nr_pages = (page: PagePtr): number =>
  kernel.config.CONFIG_TRANSPARENT_HUGEPAGE && peek(page + Page.PG_head) !== 0
    ? kernel.config.hugePages
    : 1;

/** include/linux/mm_inline.h page_is_file_cache: false for anonymous, shmem and tmpfs pages. */
export const page_is_file_cache = (page: PagePtr): boolean => peek(page + Page.PG_swapbacked) === 0;

/** include/linux/mm_inline.h page_lru_base_type: the inactive list of the page's kind. */
export const page_lru_base_type = (page: PagePtr): LruList =>
  page_is_file_cache(page) ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON;

/** include/linux/mm_inline.h page_lru: the list that the page's flags call for. */
export function page_lru(page: PagePtr): LruList {
  if (peek(page + Page.PG_unevictable) !== 0) return LRU_UNEVICTABLE;
  return page_lru_base_type(page) + (peek(page + Page.PG_active) !== 0 ? LRU_ACTIVE : 0);
}

/** include/linux/mm_inline.h page_off_lru: the same, and clears the flags for freeing. */
export function page_off_lru(page: PagePtr): LruList {
  const lru = page_lru(page);
  if (lru === LRU_UNEVICTABLE) poke(page + Page.PG_unevictable, 0);
  else if (is_active_lru(lru)) poke(page + Page.PG_active, 0);
  return lru;
}

/** include/linux/mm_inline.h add_page_to_lru_list: at the head. */
export function add_page_to_lru_list(page: PagePtr, lru: LruList): void {
  const nr_pages = hpage_nr_pages(page);
  list_add(page, lru);
  bumpZonePageState(NR_LRU(lru), nr_pages);
}

/** include/linux/mm_inline.h add_page_to_lru_list_tail: at the tail. */
export function add_page_to_lru_list_tail(page: PagePtr, lru: LruList): void {
  defined('p2/include/linux/mm_inline/add_page_to_lru_list_tail', 'add_page_to_lru_list_tail');
  const nr_pages = hpage_nr_pages(page);
  list_add_tail(page, lru);
  bumpZonePageState(NR_LRU(lru), nr_pages);
}

/** include/linux/mm_inline.h del_page_from_lru_list: `lru` is whose counter goes down. */
export function del_page_from_lru_list(page: PagePtr, lru: LruList): void {
  const nr_pages = hpage_nr_pages(page);
  list_del(page);
  bumpZonePageState(NR_LRU(lru), -nr_pages);
}
