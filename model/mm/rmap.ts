/**
 * mm/rmap.c: the reverse map, from a page to the ptes that map it. This file has what the patch
 * series changes and the ways in; the rest of the kernel file is in the folder beside it.
 *
 * Lock order: page lock, then the anon_vma root's rwsem or the file's i_mmap_mutex, then the ptl.
 * Left out everywhere: mmu notifiers, memcg, and update_hiwater_rss, whose value only VmHWM shows.
 */
import {
  pte_dirty,
  pte_soft_dirty,
  pte_swp_mksoft_dirty,
  pte_write,
  set_pte_at,
  swp_entry_to_pte,
  pte_file,
} from '../arch/x86/include/asm/pgtable';
import { hunk, defined } from '../features/hunk';
import { BUG_ON, VM_BUG_ON } from '../include/linux/bug';
import { isTemporaryStack, PageTransHuge } from '../include/linux/huge_mm';
import { PageKsm } from '../include/linux/ksm';
import {
  page_mapped,
  page_rmapping,
  PAGE_MAPPING_ANON,
  PAGE_MAPPING_FLAGS,
  PAGE_MAPPING_LZFREE,
  PageAnon,
  PageLazyFree,
} from '../include/linux/mm';
import {
  anon_vma,
  mm_struct,
  Page,
  vm_area_struct,
  type Address,
  type AnonVma,
  type Mm,
  type Pte,
  type PtePtr,
  type Vma,
} from '../include/linux/mm_types';
import { PageHWPoison, PageLocked, PageSwapCache } from '../include/linux/page-flags';
import {
  SWAP_AGAIN,
  SWAP_FAIL,
  SWAP_MLOCK,
  SWAP_SUCCESS,
  TTU_ACTION,
  TTU_IGNORE_ACCESS,
  TTU_IGNORE_HWPOISON,
  TTU_IGNORE_MLOCK,
  TTU_LAZYFREE,
  TTU_MIGRATION,
  TTU_MUNLOCK,
} from '../include/linux/rmap';
import { make_hwpoison_entry, make_migration_entry } from '../include/linux/swapops';
import { VM_LOCKED } from '../include/linux/vm_flags';
import {
  add,
  decAndTest,
  incNotZero,
  load,
  readTrylock,
  readUnlock,
  step,
  unlock,
  type Steps,
} from '../machine/op';
import type { Cpu } from '../state/cpu';
import { bump, kernel, peek, poke } from '../state/kernel';
import { mlock_vma_page } from './mlock';
import { set_page_dirty } from './page-writeback';
import { ptep_clear_flush, ptep_clear_flush_young } from './pgtable-generic';
import { page_remove_rmap } from './rmap/account';
import {
  __put_anon_vma,
  anon_vma_lock_read,
  anonVmaObject,
  anon_vma_unlock_read,
  liveAnonVma,
  put_anon_vma,
} from './rmap/anon-vma';
import { try_to_unmap_nonlinear } from './rmap/nonlinear';
import { page_check_address, rmap_walk } from './rmap/walk';
import { put_page } from './swap';
import { swap_duplicate } from './swapfile';

export * from './rmap/account';
export * from './rmap/anon-vma';
export * from './rmap/referenced';
export * from './rmap/walk';

const vma_ = vm_area_struct.offset;
const av_ = anon_vma.offset;
const mm_ = mm_struct.offset;

/** mm/rmap.c is_anon_vma: the tag says anon_vma, lazyfree or not. On a value of page->mapping. */
function is_anon_vma(mapping: number): boolean {
  defined('p3/mm/rmap/is_anon_vma', 'is_anon_vma');
  const tag = mapping & PAGE_MAPPING_FLAGS();
  return tag === PAGE_MAPPING_ANON || tag === (PAGE_MAPPING_ANON | PAGE_MAPPING_LZFREE());
}

/**
 * mm/rmap.c page_get_anon_vma: the page's anon_vma with a reference, 0 if the page is unmapped, a
 * KSM page or not anonymous. No lock is needed; RCU keeps the object an anon_vma.
 */
export function* page_get_anon_vma(_cpu: Cpu, page: Page): Steps<AnonVma> {
  const anon_mapping = yield load(page + Page.mapping);
  if (hunk('p3/mm/rmap/page_get_anon_vma')) {
    if (!is_anon_vma(anon_mapping)) return 0;
  } else {
    if ((anon_mapping & PAGE_MAPPING_FLAGS()) !== PAGE_MAPPING_ANON) return 0;
  }
  if (!(yield* page_mapped(page))) return 0;
  const pointer = hunk('p1/mm/rmap/page_get_anon_vma')
    ? yield* page_rmapping(page)
    : anon_mapping - PAGE_MAPPING_ANON;
  const anonVma = anonVmaObject(pointer, 'mm/rmap.c page_get_anon_vma');
  if (!(yield incNotZero(anonVma + av_.refcount))) return 0;
  if (!(yield* page_mapped(page))) {
    yield* put_anon_vma(anonVma);
    return 0;
  }
  return anonVma;
}

/**
 * mm/rmap.c page_lock_anon_vma_read: the same, with the root's rwsem held for reading instead of a
 * reference. Only if the lock is not to be had at once is a reference taken, to sleep with.
 */
export function* page_lock_anon_vma_read(_cpu: Cpu, page: Page): Steps<AnonVma> {
  const anon_mapping = yield load(page + Page.mapping);
  if (hunk('p3/mm/rmap/page_lock_anon_vma_read')) {
    if (!is_anon_vma(anon_mapping)) return 0;
  } else {
    if ((anon_mapping & PAGE_MAPPING_FLAGS()) !== PAGE_MAPPING_ANON) return 0;
  }
  if (!(yield* page_mapped(page))) return 0;
  const pointer = hunk('p1/mm/rmap/page_lock_anon_vma_read')
    ? yield* page_rmapping(page)
    : anon_mapping - PAGE_MAPPING_ANON;
  const anonVma = anonVmaObject(pointer, 'mm/rmap.c page_lock_anon_vma_read');
  const root_anon_vma = yield load(anonVma + av_.root);
  if (yield readTrylock(root_anon_vma + av_.rwsem)) {
    // The object is known only now to be the page's, and to stay so.
    if (yield* page_mapped(page)) return liveAnonVma(anonVma, 'mm/rmap.c page_lock_anon_vma_read');
    yield readUnlock(root_anon_vma + av_.rwsem);
    return 0;
  }
  return yield* sleepForAnonVma(page, anonVma);
}

/** The second half of page_lock_anon_vma_read, after its trylock failed. */
function* sleepForAnonVma(page: Page, anonVma: AnonVma): Steps<AnonVma> {
  if (!(yield incNotZero(anonVma + av_.refcount))) return 0;
  if (!(yield* page_mapped(page))) {
    yield* put_anon_vma(anonVma);
    return 0;
  }
  yield* anon_vma_lock_read(anonVma);
  if (yield decAndTest(anonVma + av_.refcount)) {
    yield* anon_vma_unlock_read(anonVma);
    yield* __put_anon_vma(anonVma);
    return 0;
  }
  return anonVma;
}

/** mm/rmap.c page_unlock_anon_vma_read. */
export function* page_unlock_anon_vma_read(anonVma: AnonVma): Steps {
  yield* anon_vma_unlock_read(anonVma);
}

/**
 * mm/rmap.c try_to_unmap: removes every pte that maps a locked page, or goes until one cannot be.
 * `flags & TTU_MIGRATION` tests the action number as if it were a bit.
 *
 * @returns SWAP_SUCCESS if the page is unmapped afterwards, whoever did it; SWAP_AGAIN, SWAP_FAIL
 *   or SWAP_MLOCK.
 */
export function* try_to_unmap(cpu: Cpu, page: Page, flags: number): Steps<number> {
  const huge = yield* PageTransHuge(page);
  VM_BUG_ON(huge, 'mm/rmap.c try_to_unmap', '!PageHuge(page) && PageTransHuge(page)');
  const skipsExecStack =
    (flags & TTU_MIGRATION) !== 0 && !(yield* PageKsm(page)) && (yield* PageAnon(page));
  const ret = yield* rmap_walk(cpu, page, {
    rmap_one: (p, vma, address) => try_to_unmap_one(cpu, p, vma, address, flags),
    done: page_not_mapped,
    file_nonlinear: (p, mapping) => try_to_unmap_nonlinear(cpu, p, mapping),
    anon_lock: (p) => page_lock_anon_vma_read(cpu, p),
    ...(skipsExecStack ? { invalid_vma: invalid_migration_vma } : {}),
  });
  if (ret !== SWAP_MLOCK && !(yield* page_mapped(page))) return SWAP_SUCCESS;
  return ret;
}

/** mm/rmap.c try_to_munlock: finds out whether some VM_LOCKED vma maps the page. */
export function* try_to_munlock(cpu: Cpu, page: Page): Steps<number> {
  const locked = yield PageLocked(page);
  VM_BUG_ON(
    locked === 0 || peek(page + Page.PG_lru) !== 0,
    'mm/rmap.c try_to_munlock',
    '!PageLocked(page) || PageLRU(page)',
  );
  return yield* rmap_walk(cpu, page, {
    rmap_one: (p, vma, address) => try_to_unmap_one(cpu, p, vma, address, TTU_MUNLOCK),
    done: page_not_mapped,
    anon_lock: (p) => page_lock_anon_vma_read(cpu, p),
  });
}

/** mm/rmap.c page_not_mapped. */
function* page_not_mapped(page: Page): Steps<boolean> {
  return !(yield* page_mapped(page));
}

/** mm/rmap.c invalid_migration_vma, is_vma_temporary_stack: the stack that exec is setting up. */
function* invalid_migration_vma(vma: Vma): Steps<boolean> {
  return isTemporaryStack(yield load(vma + vma_.vm_flags));
}

/**
 * mm/rmap.c try_to_unmap_one, with the page locked and the anon_vma or the file locked.
 *
 * @returns SWAP_AGAIN, also when the pte was removed; SWAP_FAIL or SWAP_MLOCK.
 */
function* try_to_unmap_one(
  cpu: Cpu,
  page: Page,
  vma: Vma,
  address: Address,
  flags: number,
): Steps<number> {
  const mm = peek(vma + vma_.vm_mm);
  const pte = yield* page_check_address(cpu, page, mm, address, false);
  if (pte === 0) return SWAP_AGAIN;
  const ptl = kernel.ptl(mm, address);
  if ((flags & TTU_IGNORE_MLOCK) === 0) {
    if ((yield load(vma + vma_.vm_flags)) & VM_LOCKED) {
      yield unlock(ptl);
      return yield* mlockIfStillLocked(cpu, page, vma);
    }
    if (TTU_ACTION(flags) === TTU_MUNLOCK) {
      yield unlock(ptl);
      return SWAP_AGAIN;
    }
  }
  if ((flags & TTU_IGNORE_ACCESS) === 0) {
    if (yield* ptep_clear_flush_young(cpu, vma, address, pte)) {
      yield unlock(ptl);
      return SWAP_FAIL;
    }
  }
  const pteval = yield* ptep_clear_flush(cpu, vma, address, pte);
  if (pte_dirty(pteval)) yield* set_page_dirty(cpu, page);

  if ((yield PageHWPoison(page)) && (flags & TTU_IGNORE_HWPOISON) === 0) {
    yield add(mm + ((yield* PageAnon(page)) ? mm_.rss_anon : mm_.rss_file), -1);
    yield set_pte_at(pte, swp_entry_to_pte(yield* make_hwpoison_entry(page)));
  } else if (
    hunk('p3/mm/rmap/try_to_unmap_one') &&
    (flags & TTU_LAZYFREE()) !== 0 &&
    (yield* PageLazyFree(page))
  ) {
    BUG_ON(!(yield* PageAnon(page)), 'mm/rmap.c try_to_unmap_one', '!PageAnon(page)');
    if (pte_dirty(pteval)) {
      yield set_pte_at(pte, pteval);
      yield unlock(ptl);
      return SWAP_FAIL;
    }
    yield add(mm + mm_.rss_anon, -1);
  } else if (yield* PageAnon(page)) {
    if (!(yield* leaveSwapEntry(cpu, page, mm, pte, pteval, flags))) {
      yield set_pte_at(pte, pteval);
      yield unlock(ptl);
      return SWAP_FAIL;
    }
  } else if (kernel.config.CONFIG_MIGRATION && TTU_ACTION(flags) === TTU_MIGRATION) {
    const entry = yield* make_migration_entry(page, pte_write(pteval));
    yield set_pte_at(pte, swp_entry_to_pte(entry));
  } else {
    yield add(mm + mm_.rss_file, -1);
  }
  yield* page_remove_rmap(cpu, page);
  yield* put_page(cpu, page);
  yield unlock(ptl);
  return SWAP_AGAIN;
}

/**
 * The PageAnon branch of try_to_unmap_one: a swap entry or a migration entry takes the pte's place.
 *
 * @returns false if the slot's count could not be raised; nothing has changed then.
 */
function* leaveSwapEntry(
  cpu: Cpu,
  page: Page,
  mm: Mm,
  pte: PtePtr,
  pteval: Pte,
  flags: number,
): Steps<boolean> {
  const where = 'mm/rmap.c try_to_unmap_one';
  let entry = yield load(page + Page.private);
  if (yield PageSwapCache(page)) {
    if ((yield* swap_duplicate(cpu, entry)) < 0) return false;
    yield* putOnMmlist(mm);
    yield step(mm + mm_.rss_anon);
    bump(mm + mm_.rss_anon, -1);
    bump(mm + mm_.rss_swapents, 1);
  } else if (kernel.config.CONFIG_MIGRATION) {
    const migrates = TTU_ACTION(flags) === TTU_MIGRATION;
    BUG_ON(!migrates, where, 'TTU_ACTION(flags) != TTU_MIGRATION');
    entry = yield* make_migration_entry(page, pte_write(pteval));
  }
  let swp_pte = swp_entry_to_pte(entry);
  if (pte_soft_dirty(pteval)) swp_pte = pte_swp_mksoft_dirty(swp_pte);
  yield set_pte_at(pte, swp_pte);
  BUG_ON(pte_file(swp_pte), where, 'pte_file(*pte)');
  return true;
}

/** Makes swapoff look at this mm: on init_mm.mmlist, under mmlist_lock. */
export function* putOnMmlist(mm: Mm): Steps {
  if (yield load(mm + mm_.mmlist)) return;
  yield step(mm + mm_.mmlist);
  poke(mm + mm_.mmlist, 1);
}

/** The mlock exit of try_to_unmap_one: mlocks the page if the vma is still locked under mmap_sem. */
function* mlockIfStillLocked(cpu: Cpu, page: Page, vma: Vma): Steps<number> {
  const mm = peek(vma + vma_.vm_mm);
  if (!(yield readTrylock(mm + mm_.mmap_sem))) return SWAP_AGAIN;
  let ret: number = SWAP_AGAIN;
  if ((yield load(vma + vma_.vm_flags)) & VM_LOCKED) {
    yield* mlock_vma_page(cpu, page);
    ret = SWAP_MLOCK;
  }
  yield readUnlock(mm + mm_.mmap_sem);
  return ret;
}
