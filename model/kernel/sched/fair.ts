/** kernel/sched/fair.c: the scan by which automatic NUMA balancing learns who uses which pages. */
import { mm_struct, vm_area_struct, type Mm, type Vma } from '../../include/linux/mm_types';
import { VM_ACCESS_FLAGS, VM_READ, VM_WRITE } from '../../include/linux/vm_flags';
import { readLock, readUnlock, step, type Steps } from '../../machine/op';
import { change_prot_numa, vma_migratable } from '../../mm/mempolicy';
import { vmasOf } from '../../mm/mmap/vma';
import type { Cpu } from '../../state/cpu';
import { peek } from '../../state/kernel';

const vma_ = vm_area_struct.offset;

/**
 * kernel/sched/fair.c task_numa_work. Abstracted: one pass over the whole mm, where the kernel works
 * off so many megabytes a second.
 */
export function* task_numa_work(cpu: Cpu, mm: Mm): Steps {
  const sem = mm + mm_struct.offset.mmap_sem;
  yield readLock(sem);
  yield step(mm + mm_struct.offset.mmap);
  for (const vma of vmasOf(mm)) {
    if (!wantsHints(vma)) continue;
    yield* change_prot_numa(cpu, vma, peek(vma + vma_.vm_start), peek(vma + vma_.vm_end));
  }
  yield readUnlock(sem);
}

/** Not what cannot migrate, nor libraries that everybody reads, nor what nobody may access. */
function wantsHints(vma: Vma): boolean {
  if (!vma_migratable(vma)) return false;
  const vm_flags = peek(vma + vma_.vm_flags);
  const readOnlyFile =
    peek(vma + vma_.vm_file) !== 0 && (vm_flags & (VM_READ | VM_WRITE)) === VM_READ;
  return !readOnlyFile && (vm_flags & VM_ACCESS_FLAGS) !== 0;
}
