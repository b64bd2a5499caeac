/**
 * fs/mpage.c: reading and writing the pages of a file on a disk.
 *
 * Abstracted: buffer heads and block allocation, as a page is one block. A read ends within
 * readpage; a write ends when the scenario says so, as for swap (model/mm/page_io.ts).
 */
import { pageContent } from '../include/linux/highmem';
import { PAGE_PARTS, Page, address_space } from '../include/linux/mm_types';
import { SetPageUptodate } from '../include/linux/page-flags';
import { unlock_page } from '../include/linux/pagemap';
import { load, step, store, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel, peek, poke } from '../state/kernel';
import { end_page_writeback, set_page_writeback } from '../mm/page-writeback';
import { readFails, submit_bio } from '../mm/page_io';

/** fs/mpage.c mpage_readpage and mpage_end_io: the locked page is unlocked, up to date unless it failed. */
export function* mpage_readpage(_cpu: Cpu, page: Page): Steps {
  if (yield* readFails()) {
    yield store(page + Page.PG_error, 1);
    yield* unlock_page(page);
    return;
  }
  yield step(pageContent(page, 0));
  const mapping = peek(page + Page.mapping);
  const index = peek(page + Page.index);
  for (let part = 0; part < PAGE_PARTS; part++) {
    poke(pageContent(page, part), peek(kernel.disk(mapping, index, part)));
  }
  yield SetPageUptodate(page);
  yield* unlock_page(page);
}

/**
 * fs/mpage.c mpage_writepage: the locked page is unlocked, write-back is under way. Of a page beyond
 * the file's end, which truncation is about to take, nothing is written.
 */
export function* mpage_writepage(cpu: Cpu, page: Page): Steps<number> {
  const mapping = yield load(page + Page.mapping);
  const index = yield load(page + Page.index);
  if (index >= (yield load(mapping + address_space.offset.size))) {
    yield* unlock_page(page);
    return 0;
  }
  yield* set_page_writeback(cpu, page);
  yield* unlock_page(page);
  yield submit_bio(page, kernel.disk(mapping, index, 0));
  return 0;
}

/** fs/mpage.c mpage_end_io for a write: after an error the page is not dirty again; the data are lost. */
export function* mpageEndWrite(cpu: Cpu, page: Page, error: boolean): Steps {
  if (error) yield store(page + Page.PG_error, 1);
  yield* end_page_writeback(cpu, page);
}
