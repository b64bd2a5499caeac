/** mm/madvise.c madvise_hwpoison: a memory error on demand, for tests. */
import { get_user_pages_fast } from '../../arch/x86/mm/gup';
import { HPAGE_PMD_NR, hpage_start, PageCompound } from '../../include/linux/huge_mm';
import { PageHWPoison } from '../../include/linux/page-flags';
import { MADV_SOFT_OFFLINE } from '../../include/uapi/asm-generic/mman-common';
import type { Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { MF_COUNT_INCREASED, memory_failure, soft_offline_page } from '../memory-failure';
import { put_page } from '../swap';

const PAGE_SIZE = 4096;

/**
 * mm/madvise.c madvise_hwpoison, without mmap_sem. The program has CAP_SYS_ADMIN.
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
  const end = Math.ceil((start + len) / PAGE_SIZE);
  for (let address = Math.floor(start / PAGE_SIZE); address < end;) {
    const page = yield* get_user_pages_fast(cpu, address, false);
    if (page <= 0) return page;
    const huge = yield* PageCompound(page);
    const next = huge ? hpage_start(address) + HPAGE_PMD_NR() : address + 1;
    if (yield PageHWPoison(page)) {
      yield* put_page(cpu, page);
    } else if (behavior === MADV_SOFT_OFFLINE) {
      const error = yield* soft_offline_page(cpu, page, MF_COUNT_INCREASED);
      if (error !== 0) return error;
    } else {
      yield* memory_failure(cpu, page, MF_COUNT_INCREASED);
    }
    address = next;
  }
  return 0;
}
