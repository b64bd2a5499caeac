/**
 * mm/mmap.c: finding vmas and linking them. Abstracted: the rbtree and mm->mmap_cache are a walk of
 * the list that vm_next makes; both give the same vma. vm_prev is found by walking.
 */
import type { FileKind } from '../../include/linux/mm_types';
import {
  mm_struct,
  VM_FILE_NO_OPS,
  vm_area_struct,
  address_space,
  type Address,
  type AddressSpace,
  type Mm,
  type Vma,
} from '../../include/linux/mm_types';
import { VM_NONLINEAR } from '../../include/linux/vm_flags';
import { lock, step, unlock, type Steps } from '../../machine/op';
import { WORD, type Ptr } from '../../machine/struct';
import { kernel, peek, poke } from '../../state/kernel';
import { allocationFails, freeSlot } from '../../state/slots';
import {
  vma_interval_tree_insert,
  vma_interval_tree_remove,
  vma_nonlinear_insert,
  vmaNonlinearRemove,
} from '../interval_tree';

const vma_ = vm_area_struct.offset;
const mm_ = mm_struct.offset;
const mapping_ = address_space.offset;

/** The vmas of an mm in address order. Atomic section; needs mmap_sem. */
export function vmasOf(mm: Mm): Vma[] {
  const vmas: Vma[] = [];
  for (let vma = peek(mm + mm_.mmap); vma !== 0; vma = peek(vma + vma_.vm_next)) vmas.push(vma);
  return vmas;
}

/**
 * mm/mmap.c find_vma: the first vma that ends above `address`; it may begin above it too.
 *
 * @returns 0 if there is none.
 */
export function* find_vma(mm: Mm, address: Address): Steps<Vma> {
  yield step(mm + mm_.mmap);
  return vmaFrom(mm, address);
}

/** {@link find_vma} inside an atomic section. */
export function vmaFrom(mm: Mm, address: Address): Vma {
  let vma = peek(mm + mm_.mmap);
  while (vma !== 0 && peek(vma + vma_.vm_end) <= address) vma = peek(vma + vma_.vm_next);
  return vma;
}

/** The vma whose successor is `vma`, or the last one for 0; 0 if `vma` is the first. Atomic section. */
export function vmaBefore(mm: Mm, vma: Vma): Vma {
  let prev = 0;
  for (let at = peek(mm + mm_.mmap); at !== vma; at = peek(at + vma_.vm_next)) prev = at;
  return prev;
}

/** mm/mmap.c find_vma_prev: {@link find_vma}, and the vma before it (the last one if it found none). */
export function* find_vma_prev(mm: Mm, address: Address): Steps<{ vma: Vma; prev: Vma }> {
  const vma = yield* find_vma(mm, address);
  return { vma, prev: vmaBefore(mm, vma) };
}

/** include/linux/mm.h find_vma_intersection: a vma that has a page in `start .. end - 1`, or 0. */
export function* find_vma_intersection(mm: Mm, start: Address, end: Address): Steps<Vma> {
  const vma = yield* find_vma(mm, start);
  return vma !== 0 && end <= peek(vma + vma_.vm_start) ? 0 : vma;
}

/** The file that a vma maps and is linked to; 0 for none and for a private mapping of /dev/zero. */
export function vmaMapping(vma: Vma): AddressSpace {
  const file = peek(vma + vma_.vm_file);
  return file === VM_FILE_NO_OPS ? 0 : file;
}

/** kmem_cache_alloc of a vm_area_struct, all zero but for vm_mm; 0 without memory. */
export function* vmAreaAlloc(mm: Mm): Steps<Vma> {
  if (yield* allocationFails()) return 0;
  yield step(mm + mm_.mmap);
  const { vmas: count, processes } = kernel.config;
  const vma = freeSlot(
    {
      what: 'vmas',
      option: 'vmas',
      base: kernel.vmas,
      layout: vm_area_struct,
      count,
      inUse: vma_.vm_end,
    },
    Math.floor((kernel.mmIndex(mm) * count) / processes),
  );
  vm_area_struct.fields.forEach((_, i) => poke(vma + i * WORD, 0));
  poke(vma + vma_.vm_mm, mm);
  // Marks the slot as taken until the caller says where the vma lies.
  poke(vma + vma_.vm_end, -1);
  return vma;
}

/** `*to = *from`, with the list heads of `to` empty; vm_mm stays. Atomic section. */
export function copyVmaFields(to: Vma, from: Vma): void {
  const own: readonly string[] = ['vm_mm', 'vm_next', 'anon_vma_chain', 'shared_next'];
  for (const field of vm_area_struct.fields) {
    if (!own.includes(field)) poke(to + vma_[field], peek(from + vma_[field]));
  }
}

/** kmem_cache_free of a vm_area_struct that nothing links any more. Atomic section. */
export function vmAreaFree(vma: Vma): void {
  poke(vma + vma_.vm_start, 0);
  poke(vma + vma_.vm_end, 0);
}

/** mm/mmap.c __vma_link_list, __vma_link_rb: puts the vma where its address belongs. Atomic section. */
export function __vma_link(mm: Mm, vma: Vma): void {
  const start = peek(vma + vma_.vm_start);
  let link: Ptr = mm + mm_.mmap;
  for (let at = peek(link); at !== 0 && peek(at + vma_.vm_start) < start; at = peek(link)) {
    link = at + vma_.vm_next;
  }
  poke(vma + vma_.vm_next, peek(link));
  poke(link, vma);
}

/** mm/mmap.c __vma_unlink. Atomic section. */
export function __vma_unlink(mm: Mm, vma: Vma): void {
  const prev = vmaBefore(mm, vma);
  poke(prev === 0 ? mm + mm_.mmap : prev + vma_.vm_next, peek(vma + vma_.vm_next));
}

/** mm/mmap.c __vma_link_file. Atomic section, i_mmap_mutex held. */
export function __vma_link_file(vma: Vma, mapping: AddressSpace): void {
  if (peek(vma + vma_.vm_flags) & VM_NONLINEAR) vma_nonlinear_insert(vma, mapping);
  else vma_interval_tree_insert(vma, mapping);
}

/** mm/mmap.c __remove_shared_vm_struct. Atomic section, i_mmap_mutex held. */
export function __remove_shared_vm_struct(vma: Vma, mapping: AddressSpace): void {
  if (peek(vma + vma_.vm_flags) & VM_NONLINEAR) vmaNonlinearRemove(vma, mapping);
  else vma_interval_tree_remove(vma, mapping);
}

/** Takes the file's i_mmap_mutex; nothing without a file. */
export function* iMmapLock(mapping: AddressSpace): Steps {
  if (mapping !== 0) yield lock(mapping + mapping_.i_mmap_mutex);
}

export function* iMmapUnlock(mapping: AddressSpace): Steps {
  if (mapping !== 0) yield unlock(mapping + mapping_.i_mmap_mutex);
}

/** mm/mmap.c vma_link: into the mm and into its file. mmap_sem held for writing. */
export function* vma_link(mm: Mm, vma: Vma): Steps {
  const mapping = vmaMapping(vma);
  yield* iMmapLock(mapping);
  yield step(mm + mm_.mmap);
  __vma_link(mm, vma);
  if (mapping !== 0) __vma_link_file(vma, mapping);
  yield* iMmapUnlock(mapping);
}

/** mm/mmap.c unlink_file_vma. */
export function* unlink_file_vma(vma: Vma): Steps {
  const mapping = vmaMapping(vma);
  if (mapping === 0) return;
  yield* iMmapLock(mapping);
  yield step(mapping + mapping_.i_mmap);
  __remove_shared_vm_struct(vma, mapping);
  yield* iMmapUnlock(mapping);
}

/** Whether a vma maps a file of this kind. */
export function mapsKind(vma: Vma, kind: (typeof FileKind)[keyof typeof FileKind]): boolean {
  const mapping = vmaMapping(vma);
  return mapping !== 0 && peek(mapping + mapping_.kind) === kind;
}

/**
 * The model's own check that mmap_sem is held for writing, where every caller in the kernel holds it.
 *
 * @throws Error if it is not: a broken model, not a kernel fault.
 */
export function assertMmapWriteLocked(mm: Mm, who: string): void {
  if (peek(mm + mm_.mmap_sem) >= 0) throw new Error(`${who}: mmap_sem must be held for writing`);
}
