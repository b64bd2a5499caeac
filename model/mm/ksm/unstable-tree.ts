/**
 * mm/ksm.c: the unstable tree, of pages that did not change between two scans, and rmap_items'
 * membership in either tree. Everything here is ksmd's alone, under ksm_thread_mutex.
 *
 * Abstracted: a list in order of insertion, as the stable tree. Contents that change while a page is
 * in the tree cannot misplace it here.
 */
import { hunk } from '../../features/hunk';
import { BUG_ON } from '../../include/linux/bug';
import { pages_identical } from '../../include/linux/highmem';
import { FOLL_GET } from '../../include/linux/foll';
import { PageAnon, PageLazyFree } from '../../include/linux/mm';
import { mm_struct, type Page } from '../../include/linux/mm_types';
import { load, readLock, readUnlock, step, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { bump, kernel, Ksm, peek, poke, RmapItem } from '../../state/kernel';
import { follow_page_mask } from '../memory';
import { put_page } from '../swap';
import { linkBefore, unlinkFrom } from './list';
import { find_mergeable_vma } from './break-cow';
import { page_trans_compound_anon, type RmapItemPtr } from './page';
import { removeStableItem } from './stable-tree';

const SEQNR_MASK = 0xff;

/** mm/ksm.c get_mergeable_page: what is at the item's address now, referenced; 0 if not for KSM. */
function* get_mergeable_page(cpu: Cpu, item: RmapItemPtr): Steps<Page> {
  const mm = kernel.rmapItemMm(item);
  const address = kernel.rmapItemAddress(item);
  yield readLock(mm + mm_struct.offset.mmap_sem);
  const vma = yield* find_mergeable_vma(mm, address);
  let page = vma === 0 ? 0 : yield* follow_page_mask(cpu, vma, address, FOLL_GET);
  if (page > 0 && !(yield* isMergeable(page))) {
    yield* put_page(cpu, page);
    page = 0;
  }
  yield readUnlock(mm + mm_struct.offset.mmap_sem);
  return Math.max(page, 0);
}

/** get_mergeable_page's test of the page it found. */
function* isMergeable(page: Page): Steps<boolean> {
  const anon = hunk('p6/mm/ksm/get_mergeable_page')
    ? (yield* PageAnon(page)) && !(yield* PageLazyFree(page))
    : yield* PageAnon(page);
  return anon || (yield* page_trans_compound_anon(page)) !== 0;
}

/** An rmap_item of the unstable tree and its page, referenced. */
export interface Twin {
  readonly item: RmapItemPtr;
  readonly page: Page;
}

/**
 * mm/ksm.c unstable_tree_search_insert: a page of equal contents; if there is none, the item is put
 * into the tree. An item without a mergeable page on the way ends the search, and nothing is put in.
 */
export function* unstable_tree_search_insert(
  cpu: Cpu,
  item: RmapItemPtr,
  page: Page,
): Steps<Twin | undefined> {
  let treeItem = yield load(kernel.ksm + Ksm.unstable_tree);
  while (treeItem !== 0) {
    const tree_page = yield* get_mergeable_page(cpu, treeItem);
    if (tree_page === 0) return undefined;
    if (page === tree_page) {
      yield* put_page(cpu, tree_page);
      return undefined;
    }
    if (yield* pages_identical(page, tree_page)) return { item: treeItem, page: tree_page };
    yield* put_page(cpu, tree_page);
    treeItem = yield load(treeItem + RmapItem.next);
  }
  yield step(kernel.ksm + Ksm.unstable_tree);
  linkBefore(kernel.ksm + Ksm.unstable_tree, item, 0, RmapItem.next);
  poke(item + RmapItem.head, 0);
  poke(item + RmapItem.unstable, 1);
  poke(item + RmapItem.seqnr, peek(kernel.ksm + Ksm.seqnr) & SEQNR_MASK);
  bump(kernel.ksm + Ksm.pages_unshared, 1);
  return undefined;
}

/**
 * mm/ksm.c remove_rmap_item_from_tree. An item that an earlier scan put into the unstable tree is in
 * it no longer: the whole tree was dropped since. Differs from Linux: after an unmerging that ran out
 * of memory the tree is dropped within a scan; then 3.14 erases the item from a tree that it is not
 * in, where here nothing happens.
 */
export function* remove_rmap_item_from_tree(cpu: Cpu, item: RmapItemPtr): Steps {
  if (yield load(item + RmapItem.stable)) {
    yield* removeStableItem(cpu, item);
    return;
  }
  if (!peek(item + RmapItem.unstable)) return;
  const age = (peek(kernel.ksm + Ksm.seqnr) - peek(item + RmapItem.seqnr)) & SEQNR_MASK;
  BUG_ON(age > 1, 'mm/ksm.c remove_rmap_item_from_tree', 'age > 1');
  if (age === 0) unlinkFrom(kernel.ksm + Ksm.unstable_tree, item, RmapItem.next);
  bump(kernel.ksm + Ksm.pages_unshared, -1);
  poke(item + RmapItem.unstable, 0);
}
