/** mm/ksm.c: making one page of two with equal contents. */
import {
  mk_pte,
  pte_dirty,
  pte_mkclean,
  pte_write,
  pte_wrprotect,
  set_pte_at,
  vm_get_page_prot,
} from '../../arch/x86/include/asm/pgtable';
import { pmd_present, pmd_trans_huge } from '../../arch/x86/include/asm/pgtable-pmd';
import { hunk } from '../../features/hunk';
import { EFAULT } from '../../include/uapi/asm-generic/errno-base';
import { BUG_ON } from '../../include/linux/bug';
import { pages_identical } from '../../include/linux/highmem';
import { PageTransCompound } from '../../include/linux/huge_mm';
import {
  get_page,
  get_page_unless_zero,
  page_count,
  page_mapcount,
  page_mapped,
  PageAnon,
  PageLazyFree,
} from '../../include/linux/mm';
import {
  mm_struct,
  vm_area_struct,
  type Page,
  type Pte,
  type Vma,
} from '../../include/linux/mm_types';
import { PageMlocked, PageSwapCache } from '../../include/linux/page-flags';
import { lock_page, trylock_page, unlock_page } from '../../include/linux/pagemap';
import { VM_LOCKED, VM_MERGEABLE } from '../../include/linux/vm_flags';
import { load, lock, readLock, readUnlock, store, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, RmapItem } from '../../state/kernel';
import { split_huge_page } from '../huge_memory';
import { mlock_vma_page, munlock_vma_page } from '../mlock';
import { find_vma } from '../mmap';
import { set_page_dirty } from '../page-writeback';
import { ptep_clear_flush } from '../pgtable-generic';
import {
  get_anon_vma,
  page_add_anon_rmap,
  page_address_in_vma,
  page_check_address,
  page_remove_rmap,
} from '../rmap';
import { mark_page_accessed, put_page } from '../swap';
import { try_to_free_swap } from '../swapfile';
import { break_cow } from './break-cow';
import {
  ksm_test_exit,
  page_trans_compound_anon,
  set_page_stable_node,
  type RmapItemPtr,
} from './page';
import { remove_rmap_item_from_tree, type Twin } from './unstable-tree';

const V = vm_area_struct.offset;

/**
 * mm/ksm.c write_protect_page: takes write access from the one pte that maps the page here, unless
 * somebody else holds the page. The page is locked.
 *
 * @returns the pte as it stands now; -EFAULT, which no pte is, on failure.
 */
function* write_protect_page(cpu: Cpu, vma: Vma, page: Page): Steps<Pte> {
  const address = yield* page_address_in_vma(page, vma);
  if (address === -EFAULT) return -EFAULT;
  const compound = yield* PageTransCompound(page);
  BUG_ON(compound, 'mm/ksm.c write_protect_page', 'PageTransCompound(page)');
  const mm = yield load(vma + V.vm_mm);
  const ptep = yield* page_check_address(cpu, page, mm, address, false);
  if (ptep === 0) return -EFAULT;
  let orig_pte = yield load(ptep);
  if (pte_write(orig_pte) || pte_dirty(orig_pte)) {
    const swapped = (yield PageSwapCache(page)) ? 1 : 0;
    const entry = yield* ptep_clear_flush(cpu, vma, address, ptep);
    if ((yield* page_mapcount(page)) + 1 + swapped !== (yield* page_count(page))) {
      yield set_pte_at(ptep, entry);
      yield unlock(kernel.ptl(mm, address));
      return -EFAULT;
    }
    if (pte_dirty(entry)) yield* set_page_dirty(cpu, page);
    yield set_pte_at(ptep, pte_mkclean(pte_wrprotect(entry)));
    orig_pte = yield load(ptep);
  }
  yield unlock(kernel.ptl(mm, address));
  return orig_pte;
}

/** mm/ksm.c replace_page: `kpage` takes the page's place in the vma. @returns 0 or -EFAULT. */
function* replace_page(cpu: Cpu, vma: Vma, page: Page, kpage: Page, orig_pte: Pte): Steps<number> {
  const address = yield* page_address_in_vma(page, vma);
  if (address === -EFAULT) return -EFAULT;
  const mm = yield load(vma + V.vm_mm);
  const pmd = yield load(kernel.pmd(mm, address));
  if (!pmd_present(pmd)) return -EFAULT;
  BUG_ON(pmd_trans_huge(pmd), 'mm/ksm.c replace_page', 'pmd_trans_huge(*pmd)');
  const ptep = kernel.pte(mm, address);
  yield lock(kernel.ptl(mm, address));
  if ((yield load(ptep)) !== orig_pte) {
    yield unlock(kernel.ptl(mm, address));
    return -EFAULT;
  }
  yield* get_page(cpu, kpage);
  yield* page_add_anon_rmap(cpu, kpage, vma, address);
  yield* ptep_clear_flush(cpu, vma, address, ptep);
  yield set_pte_at(ptep, mk_pte(kpage, vm_get_page_prot(yield load(vma + V.vm_flags))));
  yield* page_remove_rmap(cpu, page);
  if (!(yield* page_mapped(page))) yield* try_to_free_swap(cpu, page);
  yield* put_page(cpu, page);
  yield unlock(kernel.ptl(mm, address));
  return 0;
}

/** mm/ksm.c page_trans_compound_anon_split: false if the page is part of a huge one still. */
function* page_trans_compound_anon_split(cpu: Cpu, page: Page): Steps<boolean> {
  const head = yield* page_trans_compound_anon(page);
  if (head === 0) return true;
  if (!(yield get_page_unless_zero(head))) return false;
  const split = (yield* PageAnon(head)) && (yield* split_huge_page(cpu, head)) === 0;
  yield* put_page(cpu, head);
  return split;
}

/**
 * mm/ksm.c try_to_merge_one_page: `page` in `vma` becomes `kpage`, or with 0 for kpage a KSM page
 * itself, without a node yet. A page lock that is not to be had at once is reason to give up.
 *
 * @returns 0 or -EFAULT. After a failure the pte may stay write-protected.
 */
export function* try_to_merge_one_page(cpu: Cpu, vma: Vma, page: Page, kpage: Page): Steps<number> {
  if (page === kpage) return 0;
  const vm_flags = yield load(vma + V.vm_flags);
  if ((vm_flags & VM_MERGEABLE) === 0) return -EFAULT;
  if (yield* PageTransCompound(page)) {
    if (!(yield* page_trans_compound_anon_split(cpu, page))) return -EFAULT;
  }
  const compound = yield* PageTransCompound(page);
  BUG_ON(compound, 'mm/ksm.c try_to_merge_one_page', 'PageTransCompound(page)');
  if (!(yield* PageAnon(page))) return -EFAULT;
  if (!(yield trylock_page(page))) return -EFAULT;
  if (hunk('p6/mm/ksm/try_to_merge_one_page') && (yield* PageLazyFree(page))) {
    yield* unlock_page(page);
    return -EFAULT;
  }
  const error = yield* mergeLocked(cpu, vma, page, kpage);
  let locked = page;
  if ((vm_flags & VM_LOCKED) !== 0 && kpage !== 0 && error === 0) {
    yield* munlock_vma_page(cpu, page);
    if (!(yield PageMlocked(kpage))) {
      yield* unlock_page(page);
      yield lock_page(kpage);
      yield* mlock_vma_page(cpu, kpage);
      locked = kpage;
    }
  }
  yield* unlock_page(locked);
  return error;
}

/** The merge itself, with the page locked. */
function* mergeLocked(cpu: Cpu, vma: Vma, page: Page, kpage: Page): Steps<number> {
  const orig_pte = yield* write_protect_page(cpu, vma, page);
  if (orig_pte === -EFAULT) return -EFAULT;
  if (kpage === 0) {
    yield set_page_stable_node(page, 0);
    yield* mark_page_accessed(cpu, page);
    return 0;
  }
  if (!(yield* pages_identical(page, kpage))) return -EFAULT;
  return yield* replace_page(cpu, vma, page, kpage, orig_pte);
}

/**
 * mm/ksm.c try_to_merge_with_ksm_page: the page at the item's address becomes `kpage` (0: a KSM page
 * of its own). Takes mmap_sem for reading; the item leaves its tree and holds the anon_vma.
 *
 * @returns 0 or -EFAULT.
 */
export function* try_to_merge_with_ksm_page(
  cpu: Cpu,
  item: RmapItemPtr,
  page: Page,
  kpage: Page,
): Steps<number> {
  const mm = kernel.rmapItemMm(item);
  const address = kernel.rmapItemAddress(item);
  yield readLock(mm + mm_struct.offset.mmap_sem);
  let error = -EFAULT;
  if (!(yield* ksm_test_exit(mm))) {
    const vma = yield* find_vma(mm, address);
    if (vma !== 0 && peek(vma + V.vm_start) <= address) {
      error = yield* try_to_merge_one_page(cpu, vma, page, kpage);
      if (error === 0) yield* holdAnonVma(cpu, item, vma);
    }
  }
  yield readUnlock(mm + mm_struct.offset.mmap_sem);
  return error;
}

function* holdAnonVma(cpu: Cpu, item: RmapItemPtr, vma: Vma): Steps {
  yield* remove_rmap_item_from_tree(cpu, item);
  const anonVma = yield load(vma + V.anon_vma);
  yield store(item + RmapItem.anon_vma, anonVma);
  yield* get_anon_vma(anonVma);
}

/**
 * mm/ksm.c try_to_merge_two_pages: `page` becomes a KSM page, and its twin is replaced by it; if that
 * fails, the first is broken up again.
 */
export function* try_to_merge_two_pages(
  cpu: Cpu,
  item: RmapItemPtr,
  page: Page,
  twin: Twin,
): Steps<Page> {
  if ((yield* try_to_merge_with_ksm_page(cpu, item, page, 0)) !== 0) return 0;
  if ((yield* try_to_merge_with_ksm_page(cpu, twin.item, twin.page, page)) === 0) return page;
  yield* break_cow(cpu, item);
  return 0;
}
