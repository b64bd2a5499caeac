/**
 * mm/swap.c: what draining a pagevec does to each page of it. All of it runs under zone->lru_lock,
 * inside an atomic section.
 */
import { hunk } from '../../features/hunk';
import { VM_BUG_ON } from '../../include/linux/bug';
import { listAddBefore, list_move_tail } from '../../include/linux/list';
import { mappingIsAnon } from '../../include/linux/mm';
import {
  add_page_to_lru_list,
  add_page_to_lru_list_tail,
  del_page_from_lru_list,
  LRU_ACTIVE,
  page_is_file_cache,
  page_lru,
  page_lru_base_type,
} from '../../include/linux/mm_inline';
import { Page, zone, type Page as PagePtr } from '../../include/linux/mm_types';
import { bump, bumpCount, kernel, peek, poke, type PagevecName } from '../../state/kernel';
import { bumpVmEvent } from '../vmstat';

const Zone = zone.offset;

const flag = (page: PagePtr, name: 'PG_lru' | 'PG_active' | 'PG_unevictable'): boolean =>
  peek(page + Page[name]) !== 0;

/** mm/swap.c update_page_reclaim_stat. */
function update_page_reclaim_stat(file: boolean, rotated: boolean): void {
  bump(kernel.zone + (file ? Zone.scanned_file : Zone.scanned_anon), 1);
  if (rotated) bump(kernel.zone + (file ? Zone.rotated_file : Zone.rotated_anon), 1);
}

/** mm/swap.c __pagevec_lru_add_fn. */
function __pagevec_lru_add_fn(page: PagePtr): void {
  const file = page_is_file_cache(page);
  const active = flag(page, 'PG_active');
  const lru = page_lru(page);
  VM_BUG_ON(flag(page, 'PG_lru'), 'mm/swap.c __pagevec_lru_add_fn', 'PageLRU(page)');
  poke(page + Page.PG_lru, 1);
  add_page_to_lru_list(page, lru);
  update_page_reclaim_stat(file, active);
}

const inactiveOnLru = (page: PagePtr): boolean =>
  flag(page, 'PG_lru') && !flag(page, 'PG_active') && !flag(page, 'PG_unevictable');

/** mm/swap.c pagevec_move_tail_fn. Linux adds up PGROTATED and counts it after the last page. */
function pagevec_move_tail_fn(page: PagePtr): void {
  if (!inactiveOnLru(page)) return;
  list_move_tail(page, page_lru_base_type(page));
  bumpVmEvent('PGROTATED');
}

/** mm/swap.c __activate_page. */
function __activate_page(page: PagePtr): void {
  if (!inactiveOnLru(page)) return;
  const file = page_is_file_cache(page);
  const lru = page_lru_base_type(page);
  del_page_from_lru_list(page, lru);
  poke(page + Page.PG_active, 1);
  add_page_to_lru_list(page, lru + LRU_ACTIVE);
  bumpVmEvent('PGACTIVATE');
  update_page_reclaim_stat(file, true);
}

const page_mapped = (page: PagePtr): boolean => peek(page + Page._mapcount) >= 0;
const PageAnon = (page: PagePtr): boolean => mappingIsAnon(peek(page + Page.mapping));

/** Whether lru_deactivate_fn leaves a page alone because processes use it. */
function in_use(page: PagePtr): boolean {
  return hunk('p2/mm/swap/lru_deactivate_fn.2')
    ? !PageAnon(page) && page_mapped(page)
    : page_mapped(page);
}

/**
 * mm/swap.c lru_deactivate_fn. Two hunks of p2 move the step that links the page: one takes it away
 * from before the test, the other puts it into the branches. With one alone, a page is linked twice
 * or not at all.
 */
function lru_deactivate_fn(page: PagePtr): void {
  if (!flag(page, 'PG_lru') || flag(page, 'PG_unevictable') || in_use(page)) return;
  const active = flag(page, 'PG_active');
  const file = page_is_file_cache(page);
  const lru = page_lru_base_type(page);

  del_page_from_lru_list(page, lru + (active ? LRU_ACTIVE : 0));
  poke(page + Page.PG_active, 0);
  poke(page + Page.PG_referenced, 0);
  if (!hunk('p2/mm/swap/lru_deactivate_fn.3')) add_page_to_lru_list(page, lru);

  if (peek(page + Page.PG_writeback) !== 0 || peek(page + Page.PG_dirty) !== 0) {
    poke(page + Page.PG_reclaim, 1);
    if (hunk('p2/mm/swap/lru_deactivate_fn.4')) add_page_to_lru_list(page, lru);
  } else {
    if (hunk('p2/mm/swap/lru_deactivate_fn.4')) add_page_to_lru_list_tail(page, lru);
    else list_move_tail(page, lru);
    bumpVmEvent('PGROTATED');
  }

  if (active) bumpVmEvent('PGDEACTIVATE');
  update_page_reclaim_stat(file, false);
}

/** The function that draining applies, for each pagevec. */
export const MOVE_FN: Record<PagevecName, (page: PagePtr) => void> = {
  lru_add_pvec: __pagevec_lru_add_fn,
  lru_rotate_pvecs: pagevec_move_tail_fn,
  lru_deactivate_pvecs: lru_deactivate_fn,
  activate_page_pvecs: __activate_page,
};

/**
 * mm/swap.c lru_add_page_tail: a tail of a huge page that is being split goes next to its head or,
 * when reclaim has the head, on reclaim's `list` with a reference for it.
 *
 * @param list the isolator's pages, the next one to be looked at first; undefined without isolator
 */
export function lru_add_page_tail(page: PagePtr, page_tail: PagePtr, list?: PagePtr[]): void {
  const where = 'mm/swap.c lru_add_page_tail';
  VM_BUG_ON(flag(page_tail, 'PG_lru'), where, 'PageLRU(page_tail)');
  if (list === undefined) poke(page_tail + Page.PG_lru, 1);
  if (flag(page, 'PG_lru')) {
    listAddBefore(page_tail, page);
  } else if (list !== undefined) {
    bumpCount(page_tail + Page._count, 1);
    list.unshift(page_tail);
  } else {
    const lru = page_lru(page_tail);
    add_page_to_lru_list(page_tail, lru);
    list_move_tail(page_tail, lru);
  }
  if (!flag(page, 'PG_unevictable')) {
    update_page_reclaim_stat(false, flag(page_tail, 'PG_active'));
  }
}
