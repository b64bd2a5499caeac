/**
 * include/linux/mm_types.h vma->vm_page_prot. Not kept in the vma: it follows from vm_flags and the
 * file, and the kernel changes it together with vm_flags.
 */
import { vm_get_page_prot } from '../../arch/x86/include/asm/pgtable';
import { peek } from '../../state/kernel';
import { mapping_cap_account_dirty } from './fs';
import { VM_FILE_NO_OPS, vm_area_struct, type Vma } from './mm_types';
import { VM_PFNMAP, VM_SHARED, VM_WRITE } from './vm_flags';

const V = vm_area_struct.offset;

/** mm/mmap.c vma_wants_writenotify: whether the first store to each page is to fault. */
export function vma_wants_writenotify(vma: Vma): boolean {
  const vm_flags = peek(vma + V.vm_flags);
  if ((vm_flags & (VM_WRITE | VM_SHARED)) !== (VM_WRITE | VM_SHARED)) return false;
  if (vm_flags & VM_PFNMAP) return false;
  const file = peek(vma + V.vm_file);
  return file !== 0 && file !== VM_FILE_NO_OPS && mapping_cap_account_dirty(file);
}

/**
 * The protection of a new pte: young; read-only in a private mapping, and in a shared one of a file
 * whose dirty pages are counted. Inside an atomic section.
 */
export function vm_page_prot(vma: Vma): number {
  const vm_flags = peek(vma + V.vm_flags);
  return vm_get_page_prot(vma_wants_writenotify(vma) ? vm_flags & ~VM_SHARED : vm_flags);
}
