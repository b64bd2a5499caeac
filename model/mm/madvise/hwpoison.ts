/** mm/madvise.c madvise_hwpoison: a memory error on demand, for tests. */
import { get_user_pages_fast } from '../../arch/x86/mm/gup';
import { compound_head, HPAGE_PMD_NR } from '../../include/linux/huge_mm';
import type { Page } from '../../include/linux/mm_types';
import { PageHead, PageHWPoison } from '../../include/linux/page-flags';
import { MADV_SOFT_OFFLINE } from '../../include/uapi/asm-generic/mman-common';
import type { Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { MF_COUNT_INCREASED, memory_failure, soft_offline_page } from '../memory-failure';
import { put_page } from '../swap';

const PAGE_SIZE = 4096;

/**
 * mm/madvise.c madvise_hwpoison, without mmap_sem. The program has CAP_SYS_ADMIN. How far a turn goes
 * is read off the page when it is done with: a huge page that was split for it counts as a small one.
 *
 * @param start,len in bytes; not checked
 * @returns 0 or -errno
 */
export function* madvise_hwpoison(
  cpu: Cpu,
  start: number,
  len: number,
  behavior: number,
): Steps<number> {
  for (let at = start; at < start + len;) {
    const page = yield* get_user_pages_fast(cpu, Math.floor(at / PAGE_SIZE), false);
    if (page <= 0) return page;
    if (yield PageHWPoison(page)) {
      yield* put_page(cpu, page);
    } else if (behavior === MADV_SOFT_OFFLINE) {
      const error = yield* soft_offline_page(cpu, page, MF_COUNT_INCREASED);
      if (error !== 0) return error;
    } else {
      yield* memory_failure(cpu, page, MF_COUNT_INCREASED);
    }
    at += PAGE_SIZE * (yield* compoundPages(page));
  }
  return 0;
}

/** 1 << compound_order(compound_head(page)), of a page that may be anybody's by now. */
function* compoundPages(page: Page): Steps<number> {
  const head = yield* compound_head(page);
  return (yield PageHead(head)) ? HPAGE_PMD_NR() : 1;
}
