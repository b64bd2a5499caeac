/** mm/mlock.c: pages that stay in memory, and the system calls that say which. */
import { EAGAIN, EFAULT, ENOMEM } from '../include/uapi/asm-generic/errno-base';
import { VM_BUG_ON } from '../include/linux/bug';
import { FOLL_FORCE, FOLL_MLOCK, FOLL_TOUCH, FOLL_WRITE } from '../include/linux/foll';
import {
  mm_struct,
  vm_area_struct,
  type Address,
  type Mm,
  type Vma,
} from '../include/linux/mm_types';
import {
  VM_ACCESS_FLAGS,
  VM_HUGETLB,
  VM_IO,
  VM_LOCKED,
  VM_PFNMAP,
  VM_SHARED,
  VM_SPECIAL,
  VM_WRITE,
} from '../include/linux/vm_flags';
import { load, lock, readLock, readUnlock, step, unlock, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { peek, poke } from '../state/kernel';
import { __get_user_pages } from './memory';
import type { GotPages } from './memory/gup';
import { munlock_vma_pages_range } from './mlock/munlock';
import { find_vma, split_vma, vma_merge } from './mmap';
import { vmaBefore } from './mmap/vma';
import { lru_add_drain_all } from './swap';

export * from './mlock/page';
export * from './mlock/munlock';

const V = vm_area_struct.offset;
const mm_ = mm_struct.offset;
const PAGE_SIZE = 4096;

/** mlock's range in whole pages: `len` grows by what `start` is rounded down. */
function pageRange(start: number, len: number): { start: Address; pages: number } {
  const offset = start % PAGE_SIZE;
  return { start: (start - offset) / PAGE_SIZE, pages: Math.ceil((len + offset) / PAGE_SIZE) };
}

/**
 * mm/mlock.c sys_mlock. Arguments in bytes. RLIMIT_MEMLOCK is left out: the process may lock what
 * it likes (CAP_IPC_LOCK).
 *
 * @returns 0 or -errno; after an error, what was locked before it stays so.
 */
export function* sys_mlock(cpu: Cpu, start: number, len: number): Steps<number> {
  yield* lru_add_drain_all(cpu);
  const range = pageRange(start, len);
  yield lock(cpu.mm + mm_.mmap_sem);
  const error = yield* do_mlock(cpu, range.start, range.pages, true);
  yield unlock(cpu.mm + mm_.mmap_sem);
  return error === 0 ? yield* __mm_populate(cpu, range.start, range.pages, false) : error;
}

/** mm/mlock.c sys_munlock. Arguments in bytes. */
export function* sys_munlock(cpu: Cpu, start: number, len: number): Steps<number> {
  const range = pageRange(start, len);
  yield lock(cpu.mm + mm_.mmap_sem);
  const error = yield* do_mlock(cpu, range.start, range.pages, false);
  yield unlock(cpu.mm + mm_.mmap_sem);
  return error;
}

/** mm/mlock.c do_mlock, with mmap_sem held for writing: vma by vma, up to the first hole. */
function* do_mlock(cpu: Cpu, start: Address, pages: number, on: boolean): Steps<number> {
  const end = start + pages;
  if (pages === 0) return 0;
  let vma = yield* find_vma(cpu.mm, start);
  if (vma === 0 || peek(vma + V.vm_start) > start) return -ENOMEM;
  let prev = start > peek(vma + V.vm_start) ? vma : vmaBefore(cpu.mm, vma);
  for (let nstart = start; ;) {
    const newflags = (peek(vma + V.vm_flags) & ~VM_LOCKED) | (on ? VM_LOCKED : 0);
    const tmp = Math.min(peek(vma + V.vm_end), end);
    const fixed = yield* mlock_fixup(cpu, vma, prev, nstart, tmp, newflags);
    if (fixed.error !== 0) return fixed.error;
    prev = fixed.vma;
    yield step(prev + V.vm_end);
    nstart = Math.max(tmp, peek(prev + V.vm_end));
    if (nstart >= end) return 0;
    vma = peek(prev + V.vm_next);
    if (vma === 0 || peek(vma + V.vm_start) !== nstart) return -ENOMEM;
  }
}

/**
 * mm/mlock.c mlock_fixup: one vma, or a part of it that becomes one. Special and hugetlb vmas are
 * left alone.
 *
 * @returns the vma that covers the range now.
 */
function* mlock_fixup(
  cpu: Cpu,
  vma: Vma,
  prev: Vma,
  start: Address,
  end: Address,
  newflags: number,
): Steps<{ vma: Vma; error: number }> {
  yield step(vma + V.vm_flags);
  const vm_flags = peek(vma + V.vm_flags);
  if (newflags === vm_flags || (vm_flags & (VM_SPECIAL | VM_HUGETLB)) !== 0)
    return { vma, error: 0 };
  const found = yield* ownVma(cpu, vma, prev, start, end, newflags);
  if (found.error !== 0) return found;
  const locks = (newflags & VM_LOCKED) !== 0;
  const locked_vm = cpu.mm + mm_.locked_vm;
  yield step(locked_vm);
  poke(locked_vm, peek(locked_vm) + (locks ? end - start : start - end));
  if (locks) poke(found.vma + V.vm_flags, newflags);
  else yield* munlock_vma_pages_range(cpu, found.vma, start, end);
  return found;
}

/** Merges the range with its neighbours, or splits it off: a vma that can have flags of its own. */
function* ownVma(
  cpu: Cpu,
  vma: Vma,
  prev: Vma,
  start: Address,
  end: Address,
  vm_flags: number,
): Steps<{ vma: Vma; error: number }> {
  const merged = yield* vma_merge(cpu, cpu.mm, prev, start, end, {
    vm_flags,
    anon_vma: peek(vma + V.anon_vma),
    file: peek(vma + V.vm_file),
    pgoff: peek(vma + V.vm_pgoff) + start - peek(vma + V.vm_start),
  });
  if (merged !== 0) return { vma: merged, error: 0 };
  if (start !== (yield load(vma + V.vm_start))) {
    const error = yield* split_vma(cpu, cpu.mm, vma, start, true);
    if (error !== 0) return { vma, error };
  }
  if (end !== (yield load(vma + V.vm_end))) {
    const error = yield* split_vma(cpu, cpu.mm, vma, end, false);
    if (error !== 0) return { vma, error };
  }
  return { vma, error: 0 };
}

/**
 * mm/mlock.c __mm_populate: makes pages present, and mlocked where the vma is VM_LOCKED. Takes
 * mmap_sem for reading; a fault may have dropped it, then the search starts anew.
 *
 * @returns 0 or -errno.
 */
export function* __mm_populate(
  cpu: Cpu,
  start: Address,
  pages: number,
  ignore_errors: boolean,
): Steps<number> {
  const mm = cpu.mm;
  const end = start + pages;
  let vma: Vma = 0;
  let locked = false;
  let ret = 0;
  for (let nstart = start; nstart < end;) {
    if (!locked) {
      locked = true;
      yield readLock(mm + mm_.mmap_sem);
      vma = yield* find_vma(mm, nstart);
    } else if (nstart >= (yield load(vma + V.vm_end))) {
      vma = yield load(vma + V.vm_next);
    }
    if (vma === 0 || peek(vma + V.vm_start) >= end) break;
    const first = Math.max(nstart, peek(vma + V.vm_start));
    nstart = Math.min(end, peek(vma + V.vm_end));
    if ((peek(vma + V.vm_flags) & (VM_IO | VM_PFNMAP)) !== 0) continue;
    const got = yield* __mlock_vma_pages_range(cpu, mm, vma, first, nstart, true);
    ({ locked } = got);
    if (got.pages >= 0) {
      nstart = first + got.pages;
    } else if (!ignore_errors) {
      ret = __mlock_posix_error_return(got.pages);
      break;
    }
  }
  if (locked) yield readUnlock(mm + mm_.mmap_sem);
  return ret;
}

/** mm/mlock.c __mlock_posix_error_return. */
function __mlock_posix_error_return(retval: number): number {
  if (retval === -EFAULT) return -ENOMEM;
  return retval === -ENOMEM ? -EAGAIN : retval;
}

/**
 * mm/mlock.c __mlock_vma_pages_range: raises the faults that make the pages present; a write fault
 * in a private writable vma, so that nothing is left to copy.
 *
 * @param nonblocking whether mmap_sem may be dropped rather than wait for a page's lock
 */
export function* __mlock_vma_pages_range(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  start: Address,
  end: Address,
  nonblocking: boolean,
): Steps<GotPages> {
  const where = 'mm/mlock.c __mlock_vma_pages_range';
  const vm_flags = yield load(vma + V.vm_flags);
  VM_BUG_ON(start < peek(vma + V.vm_start), where, 'start < vma->vm_start');
  VM_BUG_ON(end > peek(vma + V.vm_end), where, 'end > vma->vm_end');
  VM_BUG_ON(peek(mm + mm_.mmap_sem) === 0, where, '!rwsem_is_locked(&mm->mmap_sem)');
  let gup_flags = FOLL_TOUCH | FOLL_MLOCK;
  if ((vm_flags & (VM_WRITE | VM_SHARED)) === VM_WRITE) gup_flags |= FOLL_WRITE;
  if ((vm_flags & VM_ACCESS_FLAGS) !== 0) gup_flags |= FOLL_FORCE;
  return yield* __get_user_pages(cpu, mm, start, end - start, gup_flags, undefined, nonblocking);
}
