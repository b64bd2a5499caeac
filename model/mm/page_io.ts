/**
 * mm/page_io.c: reading and writing swap slots.
 *
 * Abstracted: the device. A read ends within swap_readpage, as on brd and zram, so that the reader
 * never meets its own page still locked. A write ends when the scenario says so
 * ({@link completeWriteback}). There is always a bio: both kinds of allocation may wait, and then the
 * mempool behind them never fails, so the branches for a missing bio are not reached.
 *
 * When the data leaves the page. The device reads it at some time between submission and completion,
 * and a store to the page meanwhile may reach the slot or not. Here it is read by steps of its own,
 * part by part, at the start of the completion; as the completion is a task, these happen at any
 * moment after the submission, before or after any store, and the write-back bit stays set after
 * them. So every outcome of a real device is there, but for one that reads a page backwards.
 */
import { VM_BUG_ON } from '../include/linux/bug';
import { pageContent } from '../include/linux/highmem';
import { PAGE_PARTS, Page } from '../include/linux/mm_types';
import {
  ClearPageReclaim,
  PageLocked,
  PageSwapCache,
  PageUptodate,
  SetPageDirty,
  SetPageUptodate,
} from '../include/linux/page-flags';
import { unlock_page } from '../include/linux/pagemap';
import { swp_offset } from '../include/linux/swapops';
import { choose, exchange, load, step, store, type Op, type Steps } from '../machine/op';
import type { Ptr } from '../machine/struct';
import { mpageEndWrite } from '../fs/mpage';
import type { Cpu } from '../state/cpu';
import { kernel, peek, poke } from '../state/kernel';
import { end_page_writeback, set_page_dirty, set_page_writeback } from './page-writeback';
import { swap_slot_free_notify, try_to_free_swap } from './swapfile';
import { count_vm_event } from './vmstat';

/** Whether a read from a device fails; a choice only if the scenario allows it. */
export function* readFails(): Steps<boolean> {
  return kernel.config.readsFail && (yield choose(2)) === 1;
}

/** block/blk-core.c submit_bio for a write of the page to `destination`, a slot or a file's block. */
export const submit_bio = (page: Page, destination: Ptr): Op => store(page + Page.bio, destination);

/**
 * The device ends writes that have been submitted: all of them, or that of one page. Without an error
 * the contents that the page has now go to the disk; with one the disk keeps what it had.
 *
 * @returns how many writes it ended.
 */
export function* completeWriteback(cpu: Cpu, error: boolean, only?: Page): Steps<number> {
  yield step(kernel.mem_map);
  const pages: Page[] = [];
  for (let pfn = 1; pfn < kernel.config.frames; pfn++) {
    const page = kernel.pageAt(pfn);
    if ((only ?? page) === page && peek(page + Page.bio) !== 0) pages.push(page);
  }
  let ended = 0;
  for (const page of pages) if (yield* completeWrite(cpu, page, error)) ended++;
  return ended;
}

/** One write; false if another completion was faster. */
function* completeWrite(cpu: Cpu, page: Page, error: boolean): Steps<boolean> {
  const destination = yield exchange(page + Page.bio, 0);
  if (destination === 0) return false;
  for (let part = 0; part < PAGE_PARTS && !error; part++) {
    yield step(pageContent(page, part));
    poke(destination + part * 4, peek(pageContent(page, part)));
  }
  if (yield PageSwapCache(page)) yield* end_swap_bio_write(cpu, page, error);
  else yield* mpageEndWrite(cpu, page, error);
  return true;
}

/** mm/page_io.c swap_writepage: unlocks the page; write-back is under way unless the slot was not needed. */
export function* swap_writepage(cpu: Cpu, page: Page): Steps<number> {
  if (yield* try_to_free_swap(cpu, page)) {
    yield* unlock_page(page);
    return 0;
  }
  const entry = yield load(page + Page.private);
  yield count_vm_event('PSWPOUT');
  yield* set_page_writeback(cpu, page);
  yield* unlock_page(page);
  yield submit_bio(page, kernel.swapSlot(swp_offset(entry), 0));
  return 0;
}

/** mm/page_io.c end_swap_bio_write: after an error the page is dirty again. */
export function* end_swap_bio_write(cpu: Cpu, page: Page, error: boolean): Steps {
  if (error) {
    yield store(page + Page.PG_error, 1);
    yield* set_page_dirty(cpu, page);
    yield ClearPageReclaim(page);
  }
  yield* end_page_writeback(cpu, page);
}

/** mm/page_io.c swap_readpage: the locked page, its slot's contents in it, is unlocked. */
export function* swap_readpage(_cpu: Cpu, page: Page): Steps {
  const where = 'mm/page_io.c swap_readpage';
  VM_BUG_ON(!(yield PageLocked(page)), where, '!PageLocked(page)');
  VM_BUG_ON(!!(yield PageUptodate(page)), where, 'PageUptodate(page)');
  yield count_vm_event('PSWPIN');
  const error = yield* readFails();
  if (!error) {
    yield step(pageContent(page, 0));
    const offset = swp_offset(peek(page + Page.private));
    for (let part = 0; part < PAGE_PARTS; part++) {
      poke(pageContent(page, part), peek(kernel.swapSlot(offset, part)));
    }
  }
  yield* end_swap_bio_read(page, error);
}

/**
 * mm/page_io.c end_swap_bio_read. A device that wants to hear of freed slots is told to drop its copy
 * at once; the page is dirty instead.
 */
function* end_swap_bio_read(page: Page, error: boolean): Steps {
  if (error) {
    yield store(page + Page.PG_error, 1);
    yield* unlock_page(page);
    return;
  }
  yield SetPageUptodate(page);
  if ((yield PageSwapCache(page)) && kernel.config.swapSlotFreeNotify) {
    const entry = yield load(page + Page.private);
    yield SetPageDirty(page);
    yield step(kernel.swapSlot(swp_offset(entry), 0));
    swap_slot_free_notify(swp_offset(entry));
  }
  yield* unlock_page(page);
}
