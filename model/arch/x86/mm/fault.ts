/** arch/x86/mm/fault.c: a user access that the page walk could not serve. */
import { BUG_ON } from '../../../include/linux/bug';
import { mm_struct, vm_area_struct, type Address, type Vma } from '../../../include/linux/mm_types';
import {
  FAULT_FLAG_ALLOW_RETRY,
  FAULT_FLAG_KILLABLE,
  FAULT_FLAG_TRIED,
  FAULT_FLAG_USER,
  FAULT_FLAG_WRITE,
  VM_FAULT_ERROR,
  VM_FAULT_HWPOISON,
  VM_FAULT_HWPOISON_LARGE,
  VM_FAULT_OOM,
  VM_FAULT_RETRY,
  VM_FAULT_SIGBUS,
} from '../../../include/linux/vm_fault';
import { VM_EXEC, VM_GROWSDOWN, VM_READ, VM_WRITE } from '../../../include/linux/vm_flags';
import { fetchOr, readLock, readUnlock, type Steps } from '../../../machine/op';
import { handle_mm_fault } from '../../../mm/memory/fault';
import { expand_stack } from '../../../mm/mmap/adjust';
import { find_vma } from '../../../mm/mmap/vma';
import type { Cpu } from '../../../state/cpu';
import { peek } from '../../../state/kernel';

const V = vm_area_struct.offset;
const mm_ = mm_struct.offset;

/** A signal that ends a process. */
export type Signal = 'SIGBUS' | 'SIGKILL' | 'SIGSEGV';

/** Their numbers, for the set of a process's pending ones in mm_struct.signals. */
export const SIGNAL_NUMBER: Readonly<Record<Signal, number>> = {
  SIGBUS: 7,
  SIGKILL: 9,
  SIGSEGV: 11,
};

/** arch/x86/mm/fault.c access_error: whether the vma forbids the access. */
function access_error(vma: Vma, write: boolean): boolean {
  const vm_flags = peek(vma + V.vm_flags);
  return (vm_flags & (write ? VM_WRITE : VM_READ | VM_EXEC | VM_WRITE)) === 0;
}

/** The vma of the address, a stack grown to it if need be; 0 is a bad area. */
function* good_area(cpu: Cpu, address: Address): Steps<Vma> {
  const vma = yield* find_vma(cpu.mm, address);
  if (vma === 0 || peek(vma + V.vm_start) <= address) return vma;
  if (!(peek(vma + V.vm_flags) & VM_GROWSDOWN)) return 0;
  return (yield* expand_stack(cpu, vma, address)) === 0 ? vma : 0;
}

/**
 * arch/x86/mm/fault.c mm_fault_error. Out of memory kills this very process: a fault's allocation of
 * one page fails only for a task that the OOM killer has already chosen (it is retried for all others,
 * from within the allocator), and pagefault_out_of_memory does not choose again.
 */
function* mm_fault_error(cpu: Cpu, fault: number): Steps<Signal> {
  yield readUnlock(cpu.mm + mm_.mmap_sem);
  if (fault & VM_FAULT_OOM) {
    yield fetchOr(cpu.mm + mm_.signals, 1 << SIGNAL_NUMBER.SIGKILL);
    return 'SIGKILL';
  }
  const bus = VM_FAULT_SIGBUS | VM_FAULT_HWPOISON | VM_FAULT_HWPOISON_LARGE;
  BUG_ON(!(fault & bus), 'arch/x86/mm/fault.c mm_fault_error', 'BUG()');
  return 'SIGBUS';
}

/**
 * arch/x86/mm/fault.c __do_page_fault, for an access from user mode.
 *
 * @returns the signal that the process gets; undefined: the access is to be tried again.
 */
export function* do_page_fault(
  cpu: Cpu,
  address: Address,
  write: boolean,
): Steps<Signal | undefined> {
  let flags = FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE | FAULT_FLAG_USER;
  if (write) flags |= FAULT_FLAG_WRITE;
  for (;;) {
    yield readLock(cpu.mm + mm_.mmap_sem);
    const vma = yield* good_area(cpu, address);
    if (vma === 0 || access_error(vma, write)) {
      yield readUnlock(cpu.mm + mm_.mmap_sem);
      return 'SIGSEGV';
    }
    const fault = yield* handle_mm_fault(cpu, cpu.mm, vma, address, flags);
    if (fault & VM_FAULT_ERROR) return yield* mm_fault_error(cpu, fault);
    if (!(fault & VM_FAULT_RETRY)) {
      yield readUnlock(cpu.mm + mm_.mmap_sem);
      return undefined;
    }
    flags = (flags & ~FAULT_FLAG_ALLOW_RETRY) | FAULT_FLAG_TRIED;
  }
}
