/** mm/vmscan.c: the last two steps before a page of a mapping can be freed, writing and removing. */
import { writepage } from '../../fs/aops';
import { BUG_ON } from '../../include/linux/bug';
import { AOP_WRITEPAGE_ACTIVATE, tree_lock } from '../../include/linux/fs';
import { page_count } from '../../include/linux/mm';
import { Page, type AddressSpace, type Page as PagePtr } from '../../include/linux/mm_types';
import {
  ClearPageReclaim,
  PageDirty,
  PageLocked,
  PageSwapCache,
  PageWriteback,
  SetPageReclaim,
} from '../../include/linux/page-flags';
import { page_freeze_refs, page_unfreeze_refs } from '../../include/linux/pagemap';
import { lock, step, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { peek } from '../../state/kernel';
import { __delete_from_page_cache } from '../filemap';
import { clear_page_dirty_for_io } from '../page-writeback';
import { __delete_from_swap_cache } from '../swap_state';
import { swapcache_free } from '../swapfile';
import { page_mapping } from '../util';
import { mod_zone_page_state } from '../vmstat';

/** mm/vmscan.c pageout_t. After success the page is unlocked, otherwise it is still locked. */
export type PageoutResult = 'PAGE_KEEP' | 'PAGE_ACTIVATE' | 'PAGE_SUCCESS' | 'PAGE_CLEAN';

/** mm/vmscan.c is_page_cache_freeable: only the caller and the cache have references. */
function* is_page_cache_freeable(page: PagePtr): Steps<boolean> {
  return (yield* page_count(page)) === 2;
}

/**
 * mm/vmscan.c pageout: writes a dirty page out. No queue is ever congested. NR_VMSCAN_WRITE also counts
 * a page that swap_writepage found to need no slot, where PSWPOUT does not.
 */
export function* pageout(cpu: Cpu, page: PagePtr, mapping: AddressSpace): Steps<PageoutResult> {
  if (!(yield* is_page_cache_freeable(page))) return 'PAGE_KEEP';
  if (mapping === 0) return 'PAGE_KEEP';
  if (!(yield* clear_page_dirty_for_io(cpu, page))) return 'PAGE_CLEAN';
  yield SetPageReclaim(page);
  const res = yield* writepage(cpu, mapping, page);
  if (res === AOP_WRITEPAGE_ACTIVATE) {
    yield ClearPageReclaim(page);
    return 'PAGE_ACTIVATE';
  }
  if (!(yield PageWriteback(page))) yield ClearPageReclaim(page);
  yield mod_zone_page_state('NR_VMSCAN_WRITE', 1);
  return 'PAGE_SUCCESS';
}

/**
 * mm/vmscan.c __remove_mapping: takes a page that nobody else uses out of its cache. The count is
 * frozen first and PG_dirty looked at after, so that who dirties a page before letting go of it is
 * seen in one of the two.
 *
 * @returns true if it did; then the count is 0.
 */
export function* __remove_mapping(cpu: Cpu, mapping: AddressSpace, page: PagePtr): Steps<boolean> {
  const where = 'mm/vmscan.c __remove_mapping';
  const locked = yield PageLocked(page);
  BUG_ON(locked === 0, where, '!PageLocked(page)');
  const now = yield* page_mapping(page);
  BUG_ON(now !== mapping, where, 'mapping != page_mapping(page)');

  yield lock(tree_lock(mapping));
  if (!(yield page_freeze_refs(page, 2))) {
    yield unlock(tree_lock(mapping));
    return false;
  }
  if (yield PageDirty(page)) {
    yield page_unfreeze_refs(page, 2);
    yield unlock(tree_lock(mapping));
    return false;
  }
  if (!(yield PageSwapCache(page))) {
    __delete_from_page_cache(page);
    yield unlock(tree_lock(mapping));
    return true;
  }
  yield step(page + Page.private);
  const swap = peek(page + Page.private);
  __delete_from_swap_cache(page);
  yield unlock(tree_lock(mapping));
  yield* swapcache_free(cpu, swap, page);
  return true;
}

/** mm/vmscan.c remove_mapping: the same, and leaves the caller its one reference. */
export function* remove_mapping(cpu: Cpu, mapping: AddressSpace, page: PagePtr): Steps<boolean> {
  if (!(yield* __remove_mapping(cpu, mapping, page))) return false;
  yield page_unfreeze_refs(page, 1);
  return true;
}
