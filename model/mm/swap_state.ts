/**
 * mm/swap_state.c: the swap cache, and the freeing of pages that may be in it. Built only with
 * CONFIG_SWAP.
 */
import { hunk, defined } from '../features/hunk';
import { ClearPageDirty, PageSwapCache } from '../include/linux/page-flags';
import { PageKsm } from '../include/linux/ksm';
import { PageLazyFree, SetPageLazyFree, page_mapped } from '../include/linux/mm';
import type { Page } from '../include/linux/mm_types';
import { trylock_page, unlock_page } from '../include/linux/pagemap';
import { ClearLazyFree, LazyFree } from '../include/linux/swap';
import type { Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel } from '../state/kernel';
import { deactivate_page, lru_add_drain, put_page, release_pages } from './swap';
import { try_to_free_swap } from './swapfile';

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
 * MarkLazyFree) in chunks of a pagevec's size.
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
        if (hunk('fixup/mm/swap_state/free_pages_and_swap_cache')) {
          yield* move_lazyfree(cpu, pagep[i]!);
        } else if (!(yield* move_lazyfree(cpu, pagep[i]!))) {
          yield* free_swap_cache(cpu, pagep[i]!);
        }
      } else {
        yield* free_swap_cache(cpu, pagep[i]!);
      }
    }
    yield* release_pages(cpu, pagep);
  }
}
