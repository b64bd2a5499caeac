import { hunk } from '../../features/hunk';

/**
 * include/linux/mmzone.h: enum zone_stat_item, as far as the model counts. The model has room for the
 * counter that p4 adds in every variant.
 */
export const ZONE_STAT_ITEMS = [
  'NR_FREE_PAGES',
  'NR_INACTIVE_ANON',
  'NR_ACTIVE_ANON',
  'NR_INACTIVE_FILE',
  'NR_ACTIVE_FILE',
  'NR_UNEVICTABLE',
  'NR_MLOCK',
  'NR_LAZYFREE_PAGES',
  'NR_ANON_PAGES',
  'NR_FILE_MAPPED',
  'NR_FILE_PAGES',
  'NR_FILE_DIRTY',
  'NR_WRITEBACK',
  'NR_VMSCAN_WRITE',
  'NR_VMSCAN_IMMEDIATE',
  'NR_ISOLATED_ANON',
  'NR_ISOLATED_FILE',
  'NR_SHMEM',
  'NR_DIRTIED',
  'NR_WRITTEN',
  'NR_ANON_TRANSPARENT_HUGEPAGES',
] as const;

export type ZoneStatItem = (typeof ZONE_STAT_ITEMS)[number];

/** The counters that the enum has, in its order. */
export function zone_stat_item(): readonly ZoneStatItem[] {
  return hunk('p4/include/linux/mmzone/NR_LAZYFREE_PAGES')
    ? ZONE_STAT_ITEMS
    : ZONE_STAT_ITEMS.filter((item) => item !== 'NR_LAZYFREE_PAGES');
}
