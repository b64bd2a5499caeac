/** mm/mlock.c and mm/internal.h: PG_mlocked of one page, its counter and its place on the LRU. */
import { BUG_ON } from '../../include/linux/bug';
import { hpage_nr_pages } from '../../include/linux/huge_mm';
import { page_mapcount } from '../../include/linux/mm';
import {
  del_page_from_lru_list,
  hpage_nr_pages as hpage_nr_pages_now,
  page_lru,
  underLruLock,
} from '../../include/linux/mm_inline';
import { Page, type Page as PagePtr } from '../../include/linux/mm_types';
import {
  PageLocked,
  PageUnevictable,
  SetPageMlocked,
  TestClearPageMlocked,
  TestSetPageMlocked,
} from '../../include/linux/page-flags';
import { SWAP_AGAIN, SWAP_MLOCK } from '../../include/linux/rmap';
import type { Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { bumpCount, peek, poke } from '../../state/kernel';
import { try_to_munlock } from '../rmap';
import { isolate_lru_page, putback_lru_page } from '../vmscan';
import { bumpVmEvent, bumpZonePageState, count_vm_event, mod_zone_page_state } from '../vmstat';

/**
 * mm/mlock.c clear_page_mlock: on the last unmap of an mlocked page. Needs no page lock. A page that
 * is off the LRU just now is left to whoever puts it back.
 */
export function* clear_page_mlock(cpu: Cpu, page: PagePtr): Steps {
  if (!(yield TestClearPageMlocked(page))) return;
  yield mod_zone_page_state('NR_MLOCK', -(yield* hpage_nr_pages(page)));
  yield count_vm_event('UNEVICTABLE_PGCLEARED');
  if ((yield* isolate_lru_page(cpu, page)) === 0) yield* putback_lru_page(cpu, page);
  else if (yield PageUnevictable(page)) yield count_vm_event('UNEVICTABLE_PGSTRANDED');
}

/** mm/mlock.c mlock_vma_page: needs the page lock. That it cannot be isolated is ignored. */
export function* mlock_vma_page(cpu: Cpu, page: PagePtr): Steps {
  BUG_ON(!(yield PageLocked(page)), 'mm/mlock.c mlock_vma_page', '!PageLocked(page)');
  if (yield TestSetPageMlocked(page)) return;
  yield mod_zone_page_state('NR_MLOCK', yield* hpage_nr_pages(page));
  yield count_vm_event('UNEVICTABLE_PGMLOCKED');
  if ((yield* isolate_lru_page(cpu, page)) === 0) yield* putback_lru_page(cpu, page);
}

/**
 * mm/mlock.c munlock_vma_page: needs the page lock. For a head page it is the whole huge page.
 *
 * @returns the small pages beyond the first that this page covers.
 */
export function* munlock_vma_page(cpu: Cpu, page: PagePtr): Steps<number> {
  BUG_ON(!(yield PageLocked(page)), 'mm/mlock.c munlock_vma_page', '!PageLocked(page)');
  let nr_pages = 1;
  const isolated = yield* underLruLock(() => {
    nr_pages = hpage_nr_pages_now(page);
    if (peek(page + Page.PG_mlocked) === 0) return false;
    poke(page + Page.PG_mlocked, 0);
    bumpZonePageState('NR_MLOCK', -nr_pages);
    const taken = __munlock_isolate_lru_page(page, true);
    if (!taken) __munlock_isolation_failed(page);
    return taken;
  });
  if (isolated) yield* __munlock_isolated_page(cpu, page);
  return nr_pages - 1;
}

/** mm/mlock.c __munlock_isolate_lru_page: under lru_lock, inside an atomic section. */
export function __munlock_isolate_lru_page(page: PagePtr, getpage: boolean): boolean {
  if (peek(page + Page.PG_lru) === 0) return false;
  if (getpage) bumpCount(page + Page._count, 1);
  poke(page + Page.PG_lru, 0);
  del_page_from_lru_list(page, page_lru(page));
  return true;
}

/** mm/mlock.c __munlock_isolation_failed: counted only. Inside an atomic section. */
export function __munlock_isolation_failed(page: PagePtr): void {
  const stranded = peek(page + Page.PG_unevictable) !== 0;
  bumpVmEvent(stranded ? 'UNEVICTABLE_PGSTRANDED' : 'UNEVICTABLE_PGMUNLOCKED');
}

/** mm/mlock.c __munlock_isolated_page: locked, off the LRU; other vmas may want it mlocked. */
export function* __munlock_isolated_page(cpu: Cpu, page: PagePtr): Steps {
  const shared = (yield* page_mapcount(page)) > 1;
  const ret = shared ? yield* try_to_munlock(cpu, page) : SWAP_AGAIN;
  if (ret !== SWAP_MLOCK) yield count_vm_event('UNEVICTABLE_PGMUNLOCKED');
  yield* putback_lru_page(cpu, page);
}

/**
 * mm/internal.h mlock_migrate_page: the flag goes to the new page. Abstracted: NR_MLOCK goes down
 * and up by the same, in one zone.
 */
export function* mlock_migrate_page(newpage: PagePtr, page: PagePtr): Steps {
  if (yield TestClearPageMlocked(page)) yield SetPageMlocked(newpage);
}
