/** mm/vmscan.c struct scan_control: what one reclaimer may do, and what it has done so far. */
import type { Cpu } from '../../state/cpu';

/** Pages that are isolated at once at most, and that a direct reclaimer wants. */
export const SWAP_CLUSTER_MAX = 32;
export const DEF_PRIORITY = 12;

export interface ScanControl {
  nr_scanned: number;
  nr_reclaimed: number;
  nr_to_reclaim: number;
  /** List size >> priority pages are scanned at once. */
  priority: number;
  may_writepage: boolean;
  may_unmap: boolean;
  may_swap: boolean;
  /** __GFP_IO and __GFP_FS of gfp_mask. */
  gfpIo: boolean;
  gfpFs: boolean;
  /**
   * The reclaim is for the limit of a memory cgroup; that all pages belong to it is abstracted from
   * lists of its own. False: global reclaim.
   */
  target_mem_cgroup: boolean;
  /** get_scan_count's force_scan on behalf of kswapd: the zone has become unreclaimable. */
  zoneUnreclaimable: boolean;
  /**
   * high_wmark_pages of the zone. The model's zone is too small for watermarks of its own, and when
   * reclaim runs is the scenario's to say; undefined stands for a zone that is just at the mark.
   */
  highWmark: number | undefined;
}

/** The reclaimers of the kernel, with what each of them may do. */
const CALLERS = {
  direct: { may_unmap: true, may_swap: true, may_writepage: true, target_mem_cgroup: false },
  memcg: { may_unmap: true, may_swap: true, may_writepage: true, target_mem_cgroup: true },
  kswapd: { may_unmap: true, may_swap: true, may_writepage: true, target_mem_cgroup: false },
  /** Its mode has neither RECLAIM_SWAP nor RECLAIM_WRITE unless the options say so. */
  zone_reclaim: {
    may_unmap: false,
    may_swap: true,
    may_writepage: false,
    target_mem_cgroup: false,
  },
  hibernation: { may_unmap: true, may_swap: true, may_writepage: true, target_mem_cgroup: false },
  reclaim_clean_pages_from_list: {
    may_unmap: true,
    may_swap: false,
    may_writepage: false,
    target_mem_cgroup: false,
  },
} as const;

export type ReclaimCaller = keyof typeof CALLERS;

/** Who reclaims, and anything that should differ from what that caller uses. */
export type ReclaimOptions = Partial<ScanControl> & {
  /** Default: kswapd on a CPU that is kswapd's, else direct. */
  readonly caller?: ReclaimCaller;
  /** vm.laptop_mode: nothing is written out at first. */
  readonly laptop_mode?: boolean;
};

/** The scan_control that a caller starts with. */
export function scan_control(cpu: Cpu, options: ReclaimOptions = {}): ScanControl {
  const { caller = cpu.kswapd ? 'kswapd' : 'direct', laptop_mode = false, ...changes } = options;
  const writes = CALLERS[caller].may_writepage && (caller === 'hibernation' || !laptop_mode);
  return {
    nr_scanned: 0,
    nr_reclaimed: 0,
    nr_to_reclaim: SWAP_CLUSTER_MAX,
    priority: DEF_PRIORITY,
    gfpIo: true,
    gfpFs: true,
    zoneUnreclaimable: false,
    highWmark: undefined,
    ...CALLERS[caller],
    may_writepage: writes,
    ...changes,
  };
}

/** mm/vmscan.c global_reclaim. */
export const global_reclaim = (sc: ScanControl): boolean => !sc.target_mem_cgroup;
