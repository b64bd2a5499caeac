/**
 * include/linux/mm.h: the tag in page->mapping and the page's counts. The values of a mapping word:
 * pointer | tag, where the tag says what the pointer points to.
 */
import { defined, hunk } from '../../features/hunk';
import {
  addToCount,
  decAndTest,
  incNotZero,
  load,
  store,
  type Op,
  type Steps,
} from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel } from '../../state/kernel';
import { __get_page_tail } from '../../mm/swap/compound';
import { __dec_zone_page_state, __inc_zone_page_state } from '../../mm/vmstat';
import { BUG_ON, VM_BUG_ON } from './bug';
import { compound_head } from './huge_mm';
import type { Page as PagePtr } from './mm_types';
import { Page } from './mm_types';
import { PageLocked } from './page-flags';

export const PAGE_MAPPING_ANON = 1;
export const PAGE_MAPPING_KSM = 2;

/** p3 defines it; nothing uses it without that hunk. */
export function PAGE_MAPPING_LZFREE(): number {
  defined('p3/include/linux/mm/PAGE_MAPPING_LZFREE/define', 'PAGE_MAPPING_LZFREE');
  return 4;
}

/** The mask that separates tag and pointer: 3, or 7 with LZFREE in it. */
export function PAGE_MAPPING_FLAGS(): number {
  return hunk('p3/include/linux/mm/PAGE_MAPPING_LZFREE/flags')
    ? PAGE_MAPPING_ANON | PAGE_MAPPING_KSM | PAGE_MAPPING_LZFREE()
    : PAGE_MAPPING_ANON | PAGE_MAPPING_KSM;
}

/** include/linux/mm.h PageAnon, on a value of page->mapping. */
export const mappingIsAnon = (mapping: number): boolean => (mapping & PAGE_MAPPING_ANON) !== 0;

/** include/linux/mm.h PageAnon: true for KSM pages too. One plain load. */
export function* PageAnon(page: PagePtr): Steps<boolean> {
  return mappingIsAnon(yield load(page + Page.mapping));
}

/** include/linux/mm.h page_rmapping: reads `mapping` afresh and masks the tag off. */
export function* page_rmapping(page: PagePtr): Steps<number> {
  const mapping = yield load(page + Page.mapping);
  return mapping & ~PAGE_MAPPING_FLAGS();
}

/** include/linux/mm.h SetPageLazyFree: three plain accesses, the last two a non-atomic OR. */
export function* SetPageLazyFree(cpu: Cpu, page: PagePtr): Steps {
  const where = 'include/linux/mm.h SetPageLazyFree';
  defined('p3/include/linux/mm/SetPageLazyFree', 'SetPageLazyFree');
  BUG_ON(!(yield* PageAnon(page)), where, '!PageAnon(page)');
  BUG_ON((yield PageLocked(page)) === 0, where, '!PageLocked(page)');
  const mapping = yield load(page + Page.mapping);
  yield store(page + Page.mapping, mapping | PAGE_MAPPING_LZFREE());
  if (hunk('p4/include/linux/mm/SetPageLazyFree')) {
    yield* __inc_zone_page_state(cpu, page, 'NR_LAZYFREE_PAGES');
  }
}

/** include/linux/mm.h ClearPageLazyFree: the same with a non-atomic AND NOT, whatever the bit was. */
export function* ClearPageLazyFree(cpu: Cpu, page: PagePtr): Steps {
  const where = 'include/linux/mm.h ClearPageLazyFree';
  defined('p3/include/linux/mm/SetPageLazyFree', 'ClearPageLazyFree');
  BUG_ON(!(yield* PageAnon(page)), where, '!PageAnon(page)');
  BUG_ON((yield PageLocked(page)) === 0, where, '!PageLocked(page)');
  const mapping = yield load(page + Page.mapping);
  yield store(page + Page.mapping, mapping & ~PAGE_MAPPING_LZFREE());
  if (hunk('p4/include/linux/mm/ClearPageLazyFree')) {
    yield* __dec_zone_page_state(cpu, page, 'NR_LAZYFREE_PAGES');
  }
}

/** include/linux/mm.h PageLazyFree: the tag is exactly ANON|LZFREE. One plain load. */
export function* PageLazyFree(page: PagePtr): Steps<boolean> {
  defined('p3/include/linux/mm/SetPageLazyFree', 'PageLazyFree');
  const mapping = yield load(page + Page.mapping);
  return (mapping & PAGE_MAPPING_FLAGS()) === (PAGE_MAPPING_ANON | PAGE_MAPPING_LZFREE());
}

/** Value of `_mapcount + 1`: `(yield pageMapcountRaw(page)) + 1`. */
export const pageMapcountRaw = (page: PagePtr): Op => load(page + Page._mapcount);

/** include/linux/mm.h page_mapped: `_mapcount >= 0`. */
export function* page_mapped(page: PagePtr): Steps<boolean> {
  return (yield load(page + Page._mapcount)) >= 0;
}

/** include/linux/mm.h page_mapcount. */
export function* page_mapcount(page: PagePtr): Steps<number> {
  return (yield load(page + Page._mapcount)) + 1;
}

/** include/linux/mm.h get_page_unless_zero: 1 if a reference was taken. */
export const get_page_unless_zero = (page: PagePtr): Op => incNotZero(page + Page._count);

/** `atomic_inc(&page->_count)` of a page whose count the caller knows to be positive. */
export const pageCountInc = (page: PagePtr): Op => addToCount(page + Page._count, 1);

/**
 * Whether the count is too low right after an addition, as part of that access: not recorded, so that
 * references taken and dropped side by side stay independent of each other. For assertions only.
 */
const isCountBelow = (page: PagePtr, least: number): boolean =>
  kernel.machine.isBelow(page + Page._count, least);

/**
 * include/linux/mm.h get_page. Differs from Linux: where CONFIG_DEBUG_VM finds a page without a
 * reference, the count has gone up already.
 */
export function* get_page(cpu: Cpu, page: PagePtr): Steps {
  if (kernel.config.CONFIG_TRANSPARENT_HUGEPAGE && (yield load(page + Page.PG_tail))) {
    if (yield* __get_page_tail(cpu, page)) return;
  }
  yield pageCountInc(page);
  VM_BUG_ON(isCountBelow(page, 2), 'include/linux/mm.h get_page', 'page_count <= 0');
}

/**
 * include/linux/mm.h put_page_testzero: true if that was the last reference. Differs from Linux:
 * where CONFIG_DEBUG_VM finds a page without a reference, the count has gone down already.
 */
export function* put_page_testzero(page: PagePtr): Steps<boolean> {
  if (yield decAndTest(page + Page._count)) return true;
  VM_BUG_ON(isCountBelow(page, 0), 'include/linux/mm.h put_page_testzero', 'page_count == 0');
  return false;
}

/** include/linux/mm.h page_count: that of the compound head. */
export function* page_count(page: PagePtr): Steps<number> {
  return yield load((yield* compound_head(page)) + Page._count);
}
