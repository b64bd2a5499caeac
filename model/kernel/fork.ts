/** kernel/fork.c and kernel/exit.c: how an mm begins and ends. */
import { flush_tlb_mm } from '../arch/x86/mm/tlb';
import { get_file } from '../fs/file_table';
import { ENOMEM } from '../include/uapi/asm-generic/errno-base';
import { mm_struct, vm_area_struct, type Mm, type Vma } from '../include/linux/mm_types';
import { VM_DONTCOPY, VM_LOCKED, VM_NONLINEAR } from '../include/linux/vm_flags';
import {
  decAndTest,
  load,
  lock,
  readLock,
  readUnlock,
  step,
  unlock,
  type Steps,
} from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel, peek, poke } from '../state/kernel';
import { TooSmall } from '../state/slots';
import { vma_interval_tree_insert_after, vma_nonlinear_insert } from '../mm/interval_tree';
import { khugepaged_exit } from '../mm/huge_memory/khugepaged';
import { ksm_exit, ksm_fork } from '../mm/ksm';
import { copy_page_range } from '../mm/memory';
import { exit_mmap } from '../mm/mmap';
import {
  __vma_link,
  copyVmaFields,
  iMmapLock,
  iMmapUnlock,
  vmAreaAlloc,
  vmAreaFree,
  vmaMapping,
  vmasOf,
} from '../mm/mmap/vma';
import { anon_vma_fork } from '../mm/rmap/anon-vma';

const vma_ = vm_area_struct.offset;
const mm_ = mm_struct.offset;

/**
 * kernel/fork.c do_fork, as far as memory goes: a process without CLONE_VM. Abstracted: the child's
 * task is the scenario's affair.
 *
 * @param child which slot the new mm takes; by default the first that was never used
 * @returns 0 or -ENOMEM.
 */
export function* do_fork(cpu: Cpu, oldmm: Mm, child?: Mm): Steps<number> {
  return (yield* dup_mm(cpu, oldmm, child)) === 0 ? -ENOMEM : 0;
}

/** kernel/fork.c dup_mm. @returns the new mm with one user, or 0 without memory. */
function* dup_mm(cpu: Cpu, oldmm: Mm, slot?: Mm): Steps<Mm> {
  const mm = yield* mm_init(slot);
  if ((yield* dup_mmap(cpu, mm, oldmm)) === 0) return mm;
  yield* mmput(cpu, mm);
  return 0;
}

/** kernel/fork.c allocate_mm, mm_init. A slot is used once only: a dead mm's words stay readable. */
function* mm_init(slot?: Mm): Steps<Mm> {
  yield step(slot ?? kernel.mms);
  const mm = slot ?? unusedMm();
  if (!isUnused(mm)) throw new Error('dup_mm: this mm has been used already');
  poke(mm + mm_.mm_users, 1);
  poke(mm + mm_.task, 1);
  return mm;
}

const isUnused = (mm: Mm): boolean => peek(mm + mm_.mm_users) === 0 && peek(mm + mm_.exited) === 0;

function unusedMm(): Mm {
  for (let index = 0; index < kernel.config.processes; index++) {
    if (isUnused(kernel.mmAt(index))) return kernel.mmAt(index);
  }
  throw new TooSmall('processes', 'processes');
}

/**
 * kernel/fork.c dup_mmap: the vmas and page tables. Both mmap_sems are held throughout; what other
 * CPUs have cached of the parent's ptes is flushed once, at the end.
 *
 * @returns 0 or -ENOMEM, with as much of the child as there is.
 */
function* dup_mmap(cpu: Cpu, mm: Mm, oldmm: Mm): Steps<number> {
  yield lock(oldmm + mm_.mmap_sem);
  yield lock(mm + mm_.mmap_sem);
  let error = yield* ksm_fork(cpu, mm, oldmm);
  if (error === 0) {
    yield step(oldmm + mm_.mmap);
    for (const mpnt of vmasOf(oldmm)) {
      if (peek(mpnt + vma_.vm_flags) & VM_DONTCOPY) continue;
      error = yield* dupVma(cpu, mm, oldmm, mpnt);
      if (error !== 0) break;
    }
  }
  yield unlock(mm + mm_.mmap_sem);
  yield* flush_tlb_mm(cpu, oldmm);
  yield unlock(oldmm + mm_.mmap_sem);
  return error;
}

/** The body of dup_mmap's loop. The anon_vmas are linked before any pte is copied. */
function* dupVma(cpu: Cpu, mm: Mm, oldmm: Mm, mpnt: Vma): Steps<number> {
  const tmp = yield* vmAreaAlloc(mm);
  if (tmp === 0) return -ENOMEM;
  yield step(tmp + vma_.vm_start);
  copyVmaFields(tmp, mpnt);
  if ((yield* anon_vma_fork(cpu, tmp, mpnt)) !== 0) {
    yield step(tmp + vma_.vm_end);
    vmAreaFree(tmp);
    return -ENOMEM;
  }
  yield step(tmp + vma_.vm_flags);
  poke(tmp + vma_.vm_flags, peek(tmp + vma_.vm_flags) & ~VM_LOCKED);
  const mapping = vmaMapping(tmp);
  yield* get_file(mapping);
  yield* iMmapLock(mapping);
  yield step(mm + mm_.mmap);
  if (mapping !== 0) {
    if (peek(tmp + vma_.vm_flags) & VM_NONLINEAR) vma_nonlinear_insert(tmp, mapping);
    else vma_interval_tree_insert_after(tmp, mpnt);
  }
  yield* iMmapUnlock(mapping);
  yield step(mm + mm_.mmap);
  __vma_link(mm, tmp);
  return yield* copy_page_range(cpu, mm, oldmm, tmp, mpnt);
}

/** kernel/fork.c get_task_mm: a user more, unless the task has ended. @returns whether there is one. */
export function* get_task_mm(mm: Mm): Steps<boolean> {
  yield step(mm + mm_.mm_users);
  if (peek(mm + mm_.task) === 0) return false;
  poke(mm + mm_.mm_users, peek(mm + mm_.mm_users) + 1);
  return true;
}

/**
 * Does what a call does to another task's mm between get_task_mm and mmput. A task's own mm stays for as
 * long as it is in the kernel.
 *
 * @param gone what the call returns when the task has ended
 */
export function* withTaskMm<T>(cpu: Cpu, mm: Mm, gone: T, call: () => Steps<T>): Steps<T> {
  if (cpu.mm === mm) return yield* call();
  if (!(yield* get_task_mm(mm))) return gone;
  const result = yield* call();
  yield* mmput(cpu, mm);
  return result;
}

/** kernel/fork.c mmput: the last user takes the mm apart. */
export function* mmput(cpu: Cpu, mm: Mm): Steps {
  if (yield decAndTest(mm + mm_.mm_users)) yield* lastMmput(cpu, mm);
}

function* lastMmput(cpu: Cpu, mm: Mm): Steps {
  yield* ksm_exit(cpu, mm);
  yield* khugepaged_exit(mm);
  yield* exit_mmap(cpu, mm);
  yield step(mm + mm_.exited);
  poke(mm + mm_.exited, 1);
  if (yield load(mm + mm_.mmlist)) {
    yield step(mm + mm_.mmlist);
    poke(mm + mm_.mmlist, 0);
  }
}

/**
 * kernel/exit.c do_exit, exit_mm: the task's use of its mm ends. Who comes between task->mm = NULL and
 * mmput finds the mm as before it or as after it, so that the two are one step.
 */
export function* do_exit(cpu: Cpu, mm: Mm): Steps {
  yield readLock(mm + mm_.mmap_sem);
  yield readUnlock(mm + mm_.mmap_sem);
  const last = yield decAndTest(mm + mm_.mm_users);
  poke(mm + mm_.task, 0);
  if (last) yield* lastMmput(cpu, mm);
}
