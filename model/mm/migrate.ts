/**
 * mm/migrate.c: moving a page to another frame under its users' feet. The caller has isolated the
 * page from the LRU; lists of isolated pages are its own, plain arrays.
 */
import { EAGAIN, EBUSY, ENOMEM, ENOSYS } from '../include/uapi/asm-generic/errno-base';
import { VM_BUG_ON } from '../include/linux/bug';
import { PageTransHuge } from '../include/linux/huge_mm';
import { PageKsm } from '../include/linux/ksm';
import { MIGRATE_ASYNC, MIGRATE_SYNC } from '../include/linux/migrate';
import { mappingIsAnon, page_count, page_mapped, PageAnon } from '../include/linux/mm';
import { Page, type AnonVma, type Page as PagePtr } from '../include/linux/mm_types';
import { PageSwapBacked, PageSwapCache, PageWriteback } from '../include/linux/page-flags';
import {
  lock_page,
  trylock_page,
  unlock_page,
  wait_on_page_writeback,
} from '../include/linux/pagemap';
import { TTU_IGNORE_ACCESS, TTU_IGNORE_MLOCK, TTU_MIGRATION } from '../include/linux/rmap';
import { load, step, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel } from '../state/kernel';
import { split_huge_page } from './huge_memory';
import { move_to_new_page } from './migrate/move';
import { remove_migration_ptes } from './migrate/ptes';
import { page_get_anon_vma, put_anon_vma, try_to_unmap } from './rmap';
import { putback_lru_page } from './vmscan';
import { bumpVmEvent, mod_zone_page_state } from './vmstat';

export * from './migrate/callers';
export * from './migrate/numa';
export { migrate_page_copy, move_to_new_page } from './migrate/move';
export { migration_entry_wait, remove_migration_ptes } from './migrate/ptes';

/** Passes that migrate_pages makes at most, and the one from which on it waits for locks. */
const MOST_PASSES = 10;
const FIRST_FORCED_PASS = 3;

/** Where pages are to go, and who wants to know what became of them. */
export interface Migration {
  /** A new page for `page`, or 0. */
  get_new_page(page: PagePtr): Steps<PagePtr>;
  /** Told after each attempt: the node that the page is on now, or -errno. */
  result?(page: PagePtr, status: number): void;
}

/** NR_ISOLATED_ANON + page_is_file_cache(page), by `delta`. */
export function* modIsolated(page: PagePtr, delta: number): Steps {
  const anon = yield PageSwapBacked(page);
  yield mod_zone_page_state(anon ? 'NR_ISOLATED_ANON' : 'NR_ISOLATED_FILE', delta);
}

/** mm/migrate.c putback_movable_pages: ends the isolation of every page of the list. */
export function* putback_movable_pages(cpu: Cpu, pages: PagePtr[]): Steps {
  for (const page of pages.splice(0)) {
    yield* modIsolated(page, -1);
    yield* putback_lru_page(cpu, page);
  }
}

/**
 * mm/migrate.c migrate_pages. Pages that are done with, for better or worse, leave `from`; what is
 * left there is the caller's to put back if the result is not 0.
 *
 * @returns the pages not migrated, or -ENOMEM; -ENOSYS without CONFIG_MIGRATION (include/linux/migrate.h).
 */
export function* migrate_pages(
  cpu: Cpu,
  from: PagePtr[],
  to: Migration,
  mode: number,
): Steps<number> {
  if (!kernel.config.CONFIG_MIGRATION) return -ENOSYS;
  let nr_failed = 0;
  let nr_succeeded = 0;
  let retry = 1;
  let out_of_memory = false;
  for (let pass = 0; pass < MOST_PASSES && retry > 0 && !out_of_memory; pass++) {
    retry = 0;
    for (const page of [...from]) {
      const force = pass >= FIRST_FORCED_PASS;
      const rc = yield* unmap_and_move(cpu, from, to, page, force, mode);
      if (rc === 0) nr_succeeded++;
      else if (rc === -EAGAIN) retry++;
      else if (rc !== -ENOMEM) nr_failed++;
      out_of_memory = rc === -ENOMEM;
      if (out_of_memory) break;
    }
  }
  yield* countMigrations(nr_succeeded, nr_failed);
  return out_of_memory ? -ENOMEM : nr_failed + retry;
}

function* countMigrations(nr_succeeded: number, nr_failed: number): Steps {
  yield step(kernel.vmEvent('PGMIGRATE_SUCCESS'));
  if (nr_succeeded > 0) bumpVmEvent('PGMIGRATE_SUCCESS', nr_succeeded);
  if (nr_failed > 0) bumpVmEvent('PGMIGRATE_FAIL', nr_failed);
}

/**
 * mm/migrate.c unmap_and_move. A page that was freed meanwhile, and a huge one that cannot be split,
 * count as done. Balloon and hugetlbfs pages are left out.
 *
 * @returns 0; -EAGAIN, and the page stays isolated; -ENOMEM; or -EBUSY.
 */
function* unmap_and_move(
  cpu: Cpu,
  from: PagePtr[],
  to: Migration,
  page: PagePtr,
  force: boolean,
  mode: number,
): Steps<number> {
  const newpage = yield* to.get_new_page(page);
  if (newpage === 0) return -ENOMEM;
  let rc = 0;
  if ((yield* page_count(page)) !== 1) {
    const whole = (yield* PageTransHuge(page)) && (yield* split_huge_page(cpu, page)) !== 0;
    if (!whole) rc = yield* __unmap_and_move(cpu, page, newpage, force, mode);
  }
  if (rc !== -EAGAIN) {
    from.splice(from.indexOf(page), 1);
    yield* modIsolated(page, -1);
    yield* putback_lru_page(cpu, page);
  }
  yield* putback_lru_page(cpu, newpage);
  to.result?.(page, rc === 0 ? page_to_nid(newpage) : rc);
  return rc;
}

/** include/linux/mm.h page_to_nid: a constant of the frame. */
export const page_to_nid = (page: PagePtr): number => kernel.machine.constant(page + Page.node);

/**
 * mm/migrate.c __unmap_and_move. PF_MEMALLOC (direct compaction), which never waits for the page
 * lock, is left out, and so is memcg.
 *
 * @returns 0, -EAGAIN (try again) or -EBUSY.
 */
function* __unmap_and_move(
  cpu: Cpu,
  page: PagePtr,
  newpage: PagePtr,
  force: boolean,
  mode: number,
): Steps<number> {
  if (!(yield trylock_page(page))) {
    if (!force || mode === MIGRATE_ASYNC) return -EAGAIN;
    yield lock_page(page);
  }
  const rc = yield* migrateLocked(cpu, page, newpage, force, mode);
  yield* unlock_page(page);
  return rc;
}

/** The part of __unmap_and_move with the page locked. */
function* migrateLocked(
  cpu: Cpu,
  page: PagePtr,
  newpage: PagePtr,
  force: boolean,
  mode: number,
): Steps<number> {
  if (yield PageWriteback(page)) {
    if (mode !== MIGRATE_SYNC) return -EBUSY;
    if (!force) return -EAGAIN;
    yield wait_on_page_writeback(page);
  }
  let anonVma: AnonVma = 0;
  let remap_swapcache = true;
  if ((yield* PageAnon(page)) && !(yield* PageKsm(page))) {
    anonVma = yield* page_get_anon_vma(cpu, page);
    if (anonVma === 0) {
      if (!(yield PageSwapCache(page))) return -EAGAIN;
      remap_swapcache = false;
    }
  }
  const mapping = yield load(page + Page.mapping);
  if (mapping !== 0) {
    yield* try_to_unmap(cpu, page, TTU_MIGRATION | TTU_IGNORE_MLOCK | TTU_IGNORE_ACCESS);
  } else {
    VM_BUG_ON(mappingIsAnon(mapping), 'mm/migrate.c __unmap_and_move', 'PageAnon(page)');
  }
  let rc = -EAGAIN;
  if (!(yield* page_mapped(page))) {
    rc = yield* move_to_new_page(cpu, newpage, page, remap_swapcache);
  }
  if (rc !== 0 && remap_swapcache) yield* remove_migration_ptes(cpu, page, page);
  if (anonVma !== 0) yield* put_anon_vma(anonVma);
  return rc;
}
