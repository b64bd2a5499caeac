/** mm/memory.c and mm/process_vm_access.c: another process's memory through the kernel's own map. */
import { FOLL_GET, FOLL_TOUCH, FOLL_WRITE } from '../../include/linux/foll';
import { pageContent } from '../../include/linux/highmem';
import { mm_struct, type Address, type Mm, type Page } from '../../include/linux/mm_types';
import { EFAULT, EIO, ESRCH } from '../../include/uapi/asm-generic/errno-base';
import { withTaskMm } from '../../kernel/fork';
import { readLock, readUnlock, store, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { set_page_dirty_lock } from '../page-writeback';
import { put_page } from '../swap';
import { __get_user_pages, get_user_pages } from './gup';

const { mmap_sem } = mm_struct.offset;

/**
 * mm/memory.c access_process_vm, __access_remote_vm: a write by ptrace or /proc/pid/mem to one page, which
 * is pinned once however much of it is written; all of it under mmap_sem.
 *
 * @returns 0, or -EIO if nothing was written: what fs/proc/base.c mem_rw and ptrace make of no bytes. Of a
 *   process that has ended ptrace makes the same; mem_rw answers that it has written none.
 */
export function access_process_vm(
  cpu: Cpu,
  mm: Mm,
  address: Address,
  parts: readonly number[],
  value: number,
): Steps<number> {
  return withTaskMm(cpu, mm, -EIO, function* () {
    yield readLock(mm + mmap_sem);
    const page = yield* get_user_pages(cpu, mm, address, true, true);
    if (page > 0) {
      for (const part of parts) yield store(pageContent(page, part), value);
      yield* set_page_dirty_lock(cpu, page);
      yield* put_page(cpu, page);
    }
    yield readUnlock(mm + mmap_sem);
    return page > 0 ? 0 : -EIO;
  });
}

/**
 * mm/process_vm_access.c process_vm_rw_pages, for a write: mmap_sem covers the pinning only, and
 * FOLL_FORCE is not asked for. One batch: up to 1024 pages in Linux.
 *
 * @param end exclusive
 * @param parts which parts of each page to write
 * @returns 0; -EFAULT: unless every page was pinned, none is written; -ESRCH if the process has ended.
 */
export function process_vm_writev(
  cpu: Cpu,
  mm: Mm,
  start: Address,
  end: Address,
  parts: readonly number[],
  value: number,
): Steps<number> {
  return withTaskMm(cpu, mm, -ESRCH, function* () {
    const pages: Page[] = [];
    yield readLock(mm + mmap_sem);
    const flags = FOLL_TOUCH | FOLL_GET | FOLL_WRITE;
    yield* __get_user_pages(cpu, mm, start, end - start, flags, pages);
    yield readUnlock(mm + mmap_sem);
    const complete = pages.length === end - start;
    if (complete) {
      for (const page of pages) {
        for (const part of parts) yield store(pageContent(page, part), value);
      }
    }
    for (const page of pages) {
      if (complete) yield* set_page_dirty_lock(cpu, page);
      yield* put_page(cpu, page);
    }
    return complete ? 0 : -EFAULT;
  });
}
