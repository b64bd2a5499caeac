/** mm/mempolicy.c, as far as NUMA hints go. Policies are left out: every vma has the default one. */
import { vm_area_struct, type Address, type Vma } from '../include/linux/mm_types';
import { VM_HUGETLB, VM_IO, VM_PFNMAP } from '../include/linux/vm_flags';
import type { Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { peek } from '../state/kernel';
import { change_protection } from './mprotect';

/** include/linux/mempolicy.h vma_migratable. Atomic section. */
export const vma_migratable = (vma: Vma): boolean =>
  (peek(vma + vm_area_struct.offset.vm_flags) & (VM_IO | VM_HUGETLB | VM_PFNMAP)) === 0;

/** mm/mempolicy.c change_prot_numa: makes the next access to each page fault. @returns pages changed. */
export function* change_prot_numa(cpu: Cpu, vma: Vma, start: Address, end: Address): Steps<number> {
  const hint = { prot: 0, dirty_accountable: false, prot_numa: true };
  return yield* change_protection(cpu, vma, start, end, hint);
}
