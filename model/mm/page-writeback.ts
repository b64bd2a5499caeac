/**
 * mm/page-writeback.c, and the end of write-back from mm/filemap.c: PG_dirty and PG_writeback.
 *
 * Abstracted: the tags in the page tree that repeat both flags, and with them the tree_lock around
 * the flags; the balancing of dirty pages (no writer is throttled); buffer heads.
 */
import { BUG_ON, WARN_ON } from '../include/linux/bug';
import { mapping_cap_account_dirty, tree_lock } from '../include/linux/fs';
import { mappingIsAnon } from '../include/linux/mm';
import { Page, type AddressSpace, type Page as PagePtr } from '../include/linux/mm_types';
import {
  ClearPageReclaim,
  PageDirty,
  PageLocked,
  PageSwapCache,
  TestClearPageDirty,
  TestClearPageReclaim,
  TestSetPageDirty,
} from '../include/linux/page-flags';
import { lock_page, unlock_page } from '../include/linux/pagemap';
import { swap_address_space } from '../include/linux/swap';
import { awaitFree, step, trylock, unlock, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel, peek } from '../state/kernel';
import { page_mkclean } from './rmap/mkclean';
import { rotate_reclaimable_page } from './swap';
import { page_mapping } from './util';
import { bumpZonePageState, mod_zone_page_state } from './vmstat';

/** mm/page-writeback.c __set_page_dirty_no_writeback: shmem, swap cache. True if it was clean. */
function* __set_page_dirty_no_writeback(page: PagePtr): Steps<boolean> {
  return !(yield PageDirty(page)) && !(yield TestSetPageDirty(page));
}

/**
 * mm/page_io.c swap_set_page_dirty, mm/swapfile.c page_swap_info: a BUG if the page has left the swap cache
 * since page_mapping saw it there. Only who dirties a page without its lock can meet that.
 */
function* swap_set_page_dirty(page: PagePtr): Steps<boolean> {
  const cached = yield PageSwapCache(page);
  BUG_ON(cached === 0, 'mm/swapfile.c page_swap_info', '!PageSwapCache(page)');
  return yield* __set_page_dirty_no_writeback(page);
}

/** mm/page-writeback.c __set_page_dirty_nobuffers: a file on a disk. True if it was clean. */
function* __set_page_dirty_nobuffers(page: PagePtr): Steps<boolean> {
  const where = 'mm/page-writeback.c __set_page_dirty_nobuffers';
  if (yield TestSetPageDirty(page)) return false;
  const mapping = yield* page_mapping(page);
  if (mapping === 0) return true;
  yield awaitFree(tree_lock(mapping));
  const mapping2 = file_mapping(page);
  if (mapping2 !== 0) {
    BUG_ON(mapping2 !== mapping, where, 'mapping2 != mapping');
    WARN_ON(
      peek(page + Page.PG_uptodate) === 0,
      where,
      '!PagePrivate(page) && !PageUptodate(page)',
    );
    bumpZonePageState('NR_FILE_DIRTY', 1);
    bumpZonePageState('NR_DIRTIED', 1);
  }
  return true;
}

/** page_mapping of a file's page, inside a section: 0 if it was truncated meanwhile. */
function file_mapping(page: PagePtr): AddressSpace {
  const mapping = peek(page + Page.mapping);
  return mappingIsAnon(mapping) ? 0 : mapping;
}

/**
 * mm/page-writeback.c set_page_dirty. With a mapping, so in the swap cache too, PG_reclaim goes
 * first.
 *
 * @returns true if the page was clean.
 */
export function* set_page_dirty(_cpu: Cpu, page: PagePtr): Steps<boolean> {
  const mapping = yield* page_mapping(page);
  if (mapping === 0) return !(yield PageDirty(page)) && !(yield TestSetPageDirty(page));
  yield ClearPageReclaim(page);
  if (mapping === swap_address_space()) return yield* swap_set_page_dirty(page);
  return mapping_cap_account_dirty(mapping)
    ? yield* __set_page_dirty_nobuffers(page)
    : yield* __set_page_dirty_no_writeback(page);
}

/** mm/page-writeback.c set_page_dirty_lock: may sleep. */
export function* set_page_dirty_lock(cpu: Cpu, page: PagePtr): Steps<boolean> {
  yield lock_page(page);
  const wasClean = yield* set_page_dirty(cpu, page);
  yield* unlock_page(page);
  return wasClean;
}

/**
 * mm/page-writeback.c clear_page_dirty_for_io: true if the page was dirty. Only for a file on a disk
 * are the ptes visited; what is dirty there of an anonymous page stays.
 */
export function* clear_page_dirty_for_io(cpu: Cpu, page: PagePtr): Steps<boolean> {
  const mapping = yield* page_mapping(page);
  const locked = yield PageLocked(page);
  BUG_ON(locked === 0, 'mm/page-writeback.c clear_page_dirty_for_io', '!PageLocked(page)');
  if (mapping === 0 || !mapping_cap_account_dirty(mapping)) {
    return (yield TestClearPageDirty(page)) !== 0;
  }
  if (yield* page_mkclean(cpu, page)) yield* set_page_dirty(cpu, page);
  if (!(yield TestClearPageDirty(page))) return false;
  yield mod_zone_page_state('NR_FILE_DIRTY', -1);
  return true;
}

/**
 * include/linux/page-flags.h set_page_writeback, mm/page-writeback.c test_set_page_writeback. The bit
 * is a lock word, so that wait_on_page_writeback can wait for it.
 */
export function* set_page_writeback(_cpu: Cpu, page: PagePtr): Steps {
  if (yield trylock(page + Page.PG_writeback)) yield mod_zone_page_state('NR_WRITEBACK', 1);
}

/** mm/filemap.c end_page_writeback: rotation comes before the bit is cleared and waiters wake. */
export function* end_page_writeback(cpu: Cpu, page: PagePtr): Steps {
  if (yield TestClearPageReclaim(page)) yield* rotate_reclaimable_page(cpu, page);
  const was_set = yield unlock(page + Page.PG_writeback);
  BUG_ON(was_set === 0, 'mm/filemap.c end_page_writeback', '!test_clear_page_writeback(page)');
  yield step(kernel.zoneStat('NR_WRITEBACK'));
  bumpZonePageState('NR_WRITEBACK', -1);
  bumpZonePageState('NR_WRITTEN', 1);
}
