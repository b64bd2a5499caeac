/** mm/memory.c: taking pages out of an address range. */
import {
  pgoff_to_pte,
  pte_dirty,
  pte_file,
  pte_mkclean,
  pte_mkold,
  pte_none,
  pte_present,
  pte_to_swp_entry,
  pte_young,
  ptep_get_and_clear_full,
  set_pte_at,
  vm_normal_page,
} from '../../arch/x86/include/asm/pgtable';
import { hunk } from '../../features/hunk';
import {
  tlb_madvfree_page,
  tlb_remove_tlb_entry,
  type MmuGather,
} from '../../include/asm-generic/tlb';
import { PageAnon } from '../../include/linux/mm';
import { lazy_free, type ZapDetails } from '../../include/linux/mm-zap';
import {
  Page,
  vm_area_struct,
  type Address,
  type Pte,
  type PtePtr,
  type Vma,
} from '../../include/linux/mm_types';
import {
  is_migration_entry,
  migration_entry_to_page,
  non_swap_entry,
} from '../../include/linux/swapops';
import { VM_NONLINEAR, VM_SEQ_READ } from '../../include/linux/vm_flags';
import { load, lock, store, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek } from '../../state/kernel';
import { set_page_dirty } from '../page-writeback';
import { linear_page_index, page_remove_rmap } from '../rmap/account';
import { mark_page_accessed } from '../swap';
import { free_swap_and_cache } from '../swapfile';
import { __tlb_remove_page, tlb_flush_mmu } from './gather';
import { add_mm_rss_vec, init_rss_vec, type RssVec } from './rss';

const V = vm_area_struct.offset;
const where = 'mm/memory.c print_bad_pte';

/** What one run of zap_pte_range works with. */
interface Zap {
  readonly cpu: Cpu;
  readonly tlb: MmuGather;
  readonly vma: Vma;
  readonly details: ZapDetails | null;
  readonly rss: RssVec;
}

/** mm/memory.c print_bad_pte: a complaint; the task goes on. */
export function print_bad_pte(): void {
  kernel.machine.report({ kind: 'warning', where, what: 'BUG: Bad page map' });
}

/**
 * mm/memory.c zap_pte_range: the ptes of one page table. The ptl is taken here, and dropped for every
 * forced flush. That flush covers the range up to the page that filled the gather, without it.
 *
 * @returns `end`
 */
export function* zap_pte_range(
  cpu: Cpu,
  tlb: MmuGather,
  vma: Vma,
  start: Address,
  end: Address,
  details: ZapDetails | null,
): Steps<Address> {
  const ptl = kernel.ptl(tlb.mm, start);
  let addr = start;
  for (;;) {
    const zap: Zap = { cpu, tlb, vma, details, rss: init_rss_vec() };
    yield lock(ptl);
    let force_flush = false;
    for (; addr < end; addr++) {
      force_flush = yield* zap_pte(zap, addr);
      if (force_flush) break;
    }
    yield* add_mm_rss_vec(tlb.mm, zap.rss);
    yield unlock(ptl);
    if (!force_flush) return addr;
    const old_end = tlb.end;
    tlb.end = addr;
    yield* tlb_flush_mmu(cpu, tlb);
    tlb.start = addr;
    tlb.end = old_end;
  }
}

/** One turn of zap_pte_range's loop. @returns whether the gather is full, and the loop has to stop. */
function* zap_pte(zap: Zap, addr: Address): Steps<boolean> {
  const pte = kernel.pte(zap.tlb.mm, addr);
  const ptent = yield load(pte);
  if (pte_none(ptent)) return false;
  if (pte_present(ptent)) return yield* zapPresent(zap, addr, pte, ptent);
  // check_mapping leaves swap entries, nonlinear_vma file entries, and lazy_free both.
  if (zap.details !== null) return false;
  yield* zapEntry(zap, ptent);
  yield store(pte, 0);
  return false;
}

function* zapPresent(zap: Zap, addr: Address, pte: PtePtr, ptent: Pte): Steps<boolean> {
  const { cpu, tlb, details, rss } = zap;
  const page = vm_normal_page(ptent);
  if (details !== null && page !== 0) {
    // Without the member set nothing differs from base; what is not initialised may be set.
    if (
      details.lazy_free !== 0 &&
      hunk('p3/mm/memory/zap_pte_range') &&
      (yield* lazy_free(details)) &&
      (yield* PageAnon(page))
    ) {
      const old = pte_mkold(ptent);
      const clean = pte_mkclean(old);
      yield set_pte_at(pte, clean);
      tlb_remove_tlb_entry(tlb);
      yield* tlb_madvfree_page(cpu, tlb, page);
      return false;
    }
    if (yield* isSpared(details, page)) return false;
  }
  const cleared = yield* ptep_get_and_clear_full(pte, tlb.fullmm);
  tlb_remove_tlb_entry(tlb);
  if (page === 0) return false;
  if (details !== null && details.nonlinear_vma !== 0) {
    const index = yield load(page + Page.index);
    if (linear_page_index(details.nonlinear_vma, addr) !== index) {
      // pte_file_mksoft_dirty's result is dropped in 3.14: the entry is never soft-dirty.
      yield set_pte_at(pte, pgoff_to_pte(index));
    }
  }
  if (yield* PageAnon(page)) rss.anon--;
  else yield* zapFilePage(zap, page, cleared);
  yield* page_remove_rmap(cpu, page);
  if (isMapcountBad(page)) print_bad_pte();
  return (yield* __tlb_remove_page(tlb, page)) === 0;
}

/**
 * Whether the mapcount is below 0 right after page_remove_rmap, as part of its last access: not recorded, so
 * that two unmaps stay independent. For a complaint only.
 */
const isMapcountBad = (page: Page): boolean => kernel.machine.isBelow(page + Page._mapcount, -1);

/** Whether the details leave this page alone. */
function* isSpared(details: ZapDetails, page: Page): Steps<boolean> {
  if (details.check_mapping !== 0) {
    if (details.check_mapping !== (yield load(page + Page.mapping))) return true;
  }
  if (details.nonlinear_vma === 0) return false;
  const index = yield load(page + Page.index);
  return index < details.first_index || index > details.last_index;
}

function* zapFilePage({ cpu, vma, rss }: Zap, page: Page, ptent: Pte): Steps {
  if (pte_dirty(ptent)) yield* set_page_dirty(cpu, page);
  if (pte_young(ptent) && !(peek(vma + V.vm_flags) & VM_SEQ_READ)) {
    yield* mark_page_accessed(cpu, page);
  }
  rss.file--;
}

/** A pte that is not present: what it held is given back. */
function* zapEntry({ cpu, vma, rss }: Zap, ptent: Pte): Steps {
  if (pte_file(ptent)) {
    if (!(peek(vma + V.vm_flags) & VM_NONLINEAR)) print_bad_pte();
    return;
  }
  const entry = pte_to_swp_entry(ptent);
  if (!non_swap_entry(entry)) {
    rss.swapents--;
  } else if (is_migration_entry(entry)) {
    const page = yield* migration_entry_to_page(cpu, entry);
    if (yield* PageAnon(page)) rss.anon--;
    else rss.file--;
  }
  if (!(yield* free_swap_and_cache(cpu, entry))) print_bad_pte();
}
