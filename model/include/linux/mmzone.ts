/** include/linux/mmzone.h: enum zone_stat_item, as far as the model counts. */
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
  'NR_ISOLATED_ANON',
  'NR_ISOLATED_FILE',
  'NR_ANON_TRANSPARENT_HUGEPAGES',
] as const;

export type ZoneStatItem = (typeof ZONE_STAT_ITEMS)[number];
