/** mm/memory-failure.c: what is done with a poisoned page, by the state that its flags tell. */
import { EBUSY, EIO } from '../../include/uapi/asm-generic/errno-base';
import { page_count, PageAnon } from '../../include/linux/mm';
import { Page, type Page as PagePtr } from '../../include/linux/mm_types';
import {
  ClearPageActive,
  ClearPageDirty,
  ClearPageUnevictable,
} from '../../include/linux/page-flags';
import type { PageFlag } from '../../include/linux/page-flags-layout';
import { step, store, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { peek } from '../../state/kernel';
import { put_page } from '../swap';
import { delete_from_swap_cache } from '../swap_state';
import { truncate_inode_page } from '../truncate';
import { page_mapping } from '../util';
import { isolate_lru_page } from '../vmscan';

/** enum outcome. */
type Outcome = 'ignored' | 'failed' | 'delayed' | 'recovered';

/** A page's flags word, read at once: the names of those that are set. */
export type FlagsWord = ReadonlySet<PageFlag>;

/** The flags that error_states looks at. */
const LOOKED_AT: readonly PageFlag[] = [
  'PG_reserved',
  'PG_slab',
  'PG_head',
  'PG_tail',
  'PG_swapcache',
  'PG_mlocked',
  'PG_unevictable',
  'PG_lru',
  'PG_dirty',
];

/** Reads a page's flags as far as they matter here. */
export function* read_flags(page: PagePtr): Steps<FlagsWord> {
  yield step(page + Page.PG_dirty);
  return new Set(LOOKED_AT.filter((flag) => peek(page + Page[flag]) !== 0));
}

/** struct page_state: flags that must be set, flags that must be clear. */
interface PageState {
  readonly set: readonly PageFlag[];
  readonly clear: readonly PageFlag[];
  action(cpu: Cpu, page: PagePtr): Steps<Outcome>;
}

/** mm/memory-failure.c error_states: the first that fits. */
const error_states: readonly PageState[] = [
  { set: ['PG_reserved'], clear: [], action: me_kernel },
  { set: ['PG_slab'], clear: [], action: me_kernel },
  { set: ['PG_head'], clear: [], action: me_huge_page },
  { set: ['PG_tail'], clear: [], action: me_huge_page },
  { set: ['PG_swapcache', 'PG_dirty'], clear: [], action: me_swapcache_dirty },
  { set: ['PG_swapcache'], clear: ['PG_dirty'], action: me_swapcache_clean },
  { set: ['PG_mlocked', 'PG_dirty'], clear: [], action: me_pagecache_dirty },
  { set: ['PG_mlocked'], clear: ['PG_dirty'], action: me_pagecache_clean },
  { set: ['PG_unevictable', 'PG_dirty'], clear: [], action: me_pagecache_dirty },
  { set: ['PG_unevictable'], clear: ['PG_dirty'], action: me_pagecache_clean },
  { set: ['PG_lru', 'PG_dirty'], clear: [], action: me_pagecache_dirty },
  { set: ['PG_lru'], clear: ['PG_dirty'], action: me_pagecache_clean },
];
const unknownState: PageState = { set: [], clear: [], action: me_unknown };

const stateOf = (flags: FlagsWord): PageState | undefined =>
  error_states.find(
    ({ set, clear }) => set.every((f) => flags.has(f)) && !clear.some((f) => flags.has(f)),
  );

/**
 * The end of mm/memory-failure.c memory_failure, and page_action: acts by the page's flags or, if
 * these say nothing any more, by those from before it was unmapped.
 *
 * @returns 0, or -EBUSY if the page could not be contained or is still used.
 */
export function* page_action(cpu: Cpu, page: PagePtr, before: FlagsWord): Steps<number> {
  const now = yield* read_flags(page);
  const saved = new Set(now.has('PG_dirty') ? [...before, 'PG_dirty' as const] : before);
  const state = stateOf(now) ?? stateOf(saved) ?? unknownState;
  const result = yield* state.action(cpu, page);
  let count = (yield* page_count(page)) - 1;
  if (state.action === me_swapcache_dirty && result === 'delayed') count--;
  if (count !== 0) return -EBUSY;
  return result === 'recovered' || result === 'delayed' ? 0 : -EBUSY;
}

/** mm/memory-failure.c delete_from_lru_cache. @returns 0 or -EIO. */
function* delete_from_lru_cache(cpu: Cpu, page: PagePtr): Steps<number> {
  if ((yield* isolate_lru_page(cpu, page)) !== 0) return -EIO;
  yield ClearPageActive(page);
  yield ClearPageUnevictable(page);
  yield* put_page(cpu, page);
  return 0;
}

function* me_kernel(): Steps<Outcome> {
  return 'ignored';
}

function* me_unknown(): Steps<Outcome> {
  return 'failed';
}

/** mm/memory-failure.c me_huge_page: hugetlbfs, whose free pages are left out. */
function* me_huge_page(): Steps<Outcome> {
  return 'delayed';
}

/** mm/memory-failure.c me_pagecache_clean: a file's page is punched out of its file. */
function* me_pagecache_clean(cpu: Cpu, page: PagePtr): Steps<Outcome> {
  yield* delete_from_lru_cache(cpu, page);
  if (yield* PageAnon(page)) return 'recovered';
  const mapping = yield* page_mapping(page);
  if (mapping === 0) return 'failed';
  return (yield* truncate_inode_page(cpu, mapping, page)) === 0 ? 'recovered' : 'failed';
}

/** mm/memory-failure.c me_pagecache_dirty. That the file's next fsync fails is left out. */
function* me_pagecache_dirty(cpu: Cpu, page: PagePtr): Steps<Outcome> {
  yield store(page + Page.PG_error, 1);
  return yield* me_pagecache_clean(cpu, page);
}

/** mm/memory-failure.c me_swapcache_dirty: stays in the swap cache, for a fault to find. */
function* me_swapcache_dirty(cpu: Cpu, page: PagePtr): Steps<Outcome> {
  yield ClearPageDirty(page);
  yield store(page + Page.PG_uptodate, 0);
  return (yield* delete_from_lru_cache(cpu, page)) === 0 ? 'delayed' : 'failed';
}

/** mm/memory-failure.c me_swapcache_clean: the good copy is in swap. */
function* me_swapcache_clean(cpu: Cpu, page: PagePtr): Steps<Outcome> {
  yield* delete_from_swap_cache(cpu, page);
  return (yield* delete_from_lru_cache(cpu, page)) === 0 ? 'recovered' : 'failed';
}
