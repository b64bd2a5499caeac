/**
 * mm/ksm.c: pages of equal contents become one, which nobody may write. ksmd finds them; a write
 * fault takes a copy. This file has the ways in; the rest of the kernel file is in the folder beside.
 *
 * Locks: ksm_thread_mutex covers the trees, the rmap_items and the cursor. A page's lock covers the
 * list of items that its stable node has.
 */
import { EBUSY } from '../include/uapi/asm-generic/errno-base';
import { MADV_MERGEABLE } from '../include/uapi/asm-generic/mman-common';
import { WARN_ON } from '../include/linux/bug';
import { copy_user_highpage } from '../include/linux/highmem';
import { PageKsm } from '../include/linux/ksm';
import { page_mapped } from '../include/linux/mm';
import {
  anon_vma,
  mm_struct,
  Page,
  vm_area_struct,
  type Address,
  type Mm,
  type Page as PagePtr,
  type Vma,
} from '../include/linux/mm_types';
import { PageUptodate } from '../include/linux/page-flags';
import { unlock_page } from '../include/linux/pagemap';
import { page_anon_vma } from '../include/linux/rmap';
import {
  VM_DONTEXPAND,
  VM_HUGETLB,
  VM_IO,
  VM_MAYSHARE,
  VM_MERGEABLE,
  VM_MIXEDMAP,
  VM_NONLINEAR,
  VM_PFNMAP,
  VM_SHARED,
} from '../include/linux/vm_flags';
import { load, lock, readLock, readUnlock, step, store, unlock, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel, Ksm, peek, poke } from '../state/kernel';
import { unmerge_ksm_pages } from './ksm/break-cow';
import { __ksm_enter, KSM_RUN_STOP, KSM_RUN_UNMERGE, unlinkMmSlot } from './ksm/mm-slot';
import {
  ksm_test_exit,
  page_stable_node,
  set_page_stable_node,
  type StableNodePtr,
} from './ksm/page';
import { remove_trailing_rmap_items } from './ksm/scan';
import { get_ksm_page, remove_node_from_stable_tree } from './ksm/stable-tree';
import { alloc_page } from './page_alloc';
import { anonVmaObject } from './rmap/anon-vma';
import { linearPageIndex } from './rmap/account';
import { put_page } from './swap';

export { break_cow, unmerge_ksm_pages } from './ksm/break-cow';
export { ksm_exit, ksm_fork, KSM_RUN_MERGE, KSM_RUN_STOP, KSM_RUN_UNMERGE } from './ksm/mm-slot';
export { page_stable_node } from './ksm/page';
export { rmap_walk_ksm } from './ksm/rmap';
export { ksmdScan } from './ksm/scan';
export { ksm_migrate_page } from './ksm/stable-tree';

const V = vm_area_struct.offset;
const mm_ = mm_struct.offset;

/** Vmas for which MADV_MERGEABLE is ignored. */
const NOT_MERGEABLE =
  VM_MERGEABLE |
  VM_SHARED |
  VM_MAYSHARE |
  VM_PFNMAP |
  VM_IO |
  VM_DONTEXPAND |
  VM_HUGETLB |
  VM_NONLINEAR |
  VM_MIXEDMAP;

/**
 * mm/ksm.c ksm_madvise: MADV_MERGEABLE or MADV_UNMERGEABLE on a part of a vma, with mmap_sem held
 * for writing. Advice that does not fit is ignored.
 *
 * @param vm_flags the vma's flags as they are to be
 * @returns those flags with the advice taken, and 0 or -ENOMEM.
 */
export function* ksm_madvise(
  cpu: Cpu,
  vma: Vma,
  start: Address,
  end: Address,
  advice: number,
  vm_flags: number,
): Steps<{ error: number; flags: number }> {
  if (advice === MADV_MERGEABLE) {
    if ((vm_flags & NOT_MERGEABLE) !== 0) return { error: 0, flags: vm_flags };
    const mm = yield load(vma + V.vm_mm);
    const error = (yield load(mm + mm_.ksm_slot)) ? 0 : yield* __ksm_enter(cpu, mm);
    return { error, flags: error === 0 ? vm_flags | VM_MERGEABLE : vm_flags };
  }
  if ((vm_flags & VM_MERGEABLE) === 0) return { error: 0, flags: vm_flags };
  if ((yield load(vma + V.anon_vma)) !== 0) {
    const error = yield* unmerge_ksm_pages(cpu, vma, start, end);
    if (error !== 0) return { error, flags: vm_flags };
  }
  return { error: 0, flags: vm_flags & ~VM_MERGEABLE };
}

/**
 * mm/ksm.c ksm_might_need_to_copy: a page found in the swap cache may belong to another anon_vma or
 * index than the fault's, or have been KSM's; then the fault needs a page of its own.
 *
 * @returns the page itself, a locked copy, or 0 without memory.
 */
export function* ksm_might_need_to_copy(
  cpu: Cpu,
  page: PagePtr,
  vma: Vma,
  address: Address,
): Steps<PagePtr> {
  if (!kernel.config.CONFIG_KSM) return page;
  const own = yield* page_anon_vma(page);
  if (yield* PageKsm(page)) {
    const unmerging = ((yield load(kernel.ksm + Ksm.run)) & KSM_RUN_UNMERGE) !== 0;
    if ((yield* page_stable_node(page)) !== 0 && !unmerging) return page;
  } else if (own === 0) {
    return page;
  } else if (yield* belongsThere(page, own, vma, address)) {
    return page;
  }
  if (!(yield PageUptodate(page))) return page;
  const new_page = yield* alloc_page(cpu);
  if (new_page === 0) return 0;
  yield* copy_user_highpage(new_page, page);
  poke(new_page + Page.PG_dirty, 1);
  poke(new_page + Page.PG_uptodate, 1);
  poke(new_page + Page.PG_locked, -1);
  return new_page;
}

function* belongsThere(page: PagePtr, own: number, vma: Vma, address: Address): Steps<boolean> {
  const object = anonVmaObject(own, 'mm/ksm.c ksm_might_need_to_copy');
  const root = yield load(object + anon_vma.offset.root);
  if (root !== peek(peek(vma + V.anon_vma) + anon_vma.offset.root)) return false;
  return (yield load(page + Page.index)) === (yield* linearPageIndex(vma, address));
}

/**
 * mm/ksm.c run_store: a write of KSM_RUN_* to /sys/kernel/mm/ksm/run. 2 undoes every merge first.
 *
 * @returns 0 or -ENOMEM; after an error KSM is stopped.
 */
export function* ksmRunStore(cpu: Cpu, run: number): Steps<number> {
  yield lock(kernel.ksm + Ksm.thread_mutex);
  let error = 0;
  if ((yield load(kernel.ksm + Ksm.run)) !== run) {
    yield store(kernel.ksm + Ksm.run, run);
    if ((run & KSM_RUN_UNMERGE) !== 0) {
      error = yield* unmerge_and_remove_all_rmap_items(cpu);
      if (error !== 0) yield store(kernel.ksm + Ksm.run, KSM_RUN_STOP);
    }
  }
  yield unlock(kernel.ksm + Ksm.thread_mutex);
  return error;
}

/** mm/ksm.c unmerge_and_remove_all_rmap_items. */
function* unmerge_and_remove_all_rmap_items(cpu: Cpu): Steps<number> {
  yield step(kernel.ksm + Ksm.mm_list);
  let mm = peek(kernel.ksm + Ksm.mm_list);
  poke(kernel.ksm + Ksm.scan_mm, mm);
  while (mm !== 0) {
    yield readLock(mm + mm_.mmap_sem);
    const error = yield* unmergeMm(cpu, mm);
    if (error !== 0) {
      yield readUnlock(mm + mm_.mmap_sem);
      yield store(kernel.ksm + Ksm.scan_mm, 0);
      return error;
    }
    yield store(kernel.ksm + Ksm.scan_rmap, 0);
    yield* remove_trailing_rmap_items(cpu, mm);
    const exiting = yield* ksm_test_exit(mm);
    yield step(kernel.ksm + Ksm.mm_list);
    const next = peek(mm + mm_.ksm_next);
    poke(kernel.ksm + Ksm.scan_mm, next);
    if (exiting) {
      unlinkMmSlot(mm);
      poke(mm + mm_.ksm_slot, 0);
    }
    yield readUnlock(mm + mm_.mmap_sem);
    mm = next;
  }
  yield* remove_all_stable_nodes(cpu);
  yield store(kernel.ksm + Ksm.seqnr, 0);
  return 0;
}

/** unmerge_ksm_pages on every mergeable vma; mmap_sem is held for reading. */
function* unmergeMm(cpu: Cpu, mm: Mm): Steps<number> {
  let vma = yield load(mm + mm_.mmap);
  for (; vma !== 0; vma = yield load(vma + V.vm_next)) {
    if (yield* ksm_test_exit(mm)) break;
    const mergeable = ((yield load(vma + V.vm_flags)) & VM_MERGEABLE) !== 0;
    if (!mergeable || peek(vma + V.anon_vma) === 0) continue;
    const start = peek(vma + V.vm_start);
    const error = yield* unmerge_ksm_pages(cpu, vma, start, peek(vma + V.vm_end));
    if (error !== 0) return error;
  }
  return 0;
}

/** mm/ksm.c remove_all_stable_nodes: up to the first one that is busy. */
function* remove_all_stable_nodes(cpu: Cpu): Steps {
  for (;;) {
    const node = yield load(kernel.ksm + Ksm.stable_tree);
    if (node === 0 || (yield* remove_stable_node(cpu, node)) !== 0) return;
  }
}

/** mm/ksm.c remove_stable_node. @returns 0 or -EBUSY. */
function* remove_stable_node(cpu: Cpu, node: StableNodePtr): Steps<number> {
  const page = yield* get_ksm_page(cpu, node, true);
  if (page === 0) return 0;
  const busy = yield* page_mapped(page);
  WARN_ON(busy, 'mm/ksm.c remove_stable_node', 'page_mapped(page)');
  if (!busy) {
    yield set_page_stable_node(page, 0);
    yield* remove_node_from_stable_tree(node);
  }
  yield* unlock_page(page);
  yield* put_page(cpu, page);
  return busy ? -EBUSY : 0;
}
