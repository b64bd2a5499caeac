/** mm/migrate.c: migration entries, from the side that removes them and the side that waits. */
import {
  mk_pte,
  pte_file,
  pte_mkold,
  pte_mksoft_dirty,
  pte_mkwrite,
  pte_none,
  pte_present,
  pte_swp_soft_dirty,
  pte_to_swp_entry,
  set_pte_at,
} from '../../arch/x86/include/asm/pgtable';
import { pmd_present, pmd_trans_huge } from '../../arch/x86/include/asm/pgtable-pmd';
import { get_page, get_page_unless_zero, PageAnon } from '../../include/linux/mm';
import {
  Page,
  vm_area_struct,
  type Address,
  type AddressSpace,
  type Mm,
  type Page as PagePtr,
  type Pte,
  type Vma,
} from '../../include/linux/mm_types';
import { wait_on_page_locked } from '../../include/linux/pagemap';
import { SWAP_AGAIN } from '../../include/linux/rmap';
import {
  is_migration_entry,
  is_write_migration_entry,
  migration_entry_to_page,
} from '../../include/linux/swapops';
import { vm_page_prot } from '../../include/linux/vm_page_prot';
import { load, lock, unlock, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import type { Cpu } from '../../state/cpu';
import { kernel, peek } from '../../state/kernel';
import { vmaNonlinearVmas } from '../interval_tree';
import { page_add_anon_rmap, page_add_file_rmap, rmap_walk } from '../rmap';
import { put_page } from '../swap';

const V = vm_area_struct.offset;

/** include/linux/swapops.h is_swap_pte. */
const is_swap_pte = (pte: Pte): boolean => !pte_none(pte) && !pte_present(pte) && !pte_file(pte);

/**
 * mm/migrate.c remove_migration_pte: a migration entry of `old` becomes a pte of `page`: old, clean,
 * writable only if the entry is of the write flavour.
 */
function* remove_migration_pte(
  cpu: Cpu,
  page: PagePtr,
  vma: Vma,
  address: Address,
  old: PagePtr,
): Steps<number> {
  const mm = yield load(vma + V.vm_mm);
  const pmd = yield load(kernel.pmd(mm, address));
  if (!pmd_present(pmd) || pmd_trans_huge(pmd)) return SWAP_AGAIN;
  yield lock(kernel.ptl(mm, address));
  const ptep = kernel.pte(mm, address);
  const pte = yield load(ptep);
  if (is_swap_pte(pte) && (yield* isEntryOf(cpu, pte, old))) {
    yield* get_page(cpu, page);
    yield load(vma + V.vm_flags);
    yield set_pte_at(ptep, restored(pte, page, vm_page_prot(vma)));
    if (yield* PageAnon(page)) yield* page_add_anon_rmap(cpu, page, vma, address);
    else yield* page_add_file_rmap(page);
  }
  yield unlock(kernel.ptl(mm, address));
  return SWAP_AGAIN;
}

function* isEntryOf(cpu: Cpu, pte: Pte, old: PagePtr): Steps<boolean> {
  const entry = pte_to_swp_entry(pte);
  return is_migration_entry(entry) && (yield* migration_entry_to_page(cpu, entry)) === old;
}

function restored(swp_pte: Pte, page: PagePtr, prot: number): Pte {
  let pte = pte_mkold(mk_pte(page, prot));
  if (pte_swp_soft_dirty(swp_pte)) pte = pte_mksoft_dirty(pte);
  return is_write_migration_entry(pte_to_swp_entry(swp_pte)) ? pte_mkwrite(pte) : pte;
}

/**
 * mm/migrate.c remove_migration_ptes: all entries of `old` become ptes of `page`. The walk brings no
 * anon_lock, so it finds the anon_vma by page_anon_vma.
 */
export function* remove_migration_ptes(cpu: Cpu, old: PagePtr, page: PagePtr): Steps {
  yield* rmap_walk(cpu, page, {
    rmap_one: (p, vma, address) => remove_migration_pte(cpu, p, vma, address, old),
    file_nonlinear: (p, mapping) => removeLinearFromNonlinear(cpu, p, mapping, old),
  });
}

/**
 * mm/migrate.c remove_linear_migration_ptes_from_nonlinear: in a nonlinear vma, entries at their
 * linear place. i_mmap_mutex is held.
 */
function* removeLinearFromNonlinear(
  cpu: Cpu,
  page: PagePtr,
  mapping: AddressSpace,
  old: PagePtr,
): Steps<number> {
  const pgoff = yield load(page + Page.index);
  for (const vma of vmaNonlinearVmas(mapping)) {
    const address = peek(vma + V.vm_start) + pgoff - peek(vma + V.vm_pgoff);
    if (address < peek(vma + V.vm_start) || address >= peek(vma + V.vm_end)) continue;
    yield* remove_migration_pte(cpu, page, vma, address, old);
  }
  return SWAP_AGAIN;
}

/**
 * mm/migrate.c migration_entry_wait: until the page at a migration entry is unlocked. The caller
 * looks at the pte again then.
 */
export function* migration_entry_wait(cpu: Cpu, mm: Mm, _pmd: Ptr, address: Address): Steps {
  const ptl = kernel.ptl(mm, address);
  yield lock(ptl);
  const pte = yield load(kernel.pte(mm, address));
  const entry = pte_to_swp_entry(pte);
  if (!is_swap_pte(pte) || !is_migration_entry(entry)) {
    yield unlock(ptl);
    return;
  }
  const page = yield* migration_entry_to_page(cpu, entry);
  const held = yield get_page_unless_zero(page);
  yield unlock(ptl);
  if (!held) return;
  yield wait_on_page_locked(page);
  yield* put_page(cpu, page);
}
