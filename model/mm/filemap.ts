/**
 * mm/filemap.c: the page cache, and faults on files.
 *
 * Abstracted: the radix tree is an array of slots, a lookup the read of one slot. There is no
 * read-ahead for files: a fault reads the one page it needs, as under MADV_RANDOM.
 */
import { BUG_ON, VM_BUG_ON } from '../include/linux/bug';
import { mapping_cap_account_dirty, page_slot, pageTreeSize, tree_lock } from '../include/linux/fs';
import { get_page_unless_zero, pageCountInc } from '../include/linux/mm';
import {
  Page,
  address_space,
  mm_struct,
  vm_area_struct,
  type AddressSpace,
  type Mm,
  type Vma,
} from '../include/linux/mm_types';
import {
  ClearPageError,
  PageLocked,
  PageSwapBacked,
  PageUptodate,
} from '../include/linux/page-flags';
import {
  __clear_page_locked,
  lock_page,
  trylock_page,
  unlock_page,
  wait_on_page_locked,
} from '../include/linux/pagemap';
import { radix_tree_exceptional_entry } from '../include/linux/swapops';
import {
  FAULT_FLAG_ALLOW_RETRY,
  FAULT_FLAG_RETRY_NOWAIT,
  VM_FAULT_LOCKED,
  VM_FAULT_MAJOR,
  VM_FAULT_NOPAGE,
  VM_FAULT_OOM,
  VM_FAULT_RETRY,
  VM_FAULT_SIGBUS,
  type VmFault,
} from '../include/linux/vm_fault';
import { EEXIST, ENOMEM } from '../include/uapi/asm-generic/errno-base';
import { mpage_readpage } from '../fs/mpage';
import { KernelFault } from '../machine/fault';
import { awaitFree, load, readUnlock, store, step, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { bump, kernel, peek, poke, take } from '../state/kernel';
import { allocationFails } from '../state/slots';
import { alloc_page } from './page_alloc';
import { set_page_dirty } from './page-writeback';
import { __pagevec_release, lru_cache_add_file, put_page } from './swap';
import { bumpZonePageState, count_vm_event } from './vmstat';

const Mapping = address_space.offset;

/**
 * mm/filemap.c find_get_page: a speculative reference. The slot is read, the count raised unless it
 * is 0, and the slot read again: the page may have been freed and be something else by then.
 *
 * @returns a page with a reference, 0, or in shmem an exceptional entry.
 */
export function* find_get_page(cpu: Cpu, mapping: AddressSpace, index: number): Steps<Page> {
  const slot = page_slot(mapping, index);
  for (;;) {
    const page = yield load(slot);
    if (page === 0 || radix_tree_exceptional_entry(page)) return page;
    if (!(yield get_page_unless_zero(page))) {
      yield* awaitUnfrozen(mapping, slot, page);
      continue;
    }
    if ((yield load(slot)) === page) return page;
    yield* put_page(cpu, page);
  }
}

/**
 * A cached page with a count of 0 is frozen by somebody under the tree_lock. Linux tries again until
 * that is over, here the CPU waits for it. A page that was freed in the cache stays so: then Linux
 * spins for ever.
 */
function* awaitUnfrozen(mapping: AddressSpace, slot: number, page: Page): Steps {
  yield awaitFree(tree_lock(mapping));
  if (peek(slot) !== page || peek(page + Page._count) !== 0) return;
  throw new KernelFault({
    kind: 'BUG',
    where: 'mm/filemap.c find_get_page',
    what: 'soft lockup: a page in the cache has no reference',
  });
}

/** mm/filemap.c find_lock_page: like find_get_page, and locked. */
export function* find_lock_page(cpu: Cpu, mapping: AddressSpace, index: number): Steps<Page> {
  for (;;) {
    const page = yield* find_get_page(cpu, mapping, index);
    if (page === 0 || radix_tree_exceptional_entry(page)) return page;
    yield lock_page(page);
    if ((yield load(page + Page.mapping)) === mapping) return page;
    yield* unlock_page(page);
    yield* put_page(cpu, page);
  }
}

/** A page that {@link find_get_pages} found, and where. */
export interface FoundPage {
  readonly index: number;
  readonly page: Page;
}

/**
 * mm/filemap.c find_get_pages: the next `nr_pages` pages of a file from `start` on, each with a
 * reference, wherever they are.
 *
 * @param swaps also shmem's exceptional entries (mm/shmem.c shmem_find_get_pages_and_swap).
 */
export function* find_get_pages(
  cpu: Cpu,
  mapping: AddressSpace,
  start: number,
  nr_pages: number,
  swaps = false,
): Steps<FoundPage[]> {
  const found: FoundPage[] = [];
  const size = pageTreeSize(mapping);
  for (let index = start; index < size && found.length < nr_pages; index++) {
    const page = yield* find_get_page(cpu, mapping, index);
    if (page !== 0 && (swaps || !radix_tree_exceptional_entry(page))) found.push({ index, page });
  }
  return found;
}

/**
 * mm/swap.c pagevec_lookup as truncation asks: for as many pages as the range up to `end`, exclusive,
 * has room for, and a pagevec. Where the range has gaps, some of what is found lies behind it: that is
 * held for a moment, and is to be released with the rest.
 */
export function pagevec_lookup(
  cpu: Cpu,
  mapping: AddressSpace,
  index: number,
  end: number,
  swaps = false,
): Steps<FoundPage[]> {
  const { pagevecSize } = kernel.config;
  // The kernel's numbers have no sign: behind the end, there seems to be room for all.
  const nr_pages = index > end ? pagevecSize : Math.min(end - index, pagevecSize);
  return find_get_pages(cpu, mapping, index, nr_pages, swaps);
}

/** Where truncation looks next: behind the first page that is out of its range, or behind the last. */
export const afterFound = (found: readonly FoundPage[], end: number): number =>
  (found.find(({ index }) => index >= end) ?? found.at(-1)!).index + 1;

/** include/linux/pagevec.h pagevec_release on what {@link find_get_pages} found. */
export function* pagevec_release(cpu: Cpu, found: readonly FoundPage[]): Steps {
  const pages = found.map(({ page }) => page).filter((page) => !radix_tree_exceptional_entry(page));
  if (pages.length > 0) yield* __pagevec_release(cpu, pages);
}

/** mm/filemap.c __delete_from_page_cache, inside a section under the tree_lock. `index` stays. */
export function __delete_from_page_cache(page: Page): void {
  const mapping = peek(page + Page.mapping);
  poke(page_slot(mapping, peek(page + Page.index)), 0);
  poke(page + Page.mapping, 0);
  bump(mapping + Mapping.nrpages, -1);
  bumpZonePageState('NR_FILE_PAGES', -1);
  if (peek(page + Page.PG_swapbacked) !== 0) bumpZonePageState('NR_SHMEM', -1);
  const mapped = peek(page + Page._mapcount) >= 0;
  BUG_ON(mapped, 'mm/filemap.c __delete_from_page_cache', 'page_mapped(page)');
  if (peek(page + Page.PG_dirty) !== 0 && mapping_cap_account_dirty(mapping)) {
    bumpZonePageState('NR_FILE_DIRTY', -1);
  }
}

/** mm/filemap.c delete_from_page_cache: the page is locked, the caller has a reference. */
export function* delete_from_page_cache(cpu: Cpu, page: Page): Steps {
  const mapping = yield load(page + Page.mapping);
  const locked = yield PageLocked(page);
  BUG_ON(locked === 0, 'mm/filemap.c delete_from_page_cache', '!PageLocked(page)');
  yield awaitFree(tree_lock(mapping));
  __delete_from_page_cache(page);
  yield* put_page(cpu, page);
}

/** mm/filemap.c add_to_page_cache_locked. @returns 0, -ENOMEM, or -EEXIST if the slot is taken. */
function* add_to_page_cache_locked(
  cpu: Cpu,
  page: Page,
  mapping: AddressSpace,
  index: number,
): Steps<number> {
  const where = 'mm/filemap.c add_to_page_cache_locked';
  VM_BUG_ON(!(yield PageLocked(page)), where, '!PageLocked(page)');
  VM_BUG_ON(!!(yield PageSwapBacked(page)), where, 'PageSwapBacked(page)');
  if (yield* allocationFails()) return -ENOMEM;
  yield pageCountInc(page);
  yield store(page + Page.mapping, mapping);
  yield store(page + Page.index, index);
  yield awaitFree(tree_lock(mapping));
  const slot = page_slot(mapping, index);
  if (peek(slot) !== 0) {
    poke(page + Page.mapping, 0);
    yield* put_page(cpu, page);
    return -EEXIST;
  }
  poke(slot, page);
  bump(mapping + Mapping.nrpages, 1);
  bumpZonePageState('NR_FILE_PAGES', 1);
  return 0;
}

/** mm/filemap.c add_to_page_cache_lru: a new page, locked if it gets in. @returns 0 or -errno. */
export function* add_to_page_cache_lru(
  cpu: Cpu,
  page: Page,
  mapping: AddressSpace,
  index: number,
): Steps<number> {
  // Nobody else has the page yet.
  yield step(page + Page.PG_locked);
  take(page + Page.PG_locked);
  const err = yield* add_to_page_cache_locked(cpu, page, mapping, index);
  if (err === 0) yield* lru_cache_add_file(cpu, page);
  else yield __clear_page_locked(page);
  return err;
}

/** mm/filemap.c page_cache_read: brings a page into the cache. Somebody else's page is as good. */
function* page_cache_read(cpu: Cpu, mapping: AddressSpace, index: number): Steps<number> {
  const page = yield* alloc_page(cpu);
  if (page === 0) return -ENOMEM;
  const err = yield* add_to_page_cache_lru(cpu, page, mapping, index);
  if (err === 0) yield* mpage_readpage(cpu, page);
  yield* put_page(cpu, page);
  return err === -EEXIST ? 0 : err;
}

/**
 * include/linux/pagemap.h lock_page_or_retry: false means that the page is not locked, and that
 * mmap_sem has been dropped (unless FAULT_FLAG_RETRY_NOWAIT). Nobody is killed while waiting.
 */
export function* lock_page_or_retry(page: Page, mm: Mm, flags: number): Steps<boolean> {
  if (yield trylock_page(page)) return true;
  if ((flags & FAULT_FLAG_ALLOW_RETRY) === 0) {
    yield lock_page(page);
    return true;
  }
  if ((flags & FAULT_FLAG_RETRY_NOWAIT) !== 0) return false;
  yield readUnlock(mm + mm_struct.offset.mmap_sem);
  yield wait_on_page_locked(page);
  return false;
}

/** What the search for a locked page of a file ended with: a page, or else a fault code. */
interface LockedPage {
  readonly page: Page;
  readonly ret: number;
}

/** The part of filemap_fault from its label retry_find on: a locked page that is in the file. */
function* findLocked(
  cpu: Cpu,
  mapping: AddressSpace,
  vmf: VmFault,
  mm: Mm,
  first: Page,
): Steps<LockedPage> {
  let page = first;
  for (;;) {
    page ||= yield* find_get_page(cpu, mapping, vmf.pgoff);
    if (page === 0) {
      const error = yield* page_cache_read(cpu, mapping, vmf.pgoff);
      if (error < 0) return { page, ret: error === -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS };
      continue;
    }
    if (!(yield* lock_page_or_retry(page, mm, vmf.flags))) {
      yield* put_page(cpu, page);
      return { page: 0, ret: VM_FAULT_RETRY };
    }
    if ((yield load(page + Page.mapping)) === mapping) {
      if (yield PageUptodate(page)) return { page, ret: 0 };
      // It was not read before; once more, and that counts.
      yield ClearPageError(page);
      yield* mpage_readpage(cpu, page);
      yield wait_on_page_locked(page);
      const good = yield PageUptodate(page);
      yield* put_page(cpu, page);
      if (!good) return { page: 0, ret: VM_FAULT_SIGBUS };
    } else {
      yield* unlock_page(page);
      yield* put_page(cpu, page);
    }
    page = 0;
  }
}

/** mm/filemap.c filemap_fault: VM_FAULT_* bits; with VM_FAULT_LOCKED `vmf.page` is set. */
export function* filemap_fault(cpu: Cpu, vma: Vma, vmf: VmFault): Steps<number> {
  const mapping = yield load(vma + vm_area_struct.offset.vm_file);
  const mm = yield load(vma + vm_area_struct.offset.vm_mm);
  if (vmf.pgoff >= (yield load(mapping + Mapping.size))) return VM_FAULT_SIGBUS;
  const first = yield* find_get_page(cpu, mapping, vmf.pgoff);
  if (first === 0) yield count_vm_event('PGMAJFAULT');
  const major = first === 0 ? VM_FAULT_MAJOR : 0;
  const { page, ret } = yield* findLocked(cpu, mapping, vmf, mm, first);
  if (page === 0) return ret === VM_FAULT_RETRY ? major | ret : ret;
  if (vmf.pgoff >= (yield load(mapping + Mapping.size))) {
    yield* unlock_page(page);
    yield* put_page(cpu, page);
    return VM_FAULT_SIGBUS;
  }
  vmf.page = page;
  return major | VM_FAULT_LOCKED;
}

/** mm/filemap.c filemap_page_mkwrite: the page, dirty and locked, unless it was truncated. */
export function* filemap_page_mkwrite(cpu: Cpu, vma: Vma, vmf: VmFault): Steps<number> {
  const { page } = vmf;
  yield lock_page(page);
  const mapping = yield load(vma + vm_area_struct.offset.vm_file);
  if ((yield load(page + Page.mapping)) !== mapping) {
    yield* unlock_page(page);
    return VM_FAULT_NOPAGE;
  }
  yield* set_page_dirty(cpu, page);
  return VM_FAULT_LOCKED;
}
