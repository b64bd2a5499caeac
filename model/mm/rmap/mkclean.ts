/** mm/rmap.c: cleaning the ptes of a file page before it is written out. */
import {
  pte_dirty,
  pte_mkclean,
  pte_write,
  pte_wrprotect,
  set_pte_at,
} from '../../arch/x86/include/asm/pgtable';
import { BUG_ON } from '../../include/linux/bug';
import { page_mapped } from '../../include/linux/mm';
import { vm_area_struct, type Address, type Page, type Vma } from '../../include/linux/mm_types';
import { PageLocked } from '../../include/linux/page-flags';
import { SWAP_AGAIN } from '../../include/linux/rmap';
import { VM_SHARED } from '../../include/linux/vm_flags';
import { load, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel } from '../../state/kernel';
import { ptep_clear_flush } from '../pgtable-generic';
import { page_mapping } from '../util';
import { page_check_address, rmap_walk } from './walk';

const vma_ = vm_area_struct.offset;

/** mm/rmap.c page_mkclean_one: true if the pte was writable or dirty, and is neither now. */
function* page_mkclean_one(cpu: Cpu, page: Page, vma: Vma, address: Address): Steps<boolean> {
  const mm = yield load(vma + vma_.vm_mm);
  const pte = yield* page_check_address(cpu, page, mm, address, true);
  if (pte === 0) return false;
  const old = yield load(pte);
  const cleans = pte_dirty(old) || pte_write(old);
  if (cleans) {
    const entry = yield* ptep_clear_flush(cpu, vma, address, pte);
    yield set_pte_at(pte, pte_mkclean(pte_wrprotect(entry)));
  }
  yield unlock(kernel.ptl(mm, address));
  return cleans;
}

/**
 * mm/rmap.c page_mkclean: makes every shared mapping of a locked file page clean and read-only, so
 * that the next write to it faults.
 *
 * @returns how many ptes it changed.
 */
export function* page_mkclean(cpu: Cpu, page: Page): Steps<number> {
  const locked = yield PageLocked(page);
  BUG_ON(locked === 0, 'mm/rmap.c page_mkclean', '!PageLocked(page)');
  if (!(yield* page_mapped(page))) return 0;
  if ((yield* page_mapping(page)) === 0) return 0;
  let cleaned = 0;
  yield* rmap_walk(cpu, page, {
    *rmap_one(_page, vma, address) {
      if (yield* page_mkclean_one(cpu, page, vma, address)) cleaned++;
      return SWAP_AGAIN;
    },
    *invalid_vma(vma) {
      return ((yield load(vma + vma_.vm_flags)) & VM_SHARED) === 0;
    },
  });
  return cleaned;
}
