/** mm/huge_memory.c: a write to a read-only huge page. */
import {
  maybe_mkwrite,
  mk_pte,
  pte_mkdirty,
  vm_get_page_prot,
  type Pte,
} from '../../arch/x86/include/asm/pgtable';
import { pmd_mkdirty, pmd_mkyoung, type Pmd } from '../../arch/x86/include/asm/pgtable-pmd';
import { pmdp_set_access_flags } from '../../arch/x86/mm/pgtable';
import { VM_BUG_ON } from '../../include/linux/bug';
import { clear_user_highpage, copy_user_highpage } from '../../include/linux/highmem';
import {
  HPAGE_PMD_NR,
  hpageStart,
  PageCompound,
  transparent_hugepage_enabled,
} from '../../include/linux/huge_mm';
import { get_page, page_mapcount } from '../../include/linux/mm';
import { VM_FAULT_FALLBACK, VM_FAULT_OOM, VM_FAULT_WRITE } from '../../include/linux/vm_fault';
import {
  vm_area_struct,
  type Address,
  type Mm,
  type Page,
  type Vma,
} from '../../include/linux/mm_types';
import { PageHead, SetPageUptodate } from '../../include/linux/page-flags';
import { load, store, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import type { Cpu } from '../../state/cpu';
import { alloc_page, allocPagesHuge } from '../page_alloc';
import { pmdp_clear_flush } from '../pgtable-generic';
import { page_add_new_anon_rmap, page_remove_rmap } from '../rmap';
import { put_page } from '../swap';
import { count_vm_event } from '../vmstat';
import { newHugePmd } from './fault';
import {
  addAnonPages,
  maybe_pmd_mkwrite,
  pmd_lock,
  pmd_page,
  pmd_populate,
  pmdUnlock,
  subpage,
} from './pmd';
import { split_huge_page } from './split';
import { clear_huge_page, is_huge_zero_pmd, put_huge_zero_page, zeroPtes } from './zero-page';

const V = vm_area_struct.offset;
const WHERE = 'mm/huge_memory.c do_huge_pmd_wp_page';

/** What every part of a write fault on a huge pmd is about. */
interface WpFault {
  readonly mm: Mm;
  readonly vma: Vma;
  /** The small page that was written to, and the start of its huge page. */
  readonly address: Address;
  readonly haddr: Address;
  readonly pmd: Ptr;
  readonly orig_pmd: Pmd;
}

/**
 * mm/huge_memory.c do_huge_pmd_wp_page. mmap_sem is held for reading.
 *
 * @returns VM_FAULT_WRITE, 0 (changed meanwhile), VM_FAULT_OOM, or VM_FAULT_FALLBACK: the page was
 * split, small pages go on from there.
 */
export function* do_huge_pmd_wp_page(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  pmd: Ptr,
  orig_pmd: Pmd,
): Steps<number> {
  const fault: WpFault = { mm, vma, address, haddr: hpageStart(address), pmd, orig_pmd };
  VM_BUG_ON((yield load(vma + V.anon_vma)) === 0, WHERE, '!vma->anon_vma');
  if (yield* is_huge_zero_pmd(orig_pmd)) return yield* wpCopy(cpu, fault, 0);
  yield pmd_lock(mm, address);
  if ((yield load(pmd)) !== orig_pmd) {
    yield pmdUnlock(mm, address);
    return 0;
  }
  const page = pmd_page(orig_pmd);
  VM_BUG_ON(!(yield PageHead(page)), WHERE, '!PageCompound(page) || !PageHead(page)');
  if ((yield* page_mapcount(page)) === 1) {
    const entry = pmd_mkdirty(pmd_mkyoung(orig_pmd));
    const writable = maybe_pmd_mkwrite(entry, yield load(vma + V.vm_flags));
    yield* pmdp_set_access_flags(pmd, writable, true);
    yield pmdUnlock(mm, address);
    return VM_FAULT_WRITE;
  }
  yield* get_page(cpu, page);
  yield pmdUnlock(mm, address);
  return yield* wpCopy(cpu, fault, page);
}

/** From the label alloc on. `page` is referenced; 0 for the huge zero page. */
function* wpCopy(cpu: Cpu, fault: WpFault, page: Page): Steps<number> {
  const enabled = yield* transparent_hugepage_enabled(fault.vma);
  const new_page = enabled ? yield* allocPagesHuge(cpu) : 0;
  if (new_page === 0) {
    const ret = yield* wpFallback(cpu, fault, page);
    yield count_vm_event('THP_FAULT_FALLBACK');
    return ret;
  }
  yield count_vm_event('THP_FAULT_ALLOC');
  if (page === 0) yield* clear_huge_page(new_page);
  else yield* copy_user_huge_page(new_page, page);
  yield SetPageUptodate(new_page);
  return yield* wpSwitch(cpu, fault, page, new_page);
}

function* copy_user_huge_page(to: Page, from: Page): Steps {
  for (let i = 0; i < HPAGE_PMD_NR(); i++) {
    yield* copy_user_highpage(subpage(to, i), subpage(from, i));
  }
}

/** Puts the copy in the place of `page`, unless the pmd changed while it was made. */
function* wpSwitch(cpu: Cpu, fault: WpFault, page: Page, new_page: Page): Steps<number> {
  const { mm, vma, haddr, pmd } = fault;
  yield pmd_lock(mm, haddr);
  if (page !== 0) yield* put_page(cpu, page);
  if ((yield load(pmd)) !== fault.orig_pmd) {
    yield pmdUnlock(mm, haddr);
    yield* put_page(cpu, new_page);
    return 0;
  }
  const entry = yield* newHugePmd(new_page, vma);
  yield* pmdp_clear_flush(cpu, mm, haddr, pmd);
  yield* page_add_new_anon_rmap(cpu, new_page, vma, haddr);
  yield store(pmd, entry);
  if (page === 0) {
    yield addAnonPages(mm, HPAGE_PMD_NR());
    yield* put_huge_zero_page();
  } else {
    VM_BUG_ON(!(yield PageHead(page)), WHERE, '!PageHead(page)');
    yield* page_remove_rmap(cpu, page);
    yield* put_page(cpu, page);
  }
  yield pmdUnlock(mm, haddr);
  return VM_FAULT_WRITE;
}

/** No huge page to be had: small ones, or for want of these a split. */
function* wpFallback(cpu: Cpu, fault: WpFault, page: Page): Steps<number> {
  if (page === 0) return yield* do_huge_pmd_wp_zero_page_fallback(cpu, fault);
  let ret = yield* do_huge_pmd_wp_page_fallback(cpu, fault, page);
  if ((ret & VM_FAULT_OOM) !== 0) {
    yield* split_huge_page(cpu, page);
    ret |= VM_FAULT_FALLBACK;
  }
  yield* put_page(cpu, page);
  return ret;
}

/** mk_pte, pte_mkdirty and maybe_mkwrite for a page that was just made. */
function* new_pte(page: Page, vma: Vma): Steps<Pte> {
  const vm_flags = yield load(vma + V.vm_flags);
  return maybe_mkwrite(pte_mkdirty(mk_pte(page, vm_get_page_prot(vm_flags))), vm_flags);
}

/** mm/huge_memory.c do_huge_pmd_wp_zero_page_fallback: one small page among small zero pages. */
function* do_huge_pmd_wp_zero_page_fallback(cpu: Cpu, fault: WpFault): Steps<number> {
  const { mm, vma, address, haddr, pmd } = fault;
  const page = yield* alloc_page(cpu);
  if (page === 0) return VM_FAULT_OOM;
  yield* clear_user_highpage(page);
  yield SetPageUptodate(page);
  yield pmd_lock(mm, haddr);
  if ((yield load(pmd)) !== fault.orig_pmd) {
    yield pmdUnlock(mm, haddr);
    yield* put_page(cpu, page);
    return 0;
  }
  yield* pmdp_clear_flush(cpu, mm, haddr, pmd);
  const entries = yield* zeroPtes(vma);
  entries[address - haddr] = yield* new_pte(page, vma);
  yield* page_add_new_anon_rmap(cpu, page, vma, address);
  yield* pmd_populate(mm, haddr, entries);
  yield pmdUnlock(mm, haddr);
  yield* put_huge_zero_page();
  yield addAnonPages(mm, 1);
  return VM_FAULT_WRITE;
}

/** mm/huge_memory.c do_huge_pmd_wp_page_fallback: a small copy of every page. */
function* do_huge_pmd_wp_page_fallback(cpu: Cpu, fault: WpFault, page: Page): Steps<number> {
  const { mm, vma, haddr, pmd } = fault;
  const pages = yield* allocSmallPages(cpu);
  if (pages === undefined) return VM_FAULT_OOM;
  for (const [i, small] of pages.entries()) {
    yield* copy_user_highpage(small, subpage(page, i));
    yield SetPageUptodate(small);
  }
  yield pmd_lock(mm, haddr);
  if ((yield load(pmd)) !== fault.orig_pmd) {
    yield pmdUnlock(mm, haddr);
    for (const small of pages) yield* put_page(cpu, small);
    return 0;
  }
  VM_BUG_ON(!(yield* PageCompound(page)), WHERE, '!PageHead(page)');
  yield* pmdp_clear_flush(cpu, mm, haddr, pmd);
  const entries: Pte[] = [];
  for (const [i, small] of pages.entries()) {
    entries.push(yield* new_pte(small, vma));
    yield* page_add_new_anon_rmap(cpu, small, vma, haddr + i);
  }
  yield* pmd_populate(mm, haddr, entries);
  yield* page_remove_rmap(cpu, page);
  yield pmdUnlock(mm, haddr);
  yield* put_page(cpu, page);
  return VM_FAULT_WRITE;
}

/** A small page for each of a huge page, or undefined and none of them. */
function* allocSmallPages(cpu: Cpu): Steps<Page[] | undefined> {
  const pages: Page[] = [];
  for (let i = 0; i < HPAGE_PMD_NR(); i++) {
    const page = yield* alloc_page(cpu);
    if (page === 0) {
      for (const taken of pages.toReversed()) yield* put_page(cpu, taken);
      return undefined;
    }
    pages.push(page);
  }
  return pages;
}
