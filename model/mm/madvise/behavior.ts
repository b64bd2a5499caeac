/** mm/madvise.c madvise_behavior: advice that changes vm_flags. mmap_sem is held for writing. */
import { vm_area_struct, type Address, type Vma } from '../../include/linux/mm_types';
import {
  VM_DONTCOPY,
  VM_DONTDUMP,
  VM_IO,
  VM_RAND_READ,
  VM_SEQ_READ,
  VM_SPECIAL,
} from '../../include/linux/vm_flags';
import { EAGAIN, EINVAL, ENOMEM } from '../../include/uapi/asm-generic/errno-base';
import * as advice from '../../include/uapi/asm-generic/mman-common';
import { load, step, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { peek, poke } from '../../state/kernel';
import { hugepage_madvise } from '../huge_memory';
import { ksm_madvise } from '../ksm';
import { split_vma } from '../mmap/adjust';
import { vma_merge } from '../mmap/merge';

const V = vm_area_struct.offset;

/** What was done to a vma, and where the walk goes on. */
export interface Advised {
  readonly error: number;
  /** `*prev`: the vma to go on behind; 0: mmap_sem was dropped, look again. */
  readonly prev: Vma;
}

interface NewFlags {
  readonly error: number;
  readonly flags: number;
}

/** The flags that a vma is to have: the switch of madvise_behavior. Unknown advice changes nothing. */
function* newFlagsOf(
  cpu: Cpu,
  vma: Vma,
  start: Address,
  end: Address,
  behavior: number,
): Steps<NewFlags> {
  const flags = yield load(vma + V.vm_flags);
  const to = (next: number): NewFlags => ({ error: 0, flags: next });
  const refused = { error: -EINVAL, flags };
  switch (behavior) {
    case advice.MADV_NORMAL:
      return to(flags & ~VM_RAND_READ & ~VM_SEQ_READ);
    case advice.MADV_SEQUENTIAL:
      return to((flags & ~VM_RAND_READ) | VM_SEQ_READ);
    case advice.MADV_RANDOM:
      return to((flags & ~VM_SEQ_READ) | VM_RAND_READ);
    case advice.MADV_DONTFORK:
      return to(flags | VM_DONTCOPY);
    case advice.MADV_DOFORK:
      return flags & VM_IO ? refused : to(flags & ~VM_DONTCOPY);
    case advice.MADV_DONTDUMP:
      return to(flags | VM_DONTDUMP);
    case advice.MADV_DODUMP:
      return flags & VM_SPECIAL ? refused : to(flags & ~VM_DONTDUMP);
    case advice.MADV_MERGEABLE:
    case advice.MADV_UNMERGEABLE:
      return yield* ksm_madvise(cpu, vma, start, end, behavior, flags);
    case advice.MADV_HUGEPAGE:
    case advice.MADV_NOHUGEPAGE:
      return hugepage_madvise(flags, behavior);
    default:
      return to(flags);
  }
}

/** Gives `start .. end - 1` to a vma of its own with other flags, or to a neighbour. */
function* changeFlags(
  cpu: Cpu,
  vma: Vma,
  prev: Vma,
  start: Address,
  end: Address,
  vm_flags: number,
): Steps<Advised> {
  const mm = yield load(vma + V.vm_mm);
  const merged = yield* vma_merge(cpu, mm, prev, start, end, {
    vm_flags,
    anon_vma: peek(vma + V.anon_vma),
    file: peek(vma + V.vm_file),
    pgoff: peek(vma + V.vm_pgoff) + start - peek(vma + V.vm_start),
  });
  const target = merged === 0 ? vma : merged;
  if (merged === 0) {
    if (start !== (yield load(vma + V.vm_start))) {
      const error = yield* split_vma(cpu, mm, vma, start, true);
      if (error !== 0) return { error, prev: target };
    }
    if (end !== (yield load(vma + V.vm_end))) {
      const error = yield* split_vma(cpu, mm, vma, end, false);
      if (error !== 0) return { error, prev: target };
    }
  }
  yield step(target + V.vm_flags);
  poke(target + V.vm_flags, vm_flags);
  return { error: 0, prev: target };
}

/**
 * mm/madvise.c madvise_behavior. A vma without memory for a split is -EAGAIN.
 *
 * @param prev the vma before the range
 */
export function* madvise_behavior(
  cpu: Cpu,
  vma: Vma,
  prev: Vma,
  start: Address,
  end: Address,
  behavior: number,
): Steps<Advised> {
  const { error, flags } = yield* newFlagsOf(cpu, vma, start, end, behavior);
  if (error !== 0) return { error: error === -ENOMEM ? -EAGAIN : error, prev };
  if (flags === (yield load(vma + V.vm_flags))) return { error: 0, prev: vma };
  const changed = yield* changeFlags(cpu, vma, prev, start, end, flags);
  return changed.error === -ENOMEM ? { ...changed, error: -EAGAIN } : changed;
}
