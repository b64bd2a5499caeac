/** include/linux/pagemap.h, mm/filemap.c: the page lock. */
import {
  awaitFree,
  compareAndSwap,
  lock,
  store,
  trylock,
  unlock,
  type Op,
  type Steps,
} from '../../machine/op';
import { VM_BUG_ON } from './bug';
import { Page } from './mm_types';

/** include/linux/pagemap.h trylock_page: 1 if the lock was taken. */
export const trylock_page = (page: Page): Op => trylock(page + Page.PG_locked);

/** include/linux/pagemap.h lock_page: sleeps until the lock is free. */
export const lock_page = (page: Page): Op => lock(page + Page.PG_locked);

/** mm/filemap.c unlock_page. */
export function* unlock_page(page: Page): Steps {
  const held = yield unlock(page + Page.PG_locked);
  VM_BUG_ON(held === 0, 'mm/filemap.c unlock_page', '!PageLocked(page)');
}

/** include/linux/pagemap.h wait_on_page_locked. */
export const wait_on_page_locked = (page: Page): Op => awaitFree(page + Page.PG_locked);

/** include/linux/pagemap.h wait_on_page_writeback. */
export const wait_on_page_writeback = (page: Page): Op => awaitFree(page + Page.PG_writeback);

/**
 * include/linux/pagemap.h __clear_page_locked: a plain clear that wakes nobody. Abstracted: nobody
 * can be waiting, as its caller holds the page with a count of 0; a waiter of a wrong kernel that
 * would sleep on is let through.
 */
export const __clear_page_locked = (page: Page): Op => unlock(page + Page.PG_locked);

/** include/linux/pagemap.h page_freeze_refs: 1 if the count was exactly `count`, and is 0 now. */
export const page_freeze_refs = (page: Page, count: number): Op =>
  compareAndSwap(page + Page._count, count, 0);

/** include/linux/pagemap.h page_unfreeze_refs: a plain store, from 0. */
export const page_unfreeze_refs = (page: Page, count: number): Op =>
  store(page + Page._count, count);
