/**
 * mm/truncate.c: taking pages out of a file's cache. Offsets and sizes are in pages.
 *
 * Abstracted: partial pages, buffers and cleancache.
 */
import { BUG_ON } from '../include/linux/bug';
import { mapping_cap_account_dirty, pageTreeSize, tree_lock } from '../include/linux/fs';
import { page_mapped } from '../include/linux/mm';
import { Page, address_space, type AddressSpace } from '../include/linux/mm_types';
import { PageDirty, PageWriteback, TestClearPageDirty } from '../include/linux/page-flags';
import {
  lock_page,
  trylock_page,
  unlock_page,
  wait_on_page_writeback,
} from '../include/linux/pagemap';
import { EBUSY, EIO } from '../include/uapi/asm-generic/errno-base';
import { awaitFree, load, store, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { peek } from '../state/kernel';
import {
  __delete_from_page_cache,
  delete_from_page_cache,
  afterFound,
  pagevec_lookup,
  pagevec_release,
  type FoundPage,
} from './filemap';
import { unmap_mapping_range } from './memory';
import { deactivate_page, put_page } from './swap';
import { page_mapping } from './util';
import { remove_mapping } from './vmscan';
import { mod_zone_page_state } from './vmstat';

const Mapping = address_space.offset;

/** Length of a hole that reaches to the end of the file, for unmap_mapping_range. */
const TO_THE_END = 0;

/** mm/truncate.c cancel_dirty_page: only the page's own bit, not those in ptes. */
function* cancel_dirty_page(page: Page): Steps {
  if (!(yield TestClearPageDirty(page))) return;
  const mapping = yield load(page + Page.mapping);
  if (mapping !== 0 && mapping_cap_account_dirty(mapping)) {
    yield mod_zone_page_state('NR_FILE_DIRTY', -1);
  }
}

/** mm/truncate.c truncate_complete_page: -EIO if the page has left the file meanwhile. */
function* truncate_complete_page(cpu: Cpu, mapping: AddressSpace, page: Page): Steps<number> {
  if ((yield load(page + Page.mapping)) !== mapping) return -EIO;
  yield* cancel_dirty_page(page);
  yield* delete_from_page_cache(cpu, page);
  return 0;
}

/** mm/truncate.c truncate_inode_page: the page is locked; private copies of it stay mapped. */
export function* truncate_inode_page(cpu: Cpu, mapping: AddressSpace, page: Page): Steps<number> {
  if (yield* page_mapped(page)) {
    const index = yield load(page + Page.index);
    yield* unmap_mapping_range(cpu, mapping, index, 1, false);
  }
  return yield* truncate_complete_page(cpu, mapping, page);
}

/** First pass of truncate_inode_pages_range: neither waits for a lock nor for write-back. */
function* truncateIfIdle(cpu: Cpu, mapping: AddressSpace, found: FoundPage[], end: number): Steps {
  for (const { index, page } of found) {
    if (index >= end) return;
    if (!(yield trylock_page(page))) continue;
    if (!(yield PageWriteback(page))) yield* truncate_inode_page(cpu, mapping, page);
    yield* unlock_page(page);
  }
}

/** Second pass of truncate_inode_pages_range. */
function* truncateAll(cpu: Cpu, mapping: AddressSpace, found: FoundPage[], end: number): Steps {
  for (const { index, page } of found) {
    if (index >= end) return;
    yield lock_page(page);
    yield wait_on_page_writeback(page);
    yield* truncate_inode_page(cpu, mapping, page);
    yield* unlock_page(page);
  }
}

/** mm/truncate.c truncate_inode_pages_range: pages `start` up to, but not including, `end`. */
export function* truncate_inode_pages_range(
  cpu: Cpu,
  mapping: AddressSpace,
  start: number,
  end: number,
): Steps {
  if ((yield load(mapping + Mapping.nrpages)) === 0) return;
  for (let index = start; index < end;) {
    const found = yield* pagevec_lookup(cpu, mapping, index, end);
    if (found.length === 0) break;
    yield* truncateIfIdle(cpu, mapping, found, end);
    yield* pagevec_release(cpu, found);
    index = afterFound(found, end);
  }
  if (start >= end) return;
  for (let index = start; ;) {
    const found = yield* pagevec_lookup(cpu, mapping, index, end);
    if (found.length === 0) {
      if (index === start) return;
      index = start;
      continue;
    }
    const none = index === start && found[0]!.index >= end;
    if (!none) yield* truncateAll(cpu, mapping, found, end);
    yield* pagevec_release(cpu, found);
    if (none) return;
    index = afterFound(found, end);
  }
}

/** mm/truncate.c truncate_inode_pages: all pages from `start` on. */
export function* truncate_inode_pages(cpu: Cpu, mapping: AddressSpace, start: number): Steps {
  yield* truncate_inode_pages_range(cpu, mapping, start, pageTreeSize(mapping));
}

/** mm/truncate.c invalidate_complete_page: true if a clean, unused page left the cache. */
function* invalidate_complete_page(cpu: Cpu, mapping: AddressSpace, page: Page): Steps<boolean> {
  if ((yield load(page + Page.mapping)) !== mapping) return false;
  return yield* remove_mapping(cpu, mapping, page);
}

/** mm/truncate.c invalidate_inode_page: the same for a locked page that is not even mapped. */
export function* invalidate_inode_page(cpu: Cpu, page: Page): Steps<boolean> {
  const mapping = yield* page_mapping(page);
  if (mapping === 0) return false;
  if ((yield PageDirty(page)) || (yield PageWriteback(page))) return false;
  if (yield* page_mapped(page)) return false;
  return yield* invalidate_complete_page(cpu, mapping, page);
}

/**
 * mm/truncate.c invalidate_mapping_pages: drops what can be dropped without waiting; the rest goes
 * to the tail of the inactive list. `end` is exclusive.
 *
 * @returns the number of pages dropped.
 */
export function* invalidate_mapping_pages(
  cpu: Cpu,
  mapping: AddressSpace,
  start: number,
  end: number,
): Steps<number> {
  let count = 0;
  for (let index = start; index < end;) {
    const found = yield* pagevec_lookup(cpu, mapping, index, end);
    if (found.length === 0) break;
    for (const { index: at, page } of found) {
      if (at >= end) break;
      if (!(yield trylock_page(page))) continue;
      const dropped = yield* invalidate_inode_page(cpu, page);
      yield* unlock_page(page);
      if (dropped) count++;
      else yield* deactivate_page(cpu, page);
    }
    yield* pagevec_release(cpu, found);
    index = afterFound(found, end);
  }
  return count;
}

/** mm/truncate.c invalidate_complete_page2: references do not matter; false if the page is dirty. */
function* invalidate_complete_page2(cpu: Cpu, mapping: AddressSpace, page: Page): Steps<boolean> {
  if ((yield load(page + Page.mapping)) !== mapping) return false;
  yield awaitFree(tree_lock(mapping));
  if (peek(page + Page.PG_dirty) !== 0) return false;
  __delete_from_page_cache(page);
  yield* put_page(cpu, page);
  return true;
}

/** Whether this call of invalidate_inode_pages2_range has unmapped the whole rest of the range. */
interface RangeUnmap {
  did: boolean;
}

/** One page of invalidate_inode_pages2_range, locked. @returns 0 or -EBUSY. */
function* invalidateLocked(
  cpu: Cpu,
  mapping: AddressSpace,
  { index, page }: FoundPage,
  end: number,
  unmapped: RangeUnmap,
): Steps<number> {
  if ((yield load(page + Page.mapping)) !== mapping) return 0;
  yield wait_on_page_writeback(page);
  if (yield* page_mapped(page)) {
    yield* unmap_mapping_range(cpu, mapping, index, unmapped.did ? 1 : end - index, false);
    unmapped.did = true;
  }
  const mapped = yield* page_mapped(page);
  BUG_ON(mapped, 'mm/truncate.c invalidate_inode_pages2_range', 'page_mapped(page)');
  return (yield* invalidate_complete_page2(cpu, mapping, page)) ? 0 : -EBUSY;
}

/**
 * mm/truncate.c invalidate_inode_pages2_range: unmaps and drops the pages from `start` up to, but not
 * including, `end`. There is no launder_page: a dirty page stays.
 *
 * @returns -EBUSY if a page could not be dropped.
 */
export function* invalidate_inode_pages2_range(
  cpu: Cpu,
  mapping: AddressSpace,
  start: number,
  end: number,
): Steps<number> {
  let ret = 0;
  const unmapped = { did: false };
  for (let index = start; index < end;) {
    const found = yield* pagevec_lookup(cpu, mapping, index, end);
    if (found.length === 0) break;
    for (const entry of found) {
      if (entry.index >= end) break;
      yield lock_page(entry.page);
      ret = (yield* invalidateLocked(cpu, mapping, entry, end, unmapped)) || ret;
      yield* unlock_page(entry.page);
    }
    yield* pagevec_release(cpu, found);
    index = afterFound(found, end);
  }
  return ret;
}

/** mm/truncate.c invalidate_inode_pages2: the whole file. */
export const invalidate_inode_pages2 = (cpu: Cpu, mapping: AddressSpace): Steps<number> =>
  invalidate_inode_pages2_range(cpu, mapping, 0, pageTreeSize(mapping));

/**
 * mm/truncate.c truncate_pagecache: the file's size has been set already. Mappings are zapped twice,
 * private copies with them, since one can be made between the first time and the truncation.
 */
export function* truncate_pagecache(cpu: Cpu, mapping: AddressSpace, newsize: number): Steps {
  yield* unmap_mapping_range(cpu, mapping, newsize, TO_THE_END, true);
  yield* truncate_inode_pages(cpu, mapping, newsize);
  yield* unmap_mapping_range(cpu, mapping, newsize, TO_THE_END, true);
}

/** mm/truncate.c truncate_setsize: a file on a disk gets a new size. */
export function* truncate_setsize(cpu: Cpu, mapping: AddressSpace, newsize: number): Steps {
  yield store(mapping + Mapping.size, newsize);
  yield* truncate_pagecache(cpu, mapping, newsize);
}

/** mm/truncate.c truncate_pagecache_range: a hole of whole pages; private copies stay. */
export function* truncate_pagecache_range(
  cpu: Cpu,
  mapping: AddressSpace,
  start: number,
  end: number,
): Steps {
  if (end > start) yield* unmap_mapping_range(cpu, mapping, start, end - start, false);
  yield* truncate_inode_pages_range(cpu, mapping, start, end);
}
