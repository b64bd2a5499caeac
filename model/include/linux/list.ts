/**
 * include/linux/list.h and lib/list_debug.c, for the LRU lists: doubly linked through page.lru_next
 * and page.lru_prev, head and last page in the zone. Every function here runs under zone->lru_lock,
 * inside an atomic section.
 *
 * The links are written in the kernel's order with the kernel's values, so a list that a wrong
 * kernel corrupts is corrupted in the same way. What differs: a link to the list's head is 0, and
 * the head meant is that of the list which the page was last put on (page.lru_on).
 */
import { KernelFault } from '../../machine/fault';
import type { Ptr } from '../../machine/struct';
import { kernel, peek, poke } from '../../state/kernel';
import { WARN_ON } from './bug';
import { LRU_LISTS, Page, zone, type Page as PagePtr } from './mm_types';

/** enum lru_list: an index into {@link LRU_LISTS}. */
export type LruList = number;

/** What list_del leaves in `next` and `prev`; no object has such an address. */
export const LIST_POISON1 = -0x100100;
export const LIST_POISON2 = -0x200200;

const HEAD = 0;
const FIRST = LRU_LISTS.map((name) => zone.offset[`${name}_first`]);
const LAST = LRU_LISTS.map((name) => zone.offset[`${name}_last`]);

function nextOf(lru: LruList, node: PagePtr): Ptr {
  if (node === HEAD) return kernel.zone + FIRST[lru]!;
  return checked(node) + Page.lru_next;
}

function prevOf(lru: LruList, node: PagePtr): Ptr {
  if (node === HEAD) return kernel.zone + LAST[lru]!;
  return checked(node) + Page.lru_prev;
}

function checked(node: PagePtr): PagePtr {
  if (node === LIST_POISON1 || node === LIST_POISON2) {
    throw new KernelFault({
      kind: 'oops',
      where: 'include/linux/list.h __list_del',
      what: `paging request at LIST_POISON${node === LIST_POISON1 ? 1 : 2}`,
    });
  }
  return node;
}

function __list_add(lru: LruList, entry: PagePtr, prev: PagePtr, next: PagePtr): void {
  if (kernel.config.CONFIG_DEBUG_LIST) {
    const where = 'lib/list_debug.c __list_add';
    const nextPrev = peek(prevOf(lru, next));
    const prevNext = peek(nextOf(lru, prev));
    WARN_ON(nextPrev !== prev, where, 'list_add corruption. next->prev should be prev');
    WARN_ON(prevNext !== next, where, 'list_add corruption. prev->next should be next');
    WARN_ON(entry === prev || entry === next, where, 'list_add double add');
  }
  poke(prevOf(lru, next), entry);
  poke(entry + Page.lru_next, next);
  poke(entry + Page.lru_prev, prev);
  poke(nextOf(lru, prev), entry);
  poke(entry + Page.lru_on, lru + 1);
}

/** Whether lib/list_debug.c finds the entry unfit to be unlinked; then it stays as it is. */
function corrupt(lru: LruList, entry: PagePtr, prev: PagePtr, next: PagePtr): boolean {
  if (!kernel.config.CONFIG_DEBUG_LIST) return false;
  const complain = (what: string): true => {
    WARN_ON(true, 'lib/list_debug.c __list_del_entry', `list_del corruption, ${what}`);
    return true;
  };
  if (next === LIST_POISON1) return complain('next is LIST_POISON1');
  if (prev === LIST_POISON2) return complain('prev is LIST_POISON2');
  if (peek(nextOf(lru, prev)) !== entry) return complain('prev->next should be the entry');
  if (peek(prevOf(lru, next)) !== entry) return complain('next->prev should be the entry');
  return false;
}

function __list_del_entry(entry: PagePtr): void {
  const next = peek(entry + Page.lru_next);
  const prev = peek(entry + Page.lru_prev);
  const on = peek(entry + Page.lru_on);
  // Off the LRU and not poisoned: on a list of its isolator, which the model keeps out of the page.
  if (on === 0 && next !== LIST_POISON1) return;
  const lru = on - 1;
  if (corrupt(lru, entry, prev, next)) return;
  poke(prevOf(lru, next), prev);
  poke(nextOf(lru, prev), next);
}

/** include/linux/list.h list_add: at the head, far from reclaim. */
export function list_add(page: PagePtr, lru: LruList): void {
  __list_add(lru, page, HEAD, peek(nextOf(lru, HEAD)));
}

/** include/linux/list.h list_add_tail: at the tail, where reclaim takes pages. */
export function list_add_tail(page: PagePtr, lru: LruList): void {
  __list_add(lru, page, peek(prevOf(lru, HEAD)), HEAD);
}

/** include/linux/list.h list_add_tail with a page for head: right before `before`, on its list. */
export function listAddBefore(page: PagePtr, before: PagePtr): void {
  const lru = peek(before + Page.lru_on) - 1;
  __list_add(lru, page, peek(before + Page.lru_prev), before);
}

/** include/linux/list.h list_del. */
export function list_del(page: PagePtr): void {
  __list_del_entry(page);
  poke(page + Page.lru_next, LIST_POISON1);
  poke(page + Page.lru_prev, LIST_POISON2);
  poke(page + Page.lru_on, 0);
}

/** include/linux/list.h list_move. */
export function list_move(page: PagePtr, lru: LruList): void {
  __list_del_entry(page);
  list_add(page, lru);
}

/** include/linux/list.h list_move_tail. */
export function list_move_tail(page: PagePtr, lru: LruList): void {
  __list_del_entry(page);
  list_add_tail(page, lru);
}

/** include/linux/list.h list_move to a list on the isolator's stack, which is a plain array here. */
export function listMovePrivate(page: PagePtr): void {
  __list_del_entry(page);
  poke(page + Page.lru_next, 0);
  poke(page + Page.lru_prev, 0);
  poke(page + Page.lru_on, 0);
}

/** mm/vmscan.c lru_to_page: the page at the tail, 0 if the list is empty. */
export const lru_to_page = (lru: LruList): PagePtr => peek(prevOf(lru, HEAD));
