/**
 * mm/page_alloc.c: handing out page frames and taking them back, with the checks that both ends
 * make.
 *
 * Abstracted: the buddy system. A CPU's free frames are one list, last freed first; an empty list
 * is refilled by taking a frame from another CPU's. So a freed frame is used again as early as the
 * kernel ever does, and pages freed "cold" go the same way as hot ones. NR_FREE_PAGES counts the
 * frames of the per-CPU lists too, so that it is no line of /proc/vmstat (vmstat.ts). An allocation
 * does not reclaim: when reclaim runs is the scenario's to say, and a failed allocation is one for
 * which reclaim found nothing.
 */
import { hunk } from '../features/hunk';
import { PageAnon, PageLazyFree } from '../include/linux/mm';
import { Page, type Page as PagePtr } from '../include/linux/mm_types';
import type { PageFlag } from '../include/linux/page-flags-layout';
import { choose, step, store, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel, peek, poke } from '../state/kernel';
import { __dec_zone_page_state, bumpVmEvent, bumpZonePageState } from './vmstat';

/** include/linux/page-flags.h PAGE_FLAGS_CHECK_AT_FREE. */
const CHECK_AT_FREE: readonly PageFlag[] = [
  'PG_lru',
  'PG_locked',
  'PG_private',
  'PG_writeback',
  'PG_reserved',
  'PG_slab',
  'PG_swapcache',
  'PG_active',
  'PG_unevictable',
  'PG_mlocked',
  'PG_hwpoison',
  'PG_compound_lock',
];

/** The flags that freeing wipes without a word: with the above, PAGE_FLAGS_CHECK_AT_PREP. */
const WIPED_AT_FREE: readonly PageFlag[] = [
  'PG_error',
  'PG_referenced',
  'PG_uptodate',
  'PG_dirty',
  'PG_head',
  'PG_tail',
  'PG_mappedtodisk',
  'PG_reclaim',
  'PG_swapbacked',
];

/** PAGE_FLAGS_CHECK_AT_PREP. */
const CHECK_AT_PREP: readonly PageFlag[] = [...CHECK_AT_FREE, ...WIPED_AT_FREE];

/** Why a page is bad: the last reason in the kernel's order counts. Runs inside a section. */
function badReason(page: PagePtr, flags: readonly PageFlag[], ofFlags: string): string | undefined {
  let reason: string | undefined;
  if (peek(page + Page._mapcount) !== -1) reason = 'nonzero mapcount';
  if (peek(page + Page.mapping) !== 0) reason = 'non-NULL mapping';
  if (peek(page + Page._count) !== 0) reason = 'nonzero _count';
  let set = '';
  for (const flag of flags) if (peek(page + Page[flag]) !== 0) set += ` ${flag.slice(3)}`;
  return set === '' ? reason : `${ofFlags}:${set}`;
}

/** mm/page_alloc.c bad_page: a poisoned page goes without a word; either way it is lost. */
function bad_page(page: PagePtr, where: string, what: string): void {
  if (peek(page + Page.PG_hwpoison) === 0) {
    kernel.machine.report({ kind: 'bad page', where: `mm/page_alloc.c ${where}`, what });
  }
  poke(page + Page._mapcount, -1);
}

/** mm/page_alloc.c free_pages_check: true if the page is bad. Runs inside a section. */
function free_pages_check(page: PagePtr): boolean {
  const reason = badReason(page, CHECK_AT_FREE, 'PAGE_FLAGS_CHECK_AT_FREE flag(s) set');
  if (reason !== undefined) {
    bad_page(page, 'free_pages_check', reason);
    return true;
  }
  for (const flag of WIPED_AT_FREE) if (peek(page + Page[flag]) !== 0) poke(page + Page[flag], 0);
  return false;
}

/** mm/page_alloc.c check_new_page: true if the page is bad. Runs inside a section. */
function check_new_page(page: PagePtr): boolean {
  const reason = badReason(page, CHECK_AT_PREP, 'PAGE_FLAGS_CHECK_AT_PREP flag set');
  if (reason === undefined) return false;
  bad_page(page, 'check_new_page', reason);
  return true;
}

/**
 * mm/page_alloc.c free_pages_prepare up to the checks: an anonymous page loses its mapping. All of
 * it runs with interrupts on, the counter included.
 */
function* free_pages_prepare(cpu: Cpu, page: PagePtr): Steps {
  if (!(yield* PageAnon(page))) return;
  if (hunk('p4/mm/page_alloc/free_pages_prepare') && (yield* PageLazyFree(page))) {
    yield* __dec_zone_page_state(cpu, page, 'NR_LAZYFREE_PAGES');
  }
  yield store(page + Page.mapping, 0);
}

const pcpFirst = (cpu: number): number => kernel.percpu(cpu, 'pcp_first');

/** Puts a frame on a CPU's free list. Runs inside a section. */
function pushFree(cpu: Cpu, page: PagePtr): void {
  const first = pcpFirst(cpu.id);
  poke(page + Page.lru_next, peek(first));
  poke(page + Page.free, 1);
  poke(first, page);
  bumpZonePageState('NR_FREE_PAGES', 1);
}

/**
 * mm/page_alloc.c free_hot_cold_page: frees one page to this CPU's list. A page that fails the
 * checks is reported and lost.
 */
export function* free_hot_cold_page(cpu: Cpu, page: PagePtr): Steps {
  yield* free_pages_prepare(cpu, page);
  yield step(page + Page._count);
  if (free_pages_check(page)) return;
  bumpVmEvent('PGFREE');
  pushFree(cpu, page);
}

/** mm/page_alloc.c free_hot_cold_page_list: from the list's head, where the last page was added. */
export function* free_hot_cold_page_list(cpu: Cpu, pages: readonly PagePtr[]): Steps {
  for (const page of pages.toReversed()) yield* free_hot_cold_page(cpu, page);
}

/**
 * mm/page_alloc.c __free_pages_ok, for a huge page: all its frames or, if one of them is bad, none.
 */
export function* free_compound_page(cpu: Cpu, head: PagePtr): Steps {
  yield* free_pages_prepare(cpu, head);
  const { hugePages } = kernel.config;
  yield step(head + Page._count);
  const pages = Array.from({ length: hugePages }, (_, i) => head + i * pageSize());
  if (pages.map(free_pages_check).includes(true)) return;
  bumpVmEvent('PGFREE', hugePages);
  for (const page of pages.toReversed()) pushFree(cpu, page);
}

const pageSize = (): number => kernel.pageAt(1) - kernel.pageAt(0);

/** This CPU first, then the others in order: where a frame is looked for. */
function* cpusFrom(first: number): Generator<number> {
  const { cpus } = kernel.config;
  for (let i = 0; i < cpus; i++) yield (first + i) % cpus;
}

/** Takes a frame that `fits` off its free list; 0 if there is none. Runs inside a section. */
function takeFree(cpu: Cpu, fits: (page: PagePtr) => boolean): PagePtr {
  for (const id of cpusFrom(cpu.id)) {
    let link = pcpFirst(id);
    for (let page = peek(link); page !== 0; page = peek(link)) {
      if (peek(page + Page.isolate) === 0 && fits(page)) {
        poke(link, peek(page + Page.lru_next));
        poke(page + Page.free, 0);
        bumpZonePageState('NR_FREE_PAGES', -1);
        return page;
      }
      link = page + Page.lru_next;
    }
  }
  return 0;
}

/**
 * mm/page_alloc.c prep_new_page for the frames of one allocation; false if one is bad. buffered_rmqueue
 * has counted them by then.
 */
function prep_new_page(pages: readonly PagePtr[]): boolean {
  bumpVmEvent('PGALLOC', pages.length);
  if (pages.some(check_new_page)) return false;
  poke(pages[0]! + Page.private, 0);
  poke(pages[0]! + Page._count, 1);
  return true;
}

const anywhere = (): boolean => true;

function* allocFitting(cpu: Cpu, fits: (page: PagePtr) => boolean): Steps<PagePtr> {
  if (kernel.config.allocationsFail && (yield choose(2)) === 1) return 0;
  yield step(pcpFirst(cpu.id));
  for (;;) {
    const page = takeFree(cpu, fits);
    if (page === 0 || prep_new_page([page])) return page;
  }
}

/**
 * mm/page_alloc.c __alloc_pages for a single page: count 1, no flags, no mapping, contents as its
 * last owner left them.
 *
 * @returns 0 if there is no memory.
 */
export const alloc_page = (cpu: Cpu): Steps<PagePtr> => allocFitting(cpu, anywhere);

/** include/linux/gfp.h alloc_pages_exact_node for a single page of node `nid`, or 0. */
export const alloc_pages_exact_node = (cpu: Cpu, nid: number): Steps<PagePtr> =>
  allocFitting(cpu, (page) => peek(page + Page.node) === nid);

/**
 * mm/page_alloc.c __alloc_pages for a huge page: config.hugePages frames in a row, aligned, made
 * into one compound page.
 *
 * @returns the head page, or 0 if there is no such row of free frames.
 */
export function* allocPagesHuge(cpu: Cpu): Steps<PagePtr> {
  if (kernel.config.allocationsFail && (yield choose(2)) === 1) return 0;
  yield step(pcpFirst(cpu.id));
  const { hugePages, frames } = kernel.config;
  for (let first = 0; first + hugePages <= frames; first += hugePages) {
    const pages = Array.from({ length: hugePages }, (_, i) => kernel.pageAt(first + i));
    const usable = (page: PagePtr): boolean =>
      peek(page + Page.free) !== 0 && peek(page + Page.isolate) === 0;
    if (!pages.every(usable)) continue;
    for (const page of pages) takeFree(cpu, (free) => free === page);
    if (prep_new_page(pages)) return prep_compound_page(pages);
  }
  return 0;
}

/** mm/page_alloc.c prep_compound_page. Runs inside a section. */
function prep_compound_page(pages: readonly PagePtr[]): PagePtr {
  const [head, ...tails] = pages;
  poke(head! + Page.order, Math.log2(pages.length));
  poke(head! + Page.PG_head, 1);
  for (const tail of tails) {
    poke(tail + Page._count, 0);
    poke(tail + Page.first_page, head!);
    poke(tail + Page.PG_tail, 1);
  }
  return head!;
}
