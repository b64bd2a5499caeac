/** mm/huge_memory.c: first touch of a huge range, and a fault that only has to record an access. */
import {
  pmd_mkdirty,
  pmd_mkyoung,
  pmd_none,
  type Pmd,
} from '../../arch/x86/include/asm/pgtable-pmd';
import { pmdp_set_access_flags } from '../../arch/x86/mm/pgtable';
import { VM_BUG_ON } from '../../include/linux/bug';
import { FAULT_FLAG_WRITE, VM_FAULT_FALLBACK, VM_FAULT_OOM } from '../../include/linux/vm_fault';
import { HPAGE_PMD_NR, hpageStart, PageCompound } from '../../include/linux/huge_mm';
import {
  vm_area_struct,
  type Address,
  type Mm,
  type Page,
  type Vma,
} from '../../include/linux/mm_types';
import { SetPageUptodate } from '../../include/linux/page-flags';
import { load, store, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import type { Cpu } from '../../state/cpu';
import { allocationFails } from '../../state/slots';
import { allocPagesHuge } from '../page_alloc';
import { anon_vma_prepare, page_add_new_anon_rmap } from '../rmap';
import { put_page } from '../swap';
import { count_vm_event } from '../vmstat';
import { addAnonPages, maybe_pmd_mkwrite, mk_huge_pmd, pmd_lock, pmdUnlock } from './pmd';
import {
  clear_huge_page,
  get_huge_zero_page,
  put_huge_zero_page,
  set_huge_zero_page,
} from './zero-page';

const V = vm_area_struct.offset;

/** A writable, dirty pmd for a page that replaces or starts the contents of the range. */
export function* newHugePmd(page: Page, vma: Vma): Steps<Pmd> {
  const vm_flags = yield load(vma + V.vm_flags);
  return maybe_pmd_mkwrite(pmd_mkdirty(mk_huge_pmd(page, vm_flags)), vm_flags);
}

/**
 * mm/huge_memory.c do_huge_pmd_anonymous_page. mmap_sem is held for reading, the pmd was none.
 * Abstracted: the page table that is deposited for a later split (pte_alloc_one) takes no memory,
 * but may be missing; khugepaged_enter, because the scenario says what khugepaged looks at.
 *
 * @returns 0, or VM_FAULT_OOM or VM_FAULT_FALLBACK (small pages instead).
 */
export function* do_huge_pmd_anonymous_page(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  pmd: Ptr,
  flags: number,
): Steps<number> {
  const haddr = hpageStart(address);
  if (haddr < (yield load(vma + V.vm_start))) return VM_FAULT_FALLBACK;
  if (haddr + HPAGE_PMD_NR() > (yield load(vma + V.vm_end))) return VM_FAULT_FALLBACK;
  if ((yield* anon_vma_prepare(cpu, vma)) !== 0) return VM_FAULT_OOM;
  if ((flags & FAULT_FLAG_WRITE) === 0) {
    return yield* doHugeZeroPage(cpu, mm, vma, haddr, pmd);
  }
  const page = yield* allocPagesHuge(cpu);
  if (page === 0) {
    yield count_vm_event('THP_FAULT_FALLBACK');
    return VM_FAULT_FALLBACK;
  }
  if (!(yield* __do_huge_pmd_anonymous_page(cpu, mm, vma, haddr, pmd, page))) {
    yield* put_page(cpu, page);
    yield count_vm_event('THP_FAULT_FALLBACK');
    return VM_FAULT_FALLBACK;
  }
  yield count_vm_event('THP_FAULT_ALLOC');
  return 0;
}

/** The read half of do_huge_pmd_anonymous_page: the shared huge zero page. */
function* doHugeZeroPage(cpu: Cpu, mm: Mm, vma: Vma, haddr: Address, pmd: Ptr): Steps<number> {
  if (yield* allocationFails()) return VM_FAULT_OOM;
  const zero_page = yield* get_huge_zero_page(cpu);
  if (zero_page === 0) {
    yield count_vm_event('THP_FAULT_FALLBACK');
    return VM_FAULT_FALLBACK;
  }
  yield pmd_lock(mm, haddr);
  const set = yield* set_huge_zero_page(vma, pmd, zero_page);
  yield pmdUnlock(mm, haddr);
  if (!set) yield* put_huge_zero_page();
  return 0;
}

/**
 * mm/huge_memory.c __do_huge_pmd_anonymous_page: gives the page back if another CPU was first.
 *
 * @returns false if there was no memory for a page table.
 */
function* __do_huge_pmd_anonymous_page(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  haddr: Address,
  pmd: Ptr,
  page: Page,
): Steps<boolean> {
  const where = 'mm/huge_memory.c __do_huge_pmd_anonymous_page';
  VM_BUG_ON(!(yield* PageCompound(page)), where, '!PageCompound(page)');
  if (yield* allocationFails()) return false;
  yield* clear_huge_page(page);
  yield SetPageUptodate(page);
  yield pmd_lock(mm, haddr);
  if (!pmd_none(yield load(pmd))) {
    yield pmdUnlock(mm, haddr);
    yield* put_page(cpu, page);
    return true;
  }
  const entry = yield* newHugePmd(page, vma);
  yield* page_add_new_anon_rmap(cpu, page, vma, haddr);
  yield store(pmd, entry);
  yield addAnonPages(mm, HPAGE_PMD_NR());
  yield pmdUnlock(mm, haddr);
  return true;
}

/**
 * mm/huge_memory.c huge_pmd_set_accessed: the fault found nothing to do but to make the pmd young;
 * x86 stores that for a write fault only, and leaves D to the hardware.
 */
export function* huge_pmd_set_accessed(
  mm: Mm,
  address: Address,
  pmd: Ptr,
  orig_pmd: Pmd,
  dirty: boolean,
): Steps {
  yield pmd_lock(mm, address);
  if ((yield load(pmd)) === orig_pmd) {
    yield* pmdp_set_access_flags(pmd, pmd_mkyoung(orig_pmd), dirty);
  }
  yield pmdUnlock(mm, address);
}
