/**
 * mm/ksm.c: the stable tree, of pages that are KSM's and cannot change. A node holds no reference to
 * its page; whether the page is still its own is seen by the page's mapping.
 *
 * Abstracted: the tree is a list in order of insertion, and a walk goes down the list up to a page of
 * equal contents, where Linux goes down one path of a tree sorted by contents. Both meet stale nodes
 * on the way. ksm_thread_mutex is held by all that change it.
 */
import { VM_BUG_ON } from '../../include/linux/bug';
import { pages_identical } from '../../include/linux/highmem';
import { get_page, get_page_unless_zero } from '../../include/linux/mm';
import { Page, type Page as PagePtr } from '../../include/linux/mm_types';
import { PageLocked, PageSwapCache } from '../../include/linux/page-flags';
import { lock_page, unlock_page } from '../../include/linux/pagemap';
import { load, step, store, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import {
  bump,
  kernel,
  Ksm,
  peek,
  poke,
  RmapItem,
  stable_node,
  StableNode,
} from '../../state/kernel';
import { allocationFails, freeSlot } from '../../state/slots';
import { put_anon_vma } from '../rmap';
import { put_page } from '../swap';
import { linkBefore, unlinkFrom } from './list';
import {
  ksmMapping,
  page_stable_node,
  set_page_stable_node,
  type RmapItemPtr,
  type StableNodePtr,
} from './page';

/** mm/ksm.c remove_node_from_stable_tree: the page is gone; its rmap_items are in no tree now. */
export function* remove_node_from_stable_tree(node: StableNodePtr): Steps {
  let item = yield load(node + StableNode.hlist);
  while (item !== 0) {
    yield step(item + RmapItem.hlist_next);
    const next = peek(item + RmapItem.hlist_next);
    bump(kernel.ksm + (next !== 0 ? Ksm.pages_sharing : Ksm.pages_shared), -1);
    poke(item + RmapItem.stable, 0);
    yield* put_anon_vma(peek(item + RmapItem.anon_vma));
    item = next;
  }
  yield step(kernel.ksm + Ksm.stable_tree);
  unlinkFrom(kernel.ksm + Ksm.stable_tree, node, StableNode.next);
  poke(node + StableNode.used, 0);
}

/**
 * mm/ksm.c get_ksm_page: the node's page with a reference and, if `lock_it`, its lock. A node whose
 * page is gone is removed; it may also have been migrated, then the node points elsewhere.
 *
 * @returns 0 if the node was stale.
 */
export function* get_ksm_page(cpu: Cpu, node: StableNodePtr, lock_it: boolean): Steps<PagePtr> {
  for (;;) {
    const kpage = yield load(node + StableNode.kpage);
    if (yield* holdKsmPage(cpu, node, kpage, lock_it)) return kpage;
    if ((yield load(node + StableNode.kpage)) === kpage) break;
  }
  yield* remove_node_from_stable_tree(node);
  return 0;
}

/** One attempt of get_ksm_page: false is its label stale. */
function* holdKsmPage(
  cpu: Cpu,
  node: StableNodePtr,
  page: PagePtr,
  lock_it: boolean,
): Steps<boolean> {
  const expected_mapping = ksmMapping(node);
  if ((yield load(page + Page.mapping)) !== expected_mapping) return false;
  while (!(yield get_page_unless_zero(page))) {
    if (!(yield PageSwapCache(page))) return false;
  }
  if ((yield load(page + Page.mapping)) !== expected_mapping) {
    yield* put_page(cpu, page);
    return false;
  }
  if (!lock_it) return true;
  yield lock_page(page);
  if ((yield load(page + Page.mapping)) === expected_mapping) return true;
  yield* unlock_page(page);
  yield* put_page(cpu, page);
  return false;
}

/** What a walk found: the node of a page with the same contents; or a stale node ended it. */
interface Found {
  readonly node: StableNodePtr;
  readonly stale: boolean;
}

/** The walk that search and insertion share. */
function* walkStableTree(cpu: Cpu, page: PagePtr): Steps<Found> {
  let node = yield load(kernel.ksm + Ksm.stable_tree);
  while (node !== 0) {
    const tree_page = yield* get_ksm_page(cpu, node, false);
    if (tree_page === 0) return { node: 0, stale: true };
    const equal = yield* pages_identical(page, tree_page);
    yield* put_page(cpu, tree_page);
    if (equal) return { node, stale: false };
    node = yield load(node + StableNode.next);
  }
  return { node: 0, stale: false };
}

/**
 * mm/ksm.c stable_tree_search: a KSM page with the contents of `page`, referenced; `page` itself if
 * it is a KSM page already (a forked one).
 */
export function* stable_tree_search(cpu: Cpu, page: PagePtr): Steps<PagePtr> {
  if ((yield* page_stable_node(page)) !== 0) {
    yield* get_page(cpu, page);
    return page;
  }
  const { node } = yield* walkStableTree(cpu, page);
  if (node === 0) return 0;
  const tree_page = yield* get_ksm_page(cpu, node, true);
  if (tree_page !== 0) yield* unlock_page(tree_page);
  return tree_page;
}

/**
 * mm/ksm.c stable_tree_insert: a node for the locked page. @returns 0 if there is no memory, or a
 * page of equal contents has come to be in the tree.
 */
export function* stable_tree_insert(cpu: Cpu, kpage: PagePtr): Steps<StableNodePtr> {
  const found = yield* walkStableTree(cpu, kpage);
  if (found.stale || found.node !== 0) return 0;
  const node = yield* alloc_stable_node();
  if (node === 0) return 0;
  yield store(node + StableNode.kpage, kpage);
  yield set_page_stable_node(kpage, node);
  yield step(kernel.ksm + Ksm.stable_tree);
  linkBefore(kernel.ksm + Ksm.stable_tree, node, 0, StableNode.next);
  return node;
}

/** mm/ksm.c alloc_stable_node: an empty node in no tree, 0 without memory. */
function* alloc_stable_node(): Steps<StableNodePtr> {
  if (yield* allocationFails()) return 0;
  yield step(kernel.ksm + Ksm.stable_tree);
  const node = freeSlot({
    what: 'stable nodes',
    option: 'frames',
    base: kernel.stableNodes,
    layout: stable_node,
    count: kernel.config.frames,
    inUse: StableNode.used,
  });
  poke(node + StableNode.used, 1);
  poke(node + StableNode.hlist, 0);
  poke(node + StableNode.next, 0);
  return node;
}

/** mm/ksm.c stable_tree_append: one more place that maps the node's page, which is locked. */
export function* stable_tree_append(item: RmapItemPtr, node: StableNodePtr): Steps {
  yield step(node + StableNode.hlist);
  const first = peek(node + StableNode.hlist);
  poke(item + RmapItem.head, node);
  poke(item + RmapItem.stable, 1);
  poke(item + RmapItem.hlist_next, first);
  poke(node + StableNode.hlist, item);
  bump(kernel.ksm + (first !== 0 ? Ksm.pages_sharing : Ksm.pages_shared), 1);
}

/** The half of remove_rmap_item_from_tree for an item of the stable tree. */
export function* removeStableItem(cpu: Cpu, item: RmapItemPtr): Steps {
  const node = yield load(item + RmapItem.head);
  const page = yield* get_ksm_page(cpu, node, true);
  if (page === 0) return;
  yield step(node + StableNode.hlist);
  unlinkFrom(node + StableNode.hlist, item, RmapItem.hlist_next);
  const left = peek(node + StableNode.hlist);
  bump(kernel.ksm + (left !== 0 ? Ksm.pages_sharing : Ksm.pages_shared), -1);
  poke(item + RmapItem.stable, 0);
  yield* unlock_page(page);
  yield* put_page(cpu, page);
  yield* put_anon_vma(yield load(item + RmapItem.anon_vma));
}

/**
 * mm/ksm.c ksm_migrate_page: the node follows its page. `newpage` has the mapping already; both are
 * locked.
 */
export function* ksm_migrate_page(newpage: PagePtr, oldpage: PagePtr): Steps {
  const where = 'mm/ksm.c ksm_migrate_page';
  VM_BUG_ON(!(yield PageLocked(oldpage)), where, '!PageLocked(oldpage)');
  VM_BUG_ON(!(yield PageLocked(newpage)), where, '!PageLocked(newpage)');
  const mapping = yield load(newpage + Page.mapping);
  const oldMapping = yield load(oldpage + Page.mapping);
  VM_BUG_ON(mapping !== oldMapping, where, 'newpage->mapping != oldpage->mapping');
  const node = yield* page_stable_node(newpage);
  if (node === 0) return;
  const kpage = yield load(node + StableNode.kpage);
  VM_BUG_ON(kpage !== oldpage, where, 'stable_node->kpfn != page_to_pfn(oldpage)');
  yield store(node + StableNode.kpage, newpage);
  yield set_page_stable_node(oldpage, 0);
}
