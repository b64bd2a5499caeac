/**
 * mm/vmscan.c shrink_page_list: what becomes of each page that reclaim has isolated.
 *
 * A list is an array whose first element is its tail, the page to be looked at next; list_add puts
 * a page at the end. Abstracted: buffer heads, so that no page has private data; congested queues;
 * the counts that only make a reclaimer wait.
 */
import { hunk } from '../../features/hunk';
import { VM_BUG_ON } from '../../include/linux/bug';
import { ClearPageLazyFree, page_mapped, PageAnon, PageLazyFree } from '../../include/linux/mm';
import { zone, type AddressSpace, type Page as PagePtr } from '../../include/linux/mm_types';
import {
  PageActive,
  PageDirty,
  PageLRU,
  PageReclaim,
  PageSwapBacked,
  PageSwapCache,
  PageUnevictable,
  PageWriteback,
  SetPageActive,
  SetPageReclaim,
  SetPageReferenced,
  TestClearPageReferenced,
} from '../../include/linux/page-flags';
import {
  __clear_page_locked,
  page_freeze_refs,
  trylock_page,
  unlock_page,
  wait_on_page_writeback,
} from '../../include/linux/pagemap';
import { SWAP_AGAIN, SWAP_FAIL, SWAP_MLOCK, SWAP_SUCCESS } from '../../include/linux/rmap';
import { vm_swap_full } from '../../include/linux/swap';
import { VM_EXEC, VM_LOCKED } from '../../include/linux/vm_flags';
import { load, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel } from '../../state/kernel';
import { free_hot_cold_page_list } from '../page_alloc';
import { page_referenced, try_to_unmap } from '../rmap';
import { add_to_swap } from '../swap_state';
import { try_to_free_swap } from '../swapfile';
import { page_mapping } from '../util';
import { count_vm_event, count_vm_events, mod_zone_page_state } from '../vmstat';
import { page_evictable, putback_lru_page } from './isolate';
import { __remove_mapping, pageout } from './remove-mapping';
import { global_reclaim, type ScanControl } from './scan-control';

/** Where the code for one page ends: the labels of shrink_page_list. */
type Verdict = 'keep' | 'keep_locked' | 'activate_locked' | 'cull_mlocked' | 'free_it';

/** mm/vmscan.c enum page_references. */
type PageReferences =
  'PAGEREF_RECLAIM' | 'PAGEREF_RECLAIM_CLEAN' | 'PAGEREF_KEEP' | 'PAGEREF_ACTIVATE';

/** One call of shrink_page_list: its arguments and what it counts. */
interface Shrink {
  readonly cpu: Cpu;
  readonly sc: ScanControl;
  readonly ttu_flags: number;
  readonly force_reclaim: boolean;
  /** Still to be looked at; tails of a huge page that is split are added. */
  readonly page_list: PagePtr[];
  readonly counts: ShrinkCounts;
}

/** What shrink_page_list reports back. */
export interface ShrinkCounts {
  nr_reclaimed: number;
  nr_unqueued_dirty: number;
  nr_writeback: number;
}

/**
 * mm/vmscan.c shrink_page_list. On return `page_list` has the pages that are kept; what was freed is
 * back in the allocator.
 */
export function* shrink_page_list(
  cpu: Cpu,
  page_list: PagePtr[],
  sc: ScanControl,
  ttu_flags: number,
  force_reclaim: boolean,
): Steps<ShrinkCounts> {
  const counts = { nr_reclaimed: 0, nr_unqueued_dirty: 0, nr_writeback: 0 };
  const shrink: Shrink = { cpu, sc, ttu_flags, force_reclaim, page_list, counts };
  const ret_pages: PagePtr[] = [];
  const free_pages: PagePtr[] = [];
  let pgactivate = 0;
  for (let page = page_list.shift(); page !== undefined; page = page_list.shift()) {
    const verdict = yield* shrinkPage(shrink, page);
    if (verdict === 'free_it') {
      counts.nr_reclaimed++;
      free_pages.push(page);
    } else if (verdict === 'cull_mlocked') {
      yield* cull_mlocked(cpu, page);
    } else {
      if (verdict === 'activate_locked') {
        yield* activate_locked(cpu, page);
        pgactivate++;
      }
      if (verdict !== 'keep') yield* unlock_page(page);
      ret_pages.push(page);
      yield* checkKept(page);
    }
  }
  yield* free_hot_cold_page_list(cpu, free_pages);
  page_list.push(...ret_pages);
  if (pgactivate > 0) yield count_vm_events('PGACTIVATE', pgactivate);
  return counts;
}

/** The label cull_mlocked: off to the unevictable list. */
function* cull_mlocked(cpu: Cpu, page: PagePtr): Steps {
  if (yield PageSwapCache(page)) yield* try_to_free_swap(cpu, page);
  yield* unlock_page(page);
  yield* putback_lru_page(cpu, page);
}

/** The label activate_locked. */
function* activate_locked(cpu: Cpu, page: PagePtr): Steps {
  if ((yield PageSwapCache(page)) && (yield* vm_swap_full())) yield* try_to_free_swap(cpu, page);
  yield* checkNotActive(page);
  yield SetPageActive(page);
}

function* checkNotActive(page: PagePtr): Steps {
  if (!kernel.config.CONFIG_DEBUG_VM) return;
  const active = yield PageActive(page);
  VM_BUG_ON(active !== 0, 'mm/vmscan.c shrink_page_list', 'PageActive(page)');
}

function* checkKept(page: PagePtr): Steps {
  if (!kernel.config.CONFIG_DEBUG_VM) return;
  const wrong = (yield PageLRU(page)) !== 0 || (yield PageUnevictable(page)) !== 0;
  VM_BUG_ON(wrong, 'mm/vmscan.c shrink_page_list', 'PageLRU(page) || PageUnevictable(page)');
}

/** The body of the loop, up to one of the labels. */
function* shrinkPage(shrink: Shrink, page: PagePtr): Steps<Verdict> {
  const { sc } = shrink;
  if (!(yield trylock_page(page))) return 'keep';
  yield* checkNotActive(page);
  sc.nr_scanned++;
  if (hunk('p3/mm/vmscan/shrink_page_list') && (yield* PageLazyFree(page))) {
    const verdict = yield* discardLazyfree(shrink, page);
    if (verdict !== undefined) return verdict;
  }
  if (!(yield* page_evictable(page))) return 'cull_mlocked';
  if (!sc.may_unmap && (yield* page_mapped(page))) return 'keep_locked';
  if ((yield* page_mapped(page)) || (yield PageSwapCache(page))) sc.nr_scanned++;
  const may_enter_fs = sc.gfpFs || ((yield PageSwapCache(page)) !== 0 && sc.gfpIo);
  yield* countDirty(shrink, page);
  const mapping = yield* page_mapping(page);
  if (yield PageWriteback(page)) {
    const verdict = yield* meetWriteback(shrink, page);
    if (verdict !== undefined) return verdict;
  }
  return yield* reclaimPage(shrink, page, mapping, may_enter_fs);
}

/**
 * The case that p3 adds: a lazyfree page is unmapped and freed, never written. Undefined if it is
 * mlocked, or for any other answer: then it goes the way of other pages.
 */
function* discardLazyfree(shrink: Shrink, page: PagePtr): Steps<Verdict | undefined> {
  const { cpu } = shrink;
  switch (yield* try_to_unmap(cpu, page, shrink.ttu_flags)) {
    case SWAP_FAIL:
      yield* ClearPageLazyFree(cpu, page);
      return 'activate_locked';
    case SWAP_AGAIN:
      yield* ClearPageLazyFree(cpu, page);
      return 'keep_locked';
    case SWAP_SUCCESS:
      yield* ClearPageLazyFree(cpu, page);
      if (yield PageSwapCache(page)) yield* try_to_free_swap(cpu, page);
      if (!(yield page_freeze_refs(page, 1))) return 'keep_locked';
      yield* unlock_page(page);
      if (hunk('p4/mm/vmscan/shrink_page_list')) yield count_vm_event('PGLAZYFREE');
      return 'free_it';
    default:
      return undefined;
  }
}

/** mm/vmscan.c page_check_dirty_writeback: only file pages count. */
function* countDirty(shrink: Shrink, page: PagePtr): Steps {
  if (yield PageSwapBacked(page)) return;
  if ((yield PageDirty(page)) && !(yield PageWriteback(page))) shrink.counts.nr_unqueued_dirty++;
}

const Zone = zone.offset;

/** A page under write-back; undefined if it was waited for. */
function* meetWriteback(shrink: Shrink, page: PagePtr): Steps<Verdict | undefined> {
  const { cpu, sc, counts } = shrink;
  if (
    cpu.kswapd &&
    (yield PageReclaim(page)) &&
    (yield load(kernel.zone + Zone.reclaim_writeback))
  ) {
    return 'keep_locked';
  }
  if (global_reclaim(sc) || !(yield PageReclaim(page)) || !sc.gfpIo) {
    yield SetPageReclaim(page);
    counts.nr_writeback++;
    return 'keep_locked';
  }
  yield wait_on_page_writeback(page);
  return undefined;
}

/** From the references on. */
function* reclaimPage(
  shrink: Shrink,
  page: PagePtr,
  foundMapping: AddressSpace,
  foundMayEnterFs: boolean,
): Steps<Verdict> {
  const { cpu, sc } = shrink;
  let mapping = foundMapping;
  let may_enter_fs = foundMayEnterFs;
  const references = shrink.force_reclaim
    ? 'PAGEREF_RECLAIM_CLEAN'
    : yield* page_check_references(cpu, page);
  if (references === 'PAGEREF_ACTIVATE') return 'activate_locked';
  if (references === 'PAGEREF_KEEP') return 'keep_locked';

  if ((yield* PageAnon(page)) && !(yield PageSwapCache(page))) {
    if (!sc.gfpIo) return 'keep_locked';
    if (!(yield* add_to_swap(cpu, page, shrink.page_list))) return 'activate_locked';
    may_enter_fs = true;
    mapping = yield* page_mapping(page);
  }
  if ((yield* page_mapped(page)) && mapping !== 0) {
    const unmapped = yield* try_to_unmap(cpu, page, shrink.ttu_flags);
    if (unmapped === SWAP_FAIL) return 'activate_locked';
    if (unmapped === SWAP_AGAIN) return 'keep_locked';
    if (unmapped === SWAP_MLOCK) return 'cull_mlocked';
  }
  if (yield PageDirty(page)) {
    const written = yield* cleanPage(shrink, page, mapping, may_enter_fs, references);
    if (typeof written === 'string') return written;
    mapping = written;
  }
  if (mapping === 0 || !(yield* __remove_mapping(cpu, mapping, page))) return 'keep_locked';
  yield __clear_page_locked(page);
  return 'free_it';
}

/** A dirty page is written out; its mapping if it is clean and locked now. */
function* cleanPage(
  shrink: Shrink,
  page: PagePtr,
  mapping: AddressSpace,
  may_enter_fs: boolean,
  references: PageReferences,
): Steps<Verdict | AddressSpace> {
  const { cpu, sc } = shrink;
  if (!(yield PageSwapBacked(page))) {
    const writesFiles = cpu.kswapd && (yield load(kernel.zone + Zone.reclaim_dirty)) !== 0;
    if (!writesFiles) {
      yield mod_zone_page_state('NR_VMSCAN_IMMEDIATE', 1);
      yield SetPageReclaim(page);
      return 'keep_locked';
    }
  }
  if (references === 'PAGEREF_RECLAIM_CLEAN') return 'keep_locked';
  if (!may_enter_fs || !sc.may_writepage) return 'keep_locked';
  switch (yield* pageout(cpu, page, mapping)) {
    case 'PAGE_KEEP':
      return 'keep_locked';
    case 'PAGE_ACTIVATE':
      return 'activate_locked';
    case 'PAGE_CLEAN':
      return mapping;
    case 'PAGE_SUCCESS':
      return yield* writtenPage(page);
  }
}

/** A page that was submitted: usually still being written; its mapping if it is clean already. */
function* writtenPage(page: PagePtr): Steps<Verdict | AddressSpace> {
  if (yield PageWriteback(page)) return 'keep';
  if (yield PageDirty(page)) return 'keep';
  if (!(yield trylock_page(page))) return 'keep';
  if ((yield PageDirty(page)) || (yield PageWriteback(page))) return 'keep_locked';
  return yield* page_mapping(page);
}

/** mm/vmscan.c page_check_references: the ptes first, the software bit after. */
function* page_check_references(cpu: Cpu, page: PagePtr): Steps<PageReferences> {
  const { referenced, vm_flags } = yield* page_referenced(cpu, page, true);
  const referenced_page = (yield TestClearPageReferenced(page)) !== 0;
  if (vm_flags & VM_LOCKED) return 'PAGEREF_RECLAIM';
  if (referenced > 0) {
    if (yield PageSwapBacked(page)) return 'PAGEREF_ACTIVATE';
    yield SetPageReferenced(page);
    const used = referenced_page || referenced > 1 || (vm_flags & VM_EXEC) !== 0;
    return used ? 'PAGEREF_ACTIVATE' : 'PAGEREF_KEEP';
  }
  const cleanOnly = referenced_page && !(yield PageSwapBacked(page));
  return cleanOnly ? 'PAGEREF_RECLAIM_CLEAN' : 'PAGEREF_RECLAIM';
}
