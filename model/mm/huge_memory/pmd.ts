/** mm/huge_memory.c: locking a huge pmd, and finding the one that maps a page. */
import { vm_get_page_prot } from '../../arch/x86/include/asm/pgtable';
import {
  pfnHugePmd,
  PMD_TABLE,
  pmd_mkwrite,
  pmd_none,
  pmd_pfn,
  pmd_present,
  pmd_trans_huge,
  pmd_trans_splitting,
  type Pmd,
} from '../../arch/x86/include/asm/pgtable-pmd';
import { BUG_ON, VM_BUG_ON } from '../../include/linux/bug';
import { HPAGE_PMD_NR, pmd_lockptr } from '../../include/linux/huge_mm';
import {
  mm_struct,
  vm_area_struct,
  type Address,
  type AnonVma,
  type Mm,
  type Page,
  type Pte,
  type Vma,
} from '../../include/linux/mm_types';
import { VM_WRITE } from '../../include/linux/vm_flags';
import { add, load, lock, step, unlock, type Op, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import { kernel, poke } from '../../state/kernel';
import { anon_vma_lock_write, anon_vma_unlock_write } from '../rmap/anon-vma';

const V = vm_area_struct.offset;

/** include/linux/mm.h pmd_lock. */
export const pmd_lock = (mm: Mm, address: Address): Op => lock(pmd_lockptr(mm, address));
export const pmdUnlock = (mm: Mm, address: Address): Op => unlock(pmd_lockptr(mm, address));

/** arch/x86/include/asm/pgtable.h pmd_page. */
export const pmd_page = (pmd: Pmd): Page => kernel.pageAt(pmd_pfn(pmd));

/** add_mm_counter(mm, MM_ANONPAGES, nr). */
export const addAnonPages = (mm: Mm, nr: number): Op => add(mm + mm_struct.offset.rss_anon, nr);

/** `page + i` of a huge page. */
export const subpage = (page: Page, i: number): Page => kernel.pageAt(kernel.pfn(page) + i);

/** mm/huge_memory.c mk_huge_pmd with vma->vm_page_prot: young, clean; read-only in a private vma. */
export const mk_huge_pmd = (page: Page, vm_flags: number): Pmd =>
  pfnHugePmd(kernel.pfn(page), vm_get_page_prot(vm_flags));

/**
 * pmd_populate of a page table that nobody has seen yet, with `entries` in it: ptes are not looked
 * at before the pmd says that they are there.
 */
export function* pmd_populate(mm: Mm, haddr: Address, entries: readonly Pte[]): Steps {
  yield step(kernel.pmd(mm, haddr));
  entries.forEach((entry, i) => poke(kernel.pte(mm, haddr + i), entry));
  poke(kernel.pmd(mm, haddr), PMD_TABLE);
}

/** mm/huge_memory.c maybe_pmd_mkwrite. */
export const maybe_pmd_mkwrite = (pmd: Pmd, vm_flags: number): Pmd =>
  (vm_flags & VM_WRITE) !== 0 ? pmd_mkwrite(pmd) : pmd;

/**
 * include/linux/huge_mm.h wait_split_huge_page: whoever splits holds the anon_vma for writing. 0 is
 * no anon_vma, which a vma with a huge page cannot have.
 */
export function* wait_split_huge_page(anon_vma: AnonVma, pmd: Ptr): Steps {
  yield* anon_vma_lock_write(anon_vma);
  yield* anon_vma_unlock_write(anon_vma);
  const value = yield load(pmd);
  BUG_ON(
    pmd_trans_splitting(value) || pmd_trans_huge(value),
    'include/linux/huge_mm.h wait_split_huge_page',
    'pmd_trans_splitting(*____pmd) || pmd_trans_huge(*____pmd)',
  );
}

/**
 * mm/huge_memory.c __pmd_trans_huge_lock.
 *
 * @returns 1 with the pmd lock held if the pmd maps a huge page that is not being split; -1 if it
 * was being split, which is over now; 0 if it is no huge pmd.
 */
export function* __pmd_trans_huge_lock(pmd: Ptr, vma: Vma, address: Address): Steps<number> {
  const mm = yield load(vma + V.vm_mm);
  yield pmd_lock(mm, address);
  const value = yield load(pmd);
  if (pmd_trans_huge(value) && !pmd_trans_splitting(value)) return 1;
  yield pmdUnlock(mm, address);
  if (!pmd_trans_huge(value)) return 0;
  yield* wait_split_huge_page(yield load(vma + V.anon_vma), pmd);
  return -1;
}

/** include/linux/huge_mm.h pmd_trans_huge_lock: mmap_sem must be held. */
export function* pmd_trans_huge_lock(pmd: Ptr, vma: Vma, address: Address): Steps<number> {
  if (!kernel.config.CONFIG_TRANSPARENT_HUGEPAGE) return 0;
  if (!pmd_trans_huge(yield load(pmd))) return 0;
  return yield* __pmd_trans_huge_lock(pmd, vma, address);
}

export const PAGE_CHECK_ADDRESS_PMD_FLAG = 0;
export const PAGE_CHECK_ADDRESS_PMD_NOTSPLITTING_FLAG = 1;
export const PAGE_CHECK_ADDRESS_PMD_SPLITTING_FLAG = 2;

/**
 * mm/huge_memory.c page_check_address_pmd.
 *
 * @returns the pmd that maps the huge page `page` at `address`, with its lock held, or 0.
 */
export function* page_check_address_pmd(
  page: Page,
  mm: Mm,
  address: Address,
  flag: number,
): Steps<Ptr> {
  if (address % HPAGE_PMD_NR() !== 0) return 0;
  const pmd = kernel.pmd(mm, address);
  if (!pmd_present(yield load(pmd))) return 0;
  yield pmd_lock(mm, address);
  const value = yield load(pmd);
  if (maps(value, page) && fits(value, flag)) return pmd;
  yield pmdUnlock(mm, address);
  return 0;
}

const maps = (pmd: Pmd, page: Page): boolean => !pmd_none(pmd) && pmd_page(pmd) === page;

function fits(pmd: Pmd, flag: number): boolean {
  const splitting = pmd_trans_splitting(pmd);
  if (flag === PAGE_CHECK_ADDRESS_PMD_NOTSPLITTING_FLAG && splitting) return false;
  if (!pmd_trans_huge(pmd)) return false;
  VM_BUG_ON(
    flag === PAGE_CHECK_ADDRESS_PMD_SPLITTING_FLAG && !splitting,
    'mm/huge_memory.c page_check_address_pmd',
    'flag == PAGE_CHECK_ADDRESS_PMD_SPLITTING_FLAG && !pmd_trans_splitting(*pmd)',
  );
  return true;
}
