/**
 * mm/vmscan.c: reclaim, from the choice of lists down. The parts of the kernel file are in the
 * folder beside this one.
 *
 * Abstracted: one zone and, for its lists, no memory cgroups. When reclaim runs and when it has done
 * enough is the scenario's to say (balance_pgdat, watermarks, the OOM killer's turn); slab caches,
 * compaction and the flusher threads are absent.
 */
import type { LruList } from '../include/linux/list';
import {
  is_active_lru,
  LRU_ACTIVE,
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
} from '../include/linux/mm_inline';
import { zone } from '../include/linux/mm_types';
import { store, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel } from '../state/kernel';
import {
  DEF_PRIORITY,
  global_reclaim,
  scan_control,
  SWAP_CLUSTER_MAX,
  type ReclaimOptions,
  type ScanControl,
} from './vmscan/scan-control';
import {
  EVICTABLE_LRUS,
  get_scan_count,
  inactive_anon_is_low,
  inactive_list_is_low,
} from './vmscan/scan-count';
import { shrink_active_list, shrink_inactive_list } from './vmscan/shrink-lists';

export * from './vmscan/isolate';
export * from './vmscan/remove-mapping';
export * from './vmscan/scan-control';
export * from './vmscan/scan-count';
export * from './vmscan/shrink-lists';
export * from './vmscan/shrink-page-list';

/** mm/vmscan.c shrink_list: an active list is aged only if its inactive one is low. */
function* shrink_list(cpu: Cpu, lru: LruList, nr_to_scan: number, sc: ScanControl): Steps<number> {
  if (!is_active_lru(lru)) return yield* shrink_inactive_list(cpu, nr_to_scan, sc, lru);
  if (yield* inactive_list_is_low(lru)) yield* shrink_active_list(cpu, nr_to_scan, sc, lru);
  return 0;
}

/** mm/vmscan.c shrink_lruvec: one pass at sc.priority; what it frees is added to sc.nr_reclaimed. */
function* shrink_lruvec(cpu: Cpu, sc: ScanControl): Steps {
  const nr = yield* get_scan_count(cpu, sc);
  const targets = [...nr];
  let nr_reclaimed = 0;
  let scan_adjusted = false;
  while (nr[LRU_INACTIVE_ANON]! > 0 || nr[LRU_ACTIVE_FILE]! > 0 || nr[LRU_INACTIVE_FILE]! > 0) {
    for (const lru of EVICTABLE_LRUS) {
      const nr_to_scan = Math.min(nr[lru]!, SWAP_CLUSTER_MAX);
      if (nr_to_scan === 0) continue;
      nr[lru]! -= nr_to_scan;
      nr_reclaimed += yield* shrink_list(cpu, lru, nr_to_scan, sc);
    }
    if (nr_reclaimed < sc.nr_to_reclaim || scan_adjusted) continue;
    if (global_reclaim(sc) && !cpu.kswapd) break;
    adjustScan(nr, targets);
    scan_adjusted = true;
  }
  sc.nr_reclaimed += nr_reclaimed;
  if (yield* inactive_anon_is_low()) {
    yield* shrink_active_list(cpu, SWAP_CLUSTER_MAX, sc, LRU_ACTIVE_ANON);
  }
}

/**
 * The middle of shrink_lruvec: enough is reclaimed, so the kind with less left is dropped and the
 * other cut to the same part of its target.
 */
function adjustScan(nr: number[], targets: readonly number[]): void {
  const left = (base: LruList): number => nr[base]! + nr[base + LRU_ACTIVE]!;
  const target = (base: LruList): number => targets[base]! + targets[base + LRU_ACTIVE]! + 1;
  const [smaller, larger] =
    left(LRU_INACTIVE_FILE) > left(LRU_INACTIVE_ANON)
      ? [LRU_INACTIVE_ANON, LRU_INACTIVE_FILE]
      : [LRU_INACTIVE_FILE, LRU_INACTIVE_ANON];
  const percentage = Math.floor((left(smaller) * 100) / target(smaller));
  nr[smaller] = 0;
  nr[smaller + LRU_ACTIVE] = 0;
  for (const lru of [larger, larger + LRU_ACTIVE]) {
    const nr_scanned = targets[lru]! - nr[lru]!;
    const wanted = Math.floor((targets[lru]! * (100 - percentage)) / 100);
    nr[lru] = wanted - Math.min(wanted, nr_scanned);
  }
}

/**
 * The most urgent pass of a caller. Direct reclaim comes to 0, which looks at whole lists; kswapd does not,
 * as mm/vmscan.c balance_pgdat goes on only `while (sc.priority >= 1`.
 */
export const mostUrgent = ({ kswapd }: Cpu): number => (kswapd ? 1 : 0);

/**
 * One pass of mm/vmscan.c shrink_zone, by default the most urgent one.
 * As kswapd_shrink_zone does, kswapd drops ZONE_WRITEBACK afterwards.
 *
 * @returns how many pages it freed.
 */
export function* shrinkZoneOnce(cpu: Cpu, options: ReclaimOptions = {}): Steps<number> {
  const sc = scan_control(cpu, { priority: mostUrgent(cpu), ...options });
  yield* shrink_lruvec(cpu, sc);
  if (cpu.kswapd) yield store(kernel.zone + zone.offset.reclaim_writeback, 0);
  return sc.nr_reclaimed;
}

/**
 * mm/vmscan.c do_try_to_free_pages, for direct and memory-cgroup reclaim: passes of rising urgency
 * until enough is freed or everything has been tried. Pages are written after all, laptop mode or
 * not, once it gets urgent or more than one and a half times what is wanted has been scanned.
 *
 * @returns how many pages it freed.
 */
export function* try_to_free_pages(cpu: Cpu, options: ReclaimOptions = {}): Steps<number> {
  const sc = scan_control(cpu, options);
  let total_scanned = 0;
  do {
    sc.nr_scanned = 0;
    yield* shrink_lruvec(cpu, sc);
    total_scanned += sc.nr_scanned;
    if (sc.nr_reclaimed >= sc.nr_to_reclaim) break;
    if (sc.priority < DEF_PRIORITY - 2) sc.may_writepage = true;
    if (total_scanned > Math.floor((sc.nr_to_reclaim * 3) / 2)) sc.may_writepage = true;
  } while (--sc.priority >= 0);
  return sc.nr_reclaimed;
}

/** Reclaims from the tail of an inactive list, up to `nr` pages. @returns how many it freed. */
export const reclaimInactive = (
  cpu: Cpu,
  which: 'anon' | 'file',
  nr: number,
  options: ReclaimOptions = {},
): Steps<number> =>
  shrink_inactive_list(
    cpu,
    nr,
    scan_control(cpu, options),
    which === 'anon' ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE,
  );

/** Ages an active list from its tail, up to `nr` pages. */
export const reclaimActive = (
  cpu: Cpu,
  which: 'anon' | 'file',
  nr: number,
  options: ReclaimOptions = {},
): Steps =>
  shrink_active_list(
    cpu,
    nr,
    scan_control(cpu, options),
    which === 'anon' ? LRU_ACTIVE_ANON : LRU_ACTIVE_FILE,
  );
