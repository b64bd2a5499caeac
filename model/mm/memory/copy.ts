/** mm/memory.c: fork copies page tables. Both mmap_sems are held for writing. */
import {
  pte_file,
  pte_mkclean,
  pte_mkold,
  pte_none,
  pte_present,
  pte_swp_mksoft_dirty,
  pte_swp_soft_dirty,
  pte_to_swp_entry,
  pte_wrprotect,
  ptep_set_wrprotect,
  set_pte_at,
  swp_entry_to_pte,
  vm_normal_page,
} from '../../arch/x86/include/asm/pgtable';
import { pmd_none, pmd_trans_huge } from '../../arch/x86/include/asm/pgtable-pmd';
import { VM_BUG_ON } from '../../include/linux/bug';
import { HPAGE_PMD_NR } from '../../include/linux/huge_mm';
import { get_page, PageAnon } from '../../include/linux/mm';
import {
  vm_area_struct,
  type Address,
  type Mm,
  type Page,
  type Pte,
  type PtePtr,
  type Vma,
} from '../../include/linux/mm_types';
import {
  is_migration_entry,
  is_write_migration_entry,
  make_migration_entry_read,
  migration_entry_to_page,
  non_swap_entry,
  type SwpEntry,
} from '../../include/linux/swapops';
import {
  is_cow_mapping,
  VM_HUGETLB,
  VM_MIXEDMAP,
  VM_NONLINEAR,
  VM_PFNMAP,
  VM_SHARED,
} from '../../include/linux/vm_flags';
import { ENOMEM } from '../../include/uapi/asm-generic/errno-base';
import { choose, load, lock, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek } from '../../state/kernel';
import { copy_huge_pmd } from '../huge_memory';
import { copy_hugetlb_page_range } from '../hugetlb';
import { putOnMmlist } from '../rmap';
import { page_dup_rmap } from '../rmap/account';
import { add_swap_count_continuation, swap_duplicate } from '../swapfile';
import { pteAlloc } from './pgtables';
import { add_mm_rss_vec, init_rss_vec, type RssVec } from './rss';
import { pmd_addr_end } from './unmap';

const V = vm_area_struct.offset;

/** What one fork of one vma works with. */
interface Copy {
  readonly cpu: Cpu;
  readonly dst_mm: Mm;
  readonly src_mm: Mm;
  /** The parent's. */
  readonly vma: Vma;
  readonly vm_flags: number;
}

/**
 * mm/memory.c copy_page_range.
 *
 * @param _dstVma the child's vma, already linked to its anon_vmas; C takes the parent's alone
 * @returns 0 or -ENOMEM; what was copied so far stays.
 */
export function* copy_page_range(
  cpu: Cpu,
  dst_mm: Mm,
  src_mm: Mm,
  _dstVma: Vma,
  src_vma: Vma,
): Steps<number> {
  const vm_flags = yield load(src_vma + V.vm_flags);
  const filledByFaults =
    (vm_flags & (VM_HUGETLB | VM_NONLINEAR | VM_PFNMAP | VM_MIXEDMAP)) === 0 &&
    peek(src_vma + V.anon_vma) === 0;
  if (filledByFaults) return 0;
  if (vm_flags & VM_HUGETLB) return yield* copy_hugetlb_page_range(dst_mm, src_mm, src_vma);
  const copy: Copy = { cpu, dst_mm, src_mm, vma: src_vma, vm_flags };
  const end = peek(src_vma + V.vm_end);
  for (let addr = peek(src_vma + V.vm_start); addr < end;) {
    const next = pmd_addr_end(addr, end);
    const error = yield* copyPmd(copy, addr, next);
    if (error !== 0) return error;
    addr = next;
  }
  return 0;
}

/** One turn of copy_pmd_range. @returns 0 or -ENOMEM. */
function* copyPmd(copy: Copy, addr: Address, next: Address): Steps<number> {
  const { cpu, dst_mm, src_mm, vma } = copy;
  const src_pmd = kernel.pmd(src_mm, addr);
  if (pmd_trans_huge(yield load(src_pmd))) {
    const partial = next - addr !== HPAGE_PMD_NR();
    VM_BUG_ON(partial, 'mm/memory.c copy_pmd_range', 'next-addr != HPAGE_PMD_SIZE');
    const dst_pmd = kernel.pmd(dst_mm, addr);
    const error = yield* copy_huge_pmd(cpu, dst_mm, src_mm, dst_pmd, src_pmd, addr, vma);
    if (error === 0 || error === -ENOMEM) return error;
  }
  if (pmd_none(yield load(src_pmd))) return 0;
  return yield* copy_pte_range(copy, addr, next);
}

/**
 * mm/memory.c copy_pte_range: under both ptls. After 32 units of progress (8 for a copied pte, 1 for
 * none) the locks may be let go for others: a choice.
 *
 * @returns 0 or -ENOMEM.
 */
function* copy_pte_range(copy: Copy, start: Address, end: Address): Steps<number> {
  const { cpu, dst_mm, src_mm, vma } = copy;
  let progress = 0;
  // Stays from one turn to the next, until a pte is copied: a pte that went meanwhile ends up here once more.
  let unduplicated = 0;
  for (let addr = start; ;) {
    const rss = init_rss_vec();
    if (yield* pteAlloc(dst_mm, vma, addr)) return -ENOMEM;
    yield lock(kernel.ptl(dst_mm, addr));
    yield lock(kernel.ptl(src_mm, addr));
    for (; addr < end; addr++) {
      if (progress >= 32) {
        progress = 0;
        if ((yield choose(2)) === 1) break;
      }
      const src_pte = kernel.pte(src_mm, addr);
      const pte = yield load(src_pte);
      if (pte_none(pte)) {
        progress++;
        continue;
      }
      unduplicated = yield* copy_one_pte(copy, addr, src_pte, pte, rss);
      if (unduplicated !== 0) break;
      progress += 8;
    }
    // addr may be one past this page table now.
    yield unlock(kernel.ptl(src_mm, start));
    yield* add_mm_rss_vec(dst_mm, rss);
    yield unlock(kernel.ptl(dst_mm, start));
    if (unduplicated !== 0) {
      if ((yield* add_swap_count_continuation(cpu, unduplicated)) < 0) return -ENOMEM;
      progress = 0;
    }
    if (addr === end) return 0;
  }
}

/** mm/memory.c copy_one_pte. @returns 0, or the swap entry whose count has no room. */
function* copy_one_pte(
  copy: Copy,
  addr: Address,
  src_pte: PtePtr,
  value: Pte,
  rss: RssVec,
): Steps<SwpEntry> {
  const dst_pte = kernel.pte(copy.dst_mm, addr);
  let pte = value;
  if (pte_present(pte)) {
    pte = yield* copyPresent(copy, src_pte, pte, rss);
  } else if (!pte_file(pte)) {
    const entry = pte_to_swp_entry(pte);
    if ((yield* swap_duplicate(copy.cpu, entry)) < 0) return entry;
    yield* putOnMmlist(copy.dst_mm);
    if (!non_swap_entry(entry)) rss.swapents++;
    else if (is_migration_entry(entry)) pte = yield* copyMigration(copy, src_pte, pte, rss);
  }
  yield set_pte_at(dst_pte, pte);
  return 0;
}

/** A present pte: the private copy is read-only on both sides and keeps its D. @returns the child's pte. */
function* copyPresent(copy: Copy, src_pte: PtePtr, value: Pte, rss: RssVec): Steps<Pte> {
  let pte = value;
  if (is_cow_mapping(copy.vm_flags)) {
    yield ptep_set_wrprotect(src_pte);
    pte = pte_wrprotect(pte);
  }
  if (copy.vm_flags & VM_SHARED) pte = pte_mkclean(pte);
  pte = pte_mkold(pte);
  const page = vm_normal_page(pte);
  if (page !== 0) {
    yield* get_page(copy.cpu, page);
    yield page_dup_rmap(page);
    yield* countPage(page, rss);
  }
  return pte;
}

/** A migration entry: of the write flavour only where both may write. @returns the child's pte. */
function* copyMigration(copy: Copy, src_pte: PtePtr, value: Pte, rss: RssVec): Steps<Pte> {
  const entry = pte_to_swp_entry(value);
  yield* countPage(yield* migration_entry_to_page(copy.cpu, entry), rss);
  if (!is_write_migration_entry(entry) || !is_cow_mapping(copy.vm_flags)) return value;
  let pte = swp_entry_to_pte(make_migration_entry_read(entry));
  if (pte_swp_soft_dirty(yield load(src_pte))) pte = pte_swp_mksoft_dirty(pte);
  yield set_pte_at(src_pte, pte);
  return pte;
}

function* countPage(page: Page, rss: RssVec): Steps {
  if (yield* PageAnon(page)) rss.anon++;
  else rss.file++;
}
