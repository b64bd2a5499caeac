/** mm/migrate.c move_pages, and mm/compaction.c as far as it isolates and migrates. */
import {
  EACCES,
  EFAULT,
  EINVAL,
  ENODEV,
  ENOENT,
  ENOMEM,
  ENOSYS,
} from '../../include/uapi/asm-generic/errno-base';
import { FOLL_GET, FOLL_SPLIT } from '../../include/linux/foll';
import { MIGRATE_ASYNC, MIGRATE_SYNC, MIGRATE_SYNC_LIGHT } from '../../include/linux/migrate';
import { page_mapcount } from '../../include/linux/mm';
import { del_page_from_lru_list, page_lru, underLruLock } from '../../include/linux/mm_inline';
import {
  mm_struct,
  Page,
  vm_area_struct,
  type Address,
  type Mm,
  type Page as PagePtr,
} from '../../include/linux/mm_types';
import { VM_HUGETLB, VM_IO, VM_PFNMAP } from '../../include/linux/vm_flags';
import { withTaskMm } from '../../kernel/fork';
import { load, readLock, readUnlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek } from '../../state/kernel';
import { follow_page_mask } from '../memory';
import { migrate_pages, modIsolated, page_to_nid, putback_movable_pages } from '../migrate';
import { find_vma } from '../mmap';
import { alloc_page, alloc_pages_exact_node } from '../page_alloc';
import { lru_add_drain, lru_add_drain_all, put_page } from '../swap';
import { __isolate_lru_page, ISOLATE_ASYNC_MIGRATE, isolate_lru_page } from '../vmscan';

const V = vm_area_struct.offset;
const mm_ = mm_struct.offset;

/**
 * move_pages(2) for one page: mm/migrate.c do_pages_move, do_move_page_to_node_array. Permissions
 * are left out, and so are hugetlb pages.
 *
 * @param moveAll MPOL_MF_MOVE_ALL: also a page that is mapped more than once
 * @returns the page's status, its node or -errno; or the call's own error, -ENOSYS without
 *   CONFIG_MIGRATION (kernel/sys_ni.c).
 */
export function* move_pages(
  cpu: Cpu,
  mm: Mm,
  address: Address,
  node: number,
  moveAll = false,
): Steps<number> {
  if (!kernel.config.CONFIG_MIGRATION) return -ENOSYS;
  yield* lru_add_drain_all(cpu);
  if (node < 0 || node >= kernel.config.nodes) return -ENODEV;
  yield readLock(mm + mm_.mmap_sem);
  const pagelist: PagePtr[] = [];
  let status = yield* isolateForMove(cpu, mm, address, node, moveAll, pagelist);
  if (pagelist.length > 0) {
    const to = {
      get_new_page: () => alloc_pages_exact_node(cpu, node),
      result: (_page: PagePtr, result: number) => (status = result),
    };
    const err = yield* migrate_pages(cpu, pagelist, to, MIGRATE_SYNC);
    if (err !== 0) yield* putback_movable_pages(cpu, pagelist);
    if (err === -ENOMEM) status = err;
  }
  yield readUnlock(mm + mm_.mmap_sem);
  return status;
}

/**
 * mm/migrate.c sys_move_pages on each page of a range, in a task that may have ended.
 *
 * @param end exclusive
 * @returns what {@link move_pages} says of the last; -EINVAL if the task has ended
 */
export function sys_move_pages(
  cpu: Cpu,
  mm: Mm,
  start: Address,
  end: Address,
  node: number,
): Steps<number> {
  const gone = kernel.config.CONFIG_MIGRATION ? -EINVAL : -ENOSYS;
  return withTaskMm(cpu, mm, gone, function* () {
    let status = 0;
    for (let at = start; at < end; at++) status = yield* move_pages(cpu, mm, at, node);
    return status;
  });
}

/** mm/migrate.c do_pages_stat_array. @returns of each page its node, or -errno */
export function* do_pages_stat_array(
  cpu: Cpu,
  mm: Mm,
  start: Address,
  end: Address,
): Steps<number[]> {
  const status: number[] = [];
  yield readLock(mm + mm_.mmap_sem);
  for (let address = start; address < end; address++) {
    status.push(yield* pageStatus(cpu, mm, address));
  }
  yield readUnlock(mm + mm_.mmap_sem);
  return status;
}

function* pageStatus(cpu: Cpu, mm: Mm, address: Address): Steps<number> {
  const vma = yield* find_vma(mm, address);
  if (vma === 0 || address < peek(vma + V.vm_start)) return -EFAULT;
  const page = yield* follow_page_mask(cpu, vma, address, 0);
  if (page < 0) return page;
  if (page === 0 || (yield load(page + Page.PG_reserved))) return -ENOENT;
  return page_to_nid(page);
}

/** Whether a vma's pages can be moved: mempolicy.h vma_migratable, and no hugetlb. */
const vma_migratable = (vm_flags: number): boolean =>
  (vm_flags & (VM_IO | VM_PFNMAP | VM_HUGETLB)) === 0;

/** The first loop of do_move_page_to_node_array, for one page. @returns the status so far. */
function* isolateForMove(
  cpu: Cpu,
  mm: Mm,
  address: Address,
  node: number,
  moveAll: boolean,
  pagelist: PagePtr[],
): Steps<number> {
  const vma = yield* find_vma(mm, address);
  if (vma === 0 || address < peek(vma + V.vm_start)) return -EFAULT;
  if (!vma_migratable(peek(vma + V.vm_flags))) return -EFAULT;
  const page = yield* follow_page_mask(cpu, vma, address, FOLL_GET | FOLL_SPLIT);
  if (page < 0) return page;
  if (page === 0) return -ENOENT;
  const status = yield* tryIsolate(cpu, page, node, moveAll, pagelist);
  yield* put_page(cpu, page);
  return status;
}

function* tryIsolate(
  cpu: Cpu,
  page: PagePtr,
  node: number,
  moveAll: boolean,
  pagelist: PagePtr[],
): Steps<number> {
  if (yield load(page + Page.PG_reserved)) return -ENOENT;
  if (page_to_nid(page) === node) return node;
  if ((yield* page_mapcount(page)) > 1 && !moveAll) return -EACCES;
  const err = yield* isolate_lru_page(cpu, page);
  if (err !== 0) return err;
  pagelist.push(page);
  yield* modIsolated(page, 1);
  return 0;
}

/**
 * Compaction of some frames: mm/compaction.c isolate_migratepages_range on them, then
 * migrate_pages. Nothing looks for pins before. Abstracted: where the free frames come from.
 *
 * @param sync false: asynchronous, gives up rather than wait
 * @returns pages that were isolated and not migrated, or -ENOMEM.
 */
export function* compactPages(cpu: Cpu, pages: readonly PagePtr[], sync: boolean): Steps<number> {
  yield* lru_add_drain(cpu);
  const migratepages: PagePtr[] = [];
  for (const page of pages) {
    const taken = yield* underLruLock(() => isolateForCompaction(page, sync));
    if (!taken) continue;
    // list_add: the last to be isolated is the first to be moved.
    migratepages.unshift(page);
    yield* modIsolated(page, 1);
  }
  if (migratepages.length === 0) return 0;
  const mode = sync ? MIGRATE_SYNC_LIGHT : MIGRATE_ASYNC;
  const to = { get_new_page: () => alloc_page(cpu) };
  const err = yield* migrate_pages(cpu, migratepages, to, mode);
  if (err !== 0) yield* putback_movable_pages(cpu, migratepages);
  return err;
}

/** One page of isolate_migratepages_range. Runs under lru_lock, inside an atomic section. */
function isolateForCompaction(page: PagePtr, sync: boolean): boolean {
  if (peek(page + Page.PG_lru) === 0 || peek(page + Page.PG_head) !== 0) return false;
  if (__isolate_lru_page(page, sync ? 0 : ISOLATE_ASYNC_MIGRATE) !== 0) return false;
  del_page_from_lru_list(page, page_lru(page));
  return true;
}
