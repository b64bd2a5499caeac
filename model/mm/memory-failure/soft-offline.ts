/** mm/memory-failure.c soft_offline_page: a page that may go bad is emptied and never used again. */
import { EBUSY, EIO, ENOENT } from '../../include/uapi/asm-generic/errno-base';
import { compound_head, PageTransHuge } from '../../include/linux/huge_mm';
import { MIGRATE_SYNC } from '../../include/linux/migrate';
import { get_page_unless_zero, PageAnon } from '../../include/linux/mm';
import { Page, type Page as PagePtr } from '../../include/linux/mm_types';
import { PageHWPoison, PageLRU, SetPageHWPoison } from '../../include/linux/page-flags';
import { lock_page, unlock_page, wait_on_page_writeback } from '../../include/linux/pagemap';
import { store, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel } from '../../state/kernel';
import { split_huge_page } from '../huge_memory';
import { is_free_buddy_page, MF_COUNT_INCREASED, shake_page } from '../memory-failure';
import { migrate_pages, modIsolated, page_to_nid } from '../migrate';
import { alloc_pages_exact_node } from '../page_alloc';
import { lru_add_drain_all, put_page } from '../swap';
import { invalidate_inode_page } from '../truncate';
import { isolate_lru_page, putback_lru_page } from '../vmscan';

/**
 * mm/memory-failure.c soft_offline_page: moves what is in the page elsewhere. Nobody is killed.
 * Memory hotplug's lock is left out. A frame whose pageblock is isolated is not handed out when it
 * becomes free (Linux isolates the whole pageblock).
 *
 * @param flags MF_*
 * @returns 0, -EBUSY, -EIO, -ENOMEM or -ENOSYS; without CONFIG_MEMORY_FAILURE there is no file to write to.
 */
export function* soft_offline_page(cpu: Cpu, page: PagePtr, flags = 0): Steps<number> {
  if (!kernel.config.CONFIG_MEMORY_FAILURE) return -ENOENT;
  if (yield PageHWPoison(page)) return -EBUSY;
  const head = yield* compound_head(page);
  if ((yield* PageTransHuge(head)) && (yield* PageAnon(head))) {
    if ((yield* split_huge_page(cpu, head)) !== 0) return -EBUSY;
  }
  yield store(page + Page.isolate, 1);
  let ret = yield* get_any_page(cpu, page, flags);
  if (ret > 0) ret = yield* __soft_offline_page(cpu, page);
  else if (ret === 0) yield SetPageHWPoison(page);
  yield store(page + Page.isolate, 0);
  return ret;
}

/** mm/memory-failure.c __get_any_page. @returns 1 with a reference, 0 for a free page, -EIO. */
function* __get_any_page(page: PagePtr, flags: number): Steps<number> {
  if ((flags & MF_COUNT_INCREASED) !== 0) return 1;
  if (yield get_page_unless_zero(yield* compound_head(page))) return 1;
  return (yield* is_free_buddy_page(page)) ? 0 : -EIO;
}

/**
 * mm/memory-failure.c get_any_page: a page off the LRU gets a second chance. If that fails, 3.14
 * keeps the reference that it took.
 */
function* get_any_page(cpu: Cpu, page: PagePtr, flags: number): Steps<number> {
  const ret = yield* __get_any_page(page, flags);
  if (ret !== 1 || (yield PageLRU(page))) return ret;
  yield* put_page(cpu, page);
  yield* shake_page(cpu);
  const again = yield* __get_any_page(page, 0);
  return (yield PageLRU(page)) ? again : -EIO;
}

/** mm/memory-failure.c __soft_offline_page: drops a clean, unmapped file page, migrates any other. */
function* __soft_offline_page(cpu: Cpu, page: PagePtr): Steps<number> {
  yield lock_page(page);
  yield wait_on_page_writeback(page);
  if (yield PageHWPoison(page)) {
    yield* unlock_page(page);
    yield* put_page(cpu, page);
    return -EBUSY;
  }
  const invalidated = yield* invalidate_inode_page(cpu, page);
  yield* unlock_page(page);
  if (invalidated) {
    yield* put_page(cpu, page);
    yield SetPageHWPoison(page);
    return 0;
  }
  const error = yield* isolate_lru_page(cpu, page);
  yield* put_page(cpu, page);
  return error === 0 ? yield* migrateAway(cpu, page) : error;
}

/** Migrates the isolated page. Its frame is poisoned when it is free. */
function* migrateAway(cpu: Cpu, page: PagePtr): Steps<number> {
  yield* modIsolated(page, 1);
  const pagelist = [page];
  const to = { get_new_page: (p: PagePtr) => alloc_pages_exact_node(cpu, page_to_nid(p)) };
  const ret = yield* migrate_pages(cpu, pagelist, to, MIGRATE_SYNC);
  if (ret !== 0) {
    if (pagelist.length > 0) {
      yield* modIsolated(page, -1);
      yield* putback_lru_page(cpu, page);
    }
    return ret > 0 ? -EIO : ret;
  }
  if (!(yield* is_free_buddy_page(page))) yield* lru_add_drain_all(cpu);
  yield SetPageHWPoison(page);
  return 0;
}
