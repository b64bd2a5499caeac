/** mm/mmap.c and mm/memory.c: taking mappings away, with their page tables and their vmas. */
import { TLB_FLUSH_ALL } from '../../arch/x86/mm/tlb';
import { PMD_TABLE } from '../../arch/x86/include/asm/pgtable-pmd';
import { fput } from '../../fs/file_table';
import type { MmuGather } from '../../include/asm-generic/tlb';
import {
  mm_struct,
  vm_area_struct,
  type Address,
  type Mm,
  type Vma,
} from '../../include/linux/mm_types';
import { VM_LOCKED } from '../../include/linux/vm_flags';
import { load, step, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, poke } from '../../state/kernel';
import { tlb_finish_mmu, tlb_gather_mmu, unmap_vmas } from '../memory';
import { munlock_vma_pages_all } from '../mlock';
import { unlink_anon_vmas } from '../rmap/anon-vma';
import { lru_add_drain } from '../swap';
import { unlink_file_vma, vmAreaFree, vmaMapping, vmasOf } from './vma';

const vma_ = vm_area_struct.offset;
const mm_ = mm_struct.offset;

/**
 * mm/mmap.c unmap_region: the pages that the gather still holds are freed last, when their vmas are
 * already out of their anon_vmas.
 *
 * @param vmas the detached vmas, in address order and linked by vm_next
 * @param floor end of the vma below, ceiling: start of the vma above
 */
export function* unmap_region(
  cpu: Cpu,
  mm: Mm,
  vmas: readonly Vma[],
  start: Address,
  end: Address,
  floor: Address,
  ceiling: Address,
): Steps {
  yield* lru_add_drain(cpu);
  const tlb = tlb_gather_mmu(mm, start, end);
  yield* unmap_vmas(cpu, tlb, vmas[0]!, start, end);
  yield* free_pgtables(cpu, tlb, vmas, floor, ceiling);
  yield* tlb_finish_mmu(cpu, tlb);
}

/** mm/memory.c free_pgtables: hides the vmas from the reverse map before their tables go. */
function* free_pgtables(
  cpu: Cpu,
  tlb: MmuGather,
  vmas: readonly Vma[],
  floor: Address,
  ceiling: Address,
): Steps {
  for (const vma of vmas) {
    yield* unlink_anon_vmas(cpu, vma);
    yield* unlink_file_vma(vma);
  }
  yield* free_pgd_range(tlb, floor, ceiling);
}

/**
 * mm/memory.c free_pgd_range: page tables that cover nothing outside `floor .. ceiling - 1`, which
 * no vma uses any more. Abstracted: a table takes no frame of its own.
 */
function* free_pgd_range(tlb: MmuGather, floor: Address, ceiling: Address): Steps {
  const { hugePages } = kernel.config;
  const first = Math.ceil(floor / hugePages) * hugePages;
  for (let address = first; address + hugePages <= ceiling; address += hugePages) {
    const pmd = kernel.pmd(tlb.mm, address);
    yield step(pmd);
    if (peek(pmd) !== PMD_TABLE) continue;
    poke(pmd, 0);
    tlb.need_flush = true;
  }
}

/** mm/mmap.c remove_vma_list, and the end of exit_mmap: frees vmas that are unlinked from everything. */
export function* remove_vma_list(cpu: Cpu, vmas: readonly Vma[]): Steps {
  for (const vma of vmas) yield* remove_vma(cpu, vma);
}

/** mm/mmap.c remove_vma: the vma's use of its file ends too, when no page of it is mapped here any more. */
function* remove_vma(cpu: Cpu, vma: Vma): Steps {
  yield* fput(cpu, vmaMapping(vma));
  yield step(vma + vma_.vm_end);
  vmAreaFree(vma);
}

/** Addresses above every vma: the ceiling of the last one's page tables. */
export const ADDRESS_SPACE_END = (): Address => kernel.pmdCount * kernel.config.hugePages;

/**
 * mm/mmap.c exit_mmap: everything of an mm that nobody uses any more, without mmap_sem. The gather
 * is fullmm, so ptes are not cleared atomically.
 */
export function* exit_mmap(cpu: Cpu, mm: Mm): Steps {
  if ((yield load(mm + mm_.locked_vm)) !== 0) {
    for (const vma of vmasOf(mm)) {
      if (peek(vma + vma_.vm_flags) & VM_LOCKED) yield* munlock_vma_pages_all(cpu, vma);
    }
  }
  yield step(mm + mm_.mmap);
  const vmas = vmasOf(mm);
  if (vmas.length === 0) return;
  yield* lru_add_drain(cpu);
  const tlb = tlb_gather_mmu(mm, 0, TLB_FLUSH_ALL);
  yield* unmap_vmas(cpu, tlb, vmas[0]!, 0, ADDRESS_SPACE_END());
  yield* free_pgtables(cpu, tlb, vmas, 0, ADDRESS_SPACE_END());
  yield* tlb_finish_mmu(cpu, tlb);
  yield step(mm + mm_.mmap);
  poke(mm + mm_.mmap, 0);
  yield* remove_vma_list(cpu, vmas);
}
