/**
 * arch/x86/include/asm/pgtable.h, pgtable_types.h and pgtable_64.h: page-table entries, the words at
 * `kernel.pte(mm, address)`. A present pte is `pfn << 12 | flags`. A pte that is not present is 0, a
 * nonlinear file entry (offset << 12 | FILE) or a swap entry (offset << 9 | type << 1). Unless it
 * says otherwise, a function here works on a value and reaches no memory. The pmd has a file of its
 * own beside this one.
 */
import { swp_entry, swp_offset, swp_type, type SwpEntry } from '../../../../include/linux/swapops';
import {
  mm_struct,
  type Mm,
  type Page,
  type Pte,
  type PtePtr,
} from '../../../../include/linux/mm_types';
import { VM_EXEC, VM_READ, VM_SHARED, VM_WRITE } from '../../../../include/linux/vm_flags';
import { exchange, fetchAnd, load, step, store, type Op, type Steps } from '../../../../machine/op';
import { kernel, peek, poke } from '../../../../state/kernel';

export type { Pte };

export const PAGE_SHIFT = 12;
export const PAGE_SIZE = 1 << PAGE_SHIFT;

export const _PAGE_PRESENT = 1;
export const _PAGE_RW = 1 << 1;
export const _PAGE_USER = 1 << 2;
export const _PAGE_ACCESSED = 1 << 5;
export const _PAGE_DIRTY = 1 << 6;
/** In a pte that is not present: a nonlinear file entry. */
const _PAGE_FILE = 1 << 6;
/** In a swap entry: soft-dirty. */
const _PAGE_SWP_SOFT_DIRTY = 1 << 7;
/** With PRESENT clear: PROT_NONE, and equally a NUMA hint. */
const _PAGE_PROTNONE = 1 << 8;
const _PAGE_NUMA = _PAGE_PROTNONE;
export const _PAGE_SPECIAL = 1 << 9;
const _PAGE_SOFT_DIRTY = 1 << 11;

const PFN_MASK = ~(PAGE_SIZE - 1);
/** What pte_modify keeps. */
const _PAGE_CHG_MASK = PFN_MASK | _PAGE_SPECIAL | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_SOFT_DIRTY;

const SWP_TYPE_SHIFT = 1;
const SWP_TYPE_MASK = 0x1f;
const SWP_OFFSET_SHIFT = 9;

export const pte_none = (pte: Pte): boolean => pte === 0;
/** PRESENT, or PROTNONE/NUMA: the kernel's view; the hardware walks PRESENT ones only. */
export const pte_present = (pte: Pte): boolean => (pte & (_PAGE_PRESENT | _PAGE_PROTNONE)) !== 0;
export const pte_dirty = (pte: Pte): boolean => (pte & _PAGE_DIRTY) !== 0;
export const pte_young = (pte: Pte): boolean => (pte & _PAGE_ACCESSED) !== 0;
export const pte_write = (pte: Pte): boolean => (pte & _PAGE_RW) !== 0;
export const pte_special = (pte: Pte): boolean => (pte & _PAGE_SPECIAL) !== 0;
export const pte_soft_dirty = (pte: Pte): boolean => (pte & _PAGE_SOFT_DIRTY) !== 0;
export const pte_numa = (pte: Pte): boolean => (pte & (_PAGE_NUMA | _PAGE_PRESENT)) === _PAGE_NUMA;

/** Sets soft-dirty too; the hardware's D does not. */
export const pte_mkdirty = (pte: Pte): Pte => pte | _PAGE_DIRTY | _PAGE_SOFT_DIRTY;
/** Leaves soft-dirty as it is. */
export const pte_mkclean = (pte: Pte): Pte => pte & ~_PAGE_DIRTY;
export const pte_mkyoung = (pte: Pte): Pte => pte | _PAGE_ACCESSED;
export const pte_mkold = (pte: Pte): Pte => pte & ~_PAGE_ACCESSED;
export const pte_mkwrite = (pte: Pte): Pte => pte | _PAGE_RW;
export const pte_wrprotect = (pte: Pte): Pte => pte & ~_PAGE_RW;
export const pte_mkspecial = (pte: Pte): Pte => pte | _PAGE_SPECIAL;
export const pte_mksoft_dirty = (pte: Pte): Pte => pte | _PAGE_SOFT_DIRTY;
export const pteClearSoftDirty = (pte: Pte): Pte => pte & ~_PAGE_SOFT_DIRTY;
/** include/asm-generic/pgtable.h pte_mknuma: what task_numa_work makes of a present pte. */
export const pte_mknuma = (pte: Pte): Pte => (pte | _PAGE_NUMA) & ~_PAGE_PRESENT;
/** include/asm-generic/pgtable.h pte_mknonnuma: present again, and young. */
export const pte_mknonnuma = (pte: Pte): Pte =>
  (pte & ~_PAGE_NUMA) | _PAGE_PRESENT | _PAGE_ACCESSED;

/** mm/memory.c maybe_mkwrite: writable only if the vma is. */
export const maybe_mkwrite = (pte: Pte, vm_flags: number): Pte =>
  vm_flags & VM_WRITE ? pte_mkwrite(pte) : pte;

/** Keeps frame, A, D, soft-dirty and SPECIAL; takes RW, PRESENT and the rest from `prot`. */
export const pte_modify = (pte: Pte, prot: number): Pte =>
  (pte & _PAGE_CHG_MASK) | (prot & ~_PAGE_CHG_MASK);

export const pte_pfn = (pte: Pte): number => pte >>> PAGE_SHIFT;
export const pfn_pte = (pfn: number, prot: number): Pte => (pfn << PAGE_SHIFT) | prot;
export const mk_pte = (page: Page, prot: number): Pte => pfn_pte(kernel.pfn(page), prot);
export const pte_page = (pte: Pte): Page => kernel.pageAt(pte_pfn(pte));

/** A nonlinear file entry; 0 is none. To be asked only of a pte that is not present. */
export const pte_file = (pte: Pte): boolean => (pte & _PAGE_FILE) !== 0;
export const pgoff_to_pte = (pgoff: number): Pte => (pgoff << PAGE_SHIFT) | _PAGE_FILE;
export const pte_to_pgoff = (pte: Pte): number => pte >>> PAGE_SHIFT;

/** include/linux/swapops.h swp_entry_to_pte: keeps no A, D or RW, nor soft-dirty. */
export const swp_entry_to_pte = (entry: SwpEntry): Pte =>
  (swp_type(entry) << SWP_TYPE_SHIFT) | (swp_offset(entry) << SWP_OFFSET_SHIFT);
/** include/linux/swapops.h pte_to_swp_entry: without the soft-dirty bit. */
export const pte_to_swp_entry = (pte: Pte): SwpEntry =>
  swp_entry((pte >>> SWP_TYPE_SHIFT) & SWP_TYPE_MASK, pte >>> SWP_OFFSET_SHIFT);
export const pte_swp_soft_dirty = (pte: Pte): boolean => (pte & _PAGE_SWP_SOFT_DIRTY) !== 0;
export const pte_swp_mksoft_dirty = (pte: Pte): Pte => pte | _PAGE_SWP_SOFT_DIRTY;
export const pte_swp_clear_soft_dirty = (pte: Pte): Pte => pte & ~_PAGE_SWP_SOFT_DIRTY;

/**
 * mm/mmap.c vm_get_page_prot with x86's protection_map: young; RW only in a shared mapping that may
 * be written; PROT_NONE without PRESENT.
 */
export function vm_get_page_prot(vm_flags: number): number {
  if ((vm_flags & (VM_READ | VM_WRITE | VM_EXEC)) === 0) return _PAGE_PROTNONE | _PAGE_ACCESSED;
  const writable = (vm_flags & (VM_WRITE | VM_SHARED)) === (VM_WRITE | VM_SHARED);
  return _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | (writable ? _PAGE_RW : 0);
}

/**
 * mm/memory.c vm_normal_page: the page that a present pte maps, 0 for the zero page and for what has
 * no struct page of its own. Abstracted: a special pte outside a PFN or mixed mapping that is not the
 * zero page's would be reported as bad; the model makes none.
 */
export const vm_normal_page = (pte: Pte): Page => (pte_special(pte) ? 0 : pte_page(pte));

/** mm/memory.c is_zero_pfn. */
export const is_zero_pfn = (pfn: number): boolean => kernel.pageAt(pfn) === kernel.zeroPage;

/** One plain store. */
export const set_pte_at = (ptep: PtePtr, pte: Pte): Op => store(ptep, pte);
/** One atomic exchange with 0. @returns the old pte. */
export const ptep_get_and_clear = (ptep: PtePtr): Op => exchange(ptep, 0);
/** Atomic clear of RW; no flush. */
export const ptep_set_wrprotect = (ptep: PtePtr): Op => fetchAnd(ptep, ~_PAGE_RW);

/**
 * include/asm-generic/pgtable.h ptep_get_and_clear_full: while a whole mm is torn down nobody else
 * looks, and a plain load and store do.
 */
export function* ptep_get_and_clear_full(ptep: PtePtr, full: boolean): Steps<Pte> {
  if (!full) return yield ptep_get_and_clear(ptep);
  const pte = yield load(ptep);
  yield store(ptep, 0);
  return pte;
}

/**
 * arch/x86/mm/pgtable.c ptep_test_and_clear_young: atomic, no flush. One event: the plain look before
 * it only saves the locked instruction, and whatever it saw, the result is that of its last access.
 */
export function* ptep_test_and_clear_young(ptep: PtePtr): Steps<boolean> {
  yield step(ptep);
  const pte = peek(ptep);
  if (!pte_young(pte)) return false;
  poke(ptep, pte_mkold(pte));
  return true;
}

/**
 * pte_accessible: whether a CPU may have cached this entry, so that its removal wants a flush. A
 * PROT_NONE or NUMA pte may still be cached while the flush of what made it so is pending.
 */
export function* pte_accessible(mm: Mm, pte: Pte): Steps<boolean> {
  if (pte & _PAGE_PRESENT) return true;
  if ((pte & _PAGE_PROTNONE) === 0) return false;
  return (yield load(mm + mm_struct.offset.tlb_flush_pending)) !== 0;
}
