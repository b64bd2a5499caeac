/** mm/ksm.c: a page's stable node, and what it takes to be a page for KSM. */
import { KernelFault } from '../../machine/fault';
import { load, store, type Op, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import { compound_head, PageTransCompound } from '../../include/linux/huge_mm';
import { PageKsm } from '../../include/linux/ksm';
import {
  page_rmapping,
  PAGE_MAPPING_ANON,
  PAGE_MAPPING_KSM,
  PageAnon,
} from '../../include/linux/mm';
import { mm_struct, Page, type Mm, type Page as PagePtr } from '../../include/linux/mm_types';
import { kernel, stable_node } from '../../state/kernel';

/** `struct stable_node *` */
export type StableNodePtr = Ptr;
/** `struct rmap_item *` */
export type RmapItemPtr = Ptr;

/** The word that page->mapping has while the page belongs to `node` (0: to none yet). */
export const ksmMapping = (node: StableNodePtr): number =>
  node + (PAGE_MAPPING_ANON | PAGE_MAPPING_KSM);

/** include/linux/ksm.h page_stable_node: 0 unless the page is a KSM page with a node. */
export function* page_stable_node(page: PagePtr): Steps<StableNodePtr> {
  return (yield* PageKsm(page)) ? yield* page_rmapping(page) : 0;
}

/** include/linux/ksm.h set_page_stable_node: a plain store, whatever tag was there. */
export const set_page_stable_node = (page: PagePtr, node: StableNodePtr): Op =>
  store(page + Page.mapping, ksmMapping(node));

/** Stands where the kernel dereferences a stable node that it computed from page->mapping. */
export function stableNodeObject(pointer: Ptr, where: string): StableNodePtr {
  const offset = pointer - kernel.stableNodes;
  const inside = offset >= 0 && offset < kernel.config.frames * stable_node.size;
  if (inside && offset % stable_node.size === 0) return pointer;
  throw new KernelFault({ kind: 'oops', where, what: 'no stable_node at this address' });
}

/** mm/ksm.c ksm_test_exit: the mm has no users left. */
export function* ksm_test_exit(mm: Mm): Steps<boolean> {
  return (yield load(mm + mm_struct.offset.mm_users)) === 0;
}

/** mm/ksm.c page_trans_compound_anon: the head of an anonymous huge page, or 0. */
export function* page_trans_compound_anon(page: PagePtr): Steps<PagePtr> {
  if (!(yield* PageTransCompound(page))) return 0;
  const head = yield* compound_head(page);
  return (yield* PageAnon(head)) ? head : 0;
}
