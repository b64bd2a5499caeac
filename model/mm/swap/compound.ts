/**
 * mm/swap.c: references to transparent huge pages. A reference to a tail page is kept as one of the
 * head, and counted in the tail's _mapcount so that a split can give it back. Abstracted: slab and
 * hugetlbfs pages, the other compound pages, take no part.
 */
import { VM_BUG_ON } from '../../include/linux/bug';
import { compound_head } from '../../include/linux/huge_mm';
import { get_page_unless_zero, put_page_testzero } from '../../include/linux/mm';
import { Page, type Page as PagePtr } from '../../include/linux/mm_types';
import { PageHead, PageTail } from '../../include/linux/page-flags';
import {
  decAndTestNegative,
  incAndTestZero,
  load,
  lock,
  unlock,
  type Op,
  type Steps,
} from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { __put_compound_page, __put_single_page, put_page } from '../swap';

/** include/linux/mm.h compound_lock: a bit spinlock in the head's flags. */
export const compound_lock = (head: PagePtr): Op => lock(head + Page.PG_compound_lock);
export const compound_unlock = (head: PagePtr): Op => unlock(head + Page.PG_compound_lock);

/** Frees what put_page_testzero found unused, as head of a compound page or alone. */
function* freeUnused(cpu: Cpu, page: PagePtr): Steps {
  if (yield PageHead(page)) yield* __put_compound_page(cpu, page);
  else yield* __put_single_page(cpu, page);
}

function* putAndFree(cpu: Cpu, page: PagePtr): Steps {
  if (yield* put_page_testzero(page)) yield* freeUnused(cpu, page);
}

/** The label out_put_single: the page turned out not to be a tail any more. */
function* putSingle(cpu: Cpu, page: PagePtr): Steps {
  if (yield* put_page_testzero(page)) yield* __put_single_page(cpu, page);
}

/** mm/swap.c put_compound_page. */
export function* put_compound_page(cpu: Cpu, page: PagePtr): Steps {
  if (!(yield PageTail(page))) {
    yield* putAndFree(cpu, page);
    return;
  }
  const page_head = yield* compound_head(page);
  if (page === page_head || !(yield get_page_unless_zero(page_head))) {
    yield* putSingle(cpu, page);
    return;
  }
  yield compound_lock(page_head);
  if (!(yield PageTail(page))) {
    yield compound_unlock(page_head);
    yield* putAndFree(cpu, page_head);
    yield* putSingle(cpu, page);
    return;
  }
  yield* putTail(page, page_head);
  yield compound_unlock(page_head);
  yield* putAndFree(cpu, page_head);
}

/** Gives back the reference just taken on the head and the pin counted in the tail. */
function* putTail(page: PagePtr, page_head: PagePtr): Steps {
  const where = 'mm/swap.c put_compound_page';
  const last = yield* put_page_testzero(page_head);
  VM_BUG_ON(last, where, 'put_page_testzero(page_head)');
  const pins = yield load(page + Page._mapcount);
  VM_BUG_ON(pins + 1 <= 0, where, 'page_mapcount(page) <= 0');
  yield decAndTestNegative(page + Page._mapcount);
}

/**
 * mm/swap.c __get_page_tail.
 *
 * @returns false if the page is no tail any more; then nothing was taken.
 */
export function* __get_page_tail(cpu: Cpu, page: PagePtr): Steps<boolean> {
  const page_head = yield* compound_head(page);
  if (page === page_head || !(yield get_page_unless_zero(page_head))) return false;
  yield compound_lock(page_head);
  const tail = (yield PageTail(page)) !== 0;
  // The head's reference is the one that get_page_unless_zero took.
  if (tail) yield incAndTestZero(page + Page._mapcount);
  yield compound_unlock(page_head);
  if (!tail) yield* put_page(cpu, page_head);
  return tail;
}
