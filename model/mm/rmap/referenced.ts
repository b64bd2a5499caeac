/** mm/rmap.c: was a page used since the last look? */
import { pmdp_clear_flush_young } from '../../arch/x86/mm/pgtable';
import { PageTransHuge } from '../../include/linux/huge_mm';
import { PageKsm } from '../../include/linux/ksm';
import { page_mapcount, page_mapped, page_rmapping, PageAnon } from '../../include/linux/mm';
import { vm_area_struct, type Address, type Page, type Vma } from '../../include/linux/mm_types';
import { trylock_page, unlock_page } from '../../include/linux/pagemap';
import { SWAP_AGAIN, SWAP_FAIL, SWAP_SUCCESS } from '../../include/linux/rmap';
import { VM_LOCKED, VM_SEQ_READ } from '../../include/linux/vm_flags';
import { load, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek } from '../../state/kernel';
import { page_check_address_pmd, PAGE_CHECK_ADDRESS_PMD_FLAG } from '../huge_memory/pmd';
import { ptep_clear_flush_young } from '../pgtable-generic';
import { page_lock_anon_vma_read } from '../rmap';
import { page_check_address, rmap_walk } from './walk';

const vma_ = vm_area_struct.offset;

/** struct page_referenced_arg: what the walk gathers. */
interface Gathered {
  /** Mappings still to be looked at: page_mapcount when the walk began. */
  mapcount: number;
  referenced: number;
  vm_flags: number;
}

/** What {@link page_referenced} answers: mappings used, and the flags of their vmas. */
export interface Referenced {
  readonly referenced: number;
  readonly vm_flags: number;
}

/**
 * mm/rmap.c page_referenced: clears the accessed bit in every pte that maps the page. memcg is
 * left out.
 */
export function* page_referenced(cpu: Cpu, page: Page, is_locked: boolean): Steps<Referenced> {
  const pra: Gathered = { mapcount: yield* page_mapcount(page), referenced: 0, vm_flags: 0 };
  if (!(yield* page_mapped(page))) return pra;
  if ((yield* page_rmapping(page)) === 0) return pra;
  let we_locked = false;
  if (!is_locked && (!(yield* PageAnon(page)) || (yield* PageKsm(page)))) {
    we_locked = (yield trylock_page(page)) === 1;
    if (!we_locked) return { referenced: 1, vm_flags: 0 };
  }
  yield* rmap_walk(cpu, page, {
    rmap_one: (p, vma, address) => page_referenced_one(cpu, p, vma, address, pra),
    anon_lock: (p) => page_lock_anon_vma_read(cpu, p),
  });
  if (we_locked) yield* unlock_page(page);
  return pra;
}

/**
 * mm/rmap.c page_referenced_one. A VM_LOCKED vma ends the walk with its accessed bit untouched. Nobody
 * keeps vm_flags as they are here, and they are read anew for each question.
 */
function* page_referenced_one(
  cpu: Cpu,
  page: Page,
  vma: Vma,
  address: Address,
  pra: Gathered,
): Steps<number> {
  const mm = peek(vma + vma_.vm_mm);
  const huge = yield* PageTransHuge(page);
  const entry = huge
    ? yield* page_check_address_pmd(page, mm, address, PAGE_CHECK_ADDRESS_PMD_FLAG)
    : yield* page_check_address(cpu, page, mm, address, false);
  if (entry === 0) return SWAP_AGAIN;
  if ((yield load(vma + vma_.vm_flags)) & VM_LOCKED) {
    yield unlock(kernel.ptl(mm, address));
    pra.vm_flags |= VM_LOCKED;
    return SWAP_FAIL;
  }
  const referenced = huge
    ? yield* pmdp_clear_flush_young(cpu, mm, address, entry)
    : (yield* ptep_clear_flush_young(cpu, vma, address, entry)) &&
      ((yield load(vma + vma_.vm_flags)) & VM_SEQ_READ) === 0;
  yield unlock(kernel.ptl(mm, address));
  if (referenced) {
    pra.referenced++;
    pra.vm_flags |= yield load(vma + vma_.vm_flags);
  }
  return --pra.mapcount === 0 ? SWAP_SUCCESS : SWAP_AGAIN;
}
