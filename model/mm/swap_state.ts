/**
 * mm/swap_state.c: the swap cache, and the freeing of pages that may be in it. Built only with
 * CONFIG_SWAP.
 */
import { hunk, defined } from '../features/hunk';
import { VM_BUG_ON } from '../include/linux/bug';
import {
  ClearPageDirty,
  ClearPageSwapCache,
  PageHead,
  PageLocked,
  PageSwapBacked,
  PageSwapCache,
  PageUptodate,
  SetPageDirty,
  SetPageReadahead,
  SetPageSwapCache,
  TestClearPageReadahead,
} from '../include/linux/page-flags';
import { PageKsm } from '../include/linux/ksm';
import { PageLazyFree, SetPageLazyFree, pageCountInc, page_mapped } from '../include/linux/mm';
import { Page, swap_info_struct } from '../include/linux/mm_types';
import { trylock_page, unlock_page } from '../include/linux/pagemap';
import { ClearLazyFree, LazyFree, swap_address_space } from '../include/linux/swap';
import { swp_entry, swp_offset, swp_type, type SwpEntry } from '../include/linux/swapops';
import { EEXIST, ENOMEM } from '../include/uapi/asm-generic/errno-base';
import { add, awaitFree, exchange, load, step, store, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel, peek, poke, release, take } from '../state/kernel';
import { allocationFails } from '../state/slots';
import { find_get_page } from './filemap';
import { split_huge_page_to_list } from './huge_memory';
import { alloc_page } from './page_alloc';
import { swap_readpage } from './page_io';
import {
  deactivate_page,
  lru_add_drain,
  lru_cache_add_anon,
  put_page,
  release_pages,
} from './swap';
import {
  get_swap_page,
  swapMax,
  swapcache_free,
  swapcache_prepare,
  try_to_free_swap,
} from './swapfile';
import { bumpZonePageState } from './vmstat';

const Info = swap_info_struct.offset;

/** The swap cache's word for a slot: a page or 0. */
const cacheSlot = (offset: number): number => kernel.swapper_space + offset * 4;

/**
 * mm/swap_state.c __add_to_swap_cache: publishes a locked page as the contents of a slot that is
 * marked SWAP_HAS_CACHE.
 *
 * @param preloaded a radix-tree node is at hand, so that the insertion cannot fail; false stands for
 * add_to_swap_cache, whose callers may not wait, so that its preload does nothing.
 * @returns 0 or -ENOMEM.
 */
export function* __add_to_swap_cache(
  cpu: Cpu,
  page: Page,
  entry: SwpEntry,
  preloaded: boolean,
): Steps<number> {
  const where = 'mm/swap_state.c __add_to_swap_cache';
  VM_BUG_ON(!(yield PageLocked(page)), where, '!PageLocked(page)');
  VM_BUG_ON(!!(yield PageSwapCache(page)), where, 'PageSwapCache(page)');
  VM_BUG_ON(!(yield PageSwapBacked(page)), where, '!PageSwapBacked(page)');
  yield pageCountInc(page);
  yield SetPageSwapCache(page);
  yield store(page + Page.private, entry);
  if (!preloaded && (yield* allocationFails())) {
    yield store(page + Page.private, 0);
    yield ClearPageSwapCache(page);
    yield* put_page(cpu, page);
    return -ENOMEM;
  }
  yield awaitFree(kernel.swapTreeLock);
  const slot = cacheSlot(swp_offset(entry));
  VM_BUG_ON(peek(slot) !== 0, where, 'error == -EEXIST');
  poke(slot, page);
  release(kernel.swapTransit(swp_offset(entry)));
  bumpZonePageState('NR_FILE_PAGES', 1);
  return 0;
}

/** mm/swap_state.c __delete_from_swap_cache, inside a section under the space's tree_lock. */
export function __delete_from_swap_cache(page: Page): void {
  const where = 'mm/swap_state.c __delete_from_swap_cache';
  VM_BUG_ON(peek(page + Page.PG_locked) === 0, where, '!PageLocked(page)');
  VM_BUG_ON(peek(page + Page.PG_swapcache) === 0, where, '!PageSwapCache(page)');
  VM_BUG_ON(peek(page + Page.PG_writeback) !== 0, where, 'PageWriteback(page)');
  const offset = swp_offset(peek(page + Page.private));
  poke(cacheSlot(offset), 0);
  take(kernel.swapTransit(offset));
  poke(page + Page.private, 0);
  poke(page + Page.PG_swapcache, 0);
  bumpZonePageState('NR_FILE_PAGES', -1);
}

/**
 * mm/swap_state.c add_to_swap: gives an anonymous page a slot and puts it into the swap cache, dirty.
 *
 * @param list receives the tails, each with a reference, if the page is huge and has to be split.
 * @returns false if there is no slot, no memory, or no splitting.
 */
export function* add_to_swap(cpu: Cpu, page: Page, list: Page[] = []): Steps<boolean> {
  const where = 'mm/swap_state.c add_to_swap';
  VM_BUG_ON(!(yield PageLocked(page)), where, '!PageLocked(page)');
  VM_BUG_ON(!(yield PageUptodate(page)), where, '!PageUptodate(page)');
  const entry = yield* get_swap_page(cpu);
  if (entry === 0) return false;
  const kept = !(yield PageHead(page)) || (yield* split_huge_page_to_list(cpu, page, list)) === 0;
  if (!kept || (yield* __add_to_swap_cache(cpu, page, entry, false)) !== 0) {
    yield* swapcache_free(cpu, entry, 0);
    return false;
  }
  yield SetPageDirty(page);
  return true;
}

/** mm/swap_state.c delete_from_swap_cache: the page stays, dirty or not as it was. */
export function* delete_from_swap_cache(cpu: Cpu, page: Page): Steps {
  const entry = yield load(page + Page.private);
  yield awaitFree(kernel.swapTreeLock);
  __delete_from_swap_cache(page);
  yield* swapcache_free(cpu, entry, page);
  yield* put_page(cpu, page);
}

/** mm/swap_state.c free_swap_cache: neither frees the page nor drops a reference. */
function* free_swap_cache(cpu: Cpu, page: Page): Steps {
  if ((yield PageSwapCache(page)) && !(yield* page_mapped(page)) && (yield trylock_page(page))) {
    yield* try_to_free_swap(cpu, page);
    yield* unlock_page(page);
  }
}

/** mm/swap_state.c free_page_and_swap_cache. */
export function* free_page_and_swap_cache(cpu: Cpu, page: Page): Steps {
  yield* free_swap_cache(cpu, page);
  yield* put_page(cpu, page);
}

/**
 * mm/swap_state.c move_lazyfree: marks a page lazyfree and starts it on its way to the inactive
 * list.
 *
 * @returns false if the page lock was not to be had, or the page is a KSM page.
 */
export function* move_lazyfree(cpu: Cpu, page: Page): Steps<boolean> {
  defined('p3/mm/swap_state/move_lazyfree', 'move_lazyfree');
  if (!(yield trylock_page(page))) return false;
  if (yield* PageKsm(page)) {
    yield* unlock_page(page);
    return false;
  }
  if ((yield PageSwapCache(page)) && (yield* try_to_free_swap(cpu, page))) {
    yield ClearPageDirty(page);
  }
  if (!(yield* PageLazyFree(page))) {
    yield* SetPageLazyFree(cpu, page);
    yield* deactivate_page(cpu, page);
  }
  yield* unlock_page(page);
  return true;
}

/**
 * mm/swap_state.c free_pages_and_swap_cache: works off `pages` (pointers, possibly tagged by
 * MarkLazyFree) in chunks of a pagevec's size. Whether the fixup is in is asked only of a page that was
 * not moved: a run that moves every page does not depend on it.
 */
export function* free_pages_and_swap_cache(cpu: Cpu, pages: Page[]): Steps {
  // Without CONFIG_SWAP this is a macro around release_pages, and this file is not built.
  if (!kernel.config.CONFIG_SWAP) {
    yield* release_pages(cpu, pages);
    return;
  }
  yield* lru_add_drain(cpu);
  const chunk = kernel.config.pagevecSize;
  for (let at = 0; at < pages.length; at += chunk) {
    const pagep = pages.slice(at, at + chunk);
    for (let i = 0; i < pagep.length; i++) {
      if (hunk('p3/mm/swap_state/free_pages_and_swap_cache') && LazyFree(pagep[i]!)) {
        pagep[i] = ClearLazyFree(pagep[i]!);
        if (
          !(yield* move_lazyfree(cpu, pagep[i]!)) &&
          !hunk('fixup/mm/swap_state/free_pages_and_swap_cache')
        ) {
          // What was not moved leaves the swap cache as any other page does.
          yield* free_swap_cache(cpu, pagep[i]!);
        }
      } else {
        yield* free_swap_cache(cpu, pagep[i]!);
      }
    }
    yield* release_pages(cpu, pagep);
  }
}

/** mm/swap_state.c lookup_swap_cache: the page of an entry, referenced, or 0. */
export function* lookup_swap_cache(cpu: Cpu, entry: SwpEntry): Steps<Page> {
  if (!kernel.config.CONFIG_SWAP) return 0;
  const page = yield* find_get_page(cpu, swap_address_space(), entry);
  if (page !== 0 && (yield TestClearPageReadahead(page))) {
    yield add(kernel.swap_info + Info.readahead_hits, 1);
  }
  return page;
}

/**
 * mm/swap_state.c read_swap_cache_async: the page of an entry, referenced; read in if need be.
 * A slot that is neither in the cache nor free is in transit: Linux tries again until it is not,
 * here the CPU waits for that.
 *
 * @returns 0 if there is no memory, or if nobody uses the entry any more.
 */
export function* read_swap_cache_async(cpu: Cpu, entry: SwpEntry): Steps<Page> {
  let fresh = 0;
  for (;;) {
    const found = yield* find_get_page(cpu, swap_address_space(), entry);
    if (found === 0) {
      if (fresh === 0) fresh = yield* alloc_page(cpu);
      if (fresh === 0) return 0;
      const err = (yield* allocationFails()) ? -ENOMEM : yield* swapcache_prepare(entry);
      if (err === -EEXIST) {
        yield awaitFree(kernel.swapTransit(swp_offset(entry)));
        continue;
      }
      if (err === 0) {
        yield* fillFromSwap(cpu, fresh, entry);
        return fresh;
      }
    }
    if (fresh !== 0) yield* put_page(cpu, fresh);
    return found;
  }
}

/** The end of read_swap_cache_async: a new page goes into the cache and is read. */
function* fillFromSwap(cpu: Cpu, page: Page, entry: SwpEntry): Steps {
  // Nobody else has the page yet.
  yield step(page + Page.PG_locked);
  take(page + Page.PG_locked);
  poke(page + Page.PG_swapbacked, 1);
  yield* __add_to_swap_cache(cpu, page, entry, true);
  yield* lru_cache_add_anon(cpu, page);
  yield* swap_readpage(cpu, page);
}

/**
 * mm/swap_state.c swapin_nr_pages: the size of the read-ahead window, from what became of the last
 * ones. Abstracted: prev_offset, which the kernel reads and writes without a lock, is one access.
 */
function* swapin_nr_pages(offset: number): Steps<number> {
  const { pageCluster } = kernel.config;
  if (pageCluster === 0) return 1;
  const info = kernel.swap_info;
  const hits = yield exchange(info + Info.readahead_hits, 0);
  let pages = 1;
  if (hits === 0) {
    const prev = yield exchange(info + Info.prev_offset, offset);
    if (Math.abs(offset - prev) === 1) pages = 2;
  } else {
    pages = 4;
    while (pages < hits + 2) pages *= 2;
  }
  pages = Math.min(pages, 1 << pageCluster);
  pages = Math.max(pages, (yield load(info + Info.last_readahead_pages)) >> 1);
  yield store(info + Info.last_readahead_pages, pages);
  return pages;
}

/**
 * mm/swap_state.c swapin_readahead: reads an entry, and the aligned cluster around it.
 *
 * @returns the entry's page, referenced, or 0.
 */
export function* swapin_readahead(cpu: Cpu, entry: SwpEntry): Steps<Page> {
  if (!kernel.config.CONFIG_SWAP) return 0;
  const wanted = swp_offset(entry);
  const mask = (yield* swapin_nr_pages(wanted)) - 1;
  if (mask !== 0) {
    yield* readCluster(cpu, entry, Math.max(1, wanted & ~mask), wanted | mask);
    yield* lru_add_drain(cpu);
  }
  return yield* read_swap_cache_async(cpu, entry);
}

/** The loop of swapin_readahead. Slots beyond the device's end, which are refused, are left out. */
function* readCluster(cpu: Cpu, entry: SwpEntry, first: number, last: number): Steps {
  for (let offset = first; offset <= Math.min(last, swapMax() - 1); offset++) {
    const page = yield* read_swap_cache_async(cpu, swp_entry(swp_type(entry), offset));
    if (page === 0) continue;
    if (offset !== swp_offset(entry)) yield SetPageReadahead(page);
    yield* put_page(cpu, page);
  }
}
