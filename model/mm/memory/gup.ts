/** mm/memory.c: finding, and pinning, the page behind a user address. */
import {
  is_zero_pfn,
  pte_dirty,
  pte_file,
  pte_none,
  pte_numa,
  pte_page,
  pte_pfn,
  pte_present,
  pte_to_swp_entry,
  pte_write,
  vm_normal_page,
} from '../../arch/x86/include/asm/pgtable';
import {
  pmd_none,
  pmd_numa,
  pmd_trans_huge,
  pmd_trans_splitting,
} from '../../arch/x86/include/asm/pgtable-pmd';
import { BUG_ON } from '../../include/linux/bug';
import {
  FOLL_DUMP,
  FOLL_FORCE,
  FOLL_GET,
  FOLL_HWPOISON,
  FOLL_MIGRATION,
  FOLL_MLOCK,
  FOLL_NUMA,
  FOLL_SPLIT,
  FOLL_TOUCH,
  FOLL_WRITE,
} from '../../include/linux/foll';
import {
  mm_struct,
  Page,
  vm_area_struct,
  type Address,
  type Mm,
  type Pte,
  type Vma,
} from '../../include/linux/mm_types';
import { PageDirty } from '../../include/linux/page-flags';
import { trylock_page, unlock_page } from '../../include/linux/pagemap';
import { is_migration_entry } from '../../include/linux/swapops';
import {
  FAULT_FLAG_ALLOW_RETRY,
  FAULT_FLAG_WRITE,
  VM_FAULT_ERROR,
  VM_FAULT_HWPOISON,
  VM_FAULT_HWPOISON_LARGE,
  VM_FAULT_OOM,
  VM_FAULT_RETRY,
  VM_FAULT_SIGBUS,
  VM_FAULT_WRITE,
} from '../../include/linux/vm_fault';
import {
  VM_GROWSDOWN,
  VM_IO,
  VM_LOCKED,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_PFNMAP,
  VM_READ,
  VM_WRITE,
} from '../../include/linux/vm_flags';
import { EFAULT, EHWPOISON, ENOMEM } from '../../include/uapi/asm-generic/errno-base';
import { load, lock, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek } from '../../state/kernel';
import {
  follow_trans_huge_pmd,
  get_page_foll,
  split_huge_page_pmd,
  wait_split_huge_page,
} from '../huge_memory';
import { migration_entry_wait } from '../migrate';
import { __mlock_vma_pages_range, mlock_vma_page } from '../mlock';
import { expand_stack } from '../mmap/adjust';
import { find_vma, vmaBefore } from '../mmap/vma';
import { set_page_dirty } from '../page-writeback';
import { lru_add_drain, mark_page_accessed } from '../swap';
import { handle_mm_fault } from './fault';

const V = vm_area_struct.offset;

/** The label no_page_table: where a dump finds nothing, and no handler would either, it gets an error. */
const nothingThere = (vma: Vma, flags: number): Page =>
  (flags & FOLL_DUMP) !== 0 && !peek(vma + V.vm_ops) ? -EFAULT : 0;

/** The part of follow_page_mask for a huge pmd. @returns a page, 0, -EFAULT; undefined: look at ptes. */
function* followHuge(cpu: Cpu, vma: Vma, address: Address, flags: number): Steps<Page | undefined> {
  const mm = yield load(vma + V.vm_mm);
  const pmd = kernel.pmd(mm, address);
  const seen = yield load(pmd);
  if (pmd_none(seen)) return nothingThere(vma, flags);
  if ((flags & FOLL_NUMA) !== 0 && pmd_numa(seen)) return nothingThere(vma, flags);
  if (!pmd_trans_huge(seen)) return undefined;
  if (flags & FOLL_SPLIT) {
    yield* split_huge_page_pmd(cpu, vma, address, pmd);
    return undefined;
  }
  yield lock(kernel.ptl(mm, address));
  const value = peek(pmd);
  if (pmd_trans_huge(value) && !pmd_trans_splitting(value)) {
    const page = yield* follow_trans_huge_pmd(cpu, vma, address, pmd, flags);
    yield unlock(kernel.ptl(mm, address));
    return page;
  }
  yield unlock(kernel.ptl(mm, address));
  if (pmd_trans_huge(value)) yield* wait_split_huge_page(yield load(vma + V.anon_vma), pmd);
  return undefined;
}

/** The page of a present pte, found under the ptl, is pinned and marked as the flags say. */
function* touch(cpu: Cpu, vma: Vma, page: Page, pte: Pte, flags: number): Steps {
  if (flags & FOLL_GET) yield* get_page_foll(page);
  if (flags & FOLL_TOUCH) {
    if ((flags & FOLL_WRITE) !== 0 && !pte_dirty(pte) && !(yield PageDirty(page))) {
      yield* set_page_dirty(cpu, page);
    }
    yield* mark_page_accessed(cpu, page);
  }
  if ((flags & FOLL_MLOCK) === 0 || !(peek(vma + V.vm_flags) & VM_LOCKED)) return;
  if (!(yield load(page + Page.mapping)) || !(yield trylock_page(page))) return;
  yield* lru_add_drain(cpu);
  yield* mlock_vma_page(cpu, page);
  yield* unlock_page(page);
}

/** Whether a pte that is not present is a migration entry whose end FOLL_MIGRATION waits for. */
const isAwaited = (pte: Pte, flags: number): boolean =>
  (flags & FOLL_MIGRATION) !== 0 &&
  !pte_none(pte) &&
  !pte_file(pte) &&
  is_migration_entry(pte_to_swp_entry(pte));

/** The page of a present pte: its own, or the zero page; -EFAULT for what has no struct page. */
function pageOf(pte: Pte, flags: number): Page {
  const page = vm_normal_page(pte);
  if (page !== 0) return page;
  return (flags & FOLL_DUMP) !== 0 || !is_zero_pfn(pte_pfn(pte)) ? -EFAULT : pte_page(pte);
}

/**
 * mm/memory.c follow_page_mask: the page that the pte (or huge pmd) maps now. It never sets A or D in
 * a pte. mmap_sem is held.
 *
 * @param flags FOLL_*
 * @returns the page, with FOLL_GET pinned; 0 if a fault is needed; -EFAULT.
 */
export function* follow_page_mask(
  cpu: Cpu,
  vma: Vma,
  address: Address,
  flags: number,
): Steps<Page> {
  const huge = yield* followHuge(cpu, vma, address, flags);
  if (huge !== undefined) return huge;
  const mm = peek(vma + V.vm_mm);
  const ptl = kernel.ptl(mm, address);
  for (;;) {
    yield lock(ptl);
    const pte = peek(kernel.pte(mm, address));
    if (isAwaited(pte, flags) && !pte_present(pte)) {
      yield unlock(ptl);
      yield* migration_entry_wait(cpu, mm, kernel.pmd(mm, address), address);
      continue;
    }
    const refused =
      !pte_present(pte) ||
      ((flags & FOLL_NUMA) !== 0 && pte_numa(pte)) ||
      ((flags & FOLL_WRITE) !== 0 && !pte_write(pte));
    const page = refused ? 0 : pageOf(pte, flags);
    if (page > 0) yield* touch(cpu, vma, page, pte, flags);
    yield unlock(ptl);
    return pte_none(pte) ? nothingThere(vma, flags) : page;
  }
}

/** include/linux/mm.h stack_guard_page: the lowest page of a stack, unless it is a split one. */
function stack_guard_page(vma: Vma, address: Address): boolean {
  if (!(peek(vma + V.vm_flags) & VM_GROWSDOWN) || peek(vma + V.vm_start) !== address) return false;
  const prev = vmaBefore(peek(vma + V.vm_mm), vma);
  const grown = prev !== 0 && peek(prev + V.vm_end) === address;
  return !grown || !(peek(prev + V.vm_flags) & VM_GROWSDOWN);
}

/**
 * mm/mmap.c find_extend_vma: a stack grows to the address; a locked one gets its new pages at once, without
 * leave to drop mmap_sem, but for the lowest, which is the guard page now.
 *
 * @returns 0 if nothing is there.
 */
function* find_extend_vma(cpu: Cpu, mm: Mm, address: Address): Steps<Vma> {
  const vma = yield* find_vma(mm, address);
  if (vma === 0 || peek(vma + V.vm_start) <= address) return vma;
  if (!(peek(vma + V.vm_flags) & VM_GROWSDOWN)) return 0;
  const start = peek(vma + V.vm_start);
  if (yield* expand_stack(cpu, vma, address)) return 0;
  if (peek(vma + V.vm_flags) & VM_LOCKED) {
    yield* __mlock_vma_pages_range(cpu, mm, vma, address, start, false);
  }
  return vma;
}

/** What a fault that get_user_pages raised means for it: an error, or 0 to look again. */
function faultError(ret: number, flags: number): number {
  if (!(ret & VM_FAULT_ERROR)) return 0;
  if (ret & VM_FAULT_OOM) return -ENOMEM;
  if (ret & (VM_FAULT_HWPOISON | VM_FAULT_HWPOISON_LARGE)) {
    return flags & FOLL_HWPOISON ? -EHWPOISON : -EFAULT;
  }
  if (ret & VM_FAULT_SIGBUS) return -EFAULT;
  BUG_ON(true, 'mm/memory.c __get_user_pages', 'ret & VM_FAULT_ERROR');
  return -EFAULT;
}

/** Whether the vma allows what the flags ask for; FOLL_FORCE asks only for VM_MAY*. */
function permits(vm_flags: number, flags: number): boolean {
  if (vm_flags & (VM_IO | VM_PFNMAP)) return false;
  const wanted = flags & FOLL_WRITE ? VM_WRITE | VM_MAYWRITE : VM_READ | VM_MAYREAD;
  const kind = flags & FOLL_FORCE ? VM_MAYREAD | VM_MAYWRITE : VM_READ | VM_WRITE;
  return (wanted & kind & vm_flags) !== 0;
}

/** What get_user_pages has got. */
export interface GotPages {
  /** Pages found, from the start on without a gap; -errno if not even the first. */
  readonly pages: number;
  /** Whether mmap_sem is still held. */
  readonly locked: boolean;
}

/** Marks the guard page of a stack, which mlock leaves out; no page has such an address. */
const GUARD_PAGE = -1;
/** Marks that mmap_sem has been dropped. */
const DROPPED = -2;

/** One page for __get_user_pages: raises faults until it is there. @returns it, a mark, or -errno. */
function* getOne(
  cpu: Cpu,
  vma: Vma,
  start: Address,
  gup_flags: number,
  nonblocking: boolean,
): Steps<Page | typeof GUARD_PAGE | typeof DROPPED> {
  const mm = peek(vma + V.vm_mm);
  let foll_flags = gup_flags;
  for (;;) {
    const page = yield* follow_page_mask(cpu, vma, start, foll_flags);
    if (page !== 0) return page;
    if ((foll_flags & FOLL_MLOCK) !== 0 && stack_guard_page(vma, start)) return GUARD_PAGE;
    let fault_flags = foll_flags & FOLL_WRITE ? FAULT_FLAG_WRITE : 0;
    if (nonblocking) fault_flags |= FAULT_FLAG_ALLOW_RETRY;
    const ret = yield* handle_mm_fault(cpu, mm, vma, start, fault_flags);
    const error = faultError(ret, gup_flags);
    if (error !== 0) return error;
    if (ret & VM_FAULT_RETRY) return DROPPED;
    // The copy has been made, and this vma will never make it writable.
    if ((ret & VM_FAULT_WRITE) !== 0 && !(peek(vma + V.vm_flags) & VM_WRITE)) {
      foll_flags &= ~FOLL_WRITE;
    }
  }
}

/**
 * mm/memory.c __get_user_pages. mmap_sem is held for reading or writing. Abstracted: killed tasks,
 * gate pages; populate looks at each small page of a huge one, where Linux steps over those behind the
 * first, which finds nothing left to do.
 *
 * @param gup_flags FOLL_*
 * @param pages receives the pages, with FOLL_GET
 * @param nonblocking whether mmap_sem may be dropped rather than wait for a page's lock
 */
export function* __get_user_pages(
  cpu: Cpu,
  mm: Mm,
  start: Address,
  nr_pages: number,
  gup_flags: number,
  pages?: Page[],
  nonblocking = false,
): Steps<GotPages> {
  assertMmapLocked(mm, '__get_user_pages');
  const flags = gup_flags & FOLL_FORCE ? gup_flags : gup_flags | FOLL_NUMA;
  for (let i = 0; i < nr_pages; i++) {
    const vma = yield* find_extend_vma(cpu, mm, start + i);
    const allowed = vma !== 0 && permits(peek(vma + V.vm_flags), flags);
    const page = allowed ? yield* getOne(cpu, vma, start + i, flags, nonblocking) : -EFAULT;
    if (page === DROPPED) return { pages: i, locked: false };
    if (page < 0 && page !== GUARD_PAGE) return { pages: i || page, locked: true };
    pages?.push(page);
  }
  return { pages: nr_pages, locked: true };
}

/**
 * mm/memory.c get_user_pages, for one page. mmap_sem is held by the caller.
 *
 * @returns the page, pinned, or -errno.
 */
export function* get_user_pages(
  cpu: Cpu,
  mm: Mm,
  address: Address,
  write: boolean,
  force: boolean,
): Steps<Page> {
  const flags = FOLL_TOUCH | FOLL_GET | (write ? FOLL_WRITE : 0) | (force ? FOLL_FORCE : 0);
  const pages: Page[] = [];
  const got = yield* __get_user_pages(cpu, mm, address, 1, flags, pages);
  return got.pages < 0 ? got.pages : pages[0]!;
}

/**
 * The model's own check of what callers owe.
 *
 * @throws Error if mmap_sem is free: a broken model, not a kernel fault.
 */
function assertMmapLocked(mm: Mm, who: string): void {
  const mmap_sem = mm + mm_struct.offset.mmap_sem;
  const isHeld = kernel.machine.isBelow(mmap_sem, 0) || !kernel.machine.isBelow(mmap_sem, 1);
  if (!isHeld) throw new Error(`${who}: mmap_sem must be held`);
}
