/** mm/fremap.c: nonlinear mappings of files. */
import {
  PAGE_SIZE,
  pgoff_to_pte,
  pte_dirty,
  pte_file,
  pte_none,
  pte_present,
  pte_to_swp_entry,
  set_pte_at,
  vm_normal_page,
} from '../arch/x86/include/asm/pgtable';
import { EINVAL, ENOMEM } from '../include/uapi/asm-generic/errno-base';
import { mapping_cap_account_dirty } from '../include/linux/fs';
import { PageAnon } from '../include/linux/mm';
import {
  FileKind,
  mm_struct,
  vm_area_struct,
  type Address,
  type AddressSpace,
  type Mm,
  type PtePtr,
  type Vma,
} from '../include/linux/mm_types';
import {
  is_migration_entry,
  migration_entry_to_page,
  non_swap_entry,
} from '../include/linux/swapops';
import { VM_LOCKED, VM_NONLINEAR, VM_SHARED } from '../include/linux/vm_flags';
import { add, load, lock, readLock, readUnlock, step, unlock, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel, peek, poke } from '../state/kernel';
import { vma_interval_tree_remove, vma_nonlinear_insert } from './interval_tree';
import { pteAlloc } from './memory/pgtables';
import { __mm_populate, munlock_vma_pages_range } from './mlock';
import { mmap_region } from './mmap';
import { find_vma, iMmapLock, iMmapUnlock, mapsKind, vmaMapping } from './mmap/vma';
import { set_page_dirty } from './page-writeback';
import { ptep_clear_flush } from './pgtable-generic';
import { linear_page_index, page_remove_rmap } from './rmap/account';
import { put_page } from './swap';
import { free_swap_and_cache } from './swapfile';

const vma_ = vm_area_struct.offset;
const mm_ = mm_struct.offset;

/** What the range is to show. */
interface Remap {
  readonly start: Address;
  readonly pages: number;
  readonly pgoff: number;
}

/**
 * mm/fremap.c sys_remap_file_pages with prot 0 and no flags: pages from `pgoff` of the vma's file
 * appear at `start`. `start` and `size` in bytes, rounded down. mmap_sem is taken for reading
 * first, and again for writing if vm_flags have to change.
 *
 * @returns 0, -EINVAL or -ENOMEM.
 */
export function* sys_remap_file_pages(
  cpu: Cpu,
  start: number,
  size: number,
  pgoff: number,
): Steps<number> {
  const range = {
    start: Math.floor(start / PAGE_SIZE),
    pages: Math.floor(size / PAGE_SIZE),
    pgoff,
  };
  if (range.pages <= 0 || pgoff < 0) return -EINVAL;
  const sem = cpu.mm + mm_.mmap_sem;
  yield readLock(sem);
  let answer = yield* remap_file_pages(cpu, range, false);
  yield readUnlock(sem);
  if (answer === 'needs write lock') {
    yield lock(sem);
    answer = yield* remap_file_pages(cpu, range, true);
    yield unlock(sem);
  }
  if (answer === 0) yield* __mm_populate(cpu, range.start, range.pages, true);
  return answer === 'needs write lock' ? -EINVAL : answer;
}

/** The part of sys_remap_file_pages under mmap_sem. */
function* remap_file_pages(
  cpu: Cpu,
  range: Remap,
  has_write_lock: boolean,
): Steps<number | 'needs write lock'> {
  const { start, pages, pgoff } = range;
  const vma = yield* find_vma(cpu.mm, start);
  if (vma === 0) return -EINVAL;
  const vm_flags = peek(vma + vma_.vm_flags);
  if (!(vm_flags & VM_SHARED) || !hasRemapPages(vma)) return -EINVAL;
  if (start < peek(vma + vma_.vm_start) || start + pages > peek(vma + vma_.vm_end)) return -EINVAL;
  if (!(vm_flags & VM_NONLINEAR)) {
    if (pgoff === linear_page_index(vma, start)) return 0;
    if (!has_write_lock) return 'needs write lock';
    const mapping = vmaMapping(vma);
    if (mapping_cap_account_dirty(mapping)) return yield* emulateLinear(cpu, vma, range);
    yield* makeNonlinear(vma, mapping);
  }
  if (vm_flags & VM_LOCKED) {
    if (!has_write_lock) return 'needs write lock';
    yield* munlock_vma_pages_range(cpu, vma, start, start + pages);
    yield step(vma + vma_.vm_flags);
    poke(vma + vma_.vm_flags, peek(vma + vma_.vm_flags) | VM_LOCKED);
  }
  return yield* generic_file_remap_pages(cpu, vma, range);
}

/** vm_ops->remap_pages: files on disk and shmem have it. */
const hasRemapPages = (vma: Vma): boolean =>
  peek(vma + vma_.vm_ops) !== 0 && (mapsKind(vma, FileKind.file) || mapsKind(vma, FileKind.tmpfs));

/** Where dirty pages are accounted, which only a linear mapping allows, the range becomes a vma. */
function* emulateLinear(cpu: Cpu, vma: Vma, { start, pages, pgoff }: Remap): Steps<number> {
  const vm_flags = peek(vma + vma_.vm_flags);
  const file = peek(vma + vma_.vm_file);
  const range = { vm_flags, anon_vma: 0, file, pgoff };
  const addr = yield* mmap_region(cpu, cpu.mm, { start, pages, kind: 'shared-file' }, range, 1);
  return Math.min(addr, 0);
}

function* makeNonlinear(vma: Vma, mapping: AddressSpace): Steps {
  yield* iMmapLock(mapping);
  yield step(vma + vma_.vm_flags);
  vma_interval_tree_remove(vma, mapping);
  poke(vma + vma_.vm_flags, peek(vma + vma_.vm_flags) | VM_NONLINEAR);
  vma_nonlinear_insert(vma, mapping);
  yield* iMmapUnlock(mapping);
}

/** mm/fremap.c generic_file_remap_pages. */
function* generic_file_remap_pages(cpu: Cpu, vma: Vma, range: Remap): Steps<number> {
  for (let i = 0; i < range.pages; i++) {
    const error = yield* install_file_pte(cpu, vma, range.start + i, range.pgoff + i);
    if (error !== 0) return error;
  }
  return 0;
}

/** mm/fremap.c install_file_pte. @returns 0 or -ENOMEM. */
function* install_file_pte(cpu: Cpu, vma: Vma, address: Address, pgoff: number): Steps<number> {
  const mm = peek(vma + vma_.vm_mm);
  const ptep = kernel.pte(mm, address);
  if ((yield* pteAlloc(mm, vma, address)) !== 0) return -ENOMEM;
  yield lock(kernel.ptl(mm, address));
  if (!pte_none(yield load(ptep))) yield* zap_pte(cpu, mm, vma, address, ptep);
  yield set_pte_at(ptep, pgoff_to_pte(pgoff));
  yield unlock(kernel.ptl(mm, address));
  return 0;
}

/** mm/fremap.c zap_pte: one pte, flushed by itself, without a gather. */
function* zap_pte(cpu: Cpu, mm: Mm, vma: Vma, address: Address, ptep: PtePtr): Steps {
  if (pte_present(yield load(ptep))) {
    const pte = yield* ptep_clear_flush(cpu, vma, address, ptep);
    const page = vm_normal_page(pte);
    if (page === 0) return;
    if (pte_dirty(pte)) yield* set_page_dirty(cpu, page);
    yield add(mm + mm_.rss_file, -1);
    yield* page_remove_rmap(cpu, page);
    yield* put_page(cpu, page);
    return;
  }
  const pte = peek(ptep);
  if (!pte_file(pte)) {
    const entry = pte_to_swp_entry(pte);
    if (!non_swap_entry(entry)) {
      yield* free_swap_and_cache(cpu, entry);
      yield add(mm + mm_.rss_swapents, -1);
    } else if (is_migration_entry(entry)) {
      const page = yield* migration_entry_to_page(cpu, entry);
      yield add(mm + ((yield* PageAnon(page)) ? mm_.rss_anon : mm_.rss_file), -1);
    }
  }
  yield set_pte_at(ptep, 0);
}
