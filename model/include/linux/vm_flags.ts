/** include/linux/mm.h: the bits of vma->vm_flags. */

export const VM_READ = 0x1;
export const VM_WRITE = 0x2;
export const VM_EXEC = 0x4;
export const VM_SHARED = 0x8;
export const VM_MAYREAD = 0x10;
export const VM_MAYWRITE = 0x20;
export const VM_MAYEXEC = 0x40;
export const VM_MAYSHARE = 0x80;
export const VM_GROWSDOWN = 0x100;
export const VM_PFNMAP = 0x400;
export const VM_LOCKED = 0x2000;
export const VM_IO = 0x4000;
export const VM_SEQ_READ = 0x8000;
export const VM_RAND_READ = 0x10000;
export const VM_DONTCOPY = 0x20000;
export const VM_DONTEXPAND = 0x40000;
export const VM_HUGETLB = 0x400000;
export const VM_NONLINEAR = 0x800000;
export const VM_DONTDUMP = 0x4000000;
export const VM_SOFTDIRTY = 0x8000000;
export const VM_MIXEDMAP = 0x10000000;
export const VM_HUGEPAGE = 0x20000000;
export const VM_NOHUGEPAGE = 0x40000000;
/** The sign bit of a word, hence a negative number here: `flags & VM_MERGEABLE` is non-zero or 0. */
export const VM_MERGEABLE = 0x80000000 | 0;

/** Mappings that are neither locked nor merged nor expanded. */
export const VM_SPECIAL = VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP;

/** Both read-ahead hints at once: a stack that exec has not finished setting up. */
export const VM_STACK_INCOMPLETE_SETUP = VM_RAND_READ | VM_SEQ_READ;

/** PROT_* of a system call, which have the same values as the lowest VM_* bits. */
export const VM_ACCESS_FLAGS = VM_READ | VM_WRITE | VM_EXEC;

/** mm/memory.c is_cow_mapping: private, and could be made writable. */
export const is_cow_mapping = (vm_flags: number): boolean =>
  (vm_flags & (VM_SHARED | VM_MAYWRITE)) === VM_MAYWRITE;
