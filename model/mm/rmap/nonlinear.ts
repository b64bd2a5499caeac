/** mm/rmap.c: unmapping pages of a file from nonlinear vmas, where only a scan can find them. */
import {
  pgoff_to_pte,
  pte_dirty,
  pte_present,
  set_pte_at,
  vm_normal_page,
} from '../../arch/x86/include/asm/pgtable';
import { BUG_ON } from '../../include/linux/bug';
import { page_mapcount, PageAnon } from '../../include/linux/mm';
import {
  mm_struct,
  Page,
  vm_area_struct,
  type Address,
  type AddressSpace,
  type Mm,
  type PtePtr,
  type Vma,
} from '../../include/linux/mm_types';
import { SWAP_AGAIN, SWAP_FAIL, SWAP_MLOCK } from '../../include/linux/rmap';
import { VM_LOCKED } from '../../include/linux/vm_flags';
import {
  add,
  load,
  lock,
  readTrylock,
  readUnlock,
  step,
  unlock,
  type Steps,
} from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, poke } from '../../state/kernel';
import { vmaNonlinearVmas } from '../interval_tree';
import { mlock_vma_page } from '../mlock';
import { set_page_dirty } from '../page-writeback';
import { ptep_clear_flush, ptep_clear_flush_young } from '../pgtable-generic';
import { put_page } from '../swap';
import { linear_page_index, page_remove_rmap } from './account';
import { mm_find_pmd } from './walk';

const vma_ = vm_area_struct.offset;

/** mm/rmap.c CLUSTER_SIZE, in pages: at most a page table. */
const CLUSTER_SIZE = (): number => Math.min(32, kernel.config.hugePages);

/**
 * mm/rmap.c try_to_unmap_nonlinear: walks the nonlinear vmas cluster by cluster, each from where
 * the last walk left it, until as many ptes are gone as the page has. i_mmap_mutex held.
 */
export function* try_to_unmap_nonlinear(
  cpu: Cpu,
  page: Page,
  mapping: AddressSpace,
): Steps<number> {
  const vmas = vmaNonlinearVmas(mapping);
  const sizes = vmas.map((vma) => peek(vma + vma_.vm_end) - peek(vma + vma_.vm_start));
  let max_nl_cursor = Math.max(0, ...vmas.map((vma) => peek(vma + vma_.vm_private_data)));
  const max_nl_size = Math.ceil(Math.max(0, ...sizes) / CLUSTER_SIZE()) * CLUSTER_SIZE();
  if (max_nl_size === 0) return SWAP_FAIL;
  const budget = { mapcount: yield* page_mapcount(page) };
  if (budget.mapcount === 0) return SWAP_AGAIN;
  let ret: number = SWAP_AGAIN;
  if (max_nl_cursor === 0) max_nl_cursor = CLUSTER_SIZE();
  for (; max_nl_cursor <= max_nl_size; max_nl_cursor += CLUSTER_SIZE()) {
    for (const [i, vma] of vmas.entries()) {
      let cursor = peek(vma + vma_.vm_private_data);
      while (cursor < max_nl_cursor && cursor < sizes[i]!) {
        const answer = yield* try_to_unmap_cluster(cpu, cursor, budget, vma, page);
        if (answer === SWAP_MLOCK) ret = SWAP_MLOCK;
        cursor += CLUSTER_SIZE();
        yield step(vma + vma_.vm_private_data);
        poke(vma + vma_.vm_private_data, cursor);
        if (budget.mapcount <= 0) return ret;
      }
      yield step(vma + vma_.vm_private_data);
      poke(vma + vma_.vm_private_data, max_nl_cursor);
    }
  }
  yield step(mapping);
  for (const vma of vmas) poke(vma + vma_.vm_private_data, 0);
  return ret;
}

/**
 * mm/rmap.c try_to_unmap_cluster, as in 3.14.1: in a locked vma every page met is mlocked, also
 * pages whose lock is not held, which mlock_vma_page answers with a BUG.
 */
function* try_to_unmap_cluster(
  cpu: Cpu,
  cursor: number,
  budget: { mapcount: number },
  vma: Vma,
  check_page: Page,
): Steps<number> {
  const mm = peek(vma + vma_.vm_mm);
  const base = peek(vma + vma_.vm_start) + cursor;
  const first = base - (base % CLUSTER_SIZE());
  const start = Math.max(first, peek(vma + vma_.vm_start));
  const end = Math.min(first + CLUSTER_SIZE(), peek(vma + vma_.vm_end));
  if ((yield* mm_find_pmd(mm, start)) === 0) return SWAP_AGAIN;
  const locked_vma = yield* lockIfVmaLocked(mm, vma);
  let ret: number = SWAP_AGAIN;
  yield lock(kernel.ptl(mm, start));
  for (let address = start; address < end; address++) {
    const pte = kernel.pte(mm, address);
    const value = yield load(pte);
    if (!pte_present(value)) continue;
    const page = vm_normal_page(value);
    BUG_ON(
      page === 0 || (yield* PageAnon(page)),
      'mm/rmap.c try_to_unmap_cluster',
      '!page || PageAnon(page)',
    );
    if (locked_vma) {
      yield* mlock_vma_page(cpu, page);
      if (page === check_page) ret = SWAP_MLOCK;
    } else if (!(yield* ptep_clear_flush_young(cpu, vma, address, pte))) {
      yield* unmapNonlinearPte(cpu, page, vma, address, pte);
      budget.mapcount--;
    }
  }
  yield unlock(kernel.ptl(mm, start));
  if (locked_vma) yield readUnlock(mm + mm_struct.offset.mmap_sem);
  return ret;
}

/** Takes mmap_sem if it can be had; keeps it, and answers true, only for a VM_LOCKED vma. */
function* lockIfVmaLocked(mm: Mm, vma: Vma): Steps<boolean> {
  if (!(yield readTrylock(mm + mm_struct.offset.mmap_sem))) return false;
  const locked = ((yield load(vma + vma_.vm_flags)) & VM_LOCKED) !== 0;
  if (!locked) yield readUnlock(mm + mm_struct.offset.mmap_sem);
  return locked;
}

/** The rest of the loop's body: the pte goes, a file entry stays where the place is not linear. */
function* unmapNonlinearPte(cpu: Cpu, page: Page, vma: Vma, address: Address, pte: PtePtr): Steps {
  const pteval = yield* ptep_clear_flush(cpu, vma, address, pte);
  const index = peek(page + Page.index);
  if (index !== linear_page_index(vma, address)) yield set_pte_at(pte, pgoff_to_pte(index));
  if (pte_dirty(pteval)) yield* set_page_dirty(cpu, page);
  yield* page_remove_rmap(cpu, page);
  yield* put_page(cpu, page);
  yield add(peek(vma + vma_.vm_mm) + mm_struct.offset.rss_file, -1);
}
