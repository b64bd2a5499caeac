/** mm/ksm.c: which processes KSM looks at. An mm's mm_slot is a few words of the mm itself. */
import { ENOMEM } from '../../include/uapi/asm-generic/errno-base';
import { mm_struct, type Mm } from '../../include/linux/mm_types';
import { load, lock, step, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, Ksm, peek, poke } from '../../state/kernel';
import { allocationFails } from '../../state/slots';
import { linkBefore, unlinkFrom } from './list';

const mm_ = mm_struct.offset;

export const KSM_RUN_STOP = 0;
export const KSM_RUN_MERGE = 1;
export const KSM_RUN_UNMERGE = 2;

const linkSlotBefore = (mm: Mm, successor: Mm): void =>
  linkBefore(kernel.ksm + Ksm.mm_list, mm, successor, mm_.ksm_next);

/** list_del of an mm_slot. Inside an atomic section, under ksm_mmlist_lock. */
export function unlinkMmSlot(mm: Mm): void {
  unlinkFrom(kernel.ksm + Ksm.mm_list, mm, mm_.ksm_next);
}

/**
 * mm/ksm.c __ksm_enter: puts the mm just behind the scan's cursor; while everything is being
 * unmerged, at the end, so that it is not missed. @returns 0 or -ENOMEM.
 */
export function* __ksm_enter(_cpu: Cpu, mm: Mm): Steps<number> {
  if (yield* allocationFails()) return -ENOMEM;
  yield step(kernel.ksm + Ksm.mm_list);
  const unmerging = (peek(kernel.ksm + Ksm.run) & KSM_RUN_UNMERGE) !== 0;
  linkSlotBefore(mm, unmerging ? 0 : peek(kernel.ksm + Ksm.scan_mm));
  poke(mm + mm_.ksm_slot, 1);
  return 0;
}

/** include/linux/ksm.h ksm_fork: a child of a mergeable mm is one. @returns 0 or -ENOMEM. */
export function* ksm_fork(cpu: Cpu, mm: Mm, oldmm: Mm): Steps<number> {
  if (!kernel.config.CONFIG_KSM || !(yield load(oldmm + mm_.ksm_slot))) return 0;
  return yield* __ksm_enter(cpu, mm);
}

/**
 * include/linux/ksm.h ksm_exit, mm/ksm.c __ksm_exit: the mm has no users left. If ksmd may be at
 * work on it, its slot stays for ksmd to free, and mmap_sem is waited for.
 */
export function* ksm_exit(_cpu: Cpu, mm: Mm): Steps {
  if (!kernel.config.CONFIG_KSM || !(yield load(mm + mm_.ksm_slot))) return;
  yield step(kernel.ksm + Ksm.mm_list);
  const cursor = peek(kernel.ksm + Ksm.scan_mm);
  if (!peek(mm + mm_.ksm_slot)) return;
  if (cursor !== mm) {
    unlinkMmSlot(mm);
    if (peek(mm + mm_.ksm_rmap_items) === 0) {
      poke(mm + mm_.ksm_slot, 0);
      return;
    }
    linkSlotBefore(mm, cursor === 0 ? peek(kernel.ksm + Ksm.mm_list) : peek(cursor + mm_.ksm_next));
  }
  yield lock(mm + mm_.mmap_sem);
  yield unlock(mm + mm_.mmap_sem);
}
