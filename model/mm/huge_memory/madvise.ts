/** mm/huge_memory.c hugepage_madvise: MADV_HUGEPAGE and MADV_NOHUGEPAGE. */
import { EINVAL } from '../../include/uapi/asm-generic/errno-base';
import { MADV_HUGEPAGE } from '../../include/uapi/asm-generic/mman-common';
import { VM_HUGEPAGE, VM_NOHUGEPAGE } from '../../include/linux/vm_flags';
import { VM_NO_THP } from './khugepaged';

/**
 * mm/huge_memory.c hugepage_madvise, on a value of vm_flags. Abstracted: registering the mm with
 * khugepaged, and mm->def_flags, which only s390 sets.
 *
 * @returns the new flags, or an error.
 */
export function hugepage_madvise(
  vm_flags: number,
  advice: number,
): { flags: number; error: number } {
  const [set, clear] =
    advice === MADV_HUGEPAGE ? [VM_HUGEPAGE, VM_NOHUGEPAGE] : [VM_NOHUGEPAGE, VM_HUGEPAGE];
  if ((vm_flags & (set | VM_NO_THP)) !== 0) return { flags: vm_flags, error: -EINVAL };
  return { flags: (vm_flags & ~clear) | set, error: 0 };
}
