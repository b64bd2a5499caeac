/** mm/madvise.c: the madvise system call. */
import { defined, hunk } from '../features/hunk';
import { ULONG_MAX, zapDetails } from '../include/linux/mm-zap';
import { mm_struct, vm_area_struct, type Address, type Vma } from '../include/linux/mm_types';
import { VM_HUGETLB, VM_LOCKED, VM_NONLINEAR, VM_PFNMAP } from '../include/linux/vm_flags';
import { EINVAL, ENOMEM } from '../include/uapi/asm-generic/errno-base';
import * as advice from '../include/uapi/asm-generic/mman-common';
import { lock, readLock, readUnlock, unlock, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel, peek } from '../state/kernel';
import { madvise_behavior, type Advised } from './madvise/behavior';
import { madvise_hwpoison } from './madvise/hwpoison';
import { madvise_remove, madvise_willneed } from './madvise/willneed';
import { zap_page_range } from './memory/unmap';
import { find_vma, find_vma_prev } from './mmap/vma';

const V = vm_area_struct.offset;
const PAGE_SHIFT = 12n;
const PAGE_MASK = ~((1n << PAGE_SHIFT) - 1n);

// Where a hunk adds `case MADV_FREE`, the advice is looked at before the switch: for any other advice the C
// code is the same with and without the hunk.
const { FREE } = advice.ADVICE;

/** mm/madvise.c madvise_need_mmap_write: by default yes. */
function madvise_need_mmap_write(behavior: number): boolean {
  switch (behavior) {
    case advice.MADV_REMOVE:
    case advice.MADV_WILLNEED:
    case advice.MADV_DONTNEED:
      return false;
    default:
      if (
        behavior === FREE &&
        hunk('p3/mm/madvise/madvise_need_mmap_write') &&
        behavior === advice.MADV_FREE()
      ) {
        return false;
      }
      return true;
  }
}

/** mm/madvise.c madvise_dontneed. @returns 0 or -EINVAL. */
function* madvise_dontneed(
  cpu: Cpu,
  vma: Vma,
  start: Address,
  end: Address,
  behavior: number,
): Steps<number> {
  const vm_flags = peek(vma + V.vm_flags);
  if (vm_flags & (VM_LOCKED | VM_HUGETLB | VM_PFNMAP)) return -EINVAL;
  if (vm_flags & VM_NONLINEAR) {
    const details = zapDetails({ nonlinear_vma: vma, last_index: ULONG_MAX });
    yield* zap_page_range(cpu, vma, start, end - start, details);
  } else if (
    behavior === FREE &&
    hunk('p3/mm/madvise/madvise_dontneed.2/lazy_free') &&
    behavior === advice.MADV_FREE()
  ) {
    defined('p3/mm/madvise/madvise_dontneed', 'behavior');
    defined('p3/include/linux/mm/zap_details', 'zap_details.lazy_free');
    const details = zapDetails({ lazy_free: 1 });
    if (peek(vma + V.vm_file) !== 0 && hunk('p3/mm/madvise/madvise_dontneed.2/vm_file')) {
      return -EINVAL;
    }
    yield* zap_page_range(cpu, vma, start, end - start, details);
  } else {
    yield* zap_page_range(cpu, vma, start, end - start, null);
  }
  return 0;
}

/** mm/madvise.c madvise_vma. */
function* madvise_vma(
  cpu: Cpu,
  vma: Vma,
  prev: Vma,
  start: Address,
  end: Address,
  behavior: number,
): Steps<Advised> {
  if (behavior === advice.MADV_REMOVE) return yield* madvise_remove(cpu, vma, start, end);
  if (behavior === advice.MADV_WILLNEED) {
    return { error: yield* madvise_willneed(cpu, vma, start, end), prev: vma };
  }
  if (
    behavior === advice.MADV_DONTNEED ||
    (behavior === FREE && hunk('p3/mm/madvise/madvise_vma') && behavior === advice.MADV_FREE())
  ) {
    return { error: yield* madvise_dontneed(cpu, vma, start, end, behavior), prev: vma };
  }
  return yield* madvise_behavior(cpu, vma, prev, start, end, behavior);
}

/** mm/madvise.c madvise_behavior_valid. */
function madvise_behavior_valid(behavior: number): boolean {
  switch (behavior) {
    case advice.MADV_DOFORK:
    case advice.MADV_DONTFORK:
    case advice.MADV_NORMAL:
    case advice.MADV_SEQUENTIAL:
    case advice.MADV_RANDOM:
    case advice.MADV_REMOVE:
    case advice.MADV_WILLNEED:
    case advice.MADV_DONTNEED:
    case advice.MADV_DONTDUMP:
    case advice.MADV_DODUMP:
      return true;
    case advice.MADV_MERGEABLE:
    case advice.MADV_UNMERGEABLE:
      return kernel.config.CONFIG_KSM;
    case advice.MADV_HUGEPAGE:
    case advice.MADV_NOHUGEPAGE:
      return kernel.config.CONFIG_TRANSPARENT_HUGEPAGE;
    default:
      if (
        behavior === FREE &&
        hunk('p3/mm/madvise/madvise_behavior_valid') &&
        behavior === advice.MADV_FREE()
      ) {
        return true;
      }
      return false;
  }
}

/** What the arguments come to: an error, nothing to do (0), or a range of pages. */
type Range = number | { readonly start: Address; readonly end: Address };

const word = (value: bigint): bigint => BigInt.asUintN(kernel.config.pointerBits, value);

/** The checks before mmap_sem is taken, in 64 (or 32) bit arithmetic. The end is exclusive. */
function checkedRange(startBytes: number, lengthBytes: number): Range {
  const start = word(BigInt(startBytes));
  const len_in = word(BigInt(lengthBytes));
  if ((start & ~PAGE_MASK) !== 0n) return -EINVAL;
  const len = word(word(len_in + ~PAGE_MASK) & PAGE_MASK);
  if (len_in !== 0n && len === 0n) return -EINVAL;
  const end = word(start + len);
  if (end < start) return -EINVAL;
  if (end === start) return 0;
  return { start: Number(start >> PAGE_SHIFT), end: Number(end >> PAGE_SHIFT) };
}

/**
 * The loop of the system call, with mmap_sem held: all vmas of the range; an error stops it, a hole is
 * only remembered.
 */
function* adviseRange(cpu: Cpu, first: Address, end: Address, behavior: number): Steps<number> {
  let start = first;
  let unmapped_error = 0;
  let { vma, prev } = yield* find_vma_prev(cpu.mm, start);
  if (vma !== 0 && start > peek(vma + V.vm_start)) prev = vma;
  for (;;) {
    if (vma === 0) return -ENOMEM;
    const vm_start = peek(vma + V.vm_start);
    if (start < vm_start) {
      unmapped_error = -ENOMEM;
      start = vm_start;
      if (start >= end) return -ENOMEM;
    }
    const tmp = Math.min(peek(vma + V.vm_end), end);
    const advised: Advised = yield* madvise_vma(cpu, vma, prev, start, tmp, behavior);
    if (advised.error !== 0) return advised.error;
    prev = advised.prev;
    start = prev === 0 ? tmp : Math.max(tmp, peek(prev + V.vm_end));
    if (start >= end) return unmapped_error;
    vma = prev === 0 ? yield* find_vma(cpu.mm, start) : peek(prev + V.vm_next);
  }
}

/**
 * mm/madvise.c madvise(2) of the current process.
 *
 * @param start,len in bytes, as the program passes them; a negative one is the same word, unsigned
 * @returns 0 or -errno
 */
export function* sys_madvise(
  cpu: Cpu,
  start: number,
  len: number,
  behavior: number,
): Steps<number> {
  const poison = behavior === advice.MADV_HWPOISON || behavior === advice.MADV_SOFT_OFFLINE;
  if (poison && kernel.config.CONFIG_MEMORY_FAILURE) {
    return yield* madvise_hwpoison(cpu, start, len, behavior);
  }
  if (!madvise_behavior_valid(behavior)) return -EINVAL;
  const range = checkedRange(start, len);
  if (typeof range === 'number') return range;
  const mmap_sem = cpu.mm + mm_struct.offset.mmap_sem;
  const write = madvise_need_mmap_write(behavior);
  yield write ? lock(mmap_sem) : readLock(mmap_sem);
  const error = yield* adviseRange(cpu, range.start, range.end, behavior);
  yield write ? unlock(mmap_sem) : readUnlock(mmap_sem);
  return error;
}
