/**
 * mm/huge_memory.c: khugepaged, which gathers small pages into a huge one. What it looks at and when
 * is the scenario's to say; its lists and cursors are left out.
 */
import {
  pte_none,
  pte_page,
  pte_present,
  pte_write,
  pte_young,
  vm_normal_page,
} from '../../arch/x86/include/asm/pgtable';
import {
  PMD_TABLE,
  pmd_none,
  pmd_present,
  pmd_trans_huge,
} from '../../arch/x86/include/asm/pgtable-pmd';
import { flush_tlb_range } from '../../arch/x86/mm/tlb';
import { BUG_ON, VM_BUG_ON } from '../../include/linux/bug';
import { clear_user_highpage, copy_user_highpage } from '../../include/linux/highmem';
import {
  HPAGE_PMD_NR,
  hpageStart,
  isTemporaryStack,
  PageCompound,
} from '../../include/linux/huge_mm';
import { page_count, page_mapcount, PageAnon } from '../../include/linux/mm';
import {
  mm_struct,
  vm_area_struct,
  type Address,
  type Mm,
  type Page,
  type Pte,
  type Vma,
} from '../../include/linux/mm_types';
import {
  PageLocked,
  PageLRU,
  PageReferenced,
  PageSwapBacked,
  SetPageUptodate,
} from '../../include/linux/page-flags';
import { trylock_page, unlock_page } from '../../include/linux/pagemap';
import {
  VM_HUGEPAGE,
  VM_HUGETLB,
  VM_MAYSHARE,
  VM_NOHUGEPAGE,
  VM_SHARED,
  VM_SPECIAL,
} from '../../include/linux/vm_flags';
import {
  load,
  lock,
  readLock,
  readUnlock,
  step,
  store,
  unlock,
  type Steps,
} from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, poke } from '../../state/kernel';
import { find_vma } from '../mmap';
import { vmasOf } from '../mmap/vma';
import { allocPagesHuge } from '../page_alloc';
import {
  anon_vma_lock_write,
  anon_vma_unlock_write,
  page_add_new_anon_rmap,
  page_remove_rmap,
} from '../rmap';
import { put_page } from '../swap';
import { free_page_and_swap_cache } from '../swap_state';
import { isolate_lru_page, putback_lru_page } from '../vmscan';
import { count_vm_event, mod_zone_page_state } from '../vmstat';
import { newHugePmd } from './fault';
import { addAnonPages, pmd_lock, pmdUnlock, subpage } from './pmd';

const V = vm_area_struct.offset;
const mm_ = mm_struct.offset;

/** Vmas that never have huge pages. */
export const VM_NO_THP = VM_SPECIAL | VM_HUGETLB | VM_SHARED | VM_MAYSHARE;

/** The page table of a range that its pmd no longer points to: private to who took it away. */
type Detached = readonly Pte[];

/**
 * khugepaged at work on one aligned range: mm/huge_memory.c khugepaged_scan_pmd and what it calls.
 * khugepaged_max_ptes_none has its default: all but one may be missing. Abstracted: a page that is not
 * used goes back at once, where Linux keeps it until khugepaged takes its next one.
 *
 * @returns true if a huge page maps the range now because of this call.
 */
export function* khugepagedCollapse(cpu: Cpu, mm: Mm, at: Address): Steps<boolean> {
  const address = hpageStart(at);
  yield readLock(mm + mm_.mmap_sem);
  const vma = yield* vmaForCollapse(mm, address);
  if (vma === 0 || !(yield* worthCollapsing(mm, address))) {
    yield readUnlock(mm + mm_.mmap_sem);
    return false;
  }
  const new_page = yield* allocPagesHuge(cpu);
  yield readUnlock(mm + mm_.mmap_sem);
  if (new_page === 0) {
    yield count_vm_event('THP_COLLAPSE_ALLOC_FAILED');
    return false;
  }
  yield count_vm_event('THP_COLLAPSE_ALLOC');
  const done = yield* collapse_huge_page(cpu, mm, address, new_page);
  if (!done) yield* put_page(cpu, new_page);
  return done;
}

/**
 * include/linux/khugepaged.h khugepaged_exit, mm/huge_memory.c __khugepaged_exit: the mm has no users left.
 * If khugepaged is at work on it, mmap_sem is waited for. That it is need not be asked: nobody else can
 * hold mmap_sem now, and khugepaged finds no users when it takes it later.
 */
export function* khugepaged_exit(mm: Mm): Steps {
  if (!vmasOf(mm).some((vma) => peek(vma + V.vm_flags) & VM_HUGEPAGE)) return;
  yield lock(mm + mm_.mmap_sem);
  yield unlock(mm + mm_.mmap_sem);
}

/** The vma that holds the whole range and may have huge pages (hugepage_vma_check), or 0. */
function* vmaForCollapse(mm: Mm, address: Address): Steps<Vma> {
  if ((yield load(mm + mm_.mm_users)) === 0) return 0;
  const vma = yield* find_vma(mm, address);
  if (vma === 0) return 0;
  yield step(vma + V.vm_start);
  const hstart = Math.ceil(peek(vma + V.vm_start) / HPAGE_PMD_NR()) * HPAGE_PMD_NR();
  if (address < hstart || address + HPAGE_PMD_NR() > peek(vma + V.vm_end)) return 0;
  const vm_flags = peek(vma + V.vm_flags);
  if ((vm_flags & VM_HUGEPAGE) === 0 || (vm_flags & VM_NOHUGEPAGE) !== 0) return 0;
  if (peek(vma + V.anon_vma) === 0 || peek(vma + V.vm_ops) !== 0) return 0;
  if (isTemporaryStack(vm_flags)) return 0;
  const where = 'mm/huge_memory.c hugepage_vma_check';
  VM_BUG_ON((vm_flags & VM_NO_THP) !== 0, where, 'vma->vm_flags & VM_NO_THP');
  return vma;
}

/** The first look of khugepaged_scan_pmd, under the ptl: nothing is taken yet. */
function* worthCollapsing(mm: Mm, address: Address): Steps<boolean> {
  const pmd = yield load(kernel.pmd(mm, address));
  if (!pmd_present(pmd) || pmd_trans_huge(pmd)) return false;
  yield lock(kernel.ptl(mm, address));
  const worth = yield* scanPtes(mm, address);
  yield unlock(kernel.ptl(mm, address));
  return worth;
}

function* scanPtes(mm: Mm, address: Address): Steps<boolean> {
  let referenced = false;
  let none = 0;
  for (let i = 0; i < HPAGE_PMD_NR(); i++) {
    const pteval = yield load(kernel.pte(mm, address + i));
    if (pte_none(pteval)) {
      if (++none > HPAGE_PMD_NR() - 1) return false;
      continue;
    }
    if (!pte_present(pteval) || !pte_write(pteval)) return false;
    const page = vm_normal_page(pteval);
    if (page === 0) return false;
    if (!(yield PageLRU(page)) || (yield PageLocked(page)) || !(yield* PageAnon(page))) {
      return false;
    }
    if ((yield* page_count(page)) !== 1) return false;
    if (pte_young(pteval) || (yield PageReferenced(page))) referenced = true;
  }
  return referenced;
}

/**
 * mm/huge_memory.c collapse_huge_page, from down_write on. Between taking the pmd away and putting
 * the new one in its place the page table belongs to khugepaged: its ptes are taken out of the
 * arena along with the pmd, so that whoever looks finds what is behind a missing pmd, nothing.
 *
 * @returns false if the range was not to be had as a whole: everything is as before.
 */
function* collapse_huge_page(cpu: Cpu, mm: Mm, address: Address, new_page: Page): Steps<boolean> {
  yield lock(mm + mm_.mmap_sem);
  const vma = yield* vmaForCollapse(mm, address);
  const pmd = yield load(kernel.pmd(mm, address));
  let done = false;
  if (vma !== 0 && pmd_present(pmd) && !pmd_trans_huge(pmd)) {
    done = yield* collapseRange(cpu, mm, vma, address, new_page);
  }
  yield unlock(mm + mm_.mmap_sem);
  return done;
}

function* collapseRange(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  new_page: Page,
): Steps<boolean> {
  const where = 'mm/huge_memory.c collapse_huge_page';
  const pmd = kernel.pmd(mm, address);
  const anonVma = yield load(vma + V.anon_vma);
  yield* anon_vma_lock_write(anonVma);
  const ptes = yield* detachPageTable(cpu, mm, address);
  yield lock(kernel.ptl(mm, address));
  const isolated = yield* __collapse_huge_page_isolate(cpu, ptes);
  yield unlock(kernel.ptl(mm, address));
  if (!isolated) {
    yield pmd_lock(mm, address);
    BUG_ON(!pmd_none(yield load(pmd)), where, '!pmd_none(*pmd)');
    yield* restorePageTable(mm, address, ptes);
    yield pmdUnlock(mm, address);
    yield* anon_vma_unlock_write(anonVma);
    return false;
  }
  yield* anon_vma_unlock_write(anonVma);
  yield* __collapse_huge_page_copy(cpu, mm, address, ptes, new_page);
  yield SetPageUptodate(new_page);
  const entry = yield* newHugePmd(new_page, vma);
  yield pmd_lock(mm, address);
  BUG_ON(!pmd_none(yield load(pmd)), where, '!pmd_none(*pmd)');
  yield* page_add_new_anon_rmap(cpu, new_page, vma, address);
  yield store(pmd, entry);
  yield pmdUnlock(mm, address);
  return true;
}

/** pmdp_clear_flush of a pmd that points to a page table. @returns that table's ptes. */
function* detachPageTable(cpu: Cpu, mm: Mm, address: Address): Steps<Detached> {
  const ptes: Pte[] = [];
  yield pmd_lock(mm, address);
  yield step(kernel.pmd(mm, address));
  poke(kernel.pmd(mm, address), 0);
  for (let i = 0; i < HPAGE_PMD_NR(); i++) {
    ptes.push(peek(kernel.pte(mm, address + i)));
    poke(kernel.pte(mm, address + i), 0);
  }
  yield* flush_tlb_range(cpu, mm, address, address + HPAGE_PMD_NR());
  yield pmdUnlock(mm, address);
  return ptes;
}

/** pmd_populate with the table that detachPageTable took away. */
function* restorePageTable(mm: Mm, address: Address, ptes: Detached): Steps {
  yield step(kernel.pmd(mm, address));
  ptes.forEach((pte, i) => poke(kernel.pte(mm, address + i), pte));
  poke(kernel.pmd(mm, address), PMD_TABLE);
}

/** mm/huge_memory.c release_pte_page. */
function* release_pte_page(cpu: Cpu, page: Page): Steps {
  yield mod_zone_page_state('NR_ISOLATED_ANON', -1);
  yield* unlock_page(page);
  yield* putback_lru_page(cpu, page);
}

/**
 * mm/huge_memory.c __collapse_huge_page_isolate: locks and isolates every page, or none. A reference
 * beside that of the pte (a pin, a pagevec, the swap cache) is reason enough to give up.
 */
function* __collapse_huge_page_isolate(cpu: Cpu, ptes: Detached): Steps<boolean> {
  const taken: Page[] = [];
  let referenced = false;
  let none = 0;
  for (const pteval of ptes) {
    if (pte_none(pteval)) {
      if (++none > HPAGE_PMD_NR() - 1) break;
      continue;
    }
    if (!pte_present(pteval) || !pte_write(pteval)) break;
    const page = vm_normal_page(pteval);
    if (page === 0 || !(yield* isolateForCollapse(cpu, page))) break;
    taken.push(page);
    if (pte_young(pteval) || (yield PageReferenced(page))) referenced = true;
  }
  if (referenced && taken.length + none === ptes.length) return true;
  for (const page of taken.toReversed()) yield* release_pte_page(cpu, page);
  return false;
}

function* isolateForCollapse(cpu: Cpu, page: Page): Steps<boolean> {
  const where = 'mm/huge_memory.c __collapse_huge_page_isolate';
  VM_BUG_ON(yield* PageCompound(page), where, 'PageCompound(page)');
  VM_BUG_ON(!(yield* PageAnon(page)), where, '!PageAnon(page)');
  VM_BUG_ON(!(yield PageSwapBacked(page)), where, '!PageSwapBacked(page)');
  if ((yield* page_count(page)) !== 1) return false;
  if (!(yield trylock_page(page))) return false;
  if ((yield* isolate_lru_page(cpu, page)) !== 0) {
    yield* unlock_page(page);
    return false;
  }
  yield mod_zone_page_state('NR_ISOLATED_ANON', 1);
  return true;
}

/**
 * mm/huge_memory.c __collapse_huge_page_copy: contents move, old pages go. Whether an old pte was
 * dirty is not asked.
 */
function* __collapse_huge_page_copy(
  cpu: Cpu,
  mm: Mm,
  address: Address,
  ptes: Detached,
  new_page: Page,
): Steps {
  const where = 'mm/huge_memory.c __collapse_huge_page_copy';
  for (const [i, pteval] of ptes.entries()) {
    if (pte_none(pteval)) {
      yield* clear_user_highpage(subpage(new_page, i));
      yield addAnonPages(mm, 1);
      continue;
    }
    const src_page = pte_page(pteval);
    yield* copy_user_highpage(subpage(new_page, i), src_page);
    VM_BUG_ON((yield* page_mapcount(src_page)) !== 1, where, 'page_mapcount(src_page) != 1');
    yield* release_pte_page(cpu, src_page);
    yield lock(kernel.ptl(mm, address));
    yield* page_remove_rmap(cpu, src_page);
    yield unlock(kernel.ptl(mm, address));
    yield* free_page_and_swap_cache(cpu, src_page);
  }
}
