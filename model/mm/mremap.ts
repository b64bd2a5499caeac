/** mm/mremap.c: moving and resizing mappings. Limits and accounting are left out. */
import { flush_tlb_range } from '../arch/x86/mm/tlb';
import { pmd_none, pmd_trans_huge } from '../arch/x86/include/asm/pgtable-pmd';
import {
  PAGE_SIZE,
  pte_file,
  pte_mksoft_dirty,
  pte_none,
  pte_present,
  pte_swp_mksoft_dirty,
  ptep_get_and_clear,
  set_pte_at,
} from '../arch/x86/include/asm/pgtable';
import { EFAULT, EINVAL, ENOMEM } from '../include/uapi/asm-generic/errno-base';
import { MADV_UNMERGEABLE } from '../include/uapi/asm-generic/mman-common';
import { VM_BUG_ON } from '../include/linux/bug';
import {
  mm_struct,
  vm_area_struct,
  type Address,
  type Mm,
  type Pte,
  type Vma,
} from '../include/linux/mm_types';
import { VM_DONTEXPAND, VM_HUGETLB, VM_LOCKED, VM_PFNMAP } from '../include/linux/vm_flags';
import { load, lock, step, unlock, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel, peek, poke } from '../state/kernel';
import { move_huge_pmd, split_huge_page_pmd } from './huge_memory';
import { ksm_madvise } from './ksm';
import { pteAlloc } from './memory/pgtables';
import { __mm_populate } from './mlock';
import { do_munmap } from './mmap';
import { copy_vma, vma_adjust } from './mmap/adjust';
import { find_vma, iMmapLock, iMmapUnlock, vmaMapping } from './mmap/vma';
import { anon_vma_lock_write, anon_vma_unlock_write } from './rmap/anon-vma';

const vma_ = vm_area_struct.offset;
const mm_ = mm_struct.offset;

/** mm/mremap.c LATENCY_LIMIT, in pages. */
const LATENCY_LIMIT = 64;

/**
 * mm/mremap.c sys_mremap. Arguments in bytes. With `new_addr` equal to `addr` as without
 * MREMAP_MAYMOVE (shrink or grow in place), else as with MREMAP_FIXED.
 *
 * @returns the address in pages, or -errno.
 */
export function* sys_mremap(
  cpu: Cpu,
  addr: number,
  old_len: number,
  new_addr: number,
  new_len = old_len,
): Steps<number> {
  if (addr % PAGE_SIZE !== 0 || new_len === 0) return -EINVAL;
  const range = {
    addr: addr / PAGE_SIZE,
    old_len: Math.ceil(old_len / PAGE_SIZE),
    new_len: Math.ceil(new_len / PAGE_SIZE),
  };
  yield lock(cpu.mm + mm_.mmap_sem);
  let ret: number;
  if (new_addr === addr) ret = yield* resizeInPlace(cpu, range);
  else if (new_addr % PAGE_SIZE !== 0) ret = -EINVAL;
  else ret = yield* mremap_to(cpu, range, new_addr / PAGE_SIZE);
  const locked = ret >= 0 && (yield* is_locked(cpu.mm, ret));
  yield unlock(cpu.mm + mm_.mmap_sem);
  if (locked && range.new_len > range.old_len) {
    yield* __mm_populate(cpu, ret + range.old_len, range.new_len - range.old_len, true);
  }
  return ret;
}

/** The range that mremap is asked to change, in pages. */
interface Resize {
  readonly addr: Address;
  readonly old_len: number;
  readonly new_len: number;
}

function* is_locked(mm: Mm, address: Address): Steps<boolean> {
  const vma = yield* find_vma(mm, address);
  return vma !== 0 && (peek(vma + vma_.vm_flags) & VM_LOCKED) !== 0;
}

/** The part of sys_mremap without MREMAP_FIXED. */
function* resizeInPlace(cpu: Cpu, { addr, old_len, new_len }: Resize): Steps<number> {
  const mm = cpu.mm;
  if (old_len >= new_len) {
    if (old_len === new_len) return addr;
    const error = yield* do_munmap(cpu, mm, addr + new_len, old_len - new_len);
    return error === 0 ? addr : error;
  }
  const vma = yield* vma_to_resize(mm, addr, old_len, new_len);
  if (vma < 0) return vma;
  if (old_len !== peek(vma + vma_.vm_end) - addr) return -ENOMEM;
  if (!vma_expandable(vma, new_len - old_len)) return -ENOMEM;
  const start = peek(vma + vma_.vm_start);
  const pgoff = peek(vma + vma_.vm_pgoff);
  const error = yield* vma_adjust(cpu, vma, start, addr + new_len, pgoff);
  if (error !== 0) return -ENOMEM;
  if (peek(vma + vma_.vm_flags) & VM_LOCKED) yield* countLocked(mm, new_len - old_len);
  return addr;
}

/** mm/mremap.c vma_expandable. Atomic section. */
function vma_expandable(vma: Vma, delta: number): boolean {
  const end = peek(vma + vma_.vm_end) + delta;
  const next = peek(vma + vma_.vm_next);
  return end <= kernel.config.pages && (next === 0 || peek(next + vma_.vm_start) >= end);
}

/** mm->locked_vm grows with a VM_LOCKED vma, under mmap_sem. */
function* countLocked(mm: Mm, pages: number): Steps {
  yield step(mm + mm_.locked_vm);
  poke(mm + mm_.locked_vm, peek(mm + mm_.locked_vm) + pages);
}

/** mm/mremap.c vma_to_resize. @returns the vma or -errno. */
function* vma_to_resize(mm: Mm, addr: Address, old_len: number, new_len: number): Steps<number> {
  const vma = yield* find_vma(mm, addr);
  if (vma === 0 || peek(vma + vma_.vm_start) > addr) return -EFAULT;
  const vm_flags = peek(vma + vma_.vm_flags);
  if (vm_flags & VM_HUGETLB) return -EINVAL;
  if (old_len > peek(vma + vma_.vm_end) - addr) return -EFAULT;
  if (new_len > old_len && vm_flags & (VM_DONTEXPAND | VM_PFNMAP)) return -EFAULT;
  return vma;
}

/** mm/mremap.c mremap_to: to a fixed place, where whatever was there goes. */
function* mremap_to(cpu: Cpu, range: Resize, new_addr: Address): Steps<number> {
  const mm = cpu.mm;
  const { addr, new_len } = range;
  let { old_len } = range;
  if (new_addr < 0 || new_addr + new_len > kernel.config.pages) return -EINVAL;
  if (new_addr <= addr && new_addr + new_len > addr) return -EINVAL;
  if (addr <= new_addr && addr + old_len > new_addr) return -EINVAL;
  const error = yield* do_munmap(cpu, mm, new_addr, new_len);
  if (error !== 0) return error;
  if (old_len >= new_len) {
    if (old_len > new_len) {
      const shrunk = yield* do_munmap(cpu, mm, addr + new_len, old_len - new_len);
      if (shrunk !== 0) return shrunk;
    }
    old_len = new_len;
  }
  const vma = yield* vma_to_resize(mm, addr, old_len, new_len);
  if (vma < 0) return vma;
  return yield* move_vma(cpu, vma, { addr, old_len, new_len }, new_addr);
}

/** mm/mremap.c move_vma. KSM pages of the range are broken up first. @returns the address or -errno. */
function* move_vma(cpu: Cpu, vma: Vma, range: Resize, new_addr: Address): Steps<number> {
  const mm = cpu.mm;
  const { addr, old_len, new_len } = range;
  const end = addr + old_len;
  const flags = yield load(vma + vma_.vm_flags);
  const { error } = yield* ksm_madvise(cpu, vma, addr, end, MADV_UNMERGEABLE, flags);
  if (error !== 0) return error;
  yield step(vma + vma_.vm_pgoff);
  const new_pgoff = peek(vma + vma_.vm_pgoff) + addr - peek(vma + vma_.vm_start);
  const copied = yield* copy_vma(cpu, mm, vma, new_addr, new_len, new_pgoff);
  const { new_vma, need_rmap_locks } = copied;
  if (new_vma === 0) return -ENOMEM;
  const locks = (peek(copied.vma + vma_.vm_flags) & VM_LOCKED) !== 0;
  const move = { vma: copied.vma, old_start: addr, new_vma, new_start: new_addr };
  const moved = yield* move_page_tables(cpu, { ...move, need_rmap_locks }, old_len);
  const failed = moved < old_len;
  if (failed) {
    const back = { vma: new_vma, old_start: new_addr, new_vma: copied.vma, new_start: addr };
    yield* move_page_tables(cpu, { ...back, need_rmap_locks: true }, moved);
  }
  yield* do_munmap(cpu, mm, failed ? new_addr : addr, failed ? new_len : old_len);
  if (locks) yield* countLocked(mm, new_len);
  return failed ? -ENOMEM : new_addr;
}

/** Where page-table entries are moved from and to. */
interface Move {
  readonly vma: Vma;
  readonly old_start: Address;
  readonly new_vma: Vma;
  readonly new_start: Address;
  readonly need_rmap_locks: boolean;
}

/**
 * mm/mremap.c move_page_tables. One flush after all moves.
 *
 * @returns pages moved: fewer than `len` without memory for a page table.
 */
function* move_page_tables(cpu: Cpu, move: Move, len: number): Steps<number> {
  const { old_start, new_start } = move;
  const mm = peek(move.vma + vma_.vm_mm);
  const left = (address: Address): number => {
    const { hugePages } = kernel.config;
    return hugePages - (address % hugePages);
  };
  let need_flush = false;
  let done = 0;
  while (done < len) {
    const [old_addr, new_addr] = [old_start + done, new_start + done];
    const inOld = Math.min(left(old_addr), len - done);
    const old_pmd = yield load(kernel.pmd(mm, old_addr));
    if (pmd_none(old_pmd)) {
      done += inOld;
      continue;
    }
    if (pmd_trans_huge(old_pmd) && (yield* moveHuge(cpu, move, done, old_start + len, inOld))) {
      need_flush = true;
      done += inOld;
      continue;
    }
    if ((yield* pteAlloc(mm, move.new_vma, new_addr)) !== 0) break;
    const extent = Math.min(inOld, left(new_addr), LATENCY_LIMIT);
    yield* move_ptes(move, old_addr, old_addr + extent, new_addr);
    need_flush = true;
    done += extent;
  }
  if (need_flush) yield* flush_tlb_range(cpu, mm, old_start, old_start + done);
  return done;
}

/**
 * The huge branch of move_page_tables. 3.14.1 takes the rmap locks for ptes only: a split that walks
 * the anon_vma meanwhile may find the pmd at neither place, or at both.
 *
 * @param done pages of the move that lie before this huge page
 * @returns false if the huge page was split: its ptes are to be moved.
 */
function* moveHuge(
  cpu: Cpu,
  { vma, old_start, new_vma, new_start }: Move,
  done: number,
  old_end: Address,
  extent: number,
): Steps<boolean> {
  const mm = peek(vma + vma_.vm_mm);
  const [old_addr, new_addr] = [old_start + done, new_start + done];
  const [old_pmd, new_pmd] = [kernel.pmd(mm, old_addr), kernel.pmd(mm, new_addr)];
  let moved = 0;
  if (extent === kernel.config.hugePages) {
    const place = { old_addr, new_addr, old_end, old_pmd, new_pmd };
    moved = yield* move_huge_pmd(vma, new_vma, place);
  }
  if (moved > 0) return true;
  if (moved === 0) yield* split_huge_page_pmd(cpu, vma, old_addr, old_pmd);
  const stillHuge = pmd_trans_huge(yield load(old_pmd));
  VM_BUG_ON(stillHuge, 'mm/mremap.c move_page_tables', 'pmd_trans_huge(*old_pmd)');
  return false;
}

/**
 * mm/mremap.c move_ptes, within one old and one new page table. The rmap locks are for the case in
 * which a walk would visit the new place before the old one, and so miss the page in between.
 */
function* move_ptes(
  { vma, need_rmap_locks }: Move,
  old_start: Address,
  old_end: Address,
  new_start: Address,
): Steps {
  const mm = peek(vma + vma_.vm_mm);
  const mapping = need_rmap_locks ? vmaMapping(vma) : 0;
  const anonVma = need_rmap_locks ? peek(vma + vma_.anon_vma) : 0;
  yield* iMmapLock(mapping);
  if (anonVma !== 0) yield* anon_vma_lock_write(anonVma);
  const old_ptl = kernel.ptl(mm, old_start);
  const new_ptl = kernel.ptl(mm, new_start);
  yield lock(old_ptl);
  if (new_ptl !== old_ptl) yield lock(new_ptl);
  for (let i = 0; old_start + i < old_end; i++) {
    const old_pte = kernel.pte(mm, old_start + i);
    if (pte_none(yield load(old_pte))) continue;
    const pte = yield ptep_get_and_clear(old_pte);
    yield set_pte_at(kernel.pte(mm, new_start + i), move_soft_dirty_pte(pte));
  }
  if (new_ptl !== old_ptl) yield unlock(new_ptl);
  yield unlock(old_ptl);
  if (anonVma !== 0) yield* anon_vma_unlock_write(anonVma);
  yield* iMmapUnlock(mapping);
}

/** mm/mremap.c move_soft_dirty_pte. The soft-dirty bit of file entries is left out. */
function move_soft_dirty_pte(pte: Pte): Pte {
  if (pte_present(pte)) return pte_mksoft_dirty(pte);
  return pte_file(pte) ? pte : pte_swp_mksoft_dirty(pte);
}
