/**
 * mm/swapfile.c: the swap map, one byte for each slot of the one swap device.
 *
 * What the kernel does under swap_lock or the device's own lock is one atomic section here, begun by
 * {@link deviceLocked}; only free_swap_and_cache holds the lock over several steps. The unlocked
 * looks that precede a lock (is the slot in use at all, where might a free one be) are part of the
 * section: the first differs only in a kernel that has already freed a slot twice, the second only while
 * others free slots behind a search and take those before it, in both of the two searches that are made.
 *
 * Abstracted: one block device without discard and without clusters (it has fewer than the 256
 * slots of a cluster, so Linux too searches for single slots); frontswap, memcg and hibernation are
 * absent.
 */
import { BUG_ON, VM_BUG_ON, WARN_ON } from '../include/linux/bug';
import { PageKsm } from '../include/linux/ksm';
import { page_mapcount, page_mapped } from '../include/linux/mm';
import { PAGE_PARTS, Page, swap_info_struct } from '../include/linux/mm_types';
import {
  PageLocked,
  PageSwapCache,
  PageWriteback,
  SetPageDirty,
} from '../include/linux/page-flags';
import { trylock_page, unlock_page } from '../include/linux/pagemap';
import {
  COUNT_CONTINUED,
  SWAP_CONT_MAX,
  SWAP_HAS_CACHE,
  SWAP_MAP_BAD,
  SWAP_MAP_SHMEM,
  SWP_USED,
  SWP_WRITEOK,
  swap_address_space,
  swap_count,
  vm_swap_full,
  vmSwapFullNow,
} from '../include/linux/swap';
import {
  is_migration_entry,
  non_swap_entry,
  swp_entry,
  swp_offset,
  swp_type,
  type SwpEntry,
} from '../include/linux/swapops';
import { EEXIST, EINVAL, ENOENT, ENOMEM } from '../include/uapi/asm-generic/errno-base';
import { awaitFree, load, lock, unlock, type Op, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { bump, kernel, peek, poke, release, take } from '../state/kernel';
import { find_get_page } from './filemap';
import { alloc_page } from './page_alloc';
import { put_page } from './swap';
import { delete_from_swap_cache } from './swap_state';

export { vm_swap_full };
export { swapoff } from './swapfile/unuse';

const Info = swap_info_struct.offset;

/** The swap map's byte of a slot. */
export const swap_map = (offset: number): number => kernel.swap_map + offset * 4;

/** One more than the last slot. */
export const swapMax = (): number => kernel.config.swapSlots + 1;

/** Begins an atomic section under the device's lock. */
export const deviceLocked = (): Op => awaitFree(kernel.swap_lock);

/**
 * mm/swapfile.c __try_to_reclaim_swap: gives up a slot that only the swap cache holds.
 *
 * @returns whether it did; not if the page is locked.
 */
function* __try_to_reclaim_swap(cpu: Cpu, offset: number): Steps<boolean> {
  const page = yield* find_get_page(cpu, swap_address_space(), swp_entry(0, offset));
  if (page === 0) return false;
  let freed = false;
  if (yield trylock_page(page)) {
    freed = yield* try_to_free_swap(cpu, page);
    yield* unlock_page(page);
  }
  yield* put_page(cpu, page);
  return freed;
}

/** Inside a section: the next slot from `offset` on, and then below `base`, that may be had. */
function nextCandidate(offset: number, base: number): number {
  const full = vmSwapFullNow();
  const mayBeHad = (at: number): boolean => {
    const byte = peek(swap_map(at));
    return byte === 0 || (full && byte === SWAP_HAS_CACHE);
  };
  const highest = peek(kernel.swap_info + Info.highest_bit);
  for (let at = offset; at <= highest; at++) if (mayBeHad(at)) return at;
  for (let at = peek(kernel.swap_info + Info.lowest_bit); at < base; at++) {
    if (mayBeHad(at)) return at;
  }
  return 0;
}

/** Inside a section: marks a free slot as used. */
function takeSlot(offset: number, usage: number): void {
  const info = kernel.swap_info;
  if (offset === peek(info + Info.lowest_bit)) bump(info + Info.lowest_bit, 1);
  if (offset === peek(info + Info.highest_bit)) bump(info + Info.highest_bit, -1);
  bump(info + Info.inuse_pages, 1);
  if (peek(info + Info.inuse_pages) === kernel.config.swapSlots) {
    poke(info + Info.lowest_bit, swapMax());
    poke(info + Info.highest_bit, 0);
  }
  poke(swap_map(offset), usage);
  poke(info + Info.cluster_next, offset + 1);
}

/**
 * mm/swapfile.c scan_swap_map: called inside a section under the device's lock, returns inside one.
 * The lock is dropped while a slot that only the cache holds is reclaimed.
 *
 * @returns the slot, now marked `usage`; 0 if none is free.
 */
function* scan_swap_map(cpu: Cpu, usage: number): Steps<number> {
  const info = kernel.swap_info;
  let base = peek(info + Info.cluster_next);
  let offset = base;
  for (;;) {
    const highest = peek(info + Info.highest_bit);
    if ((peek(info + Info.flags) & SWP_WRITEOK) === 0 || highest === 0) return 0;
    if (offset > highest) base = offset = peek(info + Info.lowest_bit);
    const byte = peek(swap_map(offset));
    if (byte === 0) {
      takeSlot(offset, usage);
      return offset;
    }
    if (byte === SWAP_HAS_CACHE && vmSwapFullNow()) {
      const freed = yield* __try_to_reclaim_swap(cpu, offset);
      yield deviceLocked();
      if (freed) continue;
    }
    offset = nextCandidate(offset + 1, base);
    if (offset === 0) return 0;
  }
}

/**
 * mm/swapfile.c get_swap_page: a slot for the swap cache, in transit until a page is in the cache.
 *
 * @returns its entry, 0 if swap is full.
 */
export function* get_swap_page(cpu: Cpu): Steps<SwpEntry> {
  if (!kernel.config.CONFIG_SWAP) return 0;
  yield deviceLocked();
  if (peek(kernel.nr_swap_pages) <= 0) return 0;
  bump(kernel.nr_swap_pages, -1);
  let offset = yield* scan_swap_map(cpu, SWAP_HAS_CACHE);
  if (offset === 0) {
    // The list of devices is gone round once more.
    yield deviceLocked();
    offset = yield* scan_swap_map(cpu, SWAP_HAS_CACHE);
  }
  if (offset === 0) {
    bump(kernel.nr_swap_pages, 1);
    return 0;
  }
  take(kernel.swapTransit(offset));
  return swp_entry(0, offset);
}

/** What is wrong with an entry that is to be freed, in the kernel's words; empty if nothing is. */
function complaintAbout(entry: SwpEntry): string {
  if (swp_type(entry) !== 0 || kernel.config.swapSlots === 0) return 'Bad swap file entry';
  if ((peek(kernel.swap_info + Info.flags) & SWP_USED) === 0) return 'Unused swap file entry';
  if (swp_offset(entry) >= swapMax()) return 'Bad swap offset entry';
  if (peek(swap_map(swp_offset(entry))) === 0) return 'Unused swap offset entry';
  return '';
}

/** mm/swapfile.c swap_info_get, inside a section: whether the entry is one of a slot in use. */
function swap_info_get(entry: SwpEntry): boolean {
  if (entry === 0) return false;
  const complaint = complaintAbout(entry);
  WARN_ON(complaint !== '', 'mm/swapfile.c swap_info_get', `swap_free: ${complaint}`);
  return complaint === '';
}

/**
 * mm/swapfile.c swap_count_continued, inside a section: carries into the continuation page.
 * Abstracted: one such page serves all slots; a second (from about 8000 users of a slot on) throws.
 *
 * @returns false if there is no continuation page yet.
 */
function carryCount(offset: number, count: number): boolean {
  if (peek(kernel.swap_info + Info.continuation_page) === 0) {
    BUG_ON((count & COUNT_CONTINUED) !== 0, 'mm/swapfile.c swap_count_continued', 'count & 0x80');
    return false;
  }
  const high = kernel.swapContinuation(offset);
  if (count === kernel.config.swapMapMax) poke(high, 0);
  if (peek(high) === SWAP_CONT_MAX) {
    throw new Error(`swap_count_continued: slot ${offset} needs a second continuation page`);
  }
  poke(high, peek(high) + 1);
  return true;
}

/** The other half of swap_count_continued: borrows. @returns whether the continuation holds more. */
function borrowCount(offset: number): boolean {
  const high = kernel.swapContinuation(offset);
  BUG_ON(peek(high) === 0, 'mm/swapfile.c swap_count_continued', '*map == 0');
  poke(high, peek(high) - 1);
  return peek(high) !== 0;
}

/** Inside a section: a count with one user less. A count of 0 wraps around, as the byte does. */
function countLessOne(offset: number, count: number): number {
  const { swapMapMax } = kernel.config;
  if (count === SWAP_MAP_SHMEM) return 0;
  if ((count & ~COUNT_CONTINUED) > swapMapMax) return count;
  if (count !== COUNT_CONTINUED) return (count - 1) & 0xff;
  return borrowCount(offset) ? swapMapMax | COUNT_CONTINUED : swapMapMax;
}

/** Inside a section: a slot's byte has become 0. The device may be told, and then forgets its data. */
function slotIsFree(offset: number): void {
  const info = kernel.swap_info;
  if (offset < peek(info + Info.lowest_bit)) poke(info + Info.lowest_bit, offset);
  if (offset > peek(info + Info.highest_bit)) poke(info + Info.highest_bit, offset);
  bump(kernel.nr_swap_pages, 1);
  bump(info + Info.inuse_pages, -1);
  if (kernel.config.swapSlotFreeNotify) swap_slot_free_notify(offset);
}

/** The driver's swap_slot_free_notify, inside a section: a slot it has forgotten reads as zeros. */
export function swap_slot_free_notify(offset: number): void {
  for (let part = 0; part < PAGE_PARTS; part++) poke(kernel.swapSlot(offset, part), 0);
}

/** Inside a section: tells a swapoff, which may wait for it, that a slot's users have changed. */
function usersChanged(): void {
  const quiet = kernel.swap_info + Info.unuse_quiet;
  if (peek(quiet) !== 0) release(quiet);
}

/**
 * mm/swapfile.c swap_entry_free, inside a section: drops one user, or the cache (`usage` is
 * SWAP_HAS_CACHE). @returns the new byte.
 */
function swap_entry_free(offset: number, usage: number): number {
  const byte = peek(swap_map(offset));
  let has_cache = byte & SWAP_HAS_CACHE;
  let count = swap_count(byte);
  if (usage === SWAP_HAS_CACHE) {
    VM_BUG_ON(has_cache === 0, 'mm/swapfile.c swap_entry_free', '!has_cache');
    has_cache = 0;
    release(kernel.swapTransit(offset));
  } else {
    count = countLessOne(offset, count);
    usersChanged();
  }
  poke(swap_map(offset), count | has_cache);
  if ((count | has_cache) === 0) slotIsFree(offset);
  return count | has_cache;
}

/** mm/swapfile.c swap_free: drops one user of a slot; a bad entry only gets a complaint. */
export function* swap_free(_cpu: Cpu, entry: SwpEntry): Steps {
  if (!kernel.config.CONFIG_SWAP) return;
  yield deviceLocked();
  if (swap_info_get(entry)) swap_entry_free(swp_offset(entry), 1);
}

/** mm/swapfile.c swapcache_free: the swap cache has given up the slot. The page is memcg's only. */
export function* swapcache_free(_cpu: Cpu, entry: SwpEntry, _page: Page): Steps {
  yield deviceLocked();
  if (swap_info_get(entry)) swap_entry_free(swp_offset(entry), SWAP_HAS_CACHE);
}

/** mm/swapfile.c page_swapcount: users of the page's slot. Stable only under the page lock. */
export function* page_swapcount(page: Page): Steps<number> {
  if (!kernel.config.CONFIG_SWAP) return 0;
  const entry = yield load(page + Page.private);
  if (entry === 0) return 0;
  yield deviceLocked();
  return swap_info_get(entry) ? swap_count(peek(swap_map(swp_offset(entry)))) : 0;
}

/** Inside a section: the new count and has-cache flag of a slot, or what __swap_duplicate refuses with. */
function duplicated(offset: number, byte: number, usage: number): { byte: number; err: number } {
  const { swapMapMax } = kernel.config;
  const count = swap_count(byte);
  const low = count & ~COUNT_CONTINUED;
  if (usage === SWAP_HAS_CACHE) {
    if (byte !== count) return { byte, err: -EEXIST };
    return count === 0 ? { byte, err: -ENOENT } : { byte: byte | SWAP_HAS_CACHE, err: 0 };
  }
  if (byte === 0) return { byte, err: -ENOENT };
  if (low < swapMapMax) return { byte: byte + usage, err: 0 };
  if (low > swapMapMax) return { byte, err: -EINVAL };
  if (!carryCount(offset, count)) return { byte, err: -ENOMEM };
  return { byte: COUNT_CONTINUED | (byte & SWAP_HAS_CACHE), err: 0 };
}

/** mm/swapfile.c __swap_duplicate: one user more, the cache flag, or shmem's mark. @returns 0 or -errno. */
function* __swap_duplicate(entry: SwpEntry, usage: number): Steps<number> {
  if (non_swap_entry(entry)) return -EINVAL;
  yield deviceLocked();
  const offset = swp_offset(entry);
  const bad_file = swp_type(entry) !== 0 || kernel.config.swapSlots === 0;
  WARN_ON(bad_file, 'mm/swapfile.c __swap_duplicate', 'swap_dup: Bad swap file entry');
  if (bad_file || offset >= swapMax()) return -EINVAL;
  const byte = peek(swap_map(offset));
  if (swap_count(byte) === SWAP_MAP_BAD) return -ENOENT;
  const { byte: next, err } = duplicated(offset, byte, usage);
  if (err !== 0) return err;
  poke(swap_map(offset), next);
  if (usage === SWAP_HAS_CACHE) take(kernel.swapTransit(offset));
  else usersChanged();
  return 0;
}

/** mm/swapfile.c swap_shmem_alloc: marks a slot as shmem's. */
export function* swap_shmem_alloc(_cpu: Cpu, entry: SwpEntry): Steps {
  yield* __swap_duplicate(entry, SWAP_MAP_SHMEM);
}

/**
 * mm/swapfile.c swap_duplicate: one more user of a slot.
 *
 * @returns -ENOMEM only if the count overflows and no continuation page is to be had; every other
 *   failure changes nothing and is returned as 0.
 */
export function* swap_duplicate(cpu: Cpu, entry: SwpEntry): Steps<number> {
  if (!kernel.config.CONFIG_SWAP) return 0;
  let err = 0;
  while (err === 0 && (yield* __swap_duplicate(entry, 1)) === -ENOMEM) {
    err = yield* add_swap_count_continuation(cpu, entry);
  }
  return err;
}

/** mm/swapfile.c swapcache_prepare: claims a used slot for the cache. @returns 0, -EEXIST or -ENOENT. */
export function* swapcache_prepare(entry: SwpEntry): Steps<number> {
  return yield* __swap_duplicate(entry, SWAP_HAS_CACHE);
}

/**
 * mm/swapfile.c add_swap_count_continuation: provides the page into which a full count carries.
 *
 * @returns 0 also if meanwhile it is not needed any more; -ENOMEM.
 */
export function* add_swap_count_continuation(cpu: Cpu, entry: SwpEntry): Steps<number> {
  if (!kernel.config.CONFIG_SWAP) return 0;
  const page = yield* alloc_page(cpu);
  yield deviceLocked();
  const continuation = kernel.swap_info + Info.continuation_page;
  let err = 0;
  let attached = false;
  if (swap_info_get(entry)) {
    const count = swap_count(peek(swap_map(swp_offset(entry)))) & ~COUNT_CONTINUED;
    if (count === kernel.config.swapMapMax) {
      if (page === 0) err = -ENOMEM;
      else if (peek(continuation) === 0) {
        poke(continuation, page);
        attached = true;
      }
    }
  }
  if (page !== 0 && !attached) yield* put_page(cpu, page);
  return err;
}

/**
 * mm/swapfile.c reuse_swap_page: whether a write needs no copy. As a side effect the page may leave
 * the swap cache: its slot's contents will never be read.
 */
export function* reuse_swap_page(cpu: Cpu, page: Page): Steps<boolean> {
  if (!kernel.config.CONFIG_SWAP) return (yield* page_mapcount(page)) === 1;
  VM_BUG_ON(!(yield PageLocked(page)), 'mm/swapfile.c reuse_swap_page', '!PageLocked(page)');
  if (yield* PageKsm(page)) return false;
  let count = yield* page_mapcount(page);
  if (count <= 1 && (yield PageSwapCache(page))) {
    count += yield* page_swapcount(page);
    if (count === 1 && !(yield PageWriteback(page))) {
      yield* delete_from_swap_cache(cpu, page);
      yield SetPageDirty(page);
    }
  }
  return count <= 1;
}

/**
 * mm/swapfile.c try_to_free_swap: takes the page out of the swap cache if nobody else uses the slot.
 * It does not look at page_mapped.
 */
export function* try_to_free_swap(cpu: Cpu, page: Page): Steps<boolean> {
  if (!kernel.config.CONFIG_SWAP) return false;
  VM_BUG_ON(!(yield PageLocked(page)), 'mm/swapfile.c try_to_free_swap', '!PageLocked(page)');
  if (!(yield PageSwapCache(page))) return false;
  if (yield PageWriteback(page)) return false;
  if ((yield* page_swapcount(page)) !== 0) return false;
  yield* delete_from_swap_cache(cpu, page);
  yield SetPageDirty(page);
  return true;
}

/**
 * mm/swapfile.c free_swap_and_cache: drops one user of a slot, and the cached page with it if that
 * was the last. The trylock is under the device's lock: who holds the page lock may be about to add
 * a user, and cannot while this runs.
 *
 * @returns false for a bad entry.
 */
export function* free_swap_and_cache(cpu: Cpu, entry: SwpEntry): Steps<boolean> {
  if (!kernel.config.CONFIG_SWAP) return is_migration_entry(entry);
  if (non_swap_entry(entry)) return true;
  yield lock(kernel.swap_lock);
  const good = swap_info_get(entry);
  let page = 0;
  if (good && swap_entry_free(swp_offset(entry), 1) === SWAP_HAS_CACHE) {
    page = yield* find_get_page(cpu, swap_address_space(), entry);
    if (page !== 0 && !(yield trylock_page(page))) {
      yield* put_page(cpu, page);
      page = 0;
    }
  }
  yield unlock(kernel.swap_lock);
  if (page !== 0) yield* dropCachedPage(cpu, page);
  return good;
}

/** The rest of free_swap_and_cache, with the page locked and without the device's lock. */
function* dropCachedPage(cpu: Cpu, page: Page): Steps {
  if (
    (yield PageSwapCache(page)) &&
    !(yield PageWriteback(page)) &&
    (!(yield* page_mapped(page)) || (yield* vm_swap_full()))
  ) {
    yield* delete_from_swap_cache(cpu, page);
    yield SetPageDirty(page);
  }
  yield* unlock_page(page);
  yield* put_page(cpu, page);
}
