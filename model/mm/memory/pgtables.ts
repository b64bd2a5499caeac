/** mm/memory.c: page tables come into being. */
import { PMD_TABLE, pmd_none, pmd_trans_splitting } from '../../arch/x86/include/asm/pgtable-pmd';
import { pmd_lockptr } from '../../include/linux/huge_mm';
import { vm_area_struct, type Address, type Mm, type Vma } from '../../include/linux/mm_types';
import { ENOMEM } from '../../include/uapi/asm-generic/errno-base';
import { load, lock, unlock, type Steps } from '../../machine/op';
import { kernel, peek, poke } from '../../state/kernel';
import { allocationFails } from '../../state/slots';
import { wait_split_huge_page } from '../huge_memory/pmd';

/**
 * mm/memory.c __pte_alloc: a page table under a pmd that was none. Abstracted: the table's memory is
 * not taken from the frames that the model counts, but may be missing.
 *
 * @returns 0 or -ENOMEM.
 */
export function* __pte_alloc(mm: Mm, vma: Vma, address: Address): Steps<number> {
  if (yield* allocationFails()) return -ENOMEM;
  const pmd = kernel.pmd(mm, address);
  yield lock(pmd_lockptr(mm, address));
  const value = peek(pmd);
  if (pmd_none(value)) poke(pmd, PMD_TABLE);
  yield unlock(pmd_lockptr(mm, address));
  if (pmd_trans_splitting(value)) {
    const anon_vma = yield load(vma + vm_area_struct.offset.anon_vma);
    yield* wait_split_huge_page(anon_vma, pmd);
  }
  return 0;
}

/** include/linux/mm.h pte_alloc_map: a page table, unless there is one. @returns 0 or -ENOMEM. */
export function* pteAlloc(mm: Mm, vma: Vma, address: Address): Steps<number> {
  if (!pmd_none(yield load(kernel.pmd(mm, address)))) return 0;
  return yield* __pte_alloc(mm, vma, address);
}
