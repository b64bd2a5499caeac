/** include/linux/pagemap.h, mm/filemap.c: the page lock. */
import { lock, trylock, unlock, awaitFree, type Op, type Steps } from '../../machine/op';
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
