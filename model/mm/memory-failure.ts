/**
 * mm/memory-failure.c: a page frame has gone bad. Its users lose it before they can read it. Left
 * out: hugetlbfs pages, unpoisoning, the injection filter.
 */
import { EBUSY } from '../include/uapi/asm-generic/errno-base';
import { BUG_ON } from '../include/linux/bug';
import { mapping_cap_account_dirty } from '../include/linux/fs';
import { compound_head, PageTransHuge, PageTransTail } from '../include/linux/huge_mm';
import { PageKsm } from '../include/linux/ksm';
import { get_page, get_page_unless_zero, page_mapped, PageAnon } from '../include/linux/mm';
import { Page, type Page as PagePtr } from '../include/linux/mm_types';
import {
  PageDirty,
  PageHWPoison,
  PageLRU,
  PageSwapCache,
  SetPageDirty,
} from '../include/linux/page-flags';
import { lock_page, unlock_page, wait_on_page_writeback } from '../include/linux/pagemap';
import {
  SWAP_FAIL,
  SWAP_SUCCESS,
  TTU_IGNORE_ACCESS,
  TTU_IGNORE_HWPOISON,
  TTU_IGNORE_MLOCK,
  TTU_UNMAP,
} from '../include/linux/rmap';
import { load, testAndSet, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel } from '../state/kernel';
import { split_huge_page } from './huge_memory';
import { page_action, read_flags } from './memory-failure/action';
import { collect_procs, kill_procs } from './memory-failure/kill';
import { try_to_unmap } from './rmap';
import { page_mkclean } from './rmap/mkclean';
import { lru_add_drain_all, put_page } from './swap';
import { page_mapping } from './util';

export { soft_offline_page } from './memory-failure/soft-offline';

/** The caller holds a reference already, which memory_failure takes over. */
export const MF_COUNT_INCREASED = 1 << 0;
/** Whoever maps the page dies, dirty or not. */
export const MF_MUST_KILL = 1 << 2;

/** mm/page_alloc.c is_free_buddy_page: free frames are all the allocator's here. */
export function* is_free_buddy_page(page: PagePtr): Steps<boolean> {
  return (yield load(page + Page.free)) !== 0;
}

/** mm/memory-failure.c shake_page: empties pagevecs. That it also shrinks slabs is left out. */
export function* shake_page(cpu: Cpu): Steps {
  yield* lru_add_drain_all(cpu);
}

/**
 * mm/memory-failure.c memory_failure. The reference it holds stays for ever, so that the frame is
 * not used again.
 *
 * @param flags MF_*
 * @returns 0, or -EBUSY if somebody can still read the page. Without CONFIG_MEMORY_FAILURE the error is
 *   logged and ignored (arch/x86/kernel/cpu/mcheck/mce.c).
 */
export function* memory_failure(cpu: Cpu, page: PagePtr, flags = 0): Steps<number> {
  if (!kernel.config.CONFIG_MEMORY_FAILURE) return 0;
  const head = yield* compound_head(page);
  if (yield testAndSet(page + Page.PG_hwpoison)) return 0;
  if ((flags & MF_COUNT_INCREASED) === 0 && !(yield get_page_unless_zero(head))) {
    return (yield* is_free_buddy_page(page)) ? 0 : -EBUSY;
  }
  if (!(yield* PageTransTail(page))) {
    if (!(yield PageLRU(page))) yield* shake_page(cpu);
    if (!(yield PageLRU(page))) {
      if (yield* is_free_buddy_page(page)) return 0;
      yield* put_page(cpu, page);
      return -EBUSY;
    }
  }
  yield lock_page(head);
  const before = yield* read_flags(page);
  yield wait_on_page_writeback(page);
  const locked = { page: head };
  const ret = yield* hwpoison_user_mappings(cpu, page, flags, locked);
  const res = ret === SWAP_SUCCESS ? yield* contain(cpu, page, before) : -EBUSY;
  yield* unlock_page(locked.page);
  return res;
}

/** What memory_failure does once nobody maps the page. */
function* contain(
  cpu: Cpu,
  page: PagePtr,
  before: Parameters<typeof page_action>[2],
): Steps<number> {
  const tornDown =
    (yield PageLRU(page)) && !(yield PageSwapCache(page)) && !(yield load(page + Page.mapping));
  return tornDown ? -EBUSY : yield* page_action(cpu, page, before);
}

/**
 * mm/memory-failure.c hwpoison_user_mappings: unmaps the page and signals those who mapped it. A
 * huge page is split; then `locked`, the page that the caller has locked and referenced, becomes the
 * poisoned small page.
 *
 * @returns SWAP_*; SWAP_SUCCESS if the page is not mapped any more.
 */
function* hwpoison_user_mappings(
  cpu: Cpu,
  page: PagePtr,
  flags: number,
  locked: { page: PagePtr },
): Steps<number> {
  if (yield load(page + Page.PG_reserved)) return SWAP_SUCCESS;
  if (!(yield* page_mapped(locked.page))) return SWAP_SUCCESS;
  if (yield* PageKsm(page)) return SWAP_FAIL;
  let ttu = TTU_UNMAP | TTU_IGNORE_MLOCK | TTU_IGNORE_ACCESS;
  if (yield PageSwapCache(page)) ttu |= TTU_IGNORE_HWPOISON;
  const kill = (flags & MF_MUST_KILL) !== 0 || !(yield* isCleanFilePage(cpu, locked.page));
  if (!kill) ttu |= TTU_IGNORE_HWPOISON;
  if (!(yield* splitPoisoned(cpu, page, flags, locked))) return SWAP_FAIL;
  const tokill = kill ? yield* collect_procs(cpu, page) : [];
  const ret = yield* try_to_unmap(cpu, page, ttu);
  const forcekill = (yield PageDirty(page)) !== 0 || (flags & MF_MUST_KILL) !== 0;
  yield* kill_procs(tokill, forcekill, ret !== SWAP_SUCCESS);
  return ret;
}

/** Whether the page can be read anew from its file; dirty ptes make it a dirty page on the way. */
function* isCleanFilePage(cpu: Cpu, page: PagePtr): Steps<boolean> {
  const mapping = yield* page_mapping(page);
  if ((yield PageDirty(page)) || mapping === 0) return false;
  if (!mapping_cap_account_dirty(mapping)) return false;
  if (!(yield* page_mkclean(cpu, page))) return true;
  yield SetPageDirty(page);
  return false;
}

/** The part for huge pages. @returns false if the page could not be split. */
function* splitPoisoned(
  cpu: Cpu,
  page: PagePtr,
  flags: number,
  locked: { page: PagePtr },
): Steps<boolean> {
  const head = locked.page;
  if (!(yield* PageTransHuge(head)) || !(yield* PageAnon(head))) return true;
  if ((yield* split_huge_page(cpu, head)) !== 0) {
    const poisoned = yield PageHWPoison(page);
    BUG_ON(!poisoned, 'mm/memory-failure.c hwpoison_user_mappings', '!PageHWPoison(p)');
    return false;
  }
  if (head === page) return true;
  if ((flags & MF_COUNT_INCREASED) === 0) {
    yield* put_page(cpu, head);
    yield* get_page(cpu, page);
  }
  yield lock_page(page);
  yield* unlock_page(head);
  locked.page = page;
  return true;
}
