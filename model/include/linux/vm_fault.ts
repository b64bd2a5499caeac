/** include/linux/mm.h: what a fault handler is told, and what it answers. */
import type { Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import type { Page, Vma } from './mm_types';

export const FAULT_FLAG_WRITE = 0x01;
export const FAULT_FLAG_NONLINEAR = 0x02;
export const FAULT_FLAG_MKWRITE = 0x04;
export const FAULT_FLAG_ALLOW_RETRY = 0x08;
export const FAULT_FLAG_RETRY_NOWAIT = 0x10;
export const FAULT_FLAG_KILLABLE = 0x20;
export const FAULT_FLAG_TRIED = 0x40;
export const FAULT_FLAG_USER = 0x80;

export const VM_FAULT_OOM = 0x0001;
export const VM_FAULT_SIGBUS = 0x0002;
export const VM_FAULT_MAJOR = 0x0004;
export const VM_FAULT_WRITE = 0x0008;
export const VM_FAULT_HWPOISON = 0x0010;
export const VM_FAULT_HWPOISON_LARGE = 0x0020;
export const VM_FAULT_NOPAGE = 0x0100;
export const VM_FAULT_LOCKED = 0x0200;
export const VM_FAULT_RETRY = 0x0400;
export const VM_FAULT_FALLBACK = 0x0800;
export const VM_FAULT_ERROR =
  VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_HWPOISON | VM_FAULT_FALLBACK | VM_FAULT_HWPOISON_LARGE;

/** struct vm_fault: lives on the faulting task's stack. */
export interface VmFault {
  readonly flags: number;
  /** Index of the page in the file. */
  readonly pgoff: number;
  /** What the handler found, referenced; locked if it says VM_FAULT_LOCKED. */
  page: Page;
}

/** struct vm_operations_struct. Handlers return VM_FAULT_* bits. */
export interface VmOperations {
  fault(cpu: Cpu, vma: Vma, vmf: VmFault): Steps<number>;
  /** Told before a page of a shared mapping becomes writable. */
  page_mkwrite?(cpu: Cpu, vma: Vma, vmf: VmFault): Steps<number>;
}
