/** mm/rmap.c: from a page to the ptes that map it. */
import { pte_pfn, pte_present } from '../../arch/x86/include/asm/pgtable';
import { pmd_present, pmd_trans_huge } from '../../arch/x86/include/asm/pgtable-pmd';
import { EFAULT } from '../../include/uapi/asm-generic/errno-base';
import { VM_BUG_ON } from '../../include/linux/bug';
import { PageKsm } from '../../include/linux/ksm';
import { mappingIsAnon, PageAnon } from '../../include/linux/mm';
import {
  address_space,
  anon_vma,
  Page,
  vm_area_struct,
  type Address,
  type AnonVma,
  type Mm,
  type PtePtr,
  type Vma,
} from '../../include/linux/mm_types';
import { PageLocked } from '../../include/linux/page-flags';
import { page_anon_vma, SWAP_AGAIN, type RmapWalkControl } from '../../include/linux/rmap';
import { VM_GROWSDOWN, VM_NONLINEAR } from '../../include/linux/vm_flags';
import { load, lock, step, unlock, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import type { Cpu } from '../../state/cpu';
import { kernel, peek } from '../../state/kernel';
import { vmaIntervalTreeVmas, anonVmaIntervalTreeVmas } from '../interval_tree';
import { rmap_walk_ksm } from '../ksm';
import { anon_vma_lock_read, anonVmaObject, anon_vma_unlock_read } from './anon-vma';

const vma_ = vm_area_struct.offset;

/**
 * mm/rmap.c __vma_address: where the vma would map the page. Reads page->index anew. The anon_vma's lock is
 * held, so a stack does not grow. Atomic section.
 */
function __vma_address(page: Page, vma: Vma): Address {
  return peek(vma + vma_.vm_start) + peek(page + Page.index) - peek(vma + vma_.vm_pgoff);
}

/** mm/rmap.c vma_address, of a page that the vma is known to cover. Atomic section. */
export function vma_address(page: Page, vma: Vma): Address {
  const address = __vma_address(page, vma);
  VM_BUG_ON(
    address < peek(vma + vma_.vm_start) || address >= peek(vma + vma_.vm_end),
    'mm/rmap.c vma_address',
    'address < vma->vm_start || address >= vma->vm_end',
  );
  return address;
}

/**
 * mm/rmap.c page_address_in_vma: where the vma would map the page, if it can at all. It
 * dereferences the page's anon_vma without a lock or a reference: of a freed one it sees the root
 * that the memory still holds. mmap_sem for reading does not keep a stack from growing between the loads of
 * vm_start and vm_pgoff: the address is wrong then.
 *
 * @returns the address, or -EFAULT.
 */
export function* page_address_in_vma(page: Page, vma: Vma): Steps<number> {
  const mapping = yield load(page + Page.mapping);
  if (mappingIsAnon(mapping)) {
    const page__anon_vma = yield* page_anon_vma(page);
    const own = yield load(vma + vma_.anon_vma);
    if (own === 0 || page__anon_vma === 0) return -EFAULT;
    const object = anonVmaObject(page__anon_vma, 'mm/rmap.c page_address_in_vma');
    const root = yield load(object + anon_vma.offset.root);
    if (peek(own + anon_vma.offset.root) !== root) return -EFAULT;
  } else if (mapping !== 0 && !((yield load(vma + vma_.vm_flags)) & VM_NONLINEAR)) {
    if (peek(vma + vma_.vm_file) !== mapping) return -EFAULT;
  } else {
    return -EFAULT;
  }
  const index = yield load(page + Page.index);
  const growing = (peek(vma + vma_.vm_flags) & VM_GROWSDOWN) !== 0;
  const start = growing ? yield load(vma + vma_.vm_start) : peek(vma + vma_.vm_start);
  const pgoff = growing ? yield load(vma + vma_.vm_pgoff) : peek(vma + vma_.vm_pgoff);
  const address = start + index - pgoff;
  const outside = address < peek(vma + vma_.vm_start) || address >= peek(vma + vma_.vm_end);
  return outside ? -EFAULT : address;
}

/** mm/rmap.c mm_find_pmd: the word of the pmd, 0 if nothing is there. */
export function* mm_find_pmd(mm: Mm, address: Address): Steps<Ptr> {
  const pmd = kernel.pmd(mm, address);
  return pmd_present(yield load(pmd)) ? pmd : 0;
}

/**
 * mm/rmap.c page_check_address.
 *
 * @param sync false: a pte that is not present is not looked at under the lock.
 * @returns the pte that maps the page there, with its ptl held; 0, without it, if none does.
 */
export function* page_check_address(
  _cpu: Cpu,
  page: Page,
  mm: Mm,
  address: Address,
  sync: boolean,
): Steps<PtePtr> {
  const pmd = yield load(kernel.pmd(mm, address));
  if (!pmd_present(pmd) || pmd_trans_huge(pmd)) return 0;
  const pte = kernel.pte(mm, address);
  if (!sync && !pte_present(yield load(pte))) return 0;
  const ptl = kernel.ptl(mm, address);
  yield lock(ptl);
  // Presence and frame change under the ptl only, so they may be read along with taking it.
  const value = peek(pte);
  if (pte_present(value) && pte_pfn(value) === kernel.pfn(page)) return pte;
  yield unlock(ptl);
  return 0;
}

/** mm/rmap.c page_mapped_in_vma. */
export function* page_mapped_in_vma(cpu: Cpu, page: Page, vma: Vma): Steps<boolean> {
  yield load(page + Page.index);
  const address = __vma_address(page, vma);
  if (address < peek(vma + vma_.vm_start) || address >= peek(vma + vma_.vm_end)) return false;
  const mm = peek(vma + vma_.vm_mm);
  if ((yield* page_check_address(cpu, page, mm, address, true)) === 0) return false;
  yield unlock(kernel.ptl(mm, address));
  return true;
}

/** mm/rmap.c rmap_walk: calls `rwc.rmap_one` for every place that may map the page. @returns SWAP_*. */
export function* rmap_walk(cpu: Cpu, page: Page, rwc: RmapWalkControl): Steps<number> {
  if (yield* PageKsm(page)) return yield* rmap_walk_ksm(cpu, page, rwc);
  if (yield* PageAnon(page)) return yield* rmap_walk_anon(page, rwc);
  return yield* rmap_walk_file(page, rwc);
}

/** mm/rmap.c rmap_walk_anon_lock: 0 if the page has no anon_vma (any more). */
function* rmap_walk_anon_lock(page: Page, rwc: RmapWalkControl): Steps<AnonVma> {
  if (rwc.anon_lock !== undefined) return yield* rwc.anon_lock(page);
  const anonVma = yield* page_anon_vma(page);
  if (anonVma !== 0) yield* anon_vma_lock_read(anonVma);
  return anonVma;
}

/** mm/rmap.c rmap_walk_anon. The tree cannot change while its lock is held. */
function* rmap_walk_anon(page: Page, rwc: RmapWalkControl): Steps<number> {
  const pgoff = yield load(page + Page.index);
  const anonVma = yield* rmap_walk_anon_lock(page, rwc);
  if (anonVma === 0) return SWAP_AGAIN;
  yield step(anonVma + anon_vma.offset.rb_root);
  const answer = yield* visit(page, rwc, anonVmaIntervalTreeVmas(anonVma, pgoff));
  yield* anon_vma_unlock_read(anonVma);
  return answer.ret;
}

/** mm/rmap.c rmap_walk_file. The page is locked, so that it stays in its file. */
function* rmap_walk_file(page: Page, rwc: RmapWalkControl): Steps<number> {
  const locked = yield PageLocked(page);
  VM_BUG_ON(locked === 0, 'mm/rmap.c rmap_walk_file', '!PageLocked(page)');
  const mapping = yield load(page + Page.mapping);
  if (mapping === 0) return SWAP_AGAIN;
  const pgoff = peek(page + Page.index);
  yield lock(mapping + address_space.offset.i_mmap_mutex);
  const answer = yield* visit(page, rwc, vmaIntervalTreeVmas(mapping, pgoff, pgoff));
  let { ret } = answer;
  if (!answer.stopped && rwc.file_nonlinear !== undefined) {
    yield step(mapping + address_space.offset.i_mmap_nonlinear);
    if (peek(mapping + address_space.offset.i_mmap_nonlinear) !== 0) {
      ret = yield* rwc.file_nonlinear(page, mapping);
    }
  }
  yield unlock(mapping + address_space.offset.i_mmap_mutex);
  return ret;
}

/** The loop that both walks have in common. `stopped`: a vma's answer ended it. */
function* visit(
  page: Page,
  rwc: RmapWalkControl,
  vmas: readonly Vma[],
): Steps<{ ret: number; stopped: boolean }> {
  for (const vma of vmas) {
    const address = vma_address(page, vma);
    if (rwc.invalid_vma !== undefined && (yield* rwc.invalid_vma(vma))) continue;
    const ret = yield* rwc.rmap_one(page, vma, address);
    if (ret !== SWAP_AGAIN) return { ret, stopped: true };
    if (rwc.done !== undefined && (yield* rwc.done(page))) return { ret, stopped: true };
  }
  return { ret: SWAP_AGAIN, stopped: false };
}
