/**
 * mm/hugetlb.c, as little of it as a hugetlb mapping needs to be there, to be read and written, and
 * to refuse advice. Abstracted: a page of hugetlbfs is one small frame here; the pool is the free
 * memory; every mapping is shared. Such pages are on no LRU list, in no rss and in no zone counter of
 * mapped pages, and are neither swapped nor migrated.
 */
import {
  maybe_mkwrite,
  mk_pte,
  pte_dirty,
  pte_mkdirty,
  pte_none,
  pte_page,
  ptep_get_and_clear,
  set_pte_at,
} from '../arch/x86/include/asm/pgtable';
import { tlb_remove_tlb_entry, type MmuGather } from '../include/asm-generic/tlb';
import { clear_user_highpage } from '../include/linux/highmem';
import { pageCountInc } from '../include/linux/mm';
import {
  address_space,
  Page,
  vm_area_struct,
  type Address,
  type AddressSpace,
  type Mm,
  type Vma,
} from '../include/linux/mm_types';
import { FAULT_FLAG_WRITE, VM_FAULT_OOM, VM_FAULT_SIGBUS } from '../include/linux/vm_fault';
import { vm_page_prot } from '../include/linux/vm_page_prot';
import { ENOMEM } from '../include/uapi/asm-generic/errno-base';
import {
  decAndTestNegative,
  incAndTestZero,
  load,
  lock,
  step,
  unlock,
  type Steps,
} from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel, peek, poke } from '../state/kernel';
import { __tlb_remove_page, tlb_flush_mmu } from './memory/gather';
import { pteAlloc } from './memory/pgtables';
import { alloc_page } from './page_alloc';
import { put_page } from './swap';

const V = vm_area_struct.offset;
const Mapping = address_space.offset;

/** The part of hugetlb_no_page for the page cache: the page of an index, new if need be; 0 without memory. */
function* hugetlbPage(cpu: Cpu, mapping: AddressSpace, index: number): Steps<Page> {
  const slot = kernel.pageTree(mapping, index);
  const there = yield load(slot);
  if (there !== 0) return there;
  const page = yield* alloc_page(cpu);
  if (page === 0) return 0;
  yield* clear_user_highpage(page);
  yield step(slot);
  const other = peek(slot);
  if (other === 0) {
    poke(page + Page.PG_uptodate, 1);
    poke(page + Page.mapping, mapping);
    poke(page + Page.index, index);
    poke(slot, page);
    return page;
  }
  yield* put_page(cpu, page);
  return other;
}

/** mm/hugetlb.c hugetlb_fault. @returns 0, VM_FAULT_OOM, or VM_FAULT_SIGBUS beyond the file's end. */
export function* hugetlb_fault(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  flags: number,
): Steps<number> {
  const mapping = yield load(vma + V.vm_file);
  const index = address - peek(vma + V.vm_start) + peek(vma + V.vm_pgoff);
  if (index >= (yield load(mapping + Mapping.size))) return VM_FAULT_SIGBUS;
  if (yield* pteAlloc(mm, vma, address)) return VM_FAULT_OOM;
  const page = yield* hugetlbPage(cpu, mapping, index);
  if (page === 0) return VM_FAULT_OOM;
  const pte = kernel.pte(mm, address);
  yield lock(kernel.ptl(mm, address));
  const none = pte_none(peek(pte));
  let entry = mk_pte(page, vm_page_prot(vma));
  if (flags & FAULT_FLAG_WRITE) entry = maybe_mkwrite(pte_mkdirty(entry), peek(vma + V.vm_flags));
  if (none) {
    yield pageCountInc(page);
    yield incAndTestZero(page + Page._mapcount);
    yield set_pte_at(pte, entry);
  }
  yield unlock(kernel.ptl(mm, address));
  return 0;
}

/** mm/hugetlb.c __unmap_hugepage_range_final, under the file's i_mmap_mutex, which is taken here. */
export function* unmapHugepageRangeFinal(
  cpu: Cpu,
  tlb: MmuGather,
  vma: Vma,
  start: Address,
  end: Address,
): Steps {
  const mutex = (yield load(vma + V.vm_file)) + Mapping.i_mmap_mutex;
  yield lock(mutex);
  for (let address = start; address < end; address++) {
    const ptl = kernel.ptl(tlb.mm, address);
    yield lock(ptl);
    const full = yield* unmapOne(tlb, address);
    yield unlock(ptl);
    if (full) yield* tlb_flush_mmu(cpu, tlb);
  }
  yield unlock(mutex);
}

/** One huge page of __unmap_hugepage_range. @returns whether the gather is full. */
function* unmapOne(tlb: MmuGather, address: Address): Steps<boolean> {
  const ptep = kernel.pte(tlb.mm, address);
  if (pte_none(yield load(ptep))) return false;
  const pte = yield ptep_get_and_clear(ptep);
  const page = pte_page(pte);
  tlb_remove_tlb_entry(tlb);
  if (pte_dirty(pte)) poke(page + Page.PG_dirty, 1);
  yield decAndTestNegative(page + Page._mapcount);
  return (yield* __tlb_remove_page(tlb, page)) === 0;
}

/** mm/hugetlb.c copy_hugetlb_page_range: fork. @returns 0 or -ENOMEM. */
export function* copy_hugetlb_page_range(dst_mm: Mm, src_mm: Mm, vma: Vma): Steps<number> {
  const end = yield load(vma + V.vm_end);
  for (let address = peek(vma + V.vm_start); address < end; address++) {
    const pte = yield load(kernel.pte(src_mm, address));
    if (pte_none(pte)) continue;
    if (yield* pteAlloc(dst_mm, vma, address)) return -ENOMEM;
    yield pageCountInc(pte_page(pte));
    yield incAndTestZero(pte_page(pte) + Page._mapcount);
    yield set_pte_at(kernel.pte(dst_mm, address), pte);
  }
  return 0;
}
