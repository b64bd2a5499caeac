/** arch/x86/mm/pgtable.c: changes of ptes and huge pmds that the hardware may use meanwhile. */
import { fetchAnd, fetchOr, load, store, type Steps } from '../../../machine/op';
import type { Ptr } from '../../../machine/struct';
import type { Address, Mm, Pte } from '../../../include/linux/mm_types';
import { HPAGE_PMD_NR } from '../../../include/linux/huge_mm';
import type { Cpu } from '../../../state/cpu';
import { kernel } from '../../../state/kernel';
import {
  PMD_ACCESSED,
  PMD_RW,
  PMD_SPLITTING,
  pmd_trans_splitting,
  pmd_young,
  type Pmd,
} from '../include/asm/pgtable-pmd';
import { flush_tlb_range } from './tlb';

/** arch/x86/mm/pgtable.c pmdp_set_access_flags: no flush. @returns whether the pmd differed. */
export function* pmdp_set_access_flags(pmdp: Ptr, entry: Pmd, dirty: boolean): Steps<boolean> {
  const changed = (yield load(pmdp)) !== entry;
  if (changed && dirty) yield store(pmdp, entry);
  return changed;
}

/** arch/x86/mm/pgtable.c pmdp_test_and_clear_young. */
export function* pmdp_test_and_clear_young(pmdp: Ptr): Steps<boolean> {
  if (!pmd_young(yield load(pmdp))) return false;
  return pmd_young(yield fetchAnd(pmdp, ~PMD_ACCESSED));
}

/** arch/x86/mm/pgtable.c pmdp_clear_flush_young. */
export function* pmdp_clear_flush_young(
  cpu: Cpu,
  mm: Mm,
  address: Address,
  pmdp: Ptr,
): Steps<boolean> {
  const young = yield* pmdp_test_and_clear_young(pmdp);
  if (young) yield* flush_tlb_range(cpu, mm, address, address + HPAGE_PMD_NR());
  return young;
}

/** arch/x86/mm/pgtable.c pmdp_splitting_flush: the flush is there to wait for fast GUP. */
export function* pmdp_splitting_flush(cpu: Cpu, mm: Mm, address: Address, pmdp: Ptr): Steps {
  if (pmd_trans_splitting(yield fetchOr(pmdp, PMD_SPLITTING))) return;
  yield* flush_tlb_range(cpu, mm, address, address + HPAGE_PMD_NR());
}

/** arch/x86/include/asm/pgtable.h pmdp_set_wrprotect: no flush. */
export function* pmdp_set_wrprotect(pmdp: Ptr): Steps {
  yield fetchAnd(pmdp, ~PMD_RW);
}

/**
 * arch/x86/mm/pgtable.c ptep_set_access_flags: no flush; a read fault stores nothing. Where the kernel
 * maintains A and D it is mm/pgtable-generic.c's, which stores for a read fault too.
 *
 * @returns whether the pte differed.
 */
export function* ptep_set_access_flags(ptep: Ptr, entry: Pte, dirty: boolean): Steps<boolean> {
  const changed = (yield load(ptep)) !== entry;
  if (changed && (dirty || kernel.config.softwareDirty)) yield store(ptep, entry);
  return changed;
}
