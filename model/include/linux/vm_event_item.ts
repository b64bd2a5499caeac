import { hunk } from '../../features/hunk';

/**
 * include/linux/vm_event_item.h: enum vm_event_item, as far as the model counts. The model has room for
 * the event that p4 adds in every variant.
 */
export const VM_EVENT_ITEMS = [
  'PSWPIN',
  'PSWPOUT',
  'PGALLOC',
  'PGFREE',
  'PGACTIVATE',
  'PGDEACTIVATE',
  'PGFAULT',
  'PGMAJFAULT',
  'PGLAZYFREE',
  'PGREFILL',
  'PGSTEAL_KSWAPD',
  'PGSTEAL_DIRECT',
  'PGSCAN_KSWAPD',
  'PGSCAN_DIRECT',
  'PGROTATED',
  'PGMIGRATE_SUCCESS',
  'PGMIGRATE_FAIL',
  'UNEVICTABLE_PGCULLED',
  'UNEVICTABLE_PGRESCUED',
  'UNEVICTABLE_PGMLOCKED',
  'UNEVICTABLE_PGMUNLOCKED',
  'UNEVICTABLE_PGCLEARED',
  'UNEVICTABLE_PGSTRANDED',
  'THP_FAULT_ALLOC',
  'THP_FAULT_FALLBACK',
  'THP_COLLAPSE_ALLOC',
  'THP_COLLAPSE_ALLOC_FAILED',
  'THP_SPLIT',
  'THP_ZERO_PAGE_ALLOC',
  'THP_ZERO_PAGE_ALLOC_FAILED',
] as const;

export type VmEventItem = (typeof VM_EVENT_ITEMS)[number];

/** The events that the enum has, in its order. */
export function vm_event_item(): readonly VmEventItem[] {
  return hunk('p4/include/linux/vm_event_item/PGLAZYFREE')
    ? VM_EVENT_ITEMS
    : VM_EVENT_ITEMS.filter((item) => item !== 'PGLAZYFREE');
}
