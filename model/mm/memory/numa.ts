/** mm/memory.c: a fault on a pte that was made inaccessible to learn which node uses its page. */
import {
  is_zero_pfn,
  pte_mknonnuma,
  pte_pfn,
  set_pte_at,
  vm_normal_page,
} from '../../arch/x86/include/asm/pgtable';
import { BUG_ON } from '../../include/linux/bug';
import { get_page } from '../../include/linux/mm';
import type { Address, Mm, Pte, Vma } from '../../include/linux/mm_types';
import { lock, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek } from '../../state/kernel';
import { migrate_misplaced_page, mpol_misplaced } from '../migrate/numa';
import { put_page } from '../swap';

/**
 * mm/memory.c do_numa_page: present again by a plain store, and perhaps moved. The statistics that
 * the scheduler keeps are left out.
 *
 * @returns 0: the access is tried again.
 */
export function* do_numa_page(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  pte: Pte,
): Steps<number> {
  const ptep = kernel.pte(mm, address);
  yield lock(kernel.ptl(mm, address));
  if (peek(ptep) !== pte) {
    yield unlock(kernel.ptl(mm, address));
    return 0;
  }
  const entry = pte_mknonnuma(pte);
  yield set_pte_at(ptep, entry);
  const page = vm_normal_page(entry);
  if (page === 0) {
    yield unlock(kernel.ptl(mm, address));
    return 0;
  }
  BUG_ON(is_zero_pfn(pte_pfn(entry)), 'mm/memory.c do_numa_page', 'is_zero_pfn(page_to_pfn(page))');
  yield* get_page(cpu, page);
  const target_nid = yield* mpol_misplaced(cpu, page);
  yield unlock(kernel.ptl(mm, address));
  if (target_nid === -1) yield* put_page(cpu, page);
  else yield* migrate_misplaced_page(cpu, page, vma, target_nid);
  return 0;
}
