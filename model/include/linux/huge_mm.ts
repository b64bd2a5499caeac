/**
 * include/linux/huge_mm.h and the compound-page tests of page-flags.h and mm.h. Without
 * CONFIG_TRANSPARENT_HUGEPAGE no page is compound, and nothing is read.
 */
import { load, step, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import { kernel, peek } from '../../state/kernel';
import { VM_BUG_ON } from './bug';
import { Page, vm_area_struct, type Address, type Mm, type Vma } from './mm_types';
import { VM_GROWSDOWN, VM_HUGEPAGE, VM_NOHUGEPAGE, VM_STACK_INCOMPLETE_SETUP } from './vm_flags';

/** HPAGE_PMD_NR: small pages in a huge page. */
export const HPAGE_PMD_NR = (): number => kernel.config.hugePages;

/** `address & HPAGE_PMD_MASK`, in pages. */
export const hpageStart = (address: Address): Address => address - (address % HPAGE_PMD_NR());

/** What mm/rmap.c is_vma_temporary_stack, which this header declares, says of a vma with these flags. */
export function isTemporaryStack(vm_flags: number): boolean {
  if ((vm_flags & VM_GROWSDOWN) === 0) return false;
  return (vm_flags & VM_STACK_INCOMPLETE_SETUP) === VM_STACK_INCOMPLETE_SETUP;
}

/**
 * include/linux/huge_mm.h transparent_hugepage_enabled. The sysfs choice is "madvise": huge pages
 * only where MADV_HUGEPAGE was given, so that a scenario has them where it asks for them. The stack
 * that exec is setting up has none: to split one there is a BUG.
 */
export function* transparent_hugepage_enabled(vma: Vma): Steps<boolean> {
  if (!kernel.config.CONFIG_TRANSPARENT_HUGEPAGE) return false;
  const flags = yield load(vma + vm_area_struct.offset.vm_flags);
  if ((flags & VM_HUGEPAGE) === 0 || (flags & VM_NOHUGEPAGE) !== 0) return false;
  return !isTemporaryStack(flags);
}

/** include/linux/page-flags.h PageCompound: one look at the flags word. */
export function* PageCompound(page: Page): Steps<boolean> {
  if (!kernel.config.CONFIG_TRANSPARENT_HUGEPAGE) return false;
  yield step(page + Page.PG_head);
  return peek(page + Page.PG_head) !== 0 || peek(page + Page.PG_tail) !== 0;
}

/** include/linux/page-flags.h PageTransCompound: the same with huge pages built in. */
export const PageTransCompound = PageCompound;

/** include/linux/page-flags.h PageTransHuge: a head page. Must not be asked of a tail. */
export function* PageTransHuge(page: Page): Steps<boolean> {
  if (!kernel.config.CONFIG_TRANSPARENT_HUGEPAGE) return false;
  yield step(page + Page.PG_head);
  const tail = peek(page + Page.PG_tail) !== 0;
  VM_BUG_ON(tail, 'include/linux/page-flags.h PageTransHuge', 'PageTail(page)');
  return peek(page + Page.PG_head) !== 0;
}

/** include/linux/page-flags.h PageTransTail. */
export function* PageTransTail(page: Page): Steps<boolean> {
  if (!kernel.config.CONFIG_TRANSPARENT_HUGEPAGE) return false;
  return (yield load(page + Page.PG_tail)) !== 0;
}

/** include/linux/mm.h compound_head: re-checks PageTail after reading first_page. */
export function* compound_head(page: Page): Steps<Page> {
  if (!kernel.config.CONFIG_TRANSPARENT_HUGEPAGE) return page;
  if (!(yield load(page + Page.PG_tail))) return page;
  const head = yield load(page + Page.first_page);
  return (yield load(page + Page.PG_tail)) ? head : page;
}

/** include/linux/huge_mm.h hpage_nr_pages. */
export function* hpage_nr_pages(page: Page): Steps<number> {
  return (yield* PageTransHuge(page)) ? HPAGE_PMD_NR() : 1;
}

/**
 * include/linux/mm.h pmd_lockptr: the lock of a pmd. Abstracted: it is the ptl of the page table
 * below as well. In Linux these are two locks, but nobody holds both, and the ptes below a pmd that
 * changes are not reachable.
 */
export const pmd_lockptr = (mm: Mm, address: Address): Ptr => kernel.ptl(mm, address);
