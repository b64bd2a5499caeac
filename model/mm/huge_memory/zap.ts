/** mm/huge_memory.c: what munmap, fork, mprotect and mremap do with a huge pmd. */
import { vm_get_page_prot } from '../../arch/x86/include/asm/pgtable';
import {
  pmd_mknonnuma,
  pmd_mknuma,
  pmd_mkold,
  pmd_mksoft_dirty,
  pmd_modify,
  pmd_none,
  pmd_numa,
  pmd_trans_huge,
  pmd_trans_splitting,
  pmd_write,
  pmd_wrprotect,
} from '../../arch/x86/include/asm/pgtable-pmd';
import { pmdp_set_wrprotect } from '../../arch/x86/mm/pgtable';
import { EAGAIN, ENOMEM } from '../../include/uapi/asm-generic/errno-base';
import {
  tlb_remove_page,
  tlb_remove_pmd_tlb_entry,
  type MmuGather,
} from '../../include/asm-generic/tlb';
import { BUG_ON, VM_BUG_ON, WARN_ON } from '../../include/linux/bug';
import { HPAGE_PMD_NR, pmd_lockptr } from '../../include/linux/huge_mm';
import { get_page, page_mapcount } from '../../include/linux/mm';
import { vm_area_struct, type Address, type Mm, type Vma } from '../../include/linux/mm_types';
import { PageHead } from '../../include/linux/page-flags';
import { VM_NOHUGEPAGE } from '../../include/linux/vm_flags';
import { load, lock, store, unlock, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import type { Cpu } from '../../state/cpu';
import { allocationFails } from '../../state/slots';
import { pmdp_get_and_clear } from '../pgtable-generic';
import { page_dup_rmap, page_remove_rmap } from '../rmap';
import {
  __pmd_trans_huge_lock,
  addAnonPages,
  pmd_lock,
  pmd_page,
  pmdUnlock,
  wait_split_huge_page,
} from './pmd';
import {
  get_huge_zero_page,
  is_huge_zero_page,
  is_huge_zero_pmd,
  put_huge_zero_page,
  set_huge_zero_page,
} from './zero-page';

const V = vm_area_struct.offset;

/**
 * mm/huge_memory.c zap_huge_pmd: takes a whole huge page out of the mm. It knows no zap_details.
 *
 * @returns true if that was done; false if there was no huge pmd, or it was being split.
 */
export function* zap_huge_pmd(
  cpu: Cpu,
  tlb: MmuGather,
  vma: Vma,
  pmd: Ptr,
  address: Address,
): Steps<boolean> {
  const where = 'mm/huge_memory.c zap_huge_pmd';
  if ((yield* __pmd_trans_huge_lock(pmd, vma, address)) !== 1) return false;
  const orig_pmd = yield pmdp_get_and_clear(pmd);
  tlb_remove_pmd_tlb_entry(tlb);
  if (yield* is_huge_zero_pmd(orig_pmd)) {
    yield pmdUnlock(tlb.mm, address);
    yield* put_huge_zero_page();
    return true;
  }
  const page = pmd_page(orig_pmd);
  yield* page_remove_rmap(cpu, page);
  VM_BUG_ON((yield* page_mapcount(page)) < 0, where, 'page_mapcount(page) < 0');
  yield addAnonPages(tlb.mm, -HPAGE_PMD_NR());
  VM_BUG_ON(!(yield PageHead(page)), where, '!PageHead(page)');
  yield pmdUnlock(tlb.mm, address);
  yield* tlb_remove_page(cpu, tlb, page);
  return true;
}

/**
 * mm/huge_memory.c copy_huge_pmd: fork. Both mmap_sems are held for writing.
 *
 * @returns 0, -ENOMEM; or -EAGAIN, and the caller copies ptes.
 */
export function* copy_huge_pmd(
  cpu: Cpu,
  dst_mm: Mm,
  src_mm: Mm,
  dst_pmd: Ptr,
  src_pmd: Ptr,
  address: Address,
  vma: Vma,
): Steps<number> {
  if (yield* allocationFails()) return -ENOMEM;
  yield pmd_lock(dst_mm, address);
  yield pmd_lock(src_mm, address);
  const pmd = yield load(src_pmd);
  if (pmd_trans_huge(pmd) && (yield* is_huge_zero_pmd(pmd))) {
    const zero_page = yield* get_huge_zero_page(cpu);
    const set = yield* set_huge_zero_page(vma, dst_pmd, zero_page);
    BUG_ON(!set, 'mm/huge_memory.c copy_huge_pmd', '!set');
  } else if (pmd_trans_huge(pmd) && !pmd_trans_splitting(pmd)) {
    const src_page = pmd_page(pmd);
    VM_BUG_ON(!(yield PageHead(src_page)), 'mm/huge_memory.c copy_huge_pmd', '!PageHead(src_page)');
    yield* get_page(cpu, src_page);
    yield page_dup_rmap(src_page);
    yield addAnonPages(dst_mm, HPAGE_PMD_NR());
    yield* pmdp_set_wrprotect(src_pmd);
    yield store(dst_pmd, pmd_mkold(pmd_wrprotect(pmd)));
  } else {
    yield pmdUnlock(src_mm, address);
    yield pmdUnlock(dst_mm, address);
    if (pmd_trans_huge(pmd)) yield* wait_split_huge_page(yield load(vma + V.anon_vma), src_pmd);
    return -EAGAIN;
  }
  yield pmdUnlock(src_mm, address);
  yield pmdUnlock(dst_mm, address);
  return 0;
}

/**
 * mm/huge_memory.c change_huge_pmd: mprotect, or with `prot_numa` the NUMA hint.
 *
 * @returns pages to be flushed: 0 if there is no stable huge pmd (ptes it is), 1 if nothing
 * changed, HPAGE_PMD_NR.
 */
export function* change_huge_pmd(
  vma: Vma,
  pmd: Ptr,
  address: Address,
  vm_flags: number,
  prot_numa: boolean,
): Steps<number> {
  if ((yield* __pmd_trans_huge_lock(pmd, vma, address)) !== 1) return 0;
  const mm = yield load(vma + V.vm_mm);
  let changed = 1;
  if (!prot_numa) {
    const old = yield pmdp_get_and_clear(pmd);
    const entry = pmd_modify(pmd_numa(old) ? pmd_mknonnuma(old) : old, vm_get_page_prot(vm_flags));
    yield store(pmd, entry);
    BUG_ON(pmd_write(entry), 'mm/huge_memory.c change_huge_pmd', 'pmd_write(entry)');
    changed = HPAGE_PMD_NR();
  } else {
    const old = yield load(pmd);
    if (!(yield* is_huge_zero_page(pmd_page(old))) && !pmd_numa(old)) {
      yield store(pmd, pmd_mknuma(yield load(pmd)));
      changed = HPAGE_PMD_NR();
    }
  }
  yield pmdUnlock(mm, address);
  return changed;
}

/** What mremap knows of a move: addresses and pmd words, old and new. */
export interface PmdMove {
  readonly old_addr: Address;
  readonly new_addr: Address;
  readonly old_end: Address;
  readonly old_pmd: Ptr;
  readonly new_pmd: Ptr;
}

/**
 * mm/huge_memory.c move_huge_pmd: mremap of a whole huge page. mmap_sem is held for writing.
 *
 * @returns 1 if it was moved, 0 if it cannot be (then it is to be split), -1 if it was being split.
 */
export function* move_huge_pmd(vma: Vma, new_vma: Vma, move: PmdMove): Steps<number> {
  const where = 'mm/huge_memory.c move_huge_pmd';
  const { old_addr, new_addr, old_pmd, new_pmd } = move;
  const size = HPAGE_PMD_NR();
  const aligned = old_addr % size === 0 && new_addr % size === 0;
  if (!aligned || move.old_end - old_addr < size) return 0;
  if ((yield load(new_vma + V.vm_flags)) & VM_NOHUGEPAGE) return 0;
  const taken = !pmd_none(yield load(new_pmd));
  WARN_ON(taken, where, '!pmd_none(*new_pmd)');
  if (taken) return 0;
  const ret = yield* __pmd_trans_huge_lock(old_pmd, vma, old_addr);
  if (ret !== 1) return ret;
  const mm = yield load(vma + V.vm_mm);
  const [old_ptl, new_ptl] = [pmd_lockptr(mm, old_addr), pmd_lockptr(mm, new_addr)];
  if (new_ptl !== old_ptl) yield lock(new_ptl);
  const pmd = yield pmdp_get_and_clear(old_pmd);
  VM_BUG_ON(!pmd_none(yield load(new_pmd)), where, '!pmd_none(*new_pmd)');
  yield store(new_pmd, pmd_mksoft_dirty(pmd));
  if (new_ptl !== old_ptl) yield unlock(new_ptl);
  yield unlock(old_ptl);
  return 1;
}
