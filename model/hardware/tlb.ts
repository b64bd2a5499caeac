/**
 * The MMU of one CPU: its TLB, one word for each virtual page of the mm that the CPU runs, and the
 * page walk that fills it. An entry is 0 (invalid) or a copy of the translation: frame, PRESENT, RW
 * and D. Everything here runs inside an atomic section of the caller.
 *
 * Left out: speculative fills (a program that wants an early entry reads the page first), the
 * paging-structure caches (page tables here are never freed while a pte in them is set), and faults on
 * a read-only entry whose pte has become writable: the store walks again instead, as it may.
 */
import {
  _PAGE_ACCESSED,
  _PAGE_DIRTY,
  _PAGE_PRESENT,
  _PAGE_RW,
  PAGE_SHIFT,
  pte_pfn,
} from '../arch/x86/include/asm/pgtable';
import { pmdHardwareHuge } from '../arch/x86/include/asm/pgtable-pmd';
import type { Address, Mm } from '../include/linux/mm_types';
import type { Ptr } from '../machine/struct';
import { kernel, peek, poke } from '../state/kernel';

/** A valid entry, or 0. */
export type TlbEntry = number;

const WRITABLE = _PAGE_RW | _PAGE_DIRTY;

/** The page frame that an entry leads to. */
export const framePage = (entry: TlbEntry): Ptr => kernel.pageAt(pte_pfn(entry));

/** Whether an access may go through the entry without a walk: a store needs RW and the copy of D. */
export function suffices(entry: TlbEntry, write: boolean): boolean {
  return entry !== 0 && (!write || (entry & WRITABLE) === WRITABLE);
}

/** The word in which a walk of `address` ends: a huge pmd, or the pte. */
function leafWord(mm: Mm, address: Address): Ptr {
  const pmd = kernel.pmd(mm, address);
  return pmdHardwareHuge(peek(pmd)) ? pmd : kernel.pte(mm, address);
}

/** The translation that a leaf word stands for, 0 if there is none. */
function translation(mm: Mm, address: Address, word: Ptr, value: number): TlbEntry {
  if ((value & _PAGE_PRESENT) === 0) return 0;
  const huge = word === kernel.pmd(mm, address);
  const pfn = (value >>> PAGE_SHIFT) + (huge ? address % kernel.config.hugePages : 0);
  let flags = value & (_PAGE_PRESENT | WRITABLE);
  if (kernel.config.softwareDirty) {
    // Old means not to be used, clean means not to be written: the kernel is asked by a fault.
    if ((value & _PAGE_ACCESSED) === 0) return 0;
    if ((flags & WRITABLE) !== WRITABLE) flags = _PAGE_PRESENT;
  }
  return (pfn << PAGE_SHIFT) | flags;
}

/**
 * A page walk for an access: sets A, for a store D as well, in the leaf word, and fills the TLB.
 *
 * @returns the entry, 0 if the access faults: then nothing has changed.
 */
export function walk(cpu: number, mm: Mm, address: Address, write: boolean): TlbEntry {
  const word = leafWord(mm, address);
  let value = peek(word);
  if (!kernel.config.softwareDirty && (value & _PAGE_PRESENT) !== 0) {
    if (write && (value & _PAGE_RW) === 0) return 0;
    const wanted = value | _PAGE_ACCESSED | (write ? _PAGE_DIRTY : 0);
    if (wanted !== value) poke(word, wanted);
    value = wanted;
  }
  const entry = translation(mm, address, word, value);
  if (!suffices(entry, write)) return 0;
  const slot = kernel.tlb(cpu, address);
  if (peek(slot) !== entry) poke(slot, entry);
  return entry;
}

/** Whether a walk for this access would end otherwise than with this entry, or change the leaf word. */
export function isStale(mm: Mm, address: Address, entry: TlbEntry, write: boolean): boolean {
  const word = leafWord(mm, address);
  const value = peek(word);
  const now = translation(mm, address, word, value);
  const same = pte_pfn(now) === pte_pfn(entry) && suffices(now, write);
  return !same || (value & _PAGE_ACCESSED) === 0;
}

/** Drops an entry, which every CPU may do at any time. */
export function evict(cpu: number, address: Address): void {
  poke(kernel.tlb(cpu, address), 0);
}

/**
 * Drops an entry for a flush, unless a walk would give the very same entry and change nothing: then
 * it is as if the CPU, which may walk ahead of any access, had fetched it again at once.
 */
export function invalidate(cpu: number, mm: Mm, address: Address): void {
  const slot = kernel.tlb(cpu, address);
  const entry = peek(slot);
  if (entry === 0) return;
  const word = leafWord(mm, address);
  const value = peek(word);
  const fresh = translation(mm, address, word, value) === entry && (value & _PAGE_ACCESSED) !== 0;
  if (!fresh) poke(slot, 0);
}

/** Loads another page-table root, or reloads the same one: nothing stays in the TLB. */
export function dropAll(cpu: number): void {
  for (let address = 0; address < kernel.config.pages; address++) {
    const slot = kernel.tlb(cpu, address);
    if (peek(slot) !== 0) poke(slot, 0);
  }
}
