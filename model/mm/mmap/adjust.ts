/** mm/mmap.c: moving the borders of vmas. mmap_sem is held for writing, but in expand_stack. */
import { fput, get_file } from '../../fs/file_table';
import { ENOMEM, EPERM } from '../../include/uapi/asm-generic/errno-base';
import {
  anon_vma,
  anon_vma_chain,
  mm_struct,
  vm_area_struct,
  type Address,
  type AnonVma,
  type Mm,
  type Vma,
} from '../../include/linux/mm_types';
import { VM_GROWSDOWN, VM_LOCKED, VM_NONLINEAR } from '../../include/linux/vm_flags';
import { load, step, store, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { peek, poke } from '../../state/kernel';
import { vma_adjust_trans_huge } from '../huge_memory';
import {
  anon_vma_interval_tree_insert,
  anon_vma_interval_tree_remove,
  vma_interval_tree_insert,
  vma_interval_tree_remove,
} from '../interval_tree';
import {
  anonVmaChainOf,
  anon_vma_clone,
  anon_vma_lock_write,
  anon_vma_prepare,
  anon_vma_unlock_write,
  unlink_anon_vmas,
} from '../rmap/anon-vma';
import { vma_merge } from './merge';
import {
  __remove_shared_vm_struct,
  __vma_link,
  __vma_link_file,
  __vma_unlink,
  copyVmaFields,
  iMmapLock,
  iMmapUnlock,
  vmAreaAlloc,
  vmAreaFree,
  vmaBefore,
  vmaMapping,
} from './vma';

const vma_ = vm_area_struct.offset;

/** mm/mmap.c anon_vma_interval_tree_pre_update_vma: out of every tree, while its key changes. */
function anon_vma_interval_tree_pre_update_vma(vma: Vma): void {
  for (const avc of anonVmaChainOf(vma)) {
    anon_vma_interval_tree_remove(avc, peek(avc + anon_vma_chain.offset.anon_vma));
  }
}

/** mm/mmap.c anon_vma_interval_tree_post_update_vma: back in, behind others of the same key. */
function anon_vma_interval_tree_post_update_vma(vma: Vma): void {
  for (const avc of anonVmaChainOf(vma)) {
    anon_vma_interval_tree_insert(avc, peek(avc + anon_vma_chain.offset.anon_vma));
  }
}

/** How a change of vma's end concerns the next vma. */
interface Neighbour {
  /** Pages by which next's start moves. */
  readonly adjust_next: number;
  /** next goes, 1; and the one behind it too, 2. */
  readonly remove_next: number;
  readonly end: Address;
  readonly exporter: Vma;
  readonly importer: Vma;
}

function neighbour(vma: Vma, next: Vma, end: Address): Neighbour {
  const none = { adjust_next: 0, remove_next: 0, end, exporter: 0, importer: 0 };
  const nextStart = peek(next + vma_.vm_start);
  const nextEnd = peek(next + vma_.vm_end);
  const vm_end = peek(vma + vma_.vm_end);
  if (end >= nextEnd) {
    const remove_next = end > nextEnd ? 2 : 1;
    return { ...none, remove_next, end: nextEnd, exporter: next, importer: vma };
  }
  if (end > nextStart) {
    return { ...none, adjust_next: end - nextStart, exporter: next, importer: vma };
  }
  if (end < vm_end) return { ...none, adjust_next: end - vm_end, exporter: vma, importer: next };
  return none;
}

/**
 * mm/mmap.c vma_adjust: gives vma new borders, together with what that does to the next vma, or
 * with `insert` taking over the part that vma loses (a split).
 *
 * @returns 0 or -ENOMEM, with nothing changed.
 */
export function* vma_adjust(
  cpu: Cpu,
  vma: Vma,
  start: Address,
  end: Address,
  pgoff: number,
  insert: Vma = 0,
): Steps<number> {
  const mm = peek(vma + vma_.vm_mm);
  yield step(vma + vma_.vm_next);
  const next = peek(vma + vma_.vm_next);
  const by: Neighbour =
    next !== 0 && insert === 0
      ? neighbour(vma, next, end)
      : { adjust_next: 0, remove_next: 0, end, exporter: 0, importer: 0 };
  if ((yield* importAnonVma(cpu, by)) !== 0) return -ENOMEM;

  const mapping = vmaMapping(vma);
  yield* iMmapLock(mapping);
  if (insert !== 0 && mapping !== 0) {
    yield step(insert + vma_.shared_next);
    __vma_link_file(insert, mapping);
  }
  yield* vma_adjust_trans_huge(cpu, vma, start, by.end, by.adjust_next);
  let locked: AnonVma = peek(vma + vma_.anon_vma);
  if (locked === 0 && by.adjust_next !== 0) locked = peek(next + vma_.anon_vma);
  if (locked !== 0) yield* anon_vma_lock_write(locked);
  yield step(vma + vma_.vm_start);
  moveBorders(vma, start, by.end, pgoff, by.adjust_next === 0 ? 0 : next, by.adjust_next);
  if (by.remove_next !== 0) {
    __vma_unlink(mm, next);
    if (mapping !== 0) __remove_shared_vm_struct(next, mapping);
  } else if (insert !== 0) {
    __vma_link(mm, insert);
  }
  if (locked !== 0) yield* anon_vma_unlock_write(locked);
  yield* iMmapUnlock(mapping);
  if (by.remove_next === 0) return 0;
  yield* freeMerged(cpu, next);
  return by.remove_next === 2 ? yield* vma_adjust(cpu, vma, start, end, pgoff) : 0;
}

/** An expanding vma takes over the anon_vmas of the one that it grows into. */
function* importAnonVma(cpu: Cpu, { exporter, importer }: Neighbour): Steps<number> {
  if (exporter === 0) return 0;
  const anonVma = peek(exporter + vma_.anon_vma);
  if (anonVma === 0 || peek(importer + vma_.anon_vma) !== 0) return 0;
  if ((yield* anon_vma_clone(cpu, importer, exporter)) !== 0) return -ENOMEM;
  yield step(importer + vma_.anon_vma);
  poke(importer + vma_.anon_vma, anonVma);
  return 0;
}

/** The new borders, with the vma out of its trees meanwhile. `next` is 0 unless its start moves. */
function moveBorders(
  vma: Vma,
  start: Address,
  end: Address,
  pgoff: number,
  next: Vma,
  adjust_next: number,
): void {
  const moved = next === 0 ? [vma] : [vma, next];
  const mapping = vmaMapping(vma);
  const linear = mapping !== 0 && (peek(vma + vma_.vm_flags) & VM_NONLINEAR) === 0;
  for (const each of moved) anon_vma_interval_tree_pre_update_vma(each);
  if (linear) for (const each of moved) vma_interval_tree_remove(each, mapping);
  poke(vma + vma_.vm_start, start);
  poke(vma + vma_.vm_end, end);
  poke(vma + vma_.vm_pgoff, pgoff);
  if (next !== 0) {
    poke(next + vma_.vm_start, peek(next + vma_.vm_start) + adjust_next);
    poke(next + vma_.vm_pgoff, peek(next + vma_.vm_pgoff) + adjust_next);
  }
  if (linear) for (const each of [...moved].reverse()) vma_interval_tree_insert(each, mapping);
  for (const each of moved) anon_vma_interval_tree_post_update_vma(each);
}

/** anon_vma_merge and the freeing of a vma that was merged into its predecessor. */
function* freeMerged(cpu: Cpu, next: Vma): Steps {
  yield* fput(cpu, vmaMapping(next));
  if (peek(next + vma_.anon_vma) !== 0) yield* unlink_anon_vmas(cpu, next);
  yield step(next + vma_.vm_end);
  vmAreaFree(next);
}

/**
 * mm/mmap.c split_vma, __split_vma: two vmas that meet at `addr`; the new one is the lower half if
 * `new_below`. The limit on the number of vmas is left out.
 *
 * @returns 0 or -ENOMEM.
 */
export function* split_vma(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  addr: Address,
  new_below: boolean,
): Steps<number> {
  const fresh = yield* vmAreaAlloc(mm);
  if (fresh === 0) return -ENOMEM;
  yield step(fresh + vma_.vm_start);
  copyVmaFields(fresh, vma);
  const start = peek(vma + vma_.vm_start);
  const end = peek(vma + vma_.vm_end);
  const pgoff = peek(vma + vma_.vm_pgoff);
  const upperPgoff = pgoff + addr - start;
  if (new_below) {
    poke(fresh + vma_.vm_end, addr);
  } else {
    poke(fresh + vma_.vm_start, addr);
    poke(fresh + vma_.vm_pgoff, upperPgoff);
  }
  if ((yield* anon_vma_clone(cpu, fresh, vma)) !== 0) {
    yield step(fresh + vma_.vm_end);
    vmAreaFree(fresh);
    return -ENOMEM;
  }
  yield* get_file(vmaMapping(fresh));
  return new_below
    ? yield* vma_adjust(cpu, vma, addr, end, upperPgoff, fresh)
    : yield* vma_adjust(cpu, vma, start, addr, pgoff, fresh);
}

/**
 * mm/mmap.c copy_vma: a vma for the range that mremap moves `vma`'s pages to. It may be a
 * neighbour that was expanded, even the source itself.
 *
 * @returns the new vma (0 without memory), the source (which may have been merged into the new
 *   one), and whether move_ptes must hold the rmap locks: only when a walk would meet the new vma
 *   before the old one, or both are one.
 */
export function* copy_vma(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  addr: Address,
  len: number,
  pgoff: number,
): Steps<{ new_vma: Vma; vma: Vma; need_rmap_locks: boolean }> {
  yield step(vma + vma_.anon_vma);
  const unfaulted = peek(vma + vma_.vm_file) === 0 && peek(vma + vma_.anon_vma) === 0;
  const new_pgoff = unfaulted ? addr : pgoff;
  const vma_start = peek(vma + vma_.vm_start);
  const merged = yield* vma_merge(cpu, mm, prevOfHole(mm, addr), addr, addr + len, {
    vm_flags: peek(vma + vma_.vm_flags),
    anon_vma: peek(vma + vma_.anon_vma),
    file: peek(vma + vma_.vm_file),
    pgoff: new_pgoff,
  });
  if (merged !== 0) {
    const swallowed =
      vma_start >= peek(merged + vma_.vm_start) && vma_start < peek(merged + vma_.vm_end);
    const source = swallowed ? merged : vma;
    const need_rmap_locks = peek(merged + vma_.vm_pgoff) <= peek(source + vma_.vm_pgoff);
    return { new_vma: merged, vma: source, need_rmap_locks };
  }
  const new_vma = yield* duplicateVma(cpu, mm, vma, addr, len, new_pgoff);
  return { new_vma, vma, need_rmap_locks: false };
}

/** The vma before an address range that no vma has a page in; 0 for none. Atomic section. */
export function prevOfHole(mm: Mm, addr: Address): Vma {
  let prev = 0;
  let vma = peek(mm + mm_struct.offset.mmap);
  for (; vma !== 0 && peek(vma + vma_.vm_start) < addr; vma = peek(vma + vma_.vm_next)) prev = vma;
  return prev;
}

/** The second half of copy_vma: a vma of its own, on the same anon_vmas. 0 without memory. */
function* duplicateVma(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  addr: Address,
  len: number,
  pgoff: number,
): Steps<Vma> {
  const new_vma = yield* vmAreaAlloc(mm);
  if (new_vma === 0) return 0;
  yield step(new_vma + vma_.vm_start);
  copyVmaFields(new_vma, vma);
  poke(new_vma + vma_.vm_start, addr);
  poke(new_vma + vma_.vm_end, addr + len);
  poke(new_vma + vma_.vm_pgoff, pgoff);
  if ((yield* anon_vma_clone(cpu, new_vma, vma)) !== 0) {
    yield step(new_vma + vma_.vm_end);
    vmAreaFree(new_vma);
    return 0;
  }
  const mapping = vmaMapping(new_vma);
  yield* get_file(mapping);
  yield* iMmapLock(mapping);
  yield step(new_vma + vma_.vm_next);
  __vma_link(mm, new_vma);
  if (mapping !== 0) __vma_link_file(new_vma, mapping);
  yield* iMmapUnlock(mapping);
  return new_vma;
}

/**
 * mm/mmap.c expand_stack: lets a VM_GROWSDOWN vma begin at `address`. Callers hold mmap_sem for
 * reading only; two that expand at once meet at the anon_vma lock. Stack limits are left out.
 *
 * @returns 0, -ENOMEM or -EPERM.
 */
export function* expand_stack(cpu: Cpu, vma: Vma, address: Address): Steps<number> {
  yield step(vma + vma_.vm_start);
  const prev = vmaBefore(peek(vma + vma_.vm_mm), vma);
  if (prev !== 0 && peek(prev + vma_.vm_end) === address) {
    if ((peek(prev + vma_.vm_flags) & VM_GROWSDOWN) === 0) return -ENOMEM;
  }
  return yield* expand_downwards(cpu, vma, address);
}

/**
 * mm/mmap.c expand_downwards, acct_stack_growth. mmap_sem is held for reading: who holds no more than that,
 * and neither the anon_vma's lock, may find vm_start moved and vm_pgoff not yet.
 */
export function* expand_downwards(cpu: Cpu, vma: Vma, address: Address): Steps<number> {
  if ((yield* anon_vma_prepare(cpu, vma)) !== 0) return -ENOMEM;
  // Below page 0 there is nothing, as below mmap_min_addr.
  if (address < 0) return -EPERM;
  const anonVma = peek(vma + vma_.anon_vma);
  yield* anon_vma_lock_write(anonVma);
  yield step(anonVma + anon_vma.offset.rb_root);
  let error = 0;
  const grow = peek(vma + vma_.vm_start) - address;
  if (grow > 0) {
    if (grow > peek(vma + vma_.vm_pgoff)) error = -ENOMEM;
    else yield* growDownwards(vma, address, grow);
  }
  yield* anon_vma_unlock_write(anonVma);
  return error;
}

/** The anon_vma's lock is held for writing, so no walk meets the vma between its old and its new key. */
function* growDownwards(vma: Vma, address: Address, grow: number): Steps {
  if (peek(vma + vma_.vm_flags) & VM_LOCKED) {
    const locked_vm = peek(vma + vma_.vm_mm) + mm_struct.offset.locked_vm;
    yield store(locked_vm, (yield load(locked_vm)) + grow);
  }
  anon_vma_interval_tree_pre_update_vma(vma);
  poke(vma + vma_.vm_start, address);
  yield step(vma + vma_.vm_pgoff);
  poke(vma + vma_.vm_pgoff, peek(vma + vma_.vm_pgoff) - grow);
  anon_vma_interval_tree_post_update_vma(vma);
}
