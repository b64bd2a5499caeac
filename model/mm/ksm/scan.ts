/** mm/ksm.c: ksmd's walk over the mergeable memory of all processes. */
import { hunk } from '../../features/hunk';
import { FOLL_GET } from '../../include/linux/foll';
import { pageContent } from '../../include/linux/highmem';
import { PageAnon, PageLazyFree } from '../../include/linux/mm';
import {
  mm_struct,
  vm_area_struct,
  type Address,
  type Mm,
  type Page,
  type Vma,
} from '../../include/linux/mm_types';
import { lock_page, unlock_page } from '../../include/linux/pagemap';
import { VM_MERGEABLE } from '../../include/linux/vm_flags';
import {
  add,
  load,
  lock,
  readLock,
  readUnlock,
  step,
  store,
  unlock,
  type Steps,
} from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { bump, kernel, Ksm, peek, poke, RmapItem } from '../../state/kernel';
import { allocationFails } from '../../state/slots';
import { follow_page_mask } from '../memory';
import { find_vma } from '../mmap';
import { lru_add_drain_all, put_page } from '../swap';
import { break_cow } from './break-cow';
import { try_to_merge_two_pages, try_to_merge_with_ksm_page } from './merge';
import { KSM_RUN_MERGE, KSM_RUN_UNMERGE, unlinkMmSlot } from './mm-slot';
import {
  ksm_test_exit,
  page_stable_node,
  page_trans_compound_anon,
  type RmapItemPtr,
} from './page';
import { stable_tree_append, stable_tree_insert, stable_tree_search } from './stable-tree';
import {
  remove_rmap_item_from_tree,
  unstable_tree_search_insert,
  type Twin,
} from './unstable-tree';

const V = vm_area_struct.offset;
const mm_ = mm_struct.offset;
const PARTS = [0, 1] as const;
const CHECKSUM = [RmapItem.oldchecksum0, RmapItem.oldchecksum1] as const;

/**
 * ksmd at work: mm/ksm.c ksm_do_scan for `pages` pages, under ksm_thread_mutex. That ksmd runs means
 * that somebody has written 1 to /sys/kernel/mm/ksm/run; after a 2 there it has nothing to do.
 */
export function* ksmdScan(cpu: Cpu, pages: number): Steps {
  if (!kernel.config.CONFIG_KSM) return;
  yield lock(kernel.ksm + Ksm.thread_mutex);
  const run = yield load(kernel.ksm + Ksm.run);
  if (run !== KSM_RUN_UNMERGE) {
    if (run !== KSM_RUN_MERGE) yield store(kernel.ksm + Ksm.run, KSM_RUN_MERGE);
    yield* ksm_do_scan(cpu, pages);
  }
  yield unlock(kernel.ksm + Ksm.thread_mutex);
}

/** mm/ksm.c ksm_do_scan. */
function* ksm_do_scan(cpu: Cpu, scan_npages: number): Steps {
  for (let left = scan_npages; left > 0; left--) {
    const next = yield* scan_get_next_rmap_item(cpu);
    if (next === undefined) return;
    yield* cmp_and_merge_page(cpu, next.page, next.item);
    yield* put_page(cpu, next.page);
  }
}

/**
 * mm/ksm.c scan_get_next_rmap_item: the next mergeable page, referenced, and its item.
 *
 * @returns undefined at the end of a full scan, or without memory for an item.
 */
function* scan_get_next_rmap_item(cpu: Cpu): Steps<Twin | undefined> {
  if ((yield load(kernel.ksm + Ksm.mm_list)) === 0) return undefined;
  let mm = yield load(kernel.ksm + Ksm.scan_mm);
  if (mm === 0) {
    yield* lru_add_drain_all(cpu);
    yield store(kernel.ksm + Ksm.unstable_tree, 0);
    yield step(kernel.ksm + Ksm.mm_list);
    mm = peek(kernel.ksm + Ksm.mm_list);
    start_mm(mm);
  }
  while (mm !== 0) {
    const found = yield* scanMm(cpu, mm);
    if (found !== 'end of mm') return found;
    mm = yield* next_mm(cpu, mm);
  }
  return undefined;
}

/** The label next_mm. Inside an atomic section under ksm_mmlist_lock. */
function start_mm(mm: Mm): void {
  poke(kernel.ksm + Ksm.scan_mm, mm);
  poke(kernel.ksm + Ksm.scan_address, 0);
  poke(kernel.ksm + Ksm.scan_rmap, 0);
}

/**
 * One mm from the cursor on. mmap_sem stays held for reading at the end of the mm, so that next_mm
 * can clean up under it.
 */
function* scanMm(cpu: Cpu, mm: Mm): Steps<Twin | undefined | 'end of mm'> {
  const scanAddress = kernel.ksm + Ksm.scan_address;
  yield readLock(mm + mm_.mmap_sem);
  let vma: Vma = 0;
  if (!(yield* ksm_test_exit(mm))) vma = yield* find_vma(mm, yield load(scanAddress));
  for (; vma !== 0; vma = yield load(vma + V.vm_next)) {
    if (((yield load(vma + V.vm_flags)) & VM_MERGEABLE) === 0) continue;
    const vm_end = peek(vma + V.vm_end);
    let address = Math.max(peek(scanAddress), peek(vma + V.vm_start));
    if (peek(vma + V.anon_vma) === 0) address = vm_end;
    poke(scanAddress, address);
    for (; address < vm_end; address++) {
      if (yield* ksm_test_exit(mm)) break;
      const page = yield* pageForKsm(cpu, vma, address);
      if (page !== 0) {
        const item = yield* get_next_rmap_item(cpu, mm, address);
        if (item !== 0) yield* advance(address + 1);
        else yield* put_page(cpu, page);
        yield readUnlock(mm + mm_.mmap_sem);
        return item === 0 ? undefined : { item, page };
      }
      yield store(scanAddress, address + 1);
    }
  }
  return 'end of mm';
}

function* advance(address: Address): Steps {
  yield step(kernel.ksm + Ksm.scan_address);
  poke(kernel.ksm + Ksm.scan_address, address);
  poke(kernel.ksm + Ksm.scan_rmap, address);
}

/** What the scan takes up at an address: a referenced anonymous page, or 0. */
function* pageForKsm(cpu: Cpu, vma: Vma, address: Address): Steps<Page> {
  const page = yield* follow_page_mask(cpu, vma, address, FOLL_GET);
  if (page <= 0) return 0;
  const anon = hunk('p6/mm/ksm/scan_get_next_rmap_item')
    ? (yield* PageAnon(page)) && !(yield* PageLazyFree(page))
    : yield* PageAnon(page);
  if (anon || (yield* page_trans_compound_anon(page)) !== 0) return page;
  yield* put_page(cpu, page);
  return 0;
}

/**
 * The end of an mm: items above the cursor go, and so does the mm if no mergeable vma was found (or
 * it is exiting). mmap_sem is held for reading, and dropped.
 *
 * @returns the next mm, 0 after the last: then a full scan is over.
 */
function* next_mm(cpu: Cpu, mm: Mm): Steps<Mm> {
  if (yield* ksm_test_exit(mm)) yield* advance(0);
  yield* remove_trailing_rmap_items(cpu, mm);
  yield step(kernel.ksm + Ksm.mm_list);
  const next = peek(mm + mm_.ksm_next);
  if (peek(kernel.ksm + Ksm.scan_address) === 0) {
    unlinkMmSlot(mm);
    poke(mm + mm_.ksm_slot, 0);
  }
  start_mm(next);
  yield readUnlock(mm + mm_.mmap_sem);
  if (next === 0) yield add(kernel.ksm + Ksm.seqnr, 1);
  return next;
}

/** mm/ksm.c remove_trailing_rmap_items: those that this scan of the mm has not come to. */
export function* remove_trailing_rmap_items(cpu: Cpu, mm: Mm): Steps {
  const from = yield load(kernel.ksm + Ksm.scan_rmap);
  yield* removeRmapItems(cpu, mm, from, kernel.config.pages);
}

function* removeRmapItems(cpu: Cpu, mm: Mm, from: Address, to: Address): Steps {
  for (let address = from; address < to; address++) {
    const item = kernel.rmapItem(mm, address);
    if (!peek(item + RmapItem.used)) continue;
    yield* remove_rmap_item_from_tree(cpu, item);
    yield* free_rmap_item(item, mm);
  }
}

/** mm/ksm.c get_next_rmap_item: the item of the address; those that were passed over go. */
function* get_next_rmap_item(cpu: Cpu, mm: Mm, address: Address): Steps<RmapItemPtr> {
  yield* removeRmapItems(cpu, mm, yield load(kernel.ksm + Ksm.scan_rmap), address);
  const item = kernel.rmapItem(mm, address);
  if (yield load(item + RmapItem.used)) return item;
  if (yield* allocationFails()) return 0;
  yield step(item + RmapItem.used);
  for (const field of Object.values(RmapItem)) poke(item + field, 0);
  poke(item + RmapItem.used, 1);
  bump(mm + mm_.ksm_rmap_items, 1);
  return item;
}

/** mm/ksm.c free_rmap_item. */
function* free_rmap_item(item: RmapItemPtr, mm: Mm): Steps {
  yield step(item + RmapItem.used);
  poke(item + RmapItem.used, 0);
  bump(mm + mm_.ksm_rmap_items, -1);
}

/**
 * mm/ksm.c cmp_and_merge_page. Node-local trees (merge_across_nodes = 0) are left out.
 */
function* cmp_and_merge_page(cpu: Cpu, page: Page, item: RmapItemPtr): Steps {
  const node = yield* page_stable_node(page);
  if (node !== 0 && (yield load(item + RmapItem.head)) === node) return;
  const kpage = yield* stable_tree_search(cpu, page);
  if (kpage === page && peek(item + RmapItem.head) === node) {
    yield* put_page(cpu, kpage);
    return;
  }
  yield* remove_rmap_item_from_tree(cpu, item);
  if (kpage !== 0) {
    yield* mergeIntoStable(cpu, page, item, kpage);
    return;
  }
  if (yield* changedSinceLastScan(page, item)) return;
  const twin = yield* unstable_tree_search_insert(cpu, item, page);
  if (twin !== undefined) yield* mergeTwins(cpu, page, item, twin);
}

function* mergeIntoStable(cpu: Cpu, page: Page, item: RmapItemPtr, kpage: Page): Steps {
  if ((yield* try_to_merge_with_ksm_page(cpu, item, page, kpage)) === 0) {
    yield lock_page(kpage);
    yield* stable_tree_append(item, yield* page_stable_node(kpage));
    yield* unlock_page(kpage);
  }
  yield* put_page(cpu, kpage);
}

/**
 * calc_checksum and its comparison. Abstracted: a page's contents stand for their checksum, so two
 * different pages never have the same one, and the first scan's never equals the 0 of a new item.
 */
function* changedSinceLastScan(page: Page, item: RmapItemPtr): Steps<boolean> {
  const contents: number[] = [];
  for (const part of PARTS) contents.push(yield load(pageContent(page, part)));
  yield step(item + RmapItem.has_checksum);
  const known = peek(item + RmapItem.has_checksum) !== 0;
  const same = PARTS.every((part) => peek(item + CHECKSUM[part]) === contents[part]);
  if (known && same) return false;
  for (const part of PARTS) poke(item + CHECKSUM[part], contents[part]!);
  poke(item + RmapItem.has_checksum, 1);
  return true;
}

/** Two pages of the unstable tree become one of the stable tree; or neither. */
function* mergeTwins(cpu: Cpu, page: Page, item: RmapItemPtr, twin: Twin): Steps {
  const kpage = yield* try_to_merge_two_pages(cpu, item, page, twin);
  yield* put_page(cpu, twin.page);
  if (kpage === 0) return;
  yield lock_page(kpage);
  const node = yield* stable_tree_insert(cpu, kpage);
  if (node !== 0) {
    yield* stable_tree_append(twin.item, node);
    yield* stable_tree_append(item, node);
  }
  yield* unlock_page(kpage);
  if (node === 0) {
    yield* break_cow(cpu, twin.item);
    yield* break_cow(cpu, item);
  }
}
