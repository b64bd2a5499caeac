/**
 * mm/vmscan.c: reclaim of an inactive list, ageing of an active one.
 *
 * Abstracted: every wait that only slows a reclaimer down (too_many_isolated, congestion_wait,
 * wait_iff_congested). The first keeps the isolated pages of a real machine, thousands of them,
 * below an eighth of a list; between a few pages it would let no two reclaimers run at once.
 */
import { hunk } from '../../features/hunk';
import { VM_BUG_ON } from '../../include/linux/bug';
import { PageCompound } from '../../include/linux/huge_mm';
import { list_add, type LruList } from '../../include/linux/list';
import {
  add_page_to_lru_list,
  del_page_from_lru_list,
  hpage_nr_pages,
  is_active_lru,
  is_file_lru,
  lru_lock,
  LRU_ACTIVE,
  NR_LRU,
  page_is_file_cache,
  page_lru,
} from '../../include/linux/mm_inline';
import { put_page_testzero } from '../../include/linux/mm';
import { Page, zone, type Page as PagePtr } from '../../include/linux/mm_types';
import { ClearPageActive } from '../../include/linux/page-flags';
import { TTU_IGNORE_ACCESS, TTU_LAZYFREE, TTU_UNMAP } from '../../include/linux/rmap';
import { VM_EXEC } from '../../include/linux/vm_flags';
import { lock, step, store, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { bump, kernel, peek, poke } from '../../state/kernel';
import { free_compound_page, free_hot_cold_page_list } from '../page_alloc';
import { page_referenced } from '../rmap';
import { lru_add_drain } from '../swap';
import { bumpVmEvent, bumpZonePageState, mod_zone_page_state } from '../vmstat';
import {
  isolate_lru_pages,
  ISOLATE_CLEAN,
  ISOLATE_UNMAPPED,
  page_evictable,
  putback_lru_page,
  type Isolated,
} from './isolate';
import { global_reclaim, scan_control, type ScanControl } from './scan-control';
import { shrink_page_list } from './shrink-page-list';

const Zone = zone.offset;
const where = (name: string): string => `mm/vmscan.c ${name}`;

const NR_ISOLATED = (file: boolean): 'NR_ISOLATED_FILE' | 'NR_ISOLATED_ANON' =>
  file ? 'NR_ISOLATED_FILE' : 'NR_ISOLATED_ANON';
const scanned = (file: boolean): number =>
  kernel.zone + (file ? Zone.scanned_file : Zone.scanned_anon);
const rotated = (file: boolean): number =>
  kernel.zone + (file ? Zone.rotated_file : Zone.rotated_anon);

/** Takes pages off a list for reclaim or ageing, and moves them to the counter of isolated pages. */
function* isolate(nr_to_scan: number, sc: ScanControl, lru: LruList): Steps<Isolated> {
  const mode = (sc.may_unmap ? 0 : ISOLATE_UNMAPPED) | (sc.may_writepage ? 0 : ISOLATE_CLEAN);
  yield lock(lru_lock());
  const isolated = yield* isolate_lru_pages(nr_to_scan, mode, lru);
  if (isolated.nr_taken > 0) {
    bumpZonePageState(NR_LRU(lru), -isolated.nr_taken);
    bumpZonePageState(NR_ISOLATED(is_file_lru(lru)), isolated.nr_taken);
  }
  return isolated;
}

/**
 * mm/vmscan.c shrink_inactive_list: tries to free up to `nr_to_scan` pages from the tail of an
 * inactive list.
 *
 * @returns how many it freed.
 */
export function* shrink_inactive_list(
  cpu: Cpu,
  nr_to_scan: number,
  sc: ScanControl,
  lru: LruList,
): Steps<number> {
  const file = is_file_lru(lru);
  yield* lru_add_drain(cpu);
  const { pages, nr_scanned, nr_taken } = yield* isolate(nr_to_scan, sc, lru);
  if (global_reclaim(sc) && nr_scanned > 0) {
    bumpVmEvent(cpu.kswapd ? 'PGSCAN_KSWAPD' : 'PGSCAN_DIRECT', nr_scanned);
  }
  yield unlock(lru_lock());
  if (nr_taken === 0) return 0;

  const ttu_flags = hunk('p3/mm/vmscan/shrink_inactive_list')
    ? TTU_UNMAP | TTU_LAZYFREE()
    : TTU_UNMAP;
  const counts = yield* shrink_page_list(cpu, pages, sc, ttu_flags, false);

  yield lock(lru_lock());
  bump(scanned(file), nr_taken);
  if (global_reclaim(sc) && counts.nr_reclaimed > 0) {
    bumpVmEvent(cpu.kswapd ? 'PGSTEAL_KSWAPD' : 'PGSTEAL_DIRECT', counts.nr_reclaimed);
  }
  const leftovers = yield* putback_inactive_pages(cpu, pages);
  bumpZonePageState(NR_ISOLATED(file), -nr_taken);
  yield unlock(lru_lock());
  yield* free_hot_cold_page_list(cpu, leftovers);

  if (counts.nr_writeback > 0 && counts.nr_writeback === nr_taken) {
    yield store(kernel.zone + Zone.reclaim_writeback, 1);
  }
  if (global_reclaim(sc) && counts.nr_unqueued_dirty === nr_taken) {
    yield store(kernel.zone + Zone.reclaim_dirty, 1);
  }
  return counts.nr_reclaimed;
}

/**
 * mm/vmscan.c putback_inactive_pages: what could not be freed goes to the head of the list that its
 * flags call for. Entered and left with zone->lru_lock held, in a section.
 *
 * @returns pages whose last reference was the isolation's.
 */
function* putback_inactive_pages(cpu: Cpu, page_list: readonly PagePtr[]): Steps<PagePtr[]> {
  const pages_to_free: PagePtr[] = [];
  for (const [i, page] of page_list.entries()) {
    if (i > 0) yield step(page);
    const onLru = peek(page + Page.PG_lru) !== 0;
    VM_BUG_ON(onLru, where('putback_inactive_pages'), 'PageLRU(page)');
    if (peek(page + Page.PG_mlocked) !== 0) {
      yield unlock(lru_lock());
      yield* putback_lru_page(cpu, page);
      yield lock(lru_lock());
      continue;
    }
    poke(page + Page.PG_lru, 1);
    const lru = page_lru(page);
    add_page_to_lru_list(page, lru);
    if (is_active_lru(lru)) bump(rotated(is_file_lru(lru)), hpage_nr_pages(page));
    yield* putIsolated(cpu, page, lru, pages_to_free);
  }
  return pages_to_free;
}

/** Drops the isolation's reference to a page that is on the LRU again, with zone->lru_lock held. */
function* putIsolated(cpu: Cpu, page: PagePtr, lru: LruList, pages_to_free: PagePtr[]): Steps {
  if (!(yield* put_page_testzero(page))) return;
  poke(page + Page.PG_lru, 0);
  poke(page + Page.PG_active, 0);
  del_page_from_lru_list(page, lru);
  if (yield* PageCompound(page)) {
    yield unlock(lru_lock());
    yield* free_compound_page(cpu, page);
    yield lock(lru_lock());
  } else {
    pages_to_free.push(page);
  }
}

/**
 * mm/vmscan.c shrink_active_list: moves up to `nr_to_scan` pages from the tail of an active list to
 * the inactive one. Whether they were used matters for file pages that are executed only; of the
 * others just the accessed bits are cleared.
 */
export function* shrink_active_list(
  cpu: Cpu,
  nr_to_scan: number,
  sc: ScanControl,
  lru: LruList,
): Steps {
  const file = is_file_lru(lru);
  yield* lru_add_drain(cpu);
  const { pages, nr_scanned, nr_taken } = yield* isolate(nr_to_scan, sc, lru);
  if (nr_taken > 0) bump(scanned(file), nr_taken);
  if (nr_scanned > 0) bumpVmEvent('PGREFILL', nr_scanned);
  yield unlock(lru_lock());
  if (nr_taken === 0) return;

  const { l_active, l_inactive, nr_rotated } = yield* sortByUse(cpu, pages);
  const l_hold: PagePtr[] = [];
  yield lock(lru_lock());
  if (nr_rotated > 0) bump(rotated(file), nr_rotated);
  yield* move_active_pages_to_lru(cpu, l_active, l_hold, lru);
  if (l_active.length > 0 && l_inactive.length > 0) yield step(l_inactive[0]!);
  yield* move_active_pages_to_lru(cpu, l_inactive, l_hold, lru - LRU_ACTIVE);
  bumpZonePageState(NR_ISOLATED(file), -nr_taken);
  yield unlock(lru_lock());
  yield* free_hot_cold_page_list(cpu, l_hold);
}

/** Where shrink_active_list sends the pages it has isolated. */
interface SortedPages {
  readonly l_active: PagePtr[];
  readonly l_inactive: PagePtr[];
  nr_rotated: number;
}

/** The middle of shrink_active_list, without zone->lru_lock. */
function* sortByUse(cpu: Cpu, l_hold: readonly PagePtr[]): Steps<SortedPages> {
  const sorted: SortedPages = { l_active: [], l_inactive: [], nr_rotated: 0 };
  for (const page of l_hold) {
    if (!(yield* page_evictable(page))) {
      yield* putback_lru_page(cpu, page);
      continue;
    }
    const { referenced, vm_flags } = yield* page_referenced(cpu, page, false);
    if (referenced > 0) {
      yield step(page);
      sorted.nr_rotated += hpage_nr_pages(page);
      if ((vm_flags & VM_EXEC) !== 0 && page_is_file_cache(page)) {
        sorted.l_active.push(page);
        continue;
      }
    }
    yield ClearPageActive(page);
    sorted.l_inactive.push(page);
  }
  return sorted;
}

/**
 * mm/vmscan.c move_active_pages_to_lru. Entered and left with zone->lru_lock held, in a section;
 * pages whose last reference goes are added to `pages_to_free`.
 */
function* move_active_pages_to_lru(
  cpu: Cpu,
  list: readonly PagePtr[],
  pages_to_free: PagePtr[],
  lru: LruList,
): Steps {
  let pgmoved = 0;
  for (const [i, page] of list.entries()) {
    if (i > 0) yield step(page);
    const onLru = peek(page + Page.PG_lru) !== 0;
    VM_BUG_ON(onLru, where('move_active_pages_to_lru'), 'PageLRU(page)');
    poke(page + Page.PG_lru, 1);
    pgmoved += hpage_nr_pages(page);
    list_add(page, lru);
    yield* putIsolated(cpu, page, lru, pages_to_free);
  }
  if (pgmoved === 0) return;
  bumpZonePageState(NR_LRU(lru), pgmoved);
  if (!is_active_lru(lru)) bumpVmEvent('PGDEACTIVATE', pgmoved);
}

/**
 * mm/vmscan.c reclaim_clean_pages_from_list, for contiguous allocation: frees the clean file pages
 * among isolated ones, used or not, and leaves the others in `page_list`.
 *
 * @returns how many it freed.
 */
export function* reclaim_clean_pages_from_list(cpu: Cpu, page_list: PagePtr[]): Steps<number> {
  const sc = scan_control(cpu, { caller: 'reclaim_clean_pages_from_list' });
  const clean_pages: PagePtr[] = [];
  for (const page of page_list.splice(0)) {
    yield step(page);
    if (page_is_file_cache(page) && peek(page + Page.PG_dirty) === 0) {
      yield ClearPageActive(page);
      clean_pages.push(page);
    } else {
      page_list.push(page);
    }
  }
  const ttu_flags = TTU_UNMAP | TTU_IGNORE_ACCESS;
  const { nr_reclaimed } = yield* shrink_page_list(cpu, clean_pages, sc, ttu_flags, true);
  page_list.push(...clean_pages);
  yield mod_zone_page_state('NR_ISOLATED_FILE', -nr_reclaimed);
  return nr_reclaimed;
}
