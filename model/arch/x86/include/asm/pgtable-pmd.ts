/**
 * arch/x86/include/asm/pgtable.h and pgtable_types.h, the pmd part: values of the word at
 * `kernel.pmd(mm, address)`. Three kinds:
 *
 * - 0: none, no page table covers the range;
 * - {@link PMD_TABLE}: a page table, whose ptes are at `kernel.pte(mm, address)`;
 * - a huge pmd: `pfn << 12 | flags` with PSE, mapping `config.hugePages` frames from an aligned one.
 *
 * Under a none or a huge pmd every pte word is 0. All of these are value functions.
 */

/** `pmd_t`, a value. */
export type Pmd = number;

const _PAGE_PRESENT = 1;
const _PAGE_RW = 1 << 1;
const _PAGE_USER = 1 << 2;
const _PAGE_ACCESSED = 1 << 5;
const _PAGE_DIRTY = 1 << 6;
const _PAGE_PSE = 1 << 7;
const _PAGE_NUMA = 1 << 8;
const _PAGE_SPLITTING = 1 << 9;
const _PAGE_SOFT_DIRTY = 1 << 11;
const PAGE_SHIFT = 12;

/** _PAGE_TABLE: the pmd of a page table. There is one for each range, so no frame number. */
export const PMD_TABLE: Pmd = _PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY;

export const pmd_none = (pmd: Pmd): boolean => pmd === 0;
/** PRESENT, or NUMA; a huge pmd stays present for the kernel while PRESENT is clear. */
export const pmd_present = (pmd: Pmd): boolean =>
  (pmd & (_PAGE_PRESENT | _PAGE_NUMA | _PAGE_PSE)) !== 0;
export const pmd_trans_huge = (pmd: Pmd): boolean => (pmd & _PAGE_PSE) !== 0;
export const pmd_trans_splitting = (pmd: Pmd): boolean => (pmd & _PAGE_SPLITTING) !== 0;
/** PSE and PRESENT: what the hardware walk takes for a huge translation. */
export const pmdHardwareHuge = (pmd: Pmd): boolean =>
  (pmd & (_PAGE_PSE | _PAGE_PRESENT)) === (_PAGE_PSE | _PAGE_PRESENT);
export const pmd_write = (pmd: Pmd): boolean => (pmd & _PAGE_RW) !== 0;
export const pmdDirty = (pmd: Pmd): boolean => (pmd & _PAGE_DIRTY) !== 0;
export const pmd_young = (pmd: Pmd): boolean => (pmd & _PAGE_ACCESSED) !== 0;
export const pmd_numa = (pmd: Pmd): boolean => (pmd & (_PAGE_NUMA | _PAGE_PRESENT)) === _PAGE_NUMA;

export const pmd_mkyoung = (pmd: Pmd): Pmd => pmd | _PAGE_ACCESSED;
export const pmd_mkold = (pmd: Pmd): Pmd => pmd & ~_PAGE_ACCESSED;
export const pmd_mkdirty = (pmd: Pmd): Pmd => pmd | _PAGE_DIRTY | _PAGE_SOFT_DIRTY;
export const pmd_mkwrite = (pmd: Pmd): Pmd => pmd | _PAGE_RW;
export const pmd_wrprotect = (pmd: Pmd): Pmd => pmd & ~_PAGE_RW;
export const pmd_mkhuge = (pmd: Pmd): Pmd => pmd | _PAGE_PSE;
export const pmd_mknotpresent = (pmd: Pmd): Pmd => pmd & ~_PAGE_PRESENT;
export const pmd_mksoft_dirty = (pmd: Pmd): Pmd => pmd | _PAGE_SOFT_DIRTY;
export const pmd_mknuma = (pmd: Pmd): Pmd => (pmd | _PAGE_NUMA) & ~_PAGE_PRESENT;
export const pmd_mknonnuma = (pmd: Pmd): Pmd =>
  (pmd & ~_PAGE_NUMA) | _PAGE_PRESENT | _PAGE_ACCESSED;
export const pmd_mksplitting = (pmd: Pmd): Pmd => pmd | _PAGE_SPLITTING;

export const pmd_pfn = (pmd: Pmd): number => pmd >>> PAGE_SHIFT;

/** What {@link pmd_modify} keeps. Bit 9 is SPECIAL in a pte and SPLITTING in a huge pmd. */
const _HPAGE_CHG_MASK =
  ~((1 << PAGE_SHIFT) - 1) |
  _PAGE_SPLITTING |
  _PAGE_ACCESSED |
  _PAGE_DIRTY |
  _PAGE_SOFT_DIRTY |
  _PAGE_PSE;

/** Takes RW and the like from `prot`; keeps frame, A, D, soft-dirty, PSE and bit 9. */
export const pmd_modify = (pmd: Pmd, prot: number): Pmd =>
  (pmd & _HPAGE_CHG_MASK) | (prot & ~_HPAGE_CHG_MASK);

/** mk_pmd and pmd_mkhuge of mm/huge_memory.c mk_huge_pmd, for a frame number. */
export const pfnHugePmd = (pfn: number, prot: number): Pmd =>
  pmd_mkhuge((pfn << PAGE_SHIFT) | prot);

/** Bits for atomic changes of a pmd word. */
export const PMD_ACCESSED = _PAGE_ACCESSED;
export const PMD_RW = _PAGE_RW;
export const PMD_SPLITTING = _PAGE_SPLITTING;
