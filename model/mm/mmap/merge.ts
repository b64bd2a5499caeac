/** mm/mmap.c: making one vma of neighbours that differ in nothing. Policies are left out. */
import {
  mm_struct,
  vm_area_struct,
  type Address,
  type AnonVma,
  type Mm,
  type Vma,
} from '../../include/linux/mm_types';
import { VM_SOFTDIRTY, VM_SPECIAL } from '../../include/linux/vm_flags';
import { step, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import type { Cpu } from '../../state/cpu';
import { peek } from '../../state/kernel';
import { anonVmaChainIsSingular } from '../rmap/anon-vma';
import { vma_adjust } from './adjust';

const vma_ = vm_area_struct.offset;

/** What a range is to be, for {@link vma_merge}. */
export interface RangeTraits {
  readonly vm_flags: number;
  readonly anon_vma: AnonVma;
  readonly file: Ptr;
  readonly pgoff: number;
}

/** mm/mmap.c is_mergeable_vma. */
function is_mergeable_vma(vma: Vma, { file, vm_flags }: RangeTraits): boolean {
  if ((peek(vma + vma_.vm_flags) ^ vm_flags) & ~VM_SOFTDIRTY) return false;
  return peek(vma + vma_.vm_file) === file;
}

/** mm/mmap.c is_mergeable_anon_vma: not a vma that a fork has linked to several. */
function is_mergeable_anon_vma(a: AnonVma, b: AnonVma, vma: Vma): boolean {
  if ((a === 0 || b === 0) && (vma === 0 || anonVmaChainIsSingular(vma))) return true;
  return a === b;
}

/** mm/mmap.c can_vma_merge_before: the range ends where `vma` begins. */
function can_vma_merge_before(vma: Vma, range: RangeTraits, pgoff: number): boolean {
  return (
    is_mergeable_vma(vma, range) &&
    is_mergeable_anon_vma(range.anon_vma, peek(vma + vma_.anon_vma), vma) &&
    peek(vma + vma_.vm_pgoff) === pgoff
  );
}

/** mm/mmap.c can_vma_merge_after: the range begins where `vma` ends. */
function can_vma_merge_after(vma: Vma, range: RangeTraits): boolean {
  const pages = peek(vma + vma_.vm_end) - peek(vma + vma_.vm_start);
  return (
    is_mergeable_vma(vma, range) &&
    is_mergeable_anon_vma(range.anon_vma, peek(vma + vma_.anon_vma), vma) &&
    peek(vma + vma_.vm_pgoff) + pages === range.pgoff
  );
}

/**
 * mm/mmap.c vma_merge: tries to make `addr .. end - 1`, a hole or whole vmas, part of its
 * neighbours.
 *
 * @param prev the vma before `addr`; one that `addr` lies in, for a part at its end
 * @returns the vma that has the range now, or 0 if it cannot be merged.
 */
export function* vma_merge(
  cpu: Cpu,
  mm: Mm,
  prev: Vma,
  addr: Address,
  end: Address,
  range: RangeTraits,
): Steps<Vma> {
  if (range.vm_flags & VM_SPECIAL) return 0;
  yield step(mm + mm_struct.offset.mmap);
  const pglen = end - addr;
  const area = peek(prev === 0 ? mm + mm_struct.offset.mmap : prev + vma_.vm_next);
  let next = area;
  if (next !== 0 && peek(next + vma_.vm_end) === end) next = peek(next + vma_.vm_next);
  const reachesNext =
    next !== 0 &&
    peek(next + vma_.vm_start) === end &&
    can_vma_merge_before(next, range, range.pgoff + pglen);

  if (prev !== 0 && peek(prev + vma_.vm_end) === addr && can_vma_merge_after(prev, range)) {
    const prevStart = peek(prev + vma_.vm_start);
    const prevPgoff = peek(prev + vma_.vm_pgoff);
    const both =
      reachesNext &&
      is_mergeable_anon_vma(peek(prev + vma_.anon_vma), peek(next + vma_.anon_vma), 0);
    const new_end = both ? peek(next + vma_.vm_end) : end;
    const error = yield* vma_adjust(cpu, prev, prevStart, new_end, prevPgoff);
    return error === 0 ? prev : 0;
  }
  if (!reachesNext) return 0;
  const insidePrev = prev !== 0 && addr < peek(prev + vma_.vm_end);
  const error = insidePrev
    ? yield* vma_adjust(cpu, prev, peek(prev + vma_.vm_start), addr, peek(prev + vma_.vm_pgoff))
    : yield* vma_adjust(
        cpu,
        area,
        addr,
        peek(next + vma_.vm_end),
        peek(next + vma_.vm_pgoff) - pglen,
      );
  return error === 0 ? area : 0;
}
