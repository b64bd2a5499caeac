/**
 * The bits of page->flags. Each is a word of its own here: the kernel changes single bits
 * atomically, so two bits of one page are independent objects.
 */
export const PAGE_FLAGS = [
  'PG_locked',
  'PG_error',
  'PG_referenced',
  'PG_uptodate',
  'PG_dirty',
  'PG_lru',
  'PG_active',
  'PG_slab',
  'PG_reserved',
  'PG_private',
  'PG_writeback',
  'PG_head',
  'PG_tail',
  'PG_swapcache',
  'PG_mappedtodisk',
  'PG_reclaim',
  'PG_swapbacked',
  'PG_unevictable',
  'PG_mlocked',
  'PG_hwpoison',
  'PG_compound_lock',
] as const;

export type PageFlag = (typeof PAGE_FLAGS)[number];
