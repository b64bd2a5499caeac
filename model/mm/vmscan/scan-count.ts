/** mm/vmscan.c: which lists are scanned, and how much of each. */
import { hunk } from '../../features/hunk';
import type { LruList } from '../../include/linux/list';
import {
  get_lru_size,
  is_file_lru,
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  underLruLock,
} from '../../include/linux/mm_inline';
import { zone } from '../../include/linux/mm_types';
import { get_nr_swap_pages } from '../../include/linux/swap';
import { load, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, poke } from '../../state/kernel';
import { zone_page_state } from '../vmstat';
import { global_reclaim, SWAP_CLUSTER_MAX, type ScanControl } from './scan-control';

/** The lists that reclaim scans, in its order. */
export const EVICTABLE_LRUS: readonly LruList[] = [
  LRU_INACTIVE_ANON,
  LRU_ACTIVE_ANON,
  LRU_INACTIVE_FILE,
  LRU_ACTIVE_FILE,
];

/** zone->inactive_ratio of a zone with less than a gigabyte. */
const INACTIVE_RATIO = 1;

/** mm/vmscan.c inactive_anon_is_low: never, if there is no swap to age the pages for. */
export function* inactive_anon_is_low(): Steps<boolean> {
  if (!kernel.config.CONFIG_SWAP) return false;
  if (!(yield load(kernel.total_swap_pages))) return false;
  const active = yield* get_lru_size(LRU_ACTIVE_ANON);
  const inactive = yield* get_lru_size(LRU_INACTIVE_ANON);
  return inactive * INACTIVE_RATIO < active;
}

/** mm/vmscan.c inactive_file_is_low. */
function* inactive_file_is_low(): Steps<boolean> {
  const inactive = yield* get_lru_size(LRU_INACTIVE_FILE);
  const active = yield* get_lru_size(LRU_ACTIVE_FILE);
  return active > inactive;
}

/** mm/vmscan.c inactive_list_is_low. */
export const inactive_list_is_low = (lru: LruList): Steps<boolean> =>
  is_file_lru(lru) ? inactive_file_is_low() : inactive_anon_is_low();

type ScanBalance = 'SCAN_EQUAL' | 'SCAN_FRACT' | 'SCAN_ANON' | 'SCAN_FILE';

/** Whether anonymous pages are out of reach: nothing to put them on, or not allowed to. */
function* cannotReclaimAnon(sc: ScanControl): Steps<boolean> {
  if (!sc.may_swap) return true;
  if ((yield* get_nr_swap_pages()) > 0) return false;
  // The counter is unsigned: "<= 0" is "== 0".
  if (hunk('p5/mm/vmscan/get_scan_count')) {
    return (yield* zone_page_state('NR_LAZYFREE_PAGES')) <= 0;
  }
  return true;
}

/** How get_scan_count divides the work, and the shares of SCAN_FRACT. */
interface Division {
  readonly balance: ScanBalance;
  readonly shares?: Fractions;
}

/** get_scan_count up to the label out. */
function* divide(sc: ScanControl): Steps<Division> {
  const { swappiness } = kernel.config;
  if (yield* cannotReclaimAnon(sc)) return { balance: 'SCAN_FILE' };
  if (!global_reclaim(sc) && swappiness === 0) return { balance: 'SCAN_FILE' };
  if (sc.priority === 0 && swappiness !== 0) return { balance: 'SCAN_EQUAL' };
  const anon = (yield* get_lru_size(LRU_ACTIVE_ANON)) + (yield* get_lru_size(LRU_INACTIVE_ANON));
  const file = (yield* get_lru_size(LRU_ACTIVE_FILE)) + (yield* get_lru_size(LRU_INACTIVE_FILE));
  if (global_reclaim(sc)) {
    const above = sc.highWmark === undefined ? 0 : yield* zone_page_state('NR_FREE_PAGES');
    if (file + above <= (sc.highWmark ?? 0)) return { balance: 'SCAN_ANON' };
  }
  if (!(yield* inactive_file_is_low())) return { balance: 'SCAN_FILE' };
  return { balance: 'SCAN_FRACT', shares: yield* fractions(anon, file) };
}

interface Fractions {
  /** Of anonymous and of file pages. */
  readonly fraction: readonly [number, number];
  readonly denominator: number;
}

const Zone = zone.offset;

/** Halves what was scanned and rotated of one kind, when it is more than a quarter of its pages. */
function decay(scanned: number, rotated: number, pages: number): void {
  if (peek(kernel.zone + scanned) <= Math.floor(pages / 4)) return;
  poke(kernel.zone + scanned, peek(kernel.zone + scanned) >> 1);
  poke(kernel.zone + rotated, peek(kernel.zone + rotated) >> 1);
}

/** The shares of SCAN_FRACT, from how much of what was scanned turned out to be in use. */
function* fractions(anon: number, file: number): Steps<Fractions> {
  const { swappiness } = kernel.config;
  return yield* underLruLock(() => {
    decay(Zone.scanned_anon, Zone.rotated_anon, anon);
    decay(Zone.scanned_file, Zone.rotated_file, file);
    const share = (prio: number, scanned: number, rotated: number): number =>
      Math.floor((prio * (peek(kernel.zone + scanned) + 1)) / (peek(kernel.zone + rotated) + 1));
    const ap = share(swappiness, Zone.scanned_anon, Zone.rotated_anon);
    const fp = share(200 - swappiness, Zone.scanned_file, Zone.rotated_file);
    return { fraction: [ap, fp] as const, denominator: ap + fp + 1 };
  });
}

/** mm/vmscan.c get_scan_count: pages to scan of each list of {@link EVICTABLE_LRUS}. */
export function* get_scan_count(cpu: Cpu, sc: ScanControl): Steps<number[]> {
  const force_scan = (cpu.kswapd && sc.zoneUnreclaimable) || !global_reclaim(sc);
  const { balance, shares } = yield* divide(sc);
  const nr: number[] = [];
  for (const lru of EVICTABLE_LRUS) {
    const size = yield* get_lru_size(lru);
    let scan = size >> sc.priority;
    if (scan === 0 && force_scan) scan = Math.min(size, SWAP_CLUSTER_MAX);
    const file = is_file_lru(lru);
    if (shares !== undefined) {
      scan = Math.floor((scan * shares.fraction[file ? 1 : 0]) / shares.denominator);
    } else if (balance !== 'SCAN_EQUAL' && (balance === 'SCAN_FILE') !== file) {
      scan = 0;
    }
    nr[lru] = scan;
  }
  return nr;
}
