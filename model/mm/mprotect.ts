/** mm/mprotect.c: access rights of mappings. */
import { flush_tlb_range } from '../arch/x86/mm/tlb';
import { pmd_none, pmd_trans_huge } from '../arch/x86/include/asm/pgtable-pmd';
import {
  PAGE_SIZE,
  pte_dirty,
  pte_file,
  pte_mknonnuma,
  pte_mknuma,
  pte_mkwrite,
  pte_modify,
  pte_none,
  pte_numa,
  pte_present,
  pte_swp_mksoft_dirty,
  pte_swp_soft_dirty,
  pte_to_swp_entry,
  ptep_get_and_clear,
  set_pte_at,
  swp_entry_to_pte,
  vm_normal_page,
} from '../arch/x86/include/asm/pgtable';
import { EACCES, EINVAL, ENOMEM } from '../include/uapi/asm-generic/errno-base';
import { PageKsm } from '../include/linux/ksm';
import {
  mm_struct,
  vm_area_struct,
  type Address,
  type Mm,
  type Pte,
  type PtePtr,
  type Vma,
} from '../include/linux/mm_types';
import { is_write_migration_entry, make_migration_entry_read } from '../include/linux/swapops';
import { VM_ACCESS_FLAGS } from '../include/linux/vm_flags';
import { vm_page_prot, vma_wants_writenotify } from '../include/linux/vm_page_prot';
import { load, lock, step, store, unlock, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel, peek, poke } from '../state/kernel';
import { change_huge_pmd, split_huge_page_pmd } from './huge_memory';
import { split_vma } from './mmap/adjust';
import { vma_merge } from './mmap/merge';
import { find_vma, vmaBefore } from './mmap/vma';

const vma_ = vm_area_struct.offset;
const mm_ = mm_struct.offset;

/**
 * mm/mprotect.c sys_mprotect. Arguments in bytes; `prot` is PROT_READ, PROT_WRITE, PROT_EXEC, which
 * have the values of VM_READ, VM_WRITE, VM_EXEC.
 *
 * @returns 0 or -errno; vmas before the one that fails are changed.
 */
export function* sys_mprotect(cpu: Cpu, start: number, len: number, prot: number): Steps<number> {
  if (start % PAGE_SIZE !== 0) return -EINVAL;
  if (len === 0) return 0;
  const first = start / PAGE_SIZE;
  const end = first + Math.ceil(len / PAGE_SIZE);
  yield lock(cpu.mm + mm_.mmap_sem);
  const error = yield* mprotectRange(cpu, first, end, prot & VM_ACCESS_FLAGS);
  yield unlock(cpu.mm + mm_.mmap_sem);
  return error;
}

/** The part of sys_mprotect under mmap_sem: vma by vma, up to the first hole. */
function* mprotectRange(cpu: Cpu, start: Address, end: Address, rights: number): Steps<number> {
  let vma = yield* find_vma(cpu.mm, start);
  if (vma === 0 || peek(vma + vma_.vm_start) > start) return -ENOMEM;
  let prev = start > peek(vma + vma_.vm_start) ? vma : vmaBefore(cpu.mm, vma);
  for (let nstart = start; ;) {
    const newflags = rights | (peek(vma + vma_.vm_flags) & ~VM_ACCESS_FLAGS);
    if (newflags & ~(newflags >> 4) & VM_ACCESS_FLAGS) return -EACCES;
    const tmp = Math.min(peek(vma + vma_.vm_end), end);
    const fixed = yield* mprotect_fixup(cpu, vma, prev, nstart, tmp, newflags);
    if (fixed.error !== 0) return fixed.error;
    prev = fixed.vma;
    yield step(prev + vma_.vm_end);
    nstart = Math.max(tmp, peek(prev + vma_.vm_end));
    if (nstart >= end) return 0;
    vma = peek(prev + vma_.vm_next);
    if (vma === 0 || peek(vma + vma_.vm_start) !== nstart) return -ENOMEM;
  }
}

/** mm/mprotect.c mprotect_fixup. @returns the vma that has the range now. */
function* mprotect_fixup(
  cpu: Cpu,
  vma: Vma,
  prev: Vma,
  start: Address,
  end: Address,
  newflags: number,
): Steps<{ vma: Vma; error: number }> {
  const mm = cpu.mm;
  yield step(vma + vma_.vm_flags);
  if (newflags === peek(vma + vma_.vm_flags)) return { vma, error: 0 };
  let target = yield* vma_merge(cpu, mm, prev, start, end, {
    vm_flags: newflags,
    anon_vma: peek(vma + vma_.anon_vma),
    file: peek(vma + vma_.vm_file),
    pgoff: peek(vma + vma_.vm_pgoff) + start - peek(vma + vma_.vm_start),
  });
  if (target === 0) {
    target = vma;
    if (start !== (yield load(vma + vma_.vm_start))) {
      const error = yield* split_vma(cpu, mm, vma, start, true);
      if (error !== 0) return { vma, error };
    }
    if (end !== (yield load(vma + vma_.vm_end))) {
      const error = yield* split_vma(cpu, mm, vma, end, false);
      if (error !== 0) return { vma, error };
    }
  }
  yield step(target + vma_.vm_flags);
  poke(target + vma_.vm_flags, newflags);
  const change = {
    prot: vm_page_prot(target),
    dirty_accountable: vma_wants_writenotify(target),
    prot_numa: false,
  };
  yield* change_protection(cpu, target, start, end, change);
  return { vma: target, error: 0 };
}

/** What {@link change_protection} is to do with a present pte. */
export interface ProtectionChange {
  readonly prot: number;
  /** A dirty pte of a shared file mapping may be writable at once. */
  readonly dirty_accountable: boolean;
  /** Instead of all that: make it a NUMA hint (task_numa_work). */
  readonly prot_numa: boolean;
}

/**
 * mm/mprotect.c change_protection, change_protection_range: one flush after all ptes. Until then
 * tlb_flush_pending tells others that what the ptes say is not all that CPUs have cached.
 *
 * @returns pages changed.
 */
export function* change_protection(
  cpu: Cpu,
  vma: Vma,
  start: Address,
  end: Address,
  change: ProtectionChange,
): Steps<number> {
  const mm = peek(vma + vma_.vm_mm);
  const { hugePages } = kernel.config;
  let pages = 0;
  yield store(mm + mm_.tlb_flush_pending, 1);
  for (let address = start; address < end;) {
    const next = Math.min(end, (Math.floor(address / hugePages) + 1) * hugePages);
    pages += yield* change_pmd_range(cpu, vma, address, next, change);
    address = next;
  }
  if (pages > 0) yield* flush_tlb_range(cpu, mm, start, end);
  yield store(mm + mm_.tlb_flush_pending, 0);
  return pages;
}

/** mm/mprotect.c change_pmd_range, for one pmd. */
function* change_pmd_range(
  cpu: Cpu,
  vma: Vma,
  address: Address,
  next: Address,
  change: ProtectionChange,
): Steps<number> {
  const mm = peek(vma + vma_.vm_mm);
  const pmd = kernel.pmd(mm, address);
  if (pmd_trans_huge(yield load(pmd))) {
    if (next - address !== kernel.config.hugePages) {
      yield* split_huge_page_pmd(cpu, vma, address, pmd);
    } else {
      const vm_flags = yield load(vma + vma_.vm_flags);
      const changed = yield* change_huge_pmd(vma, pmd, address, vm_flags, change.prot_numa);
      if (changed > 0) return changed === kernel.config.hugePages ? changed : 0;
    }
  }
  if (pmd_none(yield load(pmd))) return 0;
  return yield* change_pte_range(mm, address, next, change);
}

/** mm/mprotect.c change_pte_range. @returns ptes changed. */
function* change_pte_range(
  mm: Mm,
  start: Address,
  end: Address,
  change: ProtectionChange,
): Steps<number> {
  let pages = 0;
  yield lock(kernel.ptl(mm, start));
  for (let address = start; address < end; address++) {
    const pte = kernel.pte(mm, address);
    const oldpte = yield load(pte);
    if (pte_present(oldpte)) {
      const changed = change.prot_numa
        ? yield* makeNuma(pte, oldpte)
        : yield* changePresentPte(pte, change);
      if (changed) pages++;
    } else if (kernel.config.CONFIG_MIGRATION && !pte_none(oldpte) && !pte_file(oldpte)) {
      const entry = pte_to_swp_entry(oldpte);
      if (!is_write_migration_entry(entry)) continue;
      const newpte = swp_entry_to_pte(make_migration_entry_read(entry));
      yield set_pte_at(pte, pte_swp_soft_dirty(oldpte) ? pte_swp_mksoft_dirty(newpte) : newpte);
      pages++;
    }
  }
  yield unlock(kernel.ptl(mm, start));
  return pages;
}

/** ptep_modify_prot_start and _commit: the pte is away meanwhile, so the hardware's A and D are kept. */
function* changePresentPte(pte: PtePtr, change: ProtectionChange): Steps<boolean> {
  const old = yield ptep_get_and_clear(pte);
  let ptent = pte_modify(pte_numa(old) ? pte_mknonnuma(old) : old, change.prot);
  if (change.dirty_accountable && pte_dirty(ptent)) ptent = pte_mkwrite(ptent);
  yield set_pte_at(pte, ptent);
  return true;
}

/** The prot_numa branch: a plain store of a value read before. Not for KSM pages. */
function* makeNuma(pte: PtePtr, oldpte: Pte): Steps<boolean> {
  const page = vm_normal_page(oldpte);
  if (page === 0 || (yield* PageKsm(page)) || pte_numa(oldpte)) return false;
  yield set_pte_at(pte, pte_mknuma(yield load(pte)));
  return true;
}
