/** mm/memory.c: from the address of a fault to what mends it. mmap_sem is held for reading. */
import {
  pte_file,
  pte_mkdirty,
  pte_mkyoung,
  pte_none,
  pte_numa,
  pte_present,
  pte_write,
} from '../../arch/x86/include/asm/pgtable';
import {
  pmd_none,
  pmd_numa,
  pmd_trans_huge,
  pmd_trans_splitting,
  pmd_write,
  type Pmd,
} from '../../arch/x86/include/asm/pgtable-pmd';
import { ptep_set_access_flags } from '../../arch/x86/mm/pgtable';
import { BUG_ON } from '../../include/linux/bug';
import { transparent_hugepage_enabled } from '../../include/linux/huge_mm';
import { vm_area_struct, type Address, type Mm, type Vma } from '../../include/linux/mm_types';
import { FAULT_FLAG_WRITE, VM_FAULT_FALLBACK, VM_FAULT_OOM } from '../../include/linux/vm_fault';
import { VM_HUGETLB } from '../../include/linux/vm_flags';
import { load, lock, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek } from '../../state/kernel';
import {
  do_huge_pmd_anonymous_page,
  do_huge_pmd_numa_page,
  do_huge_pmd_wp_page,
  huge_pmd_set_accessed,
  wait_split_huge_page,
} from '../huge_memory';
import { hugetlb_fault } from '../hugetlb';
import { bumpVmEvent } from '../vmstat';
import { do_anonymous_page } from './anonymous';
import { do_linear_fault, do_nonlinear_fault } from './file-fault';
import { do_numa_page } from './numa';
import { __pte_alloc } from './pgtables';
import { do_swap_page } from './swap-in';
import { do_wp_page } from './wp';

const V = vm_area_struct.offset;

/**
 * mm/memory.c handle_pte_fault: looks at the pte without its lock, and at the vma, to choose. The pte
 * is below a page table that cannot go away.
 *
 * @returns VM_FAULT_* bits; 0 is also "changed meanwhile, try again".
 */
function* handle_pte_fault(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  flags: number,
): Steps<number> {
  const pte = kernel.pte(mm, address);
  let entry = yield load(pte);
  if (!pte_present(entry)) {
    if (pte_none(entry)) {
      return peek(vma + V.vm_ops)
        ? yield* do_linear_fault(cpu, mm, vma, address, flags, entry)
        : yield* do_anonymous_page(cpu, mm, vma, address, flags);
    }
    return pte_file(entry)
      ? yield* do_nonlinear_fault(cpu, mm, vma, address, flags, entry)
      : yield* do_swap_page(cpu, mm, vma, address, flags, entry);
  }
  if (pte_numa(entry)) return yield* do_numa_page(cpu, mm, vma, address, entry);
  const ptl = kernel.ptl(mm, address);
  yield lock(ptl);
  if (peek(pte) === entry) {
    if (flags & FAULT_FLAG_WRITE) {
      if (!pte_write(entry)) return yield* do_wp_page(cpu, mm, vma, address, entry);
      entry = pte_mkdirty(entry);
    }
    entry = pte_mkyoung(entry);
    yield* ptep_set_access_flags(pte, entry, (flags & FAULT_FLAG_WRITE) !== 0);
  }
  yield unlock(ptl);
  return 0;
}

/**
 * The part of __handle_mm_fault for huge pages. A pmd that is being split only sends the task round
 * again; here it waits for the end of the split, which a task that goes round does in effect.
 *
 * @returns what the fault comes to, or VM_FAULT_FALLBACK: small pages go on.
 */
function* hugeFault(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  flags: number,
  orig_pmd: Pmd,
): Steps<number> {
  const pmd = kernel.pmd(mm, address);
  if (pmd_none(orig_pmd)) {
    if (!(yield* transparent_hugepage_enabled(vma)) || peek(vma + V.vm_ops)) {
      return VM_FAULT_FALLBACK;
    }
    return yield* do_huge_pmd_anonymous_page(cpu, mm, vma, address, pmd, flags);
  }
  if (pmd_trans_splitting(orig_pmd)) {
    yield* wait_split_huge_page(yield load(vma + V.anon_vma), pmd);
    return 0;
  }
  if (pmd_numa(orig_pmd)) {
    return yield* do_huge_pmd_numa_page(cpu, mm, vma, address, orig_pmd, pmd);
  }
  const write = (flags & FAULT_FLAG_WRITE) !== 0;
  if (write && !pmd_write(orig_pmd)) {
    return yield* do_huge_pmd_wp_page(cpu, mm, vma, address, pmd, orig_pmd);
  }
  yield* huge_pmd_set_accessed(mm, address, pmd, orig_pmd, write);
  return 0;
}

/** mm/memory.c __handle_mm_fault. */
function* __handle_mm_fault(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  flags: number,
): Steps<number> {
  if (peek(vma + V.vm_flags) & VM_HUGETLB) {
    return yield* hugetlb_fault(cpu, mm, vma, address, flags);
  }
  let pmd = yield load(kernel.pmd(mm, address));
  // Under mmap_sem a page table stays one: then the looks that follow see what this one saw.
  if (pmd_none(pmd) || pmd_trans_huge(pmd)) {
    const ret = yield* hugeFault(cpu, mm, vma, address, flags, pmd);
    if (!(ret & VM_FAULT_FALLBACK)) return ret;
    pmd = yield load(kernel.pmd(mm, address));
    BUG_ON(pmd_numa(pmd), 'mm/memory.c __handle_mm_fault', 'pmd_numa(*pmd)');
    if (pmd_none(pmd)) {
      if (yield* __pte_alloc(mm, vma, address)) return VM_FAULT_OOM;
      pmd = yield load(kernel.pmd(mm, address));
    }
    if (pmd_trans_huge(pmd)) return 0;
  }
  return yield* handle_pte_fault(cpu, mm, vma, address, flags);
}

/**
 * mm/memory.c handle_mm_fault.
 *
 * @param flags FAULT_FLAG_*
 * @returns VM_FAULT_* bits. With VM_FAULT_RETRY mmap_sem has been dropped.
 */
export function* handle_mm_fault(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  flags: number,
): Steps<number> {
  bumpVmEvent('PGFAULT');
  return yield* __handle_mm_fault(cpu, mm, vma, address, flags);
}
