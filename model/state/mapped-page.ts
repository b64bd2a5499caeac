/** What an address maps, for operations that begin with that. */
import { pte_pfn, pte_present } from '../arch/x86/include/asm/pgtable';
import { pmd_pfn, pmd_trans_huge } from '../arch/x86/include/asm/pgtable-pmd';
import type { Address, Mm, Page } from '../include/linux/mm_types';
import { kernel, peek } from './kernel';

/** Inside an atomic section: the page that a pte or a huge pmd maps at the address, 0 if none does. */
export function mappedPage(mm: Mm, address: Address): Page {
  const pmd = peek(kernel.pmd(mm, address));
  if (pmd_trans_huge(pmd)) return kernel.pageAt(pmd_pfn(pmd) + (address % kernel.config.hugePages));
  const pte = peek(kernel.pte(mm, address));
  return pte_present(pte) ? kernel.pageAt(pte_pfn(pte)) : 0;
}
