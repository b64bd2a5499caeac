/**
 * mm/shmem.c: tmpfs files, which shared anonymous memory is too. Their pages are on the anonymous LRU
 * lists and go to swap, but are never PageAnon.
 *
 * Abstracted: block quotas, fallocate other than for holes, and the list of inodes with swapped pages
 * (its mutex with it): swapoff looks at every tmpfs file. The page lock already keeps swapoff and
 * shmem_writepage apart, and no inode is freed beneath swapoff: its memory stays.
 */
import { BUG_ON, VM_BUG_ON } from '../include/linux/bug';
import {
  AOP_WRITEPAGE_ACTIVATE,
  isShmem,
  page_slot,
  pageTreeSize,
  tree_lock,
} from '../include/linux/fs';
import { clear_user_highpage } from '../include/linux/highmem';
import { pageCountInc, page_mapped } from '../include/linux/mm';
import {
  Page,
  address_space,
  vm_area_struct,
  type AddressSpace,
  type Vma,
} from '../include/linux/mm_types';
import {
  ClearPageDirty,
  PageLocked,
  PageSwapBacked,
  PageSwapCache,
  PageUptodate,
  PageWriteback,
  SetPageUptodate,
} from '../include/linux/page-flags';
import {
  lock_page,
  trylock_page,
  unlock_page,
  wait_on_page_writeback,
} from '../include/linux/pagemap';
import {
  radix_to_swp_entry,
  radix_tree_exceptional_entry,
  swp_to_radix_entry,
  type SwpEntry,
} from '../include/linux/swapops';
import {
  VM_FAULT_LOCKED,
  VM_FAULT_MAJOR,
  VM_FAULT_OOM,
  VM_FAULT_SIGBUS,
  type VmFault,
} from '../include/linux/vm_fault';
import { EEXIST, EINVAL, EIO, ENOENT, ENOMEM } from '../include/uapi/asm-generic/errno-base';
import { awaitFree, load, step, store, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { bump, kernel, peek, poke, take } from '../state/kernel';
import { allocationFails } from '../state/slots';
import {
  afterFound,
  delete_from_page_cache,
  find_lock_page,
  pagevec_lookup,
  pagevec_release,
  type FoundPage,
} from './filemap';
import { unmap_mapping_range } from './memory';
import { alloc_page } from './page_alloc';
import { set_page_dirty } from './page-writeback';
import { swap_writepage } from './page_io';
import { lru_cache_add_anon, put_page } from './swap';
import {
  __add_to_swap_cache,
  delete_from_swap_cache,
  lookup_swap_cache,
  swapin_readahead,
} from './swap_state';
import {
  free_swap_and_cache,
  get_swap_page,
  swap_free,
  swap_shmem_alloc,
  swapcache_free,
} from './swapfile';
import { truncate_inode_page } from './truncate';
import { bumpZonePageState, count_vm_event } from './vmstat';

const Mapping = address_space.offset;

/** Length of a hole that reaches to the end of the file, for unmap_mapping_range. */
const TO_THE_END = 0;

/** mm/shmem.c shmem_confirm_swap: whether the file still has that entry there. */
function* shmem_confirm_swap(mapping: AddressSpace, index: number, swap: SwpEntry): Steps<boolean> {
  return (yield load(page_slot(mapping, index))) === swp_to_radix_entry(swap);
}

/**
 * mm/shmem.c shmem_add_to_page_cache: a locked page takes the place of `expected`, which is 0 or an
 * exceptional entry. @returns 0, or if something else is there -EEXIST (nothing was expected) or
 * -ENOENT.
 */
function* shmem_add_to_page_cache(
  cpu: Cpu,
  page: Page,
  mapping: AddressSpace,
  index: number,
  expected: number,
): Steps<number> {
  const where = 'mm/shmem.c shmem_add_to_page_cache';
  VM_BUG_ON(!(yield PageLocked(page)), where, '!PageLocked(page)');
  VM_BUG_ON(!(yield PageSwapBacked(page)), where, '!PageSwapBacked(page)');
  yield pageCountInc(page);
  yield store(page + Page.mapping, mapping);
  yield store(page + Page.index, index);
  yield awaitFree(tree_lock(mapping));
  const slot = page_slot(mapping, index);
  if (peek(slot) === expected) {
    poke(slot, page);
    bump(mapping + Mapping.nrpages, 1);
    bumpZonePageState('NR_FILE_PAGES', 1);
    bumpZonePageState('NR_SHMEM', 1);
    return 0;
  }
  poke(page + Page.mapping, 0);
  yield* put_page(cpu, page);
  return expected === 0 ? -EEXIST : -ENOENT;
}

/** mm/shmem.c shmem_delete_from_page_cache: leaves an exceptional entry in the page's place. */
function* shmem_delete_from_page_cache(cpu: Cpu, page: Page, radswap: number): Steps {
  const mapping = yield load(page + Page.mapping);
  const index = yield load(page + Page.index);
  yield awaitFree(tree_lock(mapping));
  const slot = page_slot(mapping, index);
  const there = peek(slot) === page;
  if (there) poke(slot, radswap);
  poke(page + Page.mapping, 0);
  bump(mapping + Mapping.nrpages, -1);
  bumpZonePageState('NR_FILE_PAGES', -1);
  bumpZonePageState('NR_SHMEM', -1);
  yield* put_page(cpu, page);
  BUG_ON(!there, 'mm/shmem.c shmem_delete_from_page_cache', 'error');
}

/** mm/shmem.c shmem_free_swap: takes an entry out of the file and frees its slot. */
function* shmem_free_swap(cpu: Cpu, mapping: AddressSpace, index: number, radswap: number): Steps {
  yield awaitFree(tree_lock(mapping));
  const slot = page_slot(mapping, index);
  if (peek(slot) !== radswap) return;
  poke(slot, 0);
  yield* free_swap_and_cache(cpu, radix_to_swp_entry(radswap));
}

/** One thing that shmem_undo_range found. A page that is locked is passed over unless `wait` is set. */
function* undoOne(cpu: Cpu, mapping: AddressSpace, found: FoundPage, wait: boolean): Steps {
  const { page, index } = found;
  if (radix_tree_exceptional_entry(page)) {
    yield* shmem_free_swap(cpu, mapping, index, page);
    return;
  }
  if (wait) yield lock_page(page);
  else if (!(yield trylock_page(page))) return;
  if ((yield load(page + Page.mapping)) === mapping) {
    const writeback = yield PageWriteback(page);
    VM_BUG_ON(writeback !== 0, 'mm/shmem.c shmem_undo_range', 'PageWriteback(page)');
    yield* truncate_inode_page(cpu, mapping, page);
  }
  yield* unlock_page(page);
}

/** mm/shmem.c shmem_truncate_range, shmem_undo_range: pages and swap from `start` up to `end`, exclusive. */
function* shmem_truncate_range(cpu: Cpu, mapping: AddressSpace, start: number, end: number): Steps {
  for (let index = start; index < end;) {
    const found = yield* pagevec_lookup(cpu, mapping, index, end, true);
    if (found.length === 0) break;
    for (const one of found) if (one.index < end) yield* undoOne(cpu, mapping, one, false);
    yield* pagevec_release(cpu, found);
    index = afterFound(found, end);
  }
  if (start >= end) return;
  for (let index = start; ;) {
    const found = yield* pagevec_lookup(cpu, mapping, index, end, true);
    if (found.length === 0) {
      if (index === start) return;
      index = start;
      continue;
    }
    const none = index === start && found[0]!.index >= end;
    for (const one of found) if (one.index < end) yield* undoOne(cpu, mapping, one, true);
    yield* pagevec_release(cpu, found);
    if (none) return;
    index = afterFound(found, end);
  }
}

/** mm/shmem.c shmem_setattr: a new size, under i_mutex. */
export function* shmem_setattr(cpu: Cpu, mapping: AddressSpace, newsize: number): Steps {
  const oldsize = yield load(mapping + Mapping.size);
  if (newsize !== oldsize) yield store(mapping + Mapping.size, newsize);
  if (newsize >= oldsize) return;
  yield* unmap_mapping_range(cpu, mapping, newsize, TO_THE_END, true);
  yield* shmem_truncate_range(cpu, mapping, newsize, pageTreeSize(mapping));
  yield* unmap_mapping_range(cpu, mapping, newsize, TO_THE_END, true);
}

/**
 * mm/shmem.c shmem_zero_setup, by way of shmem_file_setup: the file of shared anonymous memory has no name,
 * and the vma that is being made is its only user.
 */
export function* shmem_zero_setup(vma: Vma): Steps {
  const { vm_file, vm_start, vm_end } = vm_area_struct.offset;
  const mapping = peek(vma + vm_file);
  // Nobody else comes by the file yet.
  yield step(mapping + Mapping.f_count);
  poke(mapping + Mapping.size, peek(vma + vm_end) - peek(vma + vm_start));
  poke(mapping + Mapping.unlinked, 1);
  poke(mapping + Mapping.f_count, 1);
}

/** mm/shmem.c shmem_evict_inode: nobody has the file any more, so its pages and its swap go. */
export function* shmem_evict_inode(cpu: Cpu, mapping: AddressSpace): Steps {
  yield store(mapping + Mapping.size, 0);
  yield* shmem_truncate_range(cpu, mapping, 0, pageTreeSize(mapping));
}

/** mm/shmem.c shmem_fallocate for a hole, under i_mutex: private copies stay. `end` is exclusive. */
export function* shmemFallocateHole(
  cpu: Cpu,
  mapping: AddressSpace,
  start: number,
  end: number,
): Steps {
  if (end > start) yield* unmap_mapping_range(cpu, mapping, start, end - start, false);
  yield* shmem_truncate_range(cpu, mapping, start, end);
}

/**
 * mm/shmem.c shmem_writepage, for reclaim: moves a page from the file to the swap cache, and writes
 * it. The page is unlocked, or, if there is no swap for it, dirty and AOP_WRITEPAGE_ACTIVATE.
 */
export function* shmem_writepage(cpu: Cpu, page: Page): Steps<number> {
  const where = 'mm/shmem.c shmem_writepage';
  BUG_ON(!(yield PageLocked(page)), where, '!PageLocked(page)');
  const swap = (yield load(kernel.total_swap_pages)) ? yield* get_swap_page(cpu) : 0;
  if (swap !== 0) {
    if ((yield* __add_to_swap_cache(cpu, page, swap, false)) === 0) {
      yield* swap_shmem_alloc(cpu, swap);
      yield* shmem_delete_from_page_cache(cpu, page, swp_to_radix_entry(swap));
      BUG_ON(yield* page_mapped(page), where, 'page_mapped(page)');
      yield* swap_writepage(cpu, page);
      return 0;
    }
    yield* swapcache_free(cpu, swap, 0);
  }
  yield* set_page_dirty(cpu, page);
  return AOP_WRITEPAGE_ACTIVATE;
}

/** What shmem_getpage ends with: a page, locked and referenced, or -errno. */
interface GotPage {
  readonly page: Page;
  readonly error: number;
  /** It was read from swap. */
  readonly major: boolean;
}

/** Lets go of a locked page and answers with an error. */
function* giveUp(cpu: Cpu, page: Page, error: number, major = false): Steps<GotPage> {
  if (page !== 0) {
    yield* unlock_page(page);
    yield* put_page(cpu, page);
  }
  return { page: 0, error, major };
}

/** The middle of shmem_getpage_gfp: moves a page from swap back into the file. */
function* shmemGetFromSwap(
  cpu: Cpu,
  mapping: AddressSpace,
  index: number,
  swap: SwpEntry,
): Steps<GotPage> {
  let page = yield* lookup_swap_cache(cpu, swap);
  const major = page === 0;
  if (major) page = yield* swapin_readahead(cpu, swap);
  if (page === 0) {
    const still = yield* shmem_confirm_swap(mapping, index, swap);
    return { page, error: still ? -ENOMEM : -EEXIST, major };
  }
  yield lock_page(page);
  if (
    !(yield PageSwapCache(page)) ||
    (yield load(page + Page.private)) !== swap ||
    !(yield* shmem_confirm_swap(mapping, index, swap))
  ) {
    return yield* giveUp(cpu, page, -EEXIST, major);
  }
  let error = (yield PageUptodate(page)) ? 0 : -EIO;
  if (error === 0) {
    yield wait_on_page_writeback(page);
    error = yield* shmem_add_to_page_cache(cpu, page, mapping, index, swp_to_radix_entry(swap));
    // The entry may have been truncated meanwhile; that only tries the page lock, so the cache is left.
    if (error !== 0) yield* delete_from_swap_cache(cpu, page);
  }
  if (error !== 0) {
    const still = yield* shmem_confirm_swap(mapping, index, swap);
    return yield* giveUp(cpu, page, still ? error : -EEXIST, major);
  }
  yield* delete_from_swap_cache(cpu, page);
  yield* set_page_dirty(cpu, page);
  yield* swap_free(cpu, swap);
  return { page, error, major };
}

/** The other middle of shmem_getpage_gfp: a new page of zeros, clean. */
function* shmemGetNew(cpu: Cpu, mapping: AddressSpace, index: number): Steps<GotPage> {
  const page = yield* alloc_page(cpu);
  if (page === 0) return { page, error: -ENOMEM, major: false };
  // Nobody else has the page yet.
  yield step(page + Page.PG_locked);
  poke(page + Page.PG_swapbacked, 1);
  take(page + Page.PG_locked);
  const error = (yield* allocationFails())
    ? -ENOMEM
    : yield* shmem_add_to_page_cache(cpu, page, mapping, index, 0);
  if (error !== 0) return yield* giveUp(cpu, page, error);
  yield* lru_cache_add_anon(cpu, page);
  // It is in the cache, but nobody reads a page that is not up to date.
  yield* clear_user_highpage(page);
  yield SetPageUptodate(page);
  return { page, error: 0, major: false };
}

/** mm/shmem.c shmem_getpage_gfp for SGP_CACHE: the page of a fault, found, read from swap, or new. */
function* shmem_getpage(cpu: Cpu, mapping: AddressSpace, index: number): Steps<GotPage> {
  let major = false;
  for (;;) {
    const found = yield* find_lock_page(cpu, mapping, index);
    const swapped = radix_tree_exceptional_entry(found);
    if (index >= (yield load(mapping + Mapping.size))) {
      return yield* giveUp(cpu, swapped ? 0 : found, -EINVAL, major);
    }
    if (found !== 0 && !swapped) return { page: found, error: 0, major };
    const got = swapped
      ? yield* shmemGetFromSwap(cpu, mapping, index, radix_to_swp_entry(found))
      : yield* shmemGetNew(cpu, mapping, index);
    major ||= got.major;
    if (got.error === -EEXIST) continue;
    if (got.error !== 0) return { ...got, major };
    if (index < (yield load(mapping + Mapping.size))) return { ...got, major };
    if (!swapped) {
      yield ClearPageDirty(got.page);
      yield* delete_from_page_cache(cpu, got.page);
    }
    return yield* giveUp(cpu, got.page, -EINVAL, major);
  }
}

/** mm/shmem.c shmem_fault: VM_FAULT_* bits; with VM_FAULT_LOCKED `vmf.page` is set. */
export function* shmem_fault(cpu: Cpu, vma: Vma, vmf: VmFault): Steps<number> {
  const mapping = yield load(vma + vm_area_struct.offset.vm_file);
  const { page, error, major } = yield* shmem_getpage(cpu, mapping, vmf.pgoff);
  if (error !== 0) return error === -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
  vmf.page = page;
  if (!major) return VM_FAULT_LOCKED;
  yield count_vm_event('PGMAJFAULT');
  return VM_FAULT_LOCKED | VM_FAULT_MAJOR;
}

/**
 * mm/shmem.c shmem_unuse_inode: if the file holds the entry, moves the locked page from the swap
 * cache into it.
 *
 * @returns whether the entry was found there.
 */
function* shmem_unuse_inode(
  cpu: Cpu,
  mapping: AddressSpace,
  swap: SwpEntry,
  page: Page,
): Steps<boolean> {
  const radswap = swp_to_radix_entry(swap);
  let index = 0;
  const size = pageTreeSize(mapping);
  while (index < size && (yield load(page_slot(mapping, index))) !== radswap) index++;
  if (index === size) return false;
  const error = yield* shmem_add_to_page_cache(cpu, page, mapping, index, radswap);
  yield* delete_from_swap_cache(cpu, page);
  yield* set_page_dirty(cpu, page);
  if (error === 0) yield* swap_free(cpu, swap);
  return true;
}

/** mm/shmem.c shmem_unuse, for swapoff: brings a slot's page back to its file; unlocks and puts it. */
export function* shmem_unuse(cpu: Cpu, swap: SwpEntry, page: Page): Steps {
  // The page may have been replaced before the caller had locked it; then it comes again.
  if ((yield PageSwapCache(page)) && (yield load(page + Page.private)) === swap) {
    for (let i = 0; i < kernel.config.files; i++) {
      const mapping = kernel.mappings + i * address_space.size;
      if (isShmem(mapping) && (yield* shmem_unuse_inode(cpu, mapping, swap, page))) break;
    }
  }
  yield* unlock_page(page);
  yield* put_page(cpu, page);
}
