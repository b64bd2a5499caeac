/** mm/ksm.c rmap_walk_ksm: from a KSM page to the ptes that map it. */
import { VM_BUG_ON } from '../../include/linux/bug';
import { PageKsm } from '../../include/linux/ksm';
import {
  anon_vma,
  anon_vma_chain,
  vm_area_struct,
  type AnonVma,
  type Page,
  type Vma,
} from '../../include/linux/mm_types';
import { PageLocked } from '../../include/linux/page-flags';
import { SWAP_AGAIN, type RmapWalkControl } from '../../include/linux/rmap';
import { load, step, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, RmapItem, StableNode } from '../../state/kernel';
import { anon_vma_lock_read, anon_vma_unlock_read } from '../rmap/anon-vma';
import { page_stable_node, stableNodeObject, type RmapItemPtr } from './page';

const V = vm_area_struct.offset;
const WHERE = 'mm/ksm.c rmap_walk_ksm';

/**
 * mm/ksm.c rmap_walk_ksm. The page lock keeps the node's list as it is. Twice over the list: first
 * each item's own mm, then the others, which can have it by fork. `anon_lock` is not asked.
 */
export function* rmap_walk_ksm(_cpu: Cpu, page: Page, rwc: RmapWalkControl): Steps<number> {
  VM_BUG_ON(!(yield* PageKsm(page)), WHERE, '!PageKsm(page)');
  VM_BUG_ON(!(yield PageLocked(page)), WHERE, '!PageLocked(page)');
  const node = yield* page_stable_node(page);
  if (node === 0) return SWAP_AGAIN;
  const hlist = stableNodeObject(node, WHERE) + StableNode.hlist;
  for (const search_new_forks of [false, true]) {
    let item = yield load(hlist);
    for (; item !== 0; item = yield load(item + RmapItem.hlist_next)) {
      const { ret, stop } = yield* walkItem(page, rwc, item, search_new_forks);
      if (stop) return ret;
    }
  }
  return SWAP_AGAIN;
}

/** One item: every vma of its anon_vma that covers its address, of its own mm or of the others. */
function* walkItem(
  page: Page,
  rwc: RmapWalkControl,
  item: RmapItemPtr,
  search_new_forks: boolean,
): Steps<{ ret: number; stop: boolean }> {
  const address = kernel.rmapItemAddress(item);
  const anonVma = yield load(item + RmapItem.anon_vma);
  yield* anon_vma_lock_read(anonVma);
  yield step(anonVma + anon_vma.offset.rb_root);
  let answer = { ret: SWAP_AGAIN, stop: false };
  for (const vma of vmasOf(anonVma)) {
    if (address < peek(vma + V.vm_start) || address >= peek(vma + V.vm_end)) continue;
    if ((peek(vma + V.vm_mm) === kernel.rmapItemMm(item)) === search_new_forks) continue;
    if (rwc.invalid_vma !== undefined && (yield* rwc.invalid_vma(vma))) continue;
    const ret = yield* rwc.rmap_one(page, vma, address);
    const stop = ret !== SWAP_AGAIN || (rwc.done !== undefined && (yield* rwc.done(page)));
    if (!stop) continue;
    answer = { ret, stop };
    break;
  }
  yield* anon_vma_unlock_read(anonVma);
  return answer;
}

/** anon_vma_interval_tree_foreach over everything. Inside an atomic section, root locked. */
function vmasOf(anonVma: AnonVma): Vma[] {
  const { vma, rb_next } = anon_vma_chain.offset;
  const vmas: Vma[] = [];
  let avc = peek(anonVma + anon_vma.offset.rb_root);
  for (; avc !== 0; avc = peek(avc + rb_next)) vmas.push(peek(avc + vma));
  return vmas;
}
