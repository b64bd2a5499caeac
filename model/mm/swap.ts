/**
 * mm/swap.c: the per-CPU pagevecs in front of the LRU lists, and the end of a page's last reference.
 *
 * Every slot of a pagevec holds a reference. A pagevec belongs to its CPU alone (preemption is off
 * while it is used), so adding to it is one event together with taking that reference, and emptying
 * it takes all pages out at once, where Linux resets it last; until then `draining` says so.
 */
import { VM_BUG_ON } from '../include/linux/bug';
import { PageCompound } from '../include/linux/huge_mm';
import {
  add_page_to_lru_list,
  del_page_from_lru_list,
  lru_lock,
  LRU_UNEVICTABLE,
  page_off_lru,
  underLruLock,
} from '../include/linux/mm_inline';
import { get_page_unless_zero, put_page_testzero } from '../include/linux/mm';
import { Page, type Page as PagePtr } from '../include/linux/mm_types';
import {
  ClearPageActive,
  ClearPageReferenced,
  PageActive,
  PageDirty,
  PageLocked,
  PageLRU,
  PageReferenced,
  PageUnevictable,
  SetPageReferenced,
} from '../include/linux/page-flags';
import { awaitFree, choose, lock, step, unlock, type Steps } from '../machine/op';
import type { Ptr } from '../machine/struct';
import type { Cpu } from '../state/cpu';
import {
  bumpCount,
  kernel,
  PAGEVECS,
  peek,
  poke,
  release,
  take,
  type PagevecName,
} from '../state/kernel';
import { free_compound_page, free_hot_cold_page, free_hot_cold_page_list } from './page_alloc';
import { put_compound_page } from './swap/compound';
import { MOVE_FN } from './swap/move-fn';

// The end of a page.

function unlinkReleased(page: PagePtr, where: string): void {
  VM_BUG_ON(peek(page + Page.PG_lru) === 0, where, '!PageLRU(page)');
  poke(page + Page.PG_lru, 0);
  del_page_from_lru_list(page, page_off_lru(page));
}

/** mm/swap.c __page_cache_release: off the LRU. */
function* __page_cache_release(page: PagePtr): Steps {
  if (!(yield PageLRU(page))) return;
  yield* underLruLock(() => unlinkReleased(page, 'mm/swap.c __page_cache_release'));
}

/** mm/swap.c __put_single_page. */
export function* __put_single_page(cpu: Cpu, page: PagePtr): Steps {
  yield* __page_cache_release(page);
  yield* free_hot_cold_page(cpu, page);
}

/** mm/swap.c __put_compound_page: its destructor is free_compound_page. */
export function* __put_compound_page(cpu: Cpu, page: PagePtr): Steps {
  yield* __page_cache_release(page);
  yield* free_compound_page(cpu, page);
}

/** mm/swap.c put_page. A tagged pointer ends at the first look at its flags. */
export function* put_page(cpu: Cpu, page: PagePtr): Steps {
  if (yield* PageCompound(page)) yield* put_compound_page(cpu, page);
  else if (yield* put_page_testzero(page)) yield* __put_single_page(cpu, page);
}

/**
 * mm/swap.c release_pages: put_page for many. zone->lru_lock, once taken, is kept until a compound
 * page or the end.
 */
export function* release_pages(cpu: Cpu, pages: readonly PagePtr[]): Steps {
  const where = 'mm/swap.c release_pages';
  const pages_to_free: PagePtr[] = [];
  let locked = false;
  for (const [i, page] of pages.entries()) {
    if (yield* PageCompound(page)) {
      if (locked) yield unlock(lru_lock());
      locked = false;
      yield* put_compound_page(cpu, page);
      continue;
    }
    if (!(yield* put_page_testzero(page))) continue;
    if (yield PageLRU(page)) {
      if (!locked && i === pages.length - 1) {
        yield* underLruLock(() => unlinkReleased(page, where));
      } else {
        yield locked ? step(page) : lock(lru_lock());
        locked = true;
        unlinkReleased(page, where);
      }
    }
    yield ClearPageActive(page);
    pages_to_free.push(page);
  }
  if (locked) yield unlock(lru_lock());
  yield* free_hot_cold_page_list(cpu, pages_to_free);
}

/** mm/swap.c __pagevec_release: what a task has gathered on its stack; drains its CPU's pagevecs first. */
export function* __pagevec_release(cpu: Cpu, pages: readonly PagePtr[]): Steps {
  yield* lru_add_drain(cpu);
  yield* release_pages(cpu, pages);
}

// Pagevecs.

const countOf = (cpu: Cpu, pvec: PagevecName): Ptr => kernel.pagevec(cpu.id, pvec);
/** The word of its i-th page. */
const slotOf = (cpu: Cpu, pvec: PagevecName, i: number): Ptr => countOf(cpu, pvec) + 4 + i * 4;

/** include/linux/pagevec.h pagevec_add: returns the free slots left. Runs inside a section. */
function pagevec_add(cpu: Cpu, pvec: PagevecName, page: PagePtr): number {
  const nr = peek(countOf(cpu, pvec));
  poke(slotOf(cpu, pvec, nr), page);
  poke(countOf(cpu, pvec), nr + 1);
  return kernel.config.pagevecSize - nr - 1;
}

/** Empties a pagevec. Runs inside a section. */
function pagevecTake(cpu: Cpu, pvec: PagevecName): PagePtr[] {
  const nr = peek(countOf(cpu, pvec));
  if (nr === 0) return [];
  poke(countOf(cpu, pvec), 0);
  return Array.from({ length: nr }, (_, i) => peek(slotOf(cpu, pvec, i)));
}

/** mm/swap.c pagevec_lru_move_fn on the pages of a pagevec, which are no longer in it. */
function* pagevec_lru_move_fn(cpu: Cpu, pvec: PagevecName, pages: readonly PagePtr[]): Steps {
  if (pages.length === 0) return;
  const move_fn = MOVE_FN[pvec];
  if (pages.length === 1) {
    yield* underLruLock(() => move_fn(pages[0]!));
  } else {
    for (const [i, page] of pages.entries()) {
      yield i === 0 ? lock(lru_lock()) : step(page);
      move_fn(page);
    }
    yield unlock(lru_lock());
  }
  yield* release_pages(cpu, pages);
}

/** mm/swap.c __pagevec_lru_add: for a pagevec on its user's stack; its references go with it. */
export const __pagevec_lru_add = (cpu: Cpu, pages: readonly PagePtr[]): Steps =>
  pagevec_lru_move_fn(cpu, 'lru_add_pvec', pages);

/** Held from when pages are taken out of a CPU's pagevec until they are moved and let go of. */
const draining = (cpu: Cpu): Ptr => kernel.percpu(cpu.id, 'draining');

/** Moves the pages that have just been taken out of a pagevec. Begins inside that section. */
function* drain(cpu: Cpu, pvec: PagevecName, pages: readonly PagePtr[]): Steps {
  const outer = peek(draining(cpu)) === 0;
  if (outer) take(draining(cpu));
  yield* pagevec_lru_move_fn(cpu, pvec, pages);
  if (outer) release(draining(cpu));
}

/** Takes a reference, adds the page and, when that filled the pagevec, moves all of it. */
function* addThenDrainIfFull(cpu: Cpu, pvec: PagevecName, page: PagePtr): Steps {
  yield step(page + Page._count);
  bumpCount(page + Page._count, 1);
  const full = pagevec_add(cpu, pvec, page) === 0;
  if (full) yield* drain(cpu, pvec, pagevecTake(cpu, pvec));
}

/**
 * mm/swap.c __lru_cache_add: drains first, when there is no space, so that a full pagevec waits.
 */
function* __lru_cache_add(cpu: Cpu, page: PagePtr): Steps {
  yield step(page + Page._count);
  bumpCount(page + Page._count, 1);
  if (peek(countOf(cpu, 'lru_add_pvec')) === kernel.config.pagevecSize) {
    yield* drain(cpu, 'lru_add_pvec', pagevecTake(cpu, 'lru_add_pvec'));
    yield step(countOf(cpu, 'lru_add_pvec'));
  }
  pagevec_add(cpu, 'lru_add_pvec', page);
}

/** mm/swap.c lru_cache_add: to the list that the page's flags call for when the pagevec is drained. */
export function* lru_cache_add(cpu: Cpu, page: PagePtr): Steps {
  if (kernel.config.CONFIG_DEBUG_VM) {
    const where = 'mm/swap.c lru_cache_add';
    yield step(page + Page.PG_lru);
    const both = peek(page + Page.PG_active) !== 0 && peek(page + Page.PG_unevictable) !== 0;
    VM_BUG_ON(both, where, 'PageActive(page) && PageUnevictable(page)');
    VM_BUG_ON(peek(page + Page.PG_lru) !== 0, where, 'PageLRU(page)');
  }
  yield* __lru_cache_add(cpu, page);
}

/** include/linux/swap.h lru_cache_add_anon: to the inactive list. */
export function* lru_cache_add_anon(cpu: Cpu, page: PagePtr): Steps {
  yield ClearPageActive(page);
  yield* __lru_cache_add(cpu, page);
}

/** include/linux/swap.h lru_cache_add_file: to the inactive list. */
export const lru_cache_add_file = (cpu: Cpu, page: PagePtr): Steps => lru_cache_add_anon(cpu, page);

/** The first pagevec from `from` on that has pages, emptied; a CPU's own words only. */
function takeNext(cpu: Cpu, from: number): { at: number; pages: PagePtr[] } {
  for (let at = from; at < PAGEVECS.length; at++) {
    const pages = pagevecTake(cpu, PAGEVECS[at]!);
    if (pages.length > 0) return { at, pages };
  }
  return { at: PAGEVECS.length, pages: [] };
}

/** mm/swap.c lru_add_drain_cpu: lru_add, rotate, deactivate, activate. */
function* lru_add_drain_cpu(cpu: Cpu): Steps {
  for (let from = 0; from < PAGEVECS.length;) from = yield* drainNext(cpu, from);
}

/** Drains the first pagevec from `from` on that has pages. @returns where to go on */
function* drainNext(cpu: Cpu, from: number): Steps<number> {
  yield step(countOf(cpu, PAGEVECS[from]!));
  const { at, pages } = takeNext(cpu, from);
  if (pages.length > 0) yield* drain(cpu, PAGEVECS[at]!, pages);
  return at + 1;
}

/** mm/swap.c lru_add_drain: this CPU's pagevecs. */
export const lru_add_drain = (cpu: Cpu): Steps => lru_add_drain_cpu(cpu);

/**
 * mm/swap.c lru_add_drain_all: every CPU drains its own pagevecs, all at the same time, and the caller
 * waits. Abstracted: the works are done by the caller in those CPUs' names, one pagevec after the other, of
 * whichever CPU. A CPU that is draining has work until the end, and does it when it can be preempted again.
 */
export function* lru_add_drain_all(cpu: Cpu): Steps {
  const works: { readonly on: Cpu; from: number }[] = [];
  for (let id = 0; id < kernel.config.cpus; id++) {
    const on = { ...cpu, id };
    yield step(countOf(on, 'lru_add_pvec'));
    const busy = peek(draining(on)) !== 0;
    if (busy || hasPages(on, 0)) works.push({ on, from: 0 });
  }
  while (works.length > 0) {
    const at = works.length === 1 ? 0 : yield choose(works.length);
    const work = works[at]!;
    if (work.from === 0 && work.on.id !== cpu.id) yield awaitFree(draining(work.on));
    work.from = yield* drainNext(work.on, work.from);
    const isDone = work.from >= PAGEVECS.length;
    // Whether others go before what is nothing to do is no question.
    if (isDone || (works.length > 1 && !hasPages(work.on, work.from))) works.splice(at, 1);
  }
}

/** Whether a CPU has pages in a pagevec from `from` on. */
const hasPages = (cpu: Cpu, from: number): boolean =>
  PAGEVECS.slice(from).some((pvec) => peek(countOf(cpu, pvec)) !== 0);

// Moving pages between the lists.

/** The three looks that activation and rotation have in common, each a look of its own. */
function* inactiveOnLru(page: PagePtr): Steps<boolean> {
  return !!(yield PageLRU(page)) && !(yield PageActive(page)) && !(yield PageUnevictable(page));
}

/** mm/swap.c activate_page (SMP): drained when full. */
export function* activate_page(cpu: Cpu, page: PagePtr): Steps {
  if (!(yield* inactiveOnLru(page))) return;
  yield* addThenDrainIfFull(cpu, 'activate_page_pvecs', page);
}

/** mm/swap.c __lru_cache_activate_page: only if the page waits in *this* CPU's lru_add_pvec. */
function* __lru_cache_activate_page(cpu: Cpu, page: PagePtr): Steps {
  yield step(countOf(cpu, 'lru_add_pvec'));
  for (let i = peek(countOf(cpu, 'lru_add_pvec')) - 1; i >= 0; i--) {
    if (peek(slotOf(cpu, 'lru_add_pvec', i)) !== page) continue;
    poke(page + Page.PG_active, 1);
    return;
  }
}

/** mm/swap.c mark_page_accessed: the first time referenced, the second time activated. */
export function* mark_page_accessed(cpu: Cpu, page: PagePtr): Steps {
  const inactive = !(yield PageActive(page)) && !(yield PageUnevictable(page));
  if (inactive && (yield PageReferenced(page))) {
    if (yield PageLRU(page)) yield* activate_page(cpu, page);
    else yield* __lru_cache_activate_page(cpu, page);
    yield ClearPageReferenced(page);
  } else if (!(yield PageReferenced(page))) {
    yield SetPageReferenced(page);
  }
}

/** mm/swap.c deactivate_page. */
export function* deactivate_page(cpu: Cpu, page: PagePtr): Steps {
  if (yield PageUnevictable(page)) return;
  if (!(yield get_page_unless_zero(page))) return;
  yield step(countOf(cpu, 'lru_deactivate_pvecs'));
  const full = pagevec_add(cpu, 'lru_deactivate_pvecs', page) === 0;
  if (full) yield* drain(cpu, 'lru_deactivate_pvecs', pagevecTake(cpu, 'lru_deactivate_pvecs'));
}

/** mm/swap.c rotate_reclaimable_page: at the end of write-back, with interrupts off. */
export function* rotate_reclaimable_page(cpu: Cpu, page: PagePtr): Steps {
  if (yield PageLocked(page)) return;
  if (yield PageDirty(page)) return;
  if (yield PageActive(page)) return;
  if (yield PageUnevictable(page)) return;
  if (!(yield PageLRU(page))) return;
  yield* addThenDrainIfFull(cpu, 'lru_rotate_pvecs', page);
}

/** mm/swap.c add_page_to_unevictable_list: past the pagevecs. */
export function* add_page_to_unevictable_list(_cpu: Cpu, page: PagePtr): Steps {
  yield* underLruLock(() => {
    poke(page + Page.PG_active, 0);
    poke(page + Page.PG_unevictable, 1);
    poke(page + Page.PG_lru, 1);
    add_page_to_lru_list(page, LRU_UNEVICTABLE);
  });
}
