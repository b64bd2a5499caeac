/** mm/pgtable-generic.c: clearing ptes and pmds that CPUs may have cached. */
import { exchange, load, store, type Op, type Steps } from '../machine/op';
import type { Ptr } from '../machine/struct';
import { pmd_mknotpresent, type Pmd } from '../arch/x86/include/asm/pgtable-pmd';
import {
  pte_accessible,
  ptep_get_and_clear,
  ptep_test_and_clear_young,
} from '../arch/x86/include/asm/pgtable';
import { flush_tlb_page, flush_tlb_range } from '../arch/x86/mm/tlb';
import { HPAGE_PMD_NR } from '../include/linux/huge_mm';
import {
  vm_area_struct,
  type Address,
  type Mm,
  type Pte,
  type Vma,
} from '../include/linux/mm_types';
import type { Cpu } from '../state/cpu';
import { peek } from '../state/kernel';

/** arch/x86/include/asm/pgtable.h pmdp_get_and_clear: one atomic exchange. */
export const pmdp_get_and_clear = (pmdp: Ptr): Op => exchange(pmdp, 0);

/** mm/pgtable-generic.c pmdp_clear_flush: flushes whatever the pmd was. @returns the old pmd. */
export function* pmdp_clear_flush(cpu: Cpu, mm: Mm, address: Address, pmdp: Ptr): Steps<Pmd> {
  const pmd = yield pmdp_get_and_clear(pmdp);
  yield* flush_tlb_range(cpu, mm, address, address + HPAGE_PMD_NR());
  return pmd;
}

/**
 * mm/pgtable-generic.c pmdp_invalidate: takes PRESENT away, by a plain load and store, so that no
 * CPU has a huge and a small translation of one address. NUMA stays: 3.14 computes the value
 * without it and stores the other.
 */
export function* pmdp_invalidate(cpu: Cpu, mm: Mm, address: Address, pmdp: Ptr): Steps {
  yield store(pmdp, pmd_mknotpresent(yield load(pmdp)));
  yield* flush_tlb_range(cpu, mm, address, address + HPAGE_PMD_NR());
}

/**
 * mm/pgtable-generic.c ptep_clear_flush: the flush only if a CPU can have cached the entry.
 *
 * @returns the pte as it was before the flush.
 */
export function* ptep_clear_flush(cpu: Cpu, vma: Vma, address: Address, ptep: Ptr): Steps<Pte> {
  const pte = yield ptep_get_and_clear(ptep);
  const mm = peek(vma + vm_area_struct.offset.vm_mm);
  if (yield* pte_accessible(mm, pte)) yield* flush_tlb_page(cpu, mm, address);
  return pte;
}

/** mm/pgtable-generic.c, arch/x86/mm/pgtable.c ptep_clear_flush_young. @returns whether it was young. */
export function* ptep_clear_flush_young(
  cpu: Cpu,
  vma: Vma,
  address: Address,
  ptep: Ptr,
): Steps<boolean> {
  if (!(yield* ptep_test_and_clear_young(ptep))) return false;
  yield* flush_tlb_page(cpu, peek(vma + vm_area_struct.offset.vm_mm), address);
  return true;
}
