/** mm/memory.c: unmapping ranges of vmas, down to the page tables. */
import { pmd_none, pmd_trans_huge } from '../../arch/x86/include/asm/pgtable-pmd';
import { hunk } from '../../features/hunk';
import type { MmuGather } from '../../include/asm-generic/tlb';
import { BUG_ON } from '../../include/linux/bug';
import { HPAGE_PMD_NR } from '../../include/linux/huge_mm';
import { lazy_free, type ZapDetails } from '../../include/linux/mm-zap';
import { mm_struct, vm_area_struct, type Address, type Vma } from '../../include/linux/mm_types';
import { VM_HUGETLB } from '../../include/linux/vm_flags';
import { load, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek } from '../../state/kernel';
import { split_huge_page_pmd, zap_huge_pmd } from '../huge_memory';
import { unmapHugepageRangeFinal } from '../hugetlb';
import { lru_add_drain } from '../swap';
import { tlb_finish_mmu, tlb_gather_mmu } from './gather';
import { zap_pte_range } from './zap';

const V = vm_area_struct.offset;

/** include/asm-generic/pgtable.h pmd_addr_end: the end of this page table's range, or of the walk. */
export const pmd_addr_end = (addr: Address, end: Address): Address =>
  Math.min((Math.floor(addr / HPAGE_PMD_NR()) + 1) * HPAGE_PMD_NR(), end);

/** mm/memory.c zap_pmd_range, and the levels above it, which the model does not have. */
function* zap_pmd_range(
  cpu: Cpu,
  tlb: MmuGather,
  vma: Vma,
  start: Address,
  end: Address,
  details: ZapDetails | null,
): Steps {
  for (let addr = start; addr < end;) {
    const next = pmd_addr_end(addr, end);
    const pmd = kernel.pmd(tlb.mm, addr);
    let value = yield load(pmd);
    let done = false;
    if (pmd_trans_huge(value)) {
      done = yield* zapTransHuge(cpu, tlb, vma, addr, next);
      // Under mmap_sem for reading it may have become anything; a page table alone stays one.
      if (!done) value = yield load(pmd);
    }
    if (!done && !pmd_none(value) && !pmd_trans_huge(value)) {
      yield* zap_pte_range(cpu, tlb, vma, addr, next, details);
    }
    addr = next;
  }
}

/** The part of zap_pmd_range for a huge pmd. @returns whether the whole range is done with. */
function* zapTransHuge(
  cpu: Cpu,
  tlb: MmuGather,
  vma: Vma,
  addr: Address,
  next: Address,
): Steps<boolean> {
  const pmd = kernel.pmd(tlb.mm, addr);
  if (next - addr === HPAGE_PMD_NR()) return yield* zap_huge_pmd(cpu, tlb, vma, pmd, addr);
  if (kernel.config.CONFIG_DEBUG_VM) {
    const sem = yield load(tlb.mm + mm_struct.offset.mmap_sem);
    BUG_ON(sem === 0, 'mm/memory.c zap_pmd_range', '!rwsem_is_locked(&tlb->mm->mmap_sem)');
  }
  yield* split_huge_page_pmd(cpu, vma, addr, pmd);
  return false;
}

/** mm/memory.c unmap_page_range: drops details that spare nothing. */
function* unmap_page_range(
  cpu: Cpu,
  tlb: MmuGather,
  vma: Vma,
  addr: Address,
  end: Address,
  details: ZapDetails | null,
): Steps {
  BUG_ON(addr >= end, 'mm/memory.c unmap_page_range', 'addr >= end');
  const used = details !== null && (yield* hasEffect(details)) ? details : null;
  yield* zap_pmd_range(cpu, tlb, vma, addr, end, used);
}

/** Whether unmap_page_range keeps the details. */
function* hasEffect(details: ZapDetails): Steps<boolean> {
  if (details.check_mapping !== 0 || details.nonlinear_vma !== 0) return true;
  // Without the member set nothing differs from base; what is not initialised may be set.
  if (details.lazy_free !== 0 && hunk('p3/mm/memory/unmap_page_range')) {
    return yield* lazy_free(details);
  }
  return false;
}

/** mm/memory.c unmap_single_vma: the part of the range that is in this vma. Uprobes are left out. */
function* unmap_single_vma(
  cpu: Cpu,
  tlb: MmuGather,
  vma: Vma,
  start_addr: Address,
  end_addr: Address,
  details: ZapDetails | null,
): Steps {
  const start = Math.max(peek(vma + V.vm_start), start_addr);
  const end = Math.min(peek(vma + V.vm_end), end_addr);
  if (start >= peek(vma + V.vm_end) || end <= peek(vma + V.vm_start) || start === end) return;
  const vm_flags = peek(vma + V.vm_flags);
  if (vm_flags & VM_HUGETLB) yield* unmapHugepageRangeFinal(cpu, tlb, vma, start, end);
  else yield* unmap_page_range(cpu, tlb, vma, start, end, details);
}

/** Addresses that end nowhere: exit_mmap's ~0. */
const endOf = (end: Address): Address => (end < 0 ? kernel.config.pages : end);

/**
 * mm/memory.c unmap_vmas: this vma and all that follow it up to `end_addr`. The caller flushes.
 *
 * @param end_addr exclusive; negative for the end of the address space
 */
export function* unmap_vmas(
  cpu: Cpu,
  tlb: MmuGather,
  vma: Vma,
  start_addr: Address,
  end_addr: Address,
): Steps {
  yield* unmapFollowing(cpu, tlb, vma, start_addr, endOf(end_addr), null);
}

function* unmapFollowing(
  cpu: Cpu,
  tlb: MmuGather,
  first: Vma,
  start: Address,
  end: Address,
  details: ZapDetails | null,
): Steps {
  for (let vma = first; vma !== 0; vma = peek(vma + V.vm_next)) {
    if ((yield load(vma + V.vm_start)) >= end) return;
    yield* unmap_single_vma(cpu, tlb, vma, start, end, details);
  }
}

/**
 * mm/memory.c zap_page_range: this vma and every one behind it that begins before the end.
 *
 * @param size in pages
 */
export function* zap_page_range(
  cpu: Cpu,
  vma: Vma,
  start: Address,
  size: number,
  details: ZapDetails | null,
): Steps {
  const end = start + size;
  yield* lru_add_drain(cpu);
  const tlb = tlb_gather_mmu(peek(vma + V.vm_mm), start, end);
  yield* unmapFollowing(cpu, tlb, vma, start, end, details);
  yield* tlb_finish_mmu(cpu, tlb);
}

/** mm/memory.c zap_page_range_single: the same for exactly one vma. */
export function* zap_page_range_single(
  cpu: Cpu,
  vma: Vma,
  address: Address,
  size: number,
  details: ZapDetails | null,
): Steps {
  const end = address + size;
  yield* lru_add_drain(cpu);
  yield load(vma + V.vm_flags);
  const tlb = tlb_gather_mmu(peek(vma + V.vm_mm), address, end);
  yield* unmap_single_vma(cpu, tlb, vma, address, end, details);
  yield* tlb_finish_mmu(cpu, tlb);
}
