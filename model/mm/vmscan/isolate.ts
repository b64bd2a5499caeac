/** mm/vmscan.c: taking pages off the LRU and putting them back. */
import { BUG_ON, VM_BUG_ON } from '../../include/linux/bug';
import { list_move, listMovePrivate, lru_to_page, type LruList } from '../../include/linux/list';
import {
  del_page_from_lru_list,
  hpage_nr_pages,
  page_lru,
  underLruLock,
} from '../../include/linux/mm_inline';
import { page_count } from '../../include/linux/mm';
import { Page, type Page as PagePtr } from '../../include/linux/mm_types';
import {
  ClearPageUnevictable,
  PageLRU,
  PageMlocked,
  PageUnevictable,
} from '../../include/linux/page-flags';
import { EBUSY, EINVAL } from '../../include/uapi/asm-generic/errno-base';
import { step, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { bumpCount, kernel, peek, poke } from '../../state/kernel';
import { add_page_to_unevictable_list, lru_cache_add, put_page } from '../swap';
import { count_vm_event } from '../vmstat';

/** include/linux/mmzone.h isolate_mode_t. */
export const ISOLATE_CLEAN = 1;
export const ISOLATE_UNMAPPED = 2;
export const ISOLATE_ASYNC_MIGRATE = 4;
export const ISOLATE_UNEVICTABLE = 8;

const isSet = (page: PagePtr, field: number): boolean => peek(page + field) !== 0;

/**
 * mm/vmscan.c __isolate_lru_page, inside a section under zone->lru_lock: takes a reference and clears
 * PG_lru; the caller unlinks the page. Every mapping has a migratepage here, so that
 * ISOLATE_ASYNC_MIGRATE refuses write-back only.
 *
 * @returns 0, -EINVAL if the page is not to be had at all, -EBUSY if not now.
 */
export function __isolate_lru_page(page: PagePtr, mode: number): number {
  if (!isSet(page, Page.PG_lru)) return -EINVAL;
  if (isSet(page, Page.PG_unevictable) && !(mode & ISOLATE_UNEVICTABLE)) return -EINVAL;
  if (mode & (ISOLATE_CLEAN | ISOLATE_ASYNC_MIGRATE)) {
    if (isSet(page, Page.PG_writeback)) return -EBUSY;
    if (mode & ISOLATE_CLEAN && isSet(page, Page.PG_dirty)) return -EBUSY;
  }
  if (mode & ISOLATE_UNMAPPED && peek(page + Page._mapcount) >= 0) return -EBUSY;
  if (peek(page + Page._count) === 0) return -EBUSY;
  bumpCount(page + Page._count, 1);
  poke(page + Page.PG_lru, 0);
  return 0;
}

/** What {@link isolate_lru_pages} took off a list. */
export interface Isolated {
  /** In the order in which reclaim looks at them: from the list's tail. */
  readonly pages: PagePtr[];
  readonly nr_scanned: number;
  /** In small pages. */
  readonly nr_taken: number;
}

/**
 * mm/vmscan.c isolate_lru_pages: looks at up to `nr_to_scan` pages from the tail of a list. What is
 * busy goes to the head. The caller holds zone->lru_lock and is in a section.
 */
export function* isolate_lru_pages(
  nr_to_scan: number,
  mode: number,
  lru: LruList,
): Steps<Isolated> {
  const where = 'mm/vmscan.c isolate_lru_pages';
  const pages: PagePtr[] = [];
  let nr_taken = 0;
  let scan = 0;
  for (let page = lru_to_page(lru); scan < nr_to_scan && page !== 0; page = lru_to_page(lru)) {
    if (scan++ > 0) yield step(page);
    VM_BUG_ON(!isSet(page, Page.PG_lru), where, '!PageLRU(page)');
    const error = __isolate_lru_page(page, mode);
    BUG_ON(error === -EINVAL, where, '__isolate_lru_page(page, mode) == -EINVAL');
    if (error === -EBUSY) {
      list_move(page, lru);
      continue;
    }
    nr_taken += hpage_nr_pages(page);
    listMovePrivate(page);
    pages.push(page);
  }
  return { pages, nr_scanned: scan, nr_taken };
}

/**
 * mm/vmscan.c isolate_lru_page: takes one page off whatever list it is on; its caller has a
 * reference, and gets one more. PG_active and PG_unevictable stay.
 *
 * @returns 0, or -EBUSY if it was on none.
 */
export function* isolate_lru_page(_cpu: Cpu, page: PagePtr): Steps<number> {
  if (kernel.config.CONFIG_DEBUG_VM) {
    const count = yield* page_count(page);
    VM_BUG_ON(count === 0, 'mm/vmscan.c isolate_lru_page', '!page_count(page)');
  }
  if (!(yield PageLRU(page))) return -EBUSY;
  return yield* underLruLock(() => {
    if (!isSet(page, Page.PG_lru)) return -EBUSY;
    bumpCount(page + Page._count, 1);
    poke(page + Page.PG_lru, 0);
    del_page_from_lru_list(page, page_lru(page));
    return 0;
  });
}

/** mm/vmscan.c page_evictable. No address_space is unevictable here (SHM_LOCK is left out). */
export function* page_evictable(page: PagePtr): Steps<boolean> {
  return !(yield PageMlocked(page));
}

/** mm/vmscan.c putback_lru_page: ends an isolation, its reference included. */
export function* putback_lru_page(cpu: Cpu, page: PagePtr): Steps {
  const was_unevictable = (yield PageUnevictable(page)) !== 0;
  if (kernel.config.CONFIG_DEBUG_VM) {
    const onLru = yield PageLRU(page);
    VM_BUG_ON(onLru !== 0, 'mm/vmscan.c putback_lru_page', 'PageLRU(page)');
  }
  const is_unevictable = yield* addWhereItBelongs(cpu, page);
  if (was_unevictable && !is_unevictable) yield count_vm_event('UNEVICTABLE_PGRESCUED');
  else if (!was_unevictable && is_unevictable) yield count_vm_event('UNEVICTABLE_PGCULLED');
  yield* put_page(cpu, page);
}

/** The loop of putback_lru_page: again, if the page became evictable on the unevictable list. */
function* addWhereItBelongs(cpu: Cpu, page: PagePtr): Steps<boolean> {
  for (;;) {
    yield ClearPageUnevictable(page);
    if (yield* page_evictable(page)) {
      yield* lru_cache_add(cpu, page);
      return false;
    }
    yield* add_page_to_unevictable_list(cpu, page);
    if (!(yield* page_evictable(page))) return true;
    if ((yield* isolate_lru_page(cpu, page)) !== 0) return true;
    yield* put_page(cpu, page);
  }
}
