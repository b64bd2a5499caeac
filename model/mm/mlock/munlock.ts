/** mm/mlock.c munlock_vma_pages_range: munlock of a range, for munlock(2), munmap and exit. */
import { pte_present, vm_normal_page } from '../../arch/x86/include/asm/pgtable';
import { pmd_trans_huge } from '../../arch/x86/include/asm/pgtable-pmd';
import { VM_BUG_ON } from '../../include/linux/bug';
import { FOLL_DUMP, FOLL_GET } from '../../include/linux/foll';
import { HPAGE_PMD_NR, hpageStart, PageTransHuge } from '../../include/linux/huge_mm';
import { get_page, page_mapcount } from '../../include/linux/mm';
import { lru_lock } from '../../include/linux/mm_inline';
import {
  Page,
  vm_area_struct,
  type Address,
  type Page as PagePtr,
  type Vma,
} from '../../include/linux/mm_types';
import { PageLRU, TestClearPageUnevictable } from '../../include/linux/page-flags';
import { lock_page, unlock_page } from '../../include/linux/pagemap';
import { VM_LOCKED } from '../../include/linux/vm_flags';
import { load, lock, step, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, poke } from '../../state/kernel';
import { follow_page_mask } from '../memory';
import { __pagevec_lru_add, __pagevec_release, put_page } from '../swap';
import { page_evictable } from '../vmscan';
import { bumpVmEvent, mod_zone_page_state } from '../vmstat';
import {
  __munlock_isolate_lru_page,
  __munlock_isolated_page,
  __munlock_isolation_failed,
  munlock_vma_page,
} from './page';

const V = vm_area_struct.offset;

/**
 * mm/mlock.c munlock_vma_pages_range: VM_LOCKED goes first. mmap_sem is held for writing, or the
 * mm has no users left.
 */
export function* munlock_vma_pages_range(cpu: Cpu, vma: Vma, start: Address, end: Address): Steps {
  yield step(vma + V.vm_flags);
  poke(vma + V.vm_flags, peek(vma + V.vm_flags) & ~VM_LOCKED);
  for (let at = start; at < end;) {
    const page = yield* follow_page_mask(cpu, vma, at, FOLL_GET | FOLL_DUMP);
    if (page <= 0) at += yield* pages_skipped(vma, at);
    else if (yield* PageTransHuge(page)) at += yield* munlockHugePage(cpu, page, at);
    else at = yield* munlockBatch(cpu, vma, page, at, end);
  }
}

/** mm/internal.h munlock_vma_pages_all. */
export function* munlock_vma_pages_all(cpu: Cpu, vma: Vma): Steps {
  const start = yield load(vma + V.vm_start);
  yield* munlock_vma_pages_range(cpu, vma, start, peek(vma + V.vm_end));
}

/** What follow_page_mask's page_mask says where there is no page: the huge zero page is one step. */
function* pages_skipped(vma: Vma, at: Address): Steps<number> {
  const pmd = yield load(kernel.pmd(peek(vma + V.vm_mm), at));
  return pmd_trans_huge(pmd) ? HPAGE_PMD_NR() : 1;
}

/** A huge page may be split before its lock is had; what was munlocked then is one small page. */
function* munlockHugePage(cpu: Cpu, page: PagePtr, at: Address): Steps<number> {
  yield lock_page(page);
  const page_mask = yield* munlock_vma_page(cpu, page);
  yield* unlock_page(page);
  yield* put_page(cpu, page);
  VM_BUG_ON(
    page_mask !== 0 && at !== hpageStart(at),
    'mm/mlock.c munlock_vma_pages_range',
    '(start >> PAGE_SHIFT) & page_mask',
  );
  return 1 + page_mask;
}

/** Small pages go by the pagevec. `page` is pinned. @returns the address after the last one. */
function* munlockBatch(
  cpu: Cpu,
  vma: Vma,
  page: PagePtr,
  start: Address,
  end: Address,
): Steps<Address> {
  const pvec = yield* __munlock_pagevec_fill(cpu, vma, page, start, end);
  const next = start + pvec.length;
  yield* __munlock_pagevec(cpu, pvec);
  return next;
}

/** mm/mlock.c __munlock_pagevec_fill: pins the pages that follow, in the same page table. */
function* __munlock_pagevec_fill(
  cpu: Cpu,
  vma: Vma,
  page: PagePtr,
  start: Address,
  end: Address,
): Steps<PagePtr[]> {
  const mm = yield load(vma + V.vm_mm);
  const pvec = [page];
  const last = Math.min(end, hpageStart(start) + HPAGE_PMD_NR());
  yield lock(kernel.ptl(mm, start));
  for (let at = start + 1; at < last && pvec.length < kernel.config.pagevecSize; at++) {
    const pte = yield load(kernel.pte(mm, at));
    const next = pte_present(pte) ? vm_normal_page(pte) : 0;
    if (next === 0) break;
    yield* get_page(cpu, next);
    pvec.push(next);
  }
  yield unlock(kernel.ptl(mm, start));
  return pvec;
}

/**
 * mm/mlock.c __munlock_pagevec. First, without page locks, every page loses PG_mlocked and is
 * isolated; then the isolated ones, each under its lock, go back to the LRU.
 */
function* __munlock_pagevec(cpu: Cpu, pvec: readonly PagePtr[]): Steps {
  const isolated: PagePtr[] = [];
  const others: PagePtr[] = [];
  yield lock(lru_lock());
  for (const page of pvec) {
    yield step(page + Page.PG_mlocked);
    (munlockIsolate(page) ? isolated : others).push(page);
  }
  yield mod_zone_page_state('NR_MLOCK', -isolated.length);
  yield unlock(lru_lock());
  // pagevec_release: an empty one is left alone, any other drains this CPU's pagevecs too.
  if (others.length > 0) yield* __pagevec_release(cpu, others);
  yield* putbackMunlocked(cpu, isolated);
}

/** Phase 1 for one page; the pin of follow_page_mask becomes the isolation's reference. */
function munlockIsolate(page: PagePtr): boolean {
  if (peek(page + Page.PG_mlocked) === 0) return false;
  poke(page + Page.PG_mlocked, 0);
  if (__munlock_isolate_lru_page(page, false)) return true;
  __munlock_isolation_failed(page);
  return false;
}

/** Phases 2 and 3. */
function* putbackMunlocked(cpu: Cpu, isolated: readonly PagePtr[]): Steps {
  const fast: PagePtr[] = [];
  let pgrescued = 0;
  for (const page of isolated) {
    yield lock_page(page);
    if (yield* __putback_lru_fast_prepare(page)) {
      fast.push(page);
      if (yield TestClearPageUnevictable(page)) pgrescued++;
      yield* unlock_page(page);
    } else {
      yield* get_page(cpu, page);
      yield* __munlock_isolated_page(cpu, page);
      yield* unlock_page(page);
      yield* put_page(cpu, page);
    }
  }
  if (fast.length > 0) yield* __putback_lru_fast(cpu, fast, pgrescued);
}

/** mm/mlock.c __putback_lru_fast_prepare, its question: mapped only here, and evictable? */
function* __putback_lru_fast_prepare(page: PagePtr): Steps<boolean> {
  const where = 'mm/mlock.c __putback_lru_fast_prepare';
  VM_BUG_ON((yield PageLRU(page)) !== 0, where, 'PageLRU(page)');
  return (yield* page_mapcount(page)) <= 1 && (yield* page_evictable(page));
}

/** mm/mlock.c __putback_lru_fast: past this CPU's pagevec; the pins go with it. */
function* __putback_lru_fast(cpu: Cpu, pages: readonly PagePtr[], pgrescued: number): Steps {
  yield step(kernel.vmEvent('UNEVICTABLE_PGMUNLOCKED'));
  bumpVmEvent('UNEVICTABLE_PGMUNLOCKED', pages.length);
  yield* __pagevec_lru_add(cpu, pages);
  yield step(kernel.vmEvent('UNEVICTABLE_PGRESCUED'));
  bumpVmEvent('UNEVICTABLE_PGRESCUED', pgrescued);
}
