/** arch/x86/mm/gup.c: pinning a page of the current process without a lock. */
import { BUG_ON, VM_BUG_ON } from '../../../include/linux/bug';
import { mm_struct, Page, type Address } from '../../../include/linux/mm_types';
import { EFAULT } from '../../../include/uapi/asm-generic/errno-base';
import { readLock, readUnlock, step, type Steps } from '../../../machine/op';
import { get_user_pages } from '../../../mm/memory/gup';
import type { Cpu } from '../../../state/cpu';
import { bumpCount, kernel, peek, poke } from '../../../state/kernel';
import {
  _PAGE_PRESENT,
  _PAGE_RW,
  _PAGE_SPECIAL,
  _PAGE_USER,
  PAGE_SHIFT,
  pte_page,
} from '../include/asm/pgtable';
import { pmd_none, pmd_trans_huge, pmd_trans_splitting } from '../include/asm/pgtable-pmd';

/**
 * arch/x86/mm/gup.c gup_pte_range, gup_huge_pmd, for one page: looks, takes a reference, marks the
 * page referenced; never looks at D. Inside an atomic section.
 *
 * That it is one section loses nothing: interrupts are off from the look at the pte to the reference,
 * so that a flush, which every path sends before it frees the page or trusts its count, waits for the
 * reference. What happens to the pte in between cannot be told from what happens to it afterwards.
 *
 * @returns 0 if only the slow way will do.
 */
function gupOne(cpu: Cpu, address: Address, write: boolean): Page {
  const pmd = peek(kernel.pmd(cpu.mm, address));
  if (pmd_none(pmd) || pmd_trans_splitting(pmd)) return 0;
  const mask = _PAGE_PRESENT | _PAGE_USER | (write ? _PAGE_RW : 0);
  if (pmd_trans_huge(pmd)) return (pmd & mask) === mask ? pinHuge(pmd, address) : 0;
  const pte = peek(kernel.pte(cpu.mm, address));
  if ((pte & (mask | _PAGE_SPECIAL)) !== mask) return 0;
  const page = pte_page(pte);
  bumpCount(page + Page._count, 1);
  // Not recorded, so that references taken side by side stay independent; for the assertion only.
  const isLow = kernel.machine.isBelow(page + Page._count, 2);
  VM_BUG_ON(isLow, 'include/linux/mm.h get_page', 'page_count <= 0');
  poke(page + Page.PG_referenced, 1);
  return page;
}

/** gup_huge_pmd for one small page of a huge one: a tail is counted in its _mapcount as well. */
function pinHuge(pmd: number, address: Address): Page {
  const offset = address % kernel.config.hugePages;
  const head = kernel.pageAt(pmd >>> PAGE_SHIFT);
  const page = kernel.pageAt((pmd >>> PAGE_SHIFT) + offset);
  const foreign = offset !== 0 && peek(page + Page.first_page) !== head;
  BUG_ON(foreign, 'arch/x86/mm/gup.c gup_huge_pmd', 'compound_head(page) != head');
  if (offset !== 0) poke(page + Page._mapcount, peek(page + Page._mapcount) + 1);
  bumpCount(head + Page._count, 1);
  poke(head + Page.PG_referenced, 1);
  return page;
}

/**
 * arch/x86/mm/gup.c get_user_pages_fast, for one page of the current process: without a lock, else
 * get_user_pages under mmap_sem.
 *
 * @returns the page, pinned, or -errno.
 */
export function* get_user_pages_fast(cpu: Cpu, address: Address, write: boolean): Steps<Page> {
  if (address < 0 || address >= kernel.config.pages) return -EFAULT;
  yield step(kernel.pte(cpu.mm, address));
  const page = gupOne(cpu, address, write);
  if (page !== 0) return page;
  yield readLock(cpu.mm + mm_struct.offset.mmap_sem);
  const slow = yield* get_user_pages(cpu, cpu.mm, address, write, false);
  yield readUnlock(cpu.mm + mm_struct.offset.mmap_sem);
  return slow;
}
