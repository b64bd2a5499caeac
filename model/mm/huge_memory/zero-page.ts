/** mm/huge_memory.c: the huge zero page, made on first use and kept by a count of its own. */
import { pmd_none, pmd_wrprotect, type Pmd } from '../../arch/x86/include/asm/pgtable-pmd';
import { pfn_pte, pte_mkspecial, vm_get_page_prot } from '../../arch/x86/include/asm/pgtable';
import { BUG_ON } from '../../include/linux/bug';
import { clear_user_highpage } from '../../include/linux/highmem';
import { HPAGE_PMD_NR } from '../../include/linux/huge_mm';
import { put_page_testzero } from '../../include/linux/mm';
import {
  vm_area_struct,
  type Address,
  type Mm,
  type Page,
  type Pte,
  type Vma,
} from '../../include/linux/mm_types';
import {
  compareAndSwap,
  decAndTest,
  exchange,
  incNotZero,
  load,
  store,
  type Steps,
} from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import type { Cpu } from '../../state/cpu';
import { kernel } from '../../state/kernel';
import { allocPagesHuge, free_hot_cold_page } from '../page_alloc';
import { pmdp_clear_flush } from '../pgtable-generic';
import { count_vm_event } from '../vmstat';
import { mk_huge_pmd, pmd_page, pmd_populate } from './pmd';

/** mm/huge_memory.c is_huge_zero_page. */
export function* is_huge_zero_page(page: Page): Steps<boolean> {
  return (yield load(kernel.huge_zero_page)) === page;
}

/** mm/huge_memory.c is_huge_zero_pmd. */
export const is_huge_zero_pmd = (pmd: Pmd): Steps<boolean> => is_huge_zero_page(pmd_page(pmd));

/** The small pages of a huge page that nobody else has yet. */
export function* clear_huge_page(page: Page): Steps {
  for (let i = 0; i < HPAGE_PMD_NR(); i++) {
    yield* clear_user_highpage(kernel.pageAt(kernel.pfn(page) + i));
  }
}

/** mm/page_alloc.c __free_pages of a single page: the head alone. */
function* __free_page(cpu: Cpu, page: Page): Steps {
  if (yield* put_page_testzero(page)) yield* free_hot_cold_page(cpu, page);
}

/**
 * mm/huge_memory.c get_huge_zero_page: takes a reference; the first one makes the page. Whoever
 * loses that race gives its page back by __free_page, which knows nothing of the tails: 3.14 loses
 * them.
 *
 * @returns 0 if there is no memory.
 */
export function* get_huge_zero_page(cpu: Cpu): Steps<Page> {
  for (;;) {
    if (yield incNotZero(kernel.huge_zero_refcount)) return yield load(kernel.huge_zero_page);
    const zero_page = yield* allocPagesHuge(cpu);
    if (zero_page === 0) {
      yield count_vm_event('THP_ZERO_PAGE_ALLOC_FAILED');
      return 0;
    }
    yield* clear_huge_page(zero_page);
    yield count_vm_event('THP_ZERO_PAGE_ALLOC');
    if (yield compareAndSwap(kernel.huge_zero_page, 0, zero_page)) {
      yield store(kernel.huge_zero_refcount, 2);
      return yield load(kernel.huge_zero_page);
    }
    yield* __free_page(cpu, zero_page);
  }
}

/** mm/huge_memory.c put_huge_zero_page: the last reference is the shrinker's. */
export function* put_huge_zero_page(): Steps {
  const last = yield decAndTest(kernel.huge_zero_refcount);
  BUG_ON(
    last !== 0,
    'mm/huge_memory.c put_huge_zero_page',
    'atomic_dec_and_test(&huge_zero_refcount)',
  );
}

/** mm/huge_memory.c set_huge_zero_page: under the pmd lock. @returns false if the pmd is taken. */
export function* set_huge_zero_page(vma: Vma, pmd: Ptr, zero_page: Page): Steps<boolean> {
  if (!pmd_none(yield load(pmd))) return false;
  const vm_flags = yield load(vma + vm_area_struct.offset.vm_flags);
  yield store(pmd, pmd_wrprotect(mk_huge_pmd(zero_page, vm_flags)));
  return true;
}

/**
 * mm/huge_memory.c __split_huge_zero_page_pmd: the pmd becomes ptes of the small zero page, with
 * the pmd lock held.
 */
export function* __split_huge_zero_page_pmd(
  cpu: Cpu,
  vma: Vma,
  mm: Mm,
  haddr: Address,
  pmd: Ptr,
): Steps {
  yield* pmdp_clear_flush(cpu, mm, haddr, pmd);
  yield* pmd_populate(mm, haddr, yield* zeroPtes(vma));
  yield* put_huge_zero_page();
}

/** The ptes of a page table full of small zero pages. */
export function* zeroPtes(vma: Vma): Steps<Pte[]> {
  const prot = vm_get_page_prot(yield load(vma + vm_area_struct.offset.vm_flags));
  const entry = pte_mkspecial(pfn_pte(kernel.pfn(kernel.zeroPage), prot));
  return new Array<Pte>(HPAGE_PMD_NR()).fill(entry);
}

/**
 * mm/huge_memory.c shrink_huge_zero_page_scan: frees the page once nobody maps it, again by
 * __free_page. @returns pages freed, as 3.14 counts them.
 */
export function* shrink_huge_zero_page_scan(cpu: Cpu): Steps<number> {
  if (!(yield compareAndSwap(kernel.huge_zero_refcount, 1, 0))) return 0;
  const zero_page = yield exchange(kernel.huge_zero_page, 0);
  BUG_ON(zero_page === 0, 'mm/huge_memory.c shrink_huge_zero_page_scan', 'zero_page == NULL');
  yield* __free_page(cpu, zero_page);
  return HPAGE_PMD_NR();
}
