/** fs/proc/task_mmu.c: what can be written to files of /proc/pid. The readers are in state/inspect.ts. */
import { flush_tlb_mm } from '../../arch/x86/mm/tlb';
import { pmd_none, pmd_trans_huge } from '../../arch/x86/include/asm/pgtable-pmd';
import {
  pteClearSoftDirty,
  pte_file,
  pte_none,
  pte_present,
  pte_swp_clear_soft_dirty,
  pte_wrprotect,
  ptep_test_and_clear_young,
  set_pte_at,
  vm_normal_page,
} from '../../arch/x86/include/asm/pgtable';
import { EINVAL } from '../../include/uapi/asm-generic/errno-base';
import {
  mm_struct,
  vm_area_struct,
  type Address,
  type Mm,
  type Pte,
  type Vma,
} from '../../include/linux/mm_types';
import { ClearPageReferenced } from '../../include/linux/page-flags';
import { VM_HUGETLB, VM_PFNMAP, VM_SOFTDIRTY } from '../../include/linux/vm_flags';
import { get_task_mm, mmput } from '../../kernel/fork';
import { load, lock, readLock, readUnlock, step, unlock, type Steps } from '../../machine/op';
import { split_huge_page_pmd } from '../../mm/huge_memory';
import { vmasOf } from '../../mm/mmap/vma';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, poke } from '../../state/kernel';

export const CLEAR_REFS_ALL = 1;
export const CLEAR_REFS_ANON = 2;
export const CLEAR_REFS_MAPPED = 3;
export const CLEAR_REFS_SOFT_DIRTY = 4;

const vma_ = vm_area_struct.offset;

/**
 * fs/proc/task_mmu.c clear_refs_write: 1, 2 and 3 clear the accessed bits of all vmas, of those
 * without a file, of those with one; 4 clears the soft-dirty bits. One flush at the end.
 *
 * @returns 0 or -EINVAL.
 */
export function* clear_refs_write(cpu: Cpu, mm: Mm, type: number): Steps<number> {
  if (type < CLEAR_REFS_ALL || type > CLEAR_REFS_SOFT_DIRTY) return -EINVAL;
  if (!(yield* get_task_mm(mm))) return 0;
  const sem = mm + mm_struct.offset.mmap_sem;
  yield readLock(sem);
  yield step(mm + mm_struct.offset.mmap);
  for (const vma of vmasOf(mm)) {
    const vm_flags = peek(vma + vma_.vm_flags);
    const hasFile = peek(vma + vma_.vm_file) !== 0;
    // walk_page_range passes over VM_PFNMAP: no struct pages are behind it.
    if (vm_flags & (VM_HUGETLB | VM_PFNMAP)) continue;
    if (type === CLEAR_REFS_ANON && hasFile) continue;
    if (type === CLEAR_REFS_MAPPED && !hasFile) continue;
    yield* walk_page_range(cpu, mm, vma, type);
  }
  yield* flush_tlb_mm(cpu, mm);
  yield readUnlock(sem);
  yield* mmput(cpu, mm);
  return 0;
}

/** mm/pagewalk.c walk_page_range with clear_refs_pte_range, over one vma. */
function* walk_page_range(cpu: Cpu, mm: Mm, vma: Vma, type: number): Steps {
  const { hugePages } = kernel.config;
  const end = peek(vma + vma_.vm_end);
  for (let address = peek(vma + vma_.vm_start); address < end;) {
    const next = Math.min(end, (Math.floor(address / hugePages) + 1) * hugePages);
    const pmd = kernel.pmd(mm, address);
    yield* split_huge_page_pmd(cpu, vma, address, pmd);
    const value = yield load(pmd);
    if (!pmd_none(value) && !pmd_trans_huge(value)) {
      yield lock(kernel.ptl(mm, address));
      for (let at = address; at < next; at++) yield* clearRefsPte(mm, vma, at, type);
      yield unlock(kernel.ptl(mm, address));
    }
    address = next;
  }
}

/**
 * The loop's body of clear_refs_pte_range. The vma's own soft-dirty bit goes with the first pte, so that a
 * vma without a page table keeps it.
 */
function* clearRefsPte(mm: Mm, vma: Vma, address: Address, type: number): Steps {
  const pte = kernel.pte(mm, address);
  const ptent = yield load(pte);
  if (type === CLEAR_REFS_SOFT_DIRTY) {
    yield step(vma + vma_.vm_flags);
    const vm_flags = peek(vma + vma_.vm_flags);
    if (vm_flags & VM_SOFTDIRTY) poke(vma + vma_.vm_flags, vm_flags & ~VM_SOFTDIRTY);
    yield set_pte_at(pte, clear_soft_dirty(ptent));
    return;
  }
  if (!pte_present(ptent)) return;
  const page = vm_normal_page(ptent);
  if (page === 0) return;
  yield* ptep_test_and_clear_young(pte);
  yield ClearPageReferenced(page);
}

/**
 * fs/proc/task_mmu.c clear_soft_dirty, the value: a pte read before, changed and stored back. What
 * the hardware did to it meanwhile is lost. The soft-dirty bit of file entries is left out.
 */
function clear_soft_dirty(pte: Pte): Pte {
  if (pte_none(pte)) return pte;
  if (pte_present(pte)) return pteClearSoftDirty(pte_wrprotect(pte));
  return pte_file(pte) ? pte : pte_swp_clear_soft_dirty(pte);
}
