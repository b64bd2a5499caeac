/**
 * include/linux/highmem.h: contents of whole pages. Every part of a page is read by one event; a
 * page that is written here belongs to the caller alone.
 */
import { load, step, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import { peek, poke } from '../../state/kernel';
import { Page, PAGE_PARTS } from './mm_types';

const PARTS = Array.from({ length: PAGE_PARTS }, (_, part) => part);

/** Address of a part of a page's contents. */
export const pageContent = (page: Page, part: number): Ptr =>
  page + (part === 0 ? Page.content0 : Page.content1);

/** include/linux/highmem.h copy_user_highpage: `to` is nobody else's yet. */
export function* copy_user_highpage(to: Page, from: Page): Steps {
  for (const part of PARTS) {
    yield step(pageContent(from, part));
    poke(pageContent(to, part), peek(pageContent(from, part)));
  }
}

/** include/linux/highmem.h clear_user_highpage: the page is nobody else's yet. */
export function* clear_user_highpage(page: Page): Steps {
  yield step(pageContent(page, 0));
  for (const part of PARTS) poke(pageContent(page, part), 0);
}

/** mm/ksm.c memcmp_pages, as equality: stops at the first part that differs. */
export function* pages_identical(page1: Page, page2: Page): Steps<boolean> {
  for (const part of PARTS) {
    const first = yield load(pageContent(page1, part));
    if (first !== (yield load(pageContent(page2, part)))) return false;
  }
  return true;
}
