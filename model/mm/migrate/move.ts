/** mm/migrate.c: a page's contents, flags and place in its address space go to another page. */
import { EAGAIN } from '../../include/uapi/asm-generic/errno-base';
import { BUG_ON, VM_BUG_ON } from '../../include/linux/bug';
import { page_slot, tree_lock } from '../../include/linux/fs';
import { copy_user_highpage } from '../../include/linux/highmem';
import { HPAGE_PMD_NR, PageTransHuge } from '../../include/linux/huge_mm';
import { page_count } from '../../include/linux/mm';
import { Page, type AddressSpace, type Page as PagePtr } from '../../include/linux/mm_types';
import {
  ClearPageSwapCache,
  PageDirty,
  PageReferenced,
  PageSwapBacked,
  PageUnevictable,
  PageUptodate,
  PageWriteback,
  SetPageActive,
  SetPageDirty,
  SetPageReferenced,
  SetPageSwapBacked,
  SetPageUnevictable,
  SetPageUptodate,
  TestClearPageActive,
  TestClearPageUnevictable,
} from '../../include/linux/page-flags';
import { trylock_page, unlock_page } from '../../include/linux/pagemap';
import { awaitFree, load, store, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { bumpCount, kernel, peek, poke } from '../../state/kernel';
import { ksm_migrate_page } from '../ksm';
import { mlock_migrate_page } from '../mlock/page';
import { clear_page_dirty_for_io, end_page_writeback, set_page_dirty } from '../page-writeback';
import { page_mapping } from '../util';
import { remove_migration_ptes } from './ptes';

/**
 * mm/migrate.c migrate_page_move_mapping: `newpage` takes the page's place in its address space, if
 * nobody but the caller and that space holds the page. Pages here have no buffers. Abstracted: what is
 * under tree_lock is one section; NR_FILE_PAGES goes down and up in the same zone.
 *
 * @returns 0 or -EAGAIN.
 */
function* migrate_page_move_mapping(
  mapping: AddressSpace,
  newpage: PagePtr,
  page: PagePtr,
): Steps<number> {
  if (mapping === 0) return (yield* page_count(page)) === 1 ? 0 : -EAGAIN;
  yield awaitFree(tree_lock(mapping));
  const swapcache = peek(page + Page.PG_swapcache) !== 0;
  const index = peek(page + (swapcache ? Page.private : Page.index));
  const slot = page_slot(mapping, index);
  if (peek(page + Page._count) !== 2 || peek(slot) !== page) return -EAGAIN;
  bumpCount(newpage + Page._count, 1);
  if (swapcache) {
    poke(newpage + Page.PG_swapcache, 1);
    poke(newpage + Page.private, index);
  }
  poke(slot, newpage);
  poke(page + Page._count, 1);
  return 0;
}

/** mm/migrate.c copy_highpage, copy_huge_page. */
function* copyContents(newpage: PagePtr, page: PagePtr): Steps {
  const pages = (yield* PageTransHuge(page)) ? HPAGE_PMD_NR() : 1;
  for (let i = 0; i < pages; i++) {
    const from = kernel.pageAt(kernel.pfn(page) + i);
    yield* copy_user_highpage(kernel.pageAt(kernel.pfn(newpage) + i), from);
  }
}

/**
 * mm/migrate.c migrate_page_copy. PG_active, PG_unevictable, PG_mlocked and PG_dirty move. A file's
 * page is dirtied by set_page_dirty, which does the same as __set_page_dirty_nobuffers to a page
 * whose PG_reclaim is clear.
 */
export function* migrate_page_copy(cpu: Cpu, newpage: PagePtr, page: PagePtr): Steps {
  yield* copyContents(newpage, page);
  if (yield PageReferenced(page)) yield SetPageReferenced(newpage);
  if (yield PageUptodate(page)) yield SetPageUptodate(newpage);
  if (yield TestClearPageActive(page)) {
    const unevictable = yield PageUnevictable(page);
    VM_BUG_ON(unevictable !== 0, 'mm/migrate.c migrate_page_copy', 'PageUnevictable(page)');
    yield SetPageActive(newpage);
  } else if (yield TestClearPageUnevictable(page)) {
    yield SetPageUnevictable(newpage);
  }
  if (yield PageDirty(page)) {
    yield* clear_page_dirty_for_io(cpu, page);
    if (yield PageSwapBacked(page)) yield SetPageDirty(newpage);
    else yield* set_page_dirty(cpu, newpage);
  }
  yield* mlock_migrate_page(newpage, page);
  if (kernel.config.CONFIG_KSM) yield* ksm_migrate_page(newpage, page);
  yield ClearPageSwapCache(page);
  yield store(page + Page.private, 0);
  if (yield PageWriteback(newpage)) yield* end_page_writeback(cpu, newpage);
}

/** mm/migrate.c migrate_page: the way of anonymous, shmem and buffer-less file pages. */
function* migrate_page(
  cpu: Cpu,
  mapping: AddressSpace,
  newpage: PagePtr,
  page: PagePtr,
): Steps<number> {
  BUG_ON((yield PageWriteback(page)) !== 0, 'mm/migrate.c migrate_page', 'PageWriteback(page)');
  const rc = yield* migrate_page_move_mapping(mapping, newpage, page);
  if (rc === 0) yield* migrate_page_copy(cpu, newpage, page);
  return rc;
}

/**
 * mm/migrate.c move_to_new_page. The page is locked and unmapped. `mapping`, tag included, is copied
 * first; what becomes of it depends on the success. Every address space here has migrate_page for its
 * ->migratepage.
 *
 * @returns 0 or -EAGAIN.
 */
export function* move_to_new_page(
  cpu: Cpu,
  newpage: PagePtr,
  page: PagePtr,
  remap_swapcache: boolean,
): Steps<number> {
  const free = yield trylock_page(newpage);
  BUG_ON(free === 0, 'mm/migrate.c move_to_new_page', '!trylock_page(newpage)');
  yield store(newpage + Page.index, yield load(page + Page.index));
  yield store(newpage + Page.mapping, yield load(page + Page.mapping));
  if (yield PageSwapBacked(page)) yield SetPageSwapBacked(newpage);
  const mapping = yield* page_mapping(page);
  const rc = yield* migrate_page(cpu, mapping, newpage, page);
  if (rc !== 0) {
    yield store(newpage + Page.mapping, 0);
  } else {
    if (remap_swapcache) yield* remove_migration_ptes(cpu, page, newpage);
    yield store(page + Page.mapping, 0);
  }
  yield* unlock_page(newpage);
  return rc;
}
