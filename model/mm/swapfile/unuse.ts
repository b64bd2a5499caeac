/**
 * mm/swapfile.c: swapoff. Every slot in use is read in, and every pte that refers to it is made to map
 * the page again.
 *
 * Abstracted: the order in which mms are searched (here that of the table, in Linux from where the
 * last entry was found), signals, and the test whether memory will suffice at all.
 */
import { pmd_none, pmd_trans_huge } from '../../arch/x86/include/asm/pgtable-pmd';
import {
  mk_pte,
  pte_mkold,
  pte_swp_mksoft_dirty,
  set_pte_at,
  swp_entry_to_pte,
} from '../../arch/x86/include/asm/pgtable';
import { get_page } from '../../include/linux/mm';
import {
  Page,
  mm_struct,
  swap_info_struct,
  vm_area_struct,
  type Address,
  type Mm,
  type Pte,
  type Vma,
} from '../../include/linux/mm_types';
import { PageDirty, PageSwapCache, SetPageDirty } from '../../include/linux/page-flags';
import {
  lock_page,
  unlock_page,
  wait_on_page_locked,
  wait_on_page_writeback,
} from '../../include/linux/pagemap';
import { page_anon_vma } from '../../include/linux/rmap';
import {
  SWAP_MAP_BAD,
  SWAP_MAP_SHMEM,
  SWP_USED,
  SWP_WRITEOK,
  swap_count,
} from '../../include/linux/swap';
import { swp_entry, swp_offset, type SwpEntry } from '../../include/linux/swapops';
import { EFAULT, EINVAL, ENOMEM, ENOSYS } from '../../include/uapi/asm-generic/errno-base';
import { vm_page_prot } from '../../include/linux/vm_page_prot';
import { mmput } from '../../kernel/fork';
import {
  awaitFree,
  incNotZero,
  load,
  lock,
  readLock,
  readTrylock,
  readUnlock,
  step,
  unlock,
  type Steps,
} from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { bump, kernel, peek, poke, release, take } from '../../state/kernel';
import { ksm_might_need_to_copy } from '../ksm';
import { bumpMmCounter } from '../memory/rss';
import { swap_writepage } from '../page_io';
import { page_add_anon_rmap, page_add_new_anon_rmap, page_address_in_vma } from '../rmap';
import { shmem_unuse } from '../shmem';
import { activate_page, put_page } from '../swap';
import { delete_from_swap_cache, read_swap_cache_async } from '../swap_state';
import { deviceLocked, swap_free, swap_map, swapMax } from '../swapfile';

const Info = swap_info_struct.offset;
const MmField = mm_struct.offset;
const VmaField = vm_area_struct.offset;

/** mm/swapfile.c maybe_same_pte: soft-dirty in the pte does not matter. */
const maybe_same_pte = (pte: Pte, swp_pte: Pte): boolean =>
  pte === swp_pte || pte === pte_swp_mksoft_dirty(swp_pte);

/**
 * mm/swapfile.c unuse_pte: one swap pte becomes one that maps the page: old, clean, and without write
 * permission in a private vma.
 *
 * @returns 1, 0 if the pte has changed, or -ENOMEM.
 */
function* unuse_pte(
  cpu: Cpu,
  vma: Vma,
  address: Address,
  entry: SwpEntry,
  swapcache: Page,
): Steps<number> {
  const page = yield* ksm_might_need_to_copy(cpu, swapcache, vma, address);
  if (page === 0) return -ENOMEM;
  const mm = yield load(vma + VmaField.vm_mm);
  const pte = kernel.pte(mm, address);
  yield lock(kernel.ptl(mm, address));
  const same = maybe_same_pte(yield load(pte), swp_entry_to_pte(entry));
  if (same) {
    yield step(mm);
    bumpMmCounter(mm, 'swapents', -1);
    bumpMmCounter(mm, 'anon', 1);
    yield* get_page(cpu, page);
    yield load(vma + VmaField.vm_flags);
    yield set_pte_at(pte, pte_mkold(mk_pte(page, vm_page_prot(vma))));
    if (page === swapcache) yield* page_add_anon_rmap(cpu, page, vma, address);
    else yield* page_add_new_anon_rmap(cpu, page, vma, address);
    yield* swap_free(cpu, entry);
    yield* activate_page(cpu, page);
  }
  yield unlock(kernel.ptl(mm, address));
  if (page !== swapcache) {
    yield* unlock_page(page);
    yield* put_page(cpu, page);
  }
  return same ? 1 : 0;
}

/** mm/swapfile.c unuse_pte_range and its callers: looks without the ptl. Stops at the first hit. */
function* unuseRange(
  cpu: Cpu,
  vma: Vma,
  start: Address,
  end: Address,
  entry: SwpEntry,
  page: Page,
): Steps<number> {
  const mm = yield load(vma + VmaField.vm_mm);
  const swp_pte = swp_entry_to_pte(entry);
  for (let address = start; address < end; address++) {
    if (address === start || address % kernel.config.hugePages === 0) {
      const pmd = yield load(kernel.pmd(mm, address));
      if (pmd_none(pmd) || pmd_trans_huge(pmd)) {
        address += kernel.config.hugePages - 1 - (address % kernel.config.hugePages);
        continue;
      }
    }
    if (!maybe_same_pte(yield load(kernel.pte(mm, address)), swp_pte)) continue;
    const ret = yield* unuse_pte(cpu, vma, address, entry, page);
    if (ret !== 0) return ret;
  }
  return 0;
}

/** mm/swapfile.c unuse_vma: one address if the page has an anon_vma, else the whole vma. */
function* unuse_vma(cpu: Cpu, vma: Vma, entry: SwpEntry, page: Page): Steps<number> {
  if ((yield* page_anon_vma(page)) !== 0) {
    const address = yield* page_address_in_vma(page, vma);
    if (address === -EFAULT) return 0;
    return yield* unuseRange(cpu, vma, address, address + 1, entry, page);
  }
  const start = yield load(vma + VmaField.vm_start);
  const end = yield load(vma + VmaField.vm_end);
  return yield* unuseRange(cpu, vma, start, end, entry, page);
}

/** mm/swapfile.c unuse_mm. The page lock is dropped if mmap_sem has to be waited for. */
function* unuse_mm(cpu: Cpu, mm: Mm, entry: SwpEntry, page: Page): Steps<number> {
  const mmap_sem = mm + MmField.mmap_sem;
  if (!(yield readTrylock(mmap_sem))) {
    yield* activate_page(cpu, page);
    yield* unlock_page(page);
    yield readLock(mmap_sem);
    yield lock_page(page);
  }
  let ret = 0;
  let vma = yield load(mm + MmField.mmap);
  while (vma !== 0) {
    if (yield load(vma + VmaField.anon_vma)) ret = yield* unuse_vma(cpu, vma, entry, page);
    if (ret !== 0) break;
    vma = yield load(vma + VmaField.vm_next);
  }
  yield readUnlock(mmap_sem);
  return Math.min(ret, 0);
}

/** The middle of try_to_unuse: the mms on the mmlist, until the slot has no users. @returns 0 or -errno. */
function* unuseMms(cpu: Cpu, entry: SwpEntry, page: Page): Steps<number> {
  for (let i = 0; i < kernel.config.processes; i++) {
    const mm = kernel.mmAt(i);
    if (swap_count(yield load(swap_map(swp_offset(entry)))) === 0) return 0;
    if (!(yield load(mm + MmField.mmlist))) continue;
    if (!(yield incNotZero(mm + MmField.mm_users))) continue;
    const ret = yield* unuse_mm(cpu, mm, entry, page);
    yield* mmput(cpu, mm);
    if (ret < 0) return ret;
  }
  return 0;
}

/**
 * The end of try_to_unuse for one slot: the page leaves the swap cache even if a user remains, and
 * then its contents are written first. It is dirty, as no pte was made so.
 */
function* forgetSlot(cpu: Cpu, entry: SwpEntry, page: Page): Steps {
  if (
    swap_count(yield load(swap_map(swp_offset(entry)))) !== 0 &&
    (yield PageDirty(page)) &&
    (yield PageSwapCache(page))
  ) {
    yield* swap_writepage(cpu, page);
    yield lock_page(page);
    yield wait_on_page_writeback(page);
  }
  if ((yield PageSwapCache(page)) && (yield load(page + Page.private)) === entry) {
    yield* delete_from_swap_cache(cpu, page);
  }
  yield SetPageDirty(page);
  yield* unlock_page(page);
  yield* put_page(cpu, page);
}

/** mm/swapfile.c find_next_to_unuse: the next slot in use after `prev`, then from the start; 0: none. */
function* find_next_to_unuse(prev: number): Steps<number> {
  let before = prev;
  let max = swapMax();
  for (let i = prev + 1; ; i++) {
    if (i >= max) {
      if (before === 0) return 0;
      max = before + 1;
      before = 0;
      i = 1;
    }
    const byte = yield load(swap_map(i));
    if (byte !== 0 && swap_count(byte) !== SWAP_MAP_BAD) return i;
  }
}

/** One slot of try_to_unuse. @returns 0 or -ENOMEM. */
function* unuseSlot(cpu: Cpu, entry: SwpEntry): Steps<number> {
  const byteOfSlot = swap_map(swp_offset(entry));
  const page = yield* read_swap_cache_async(cpu, entry);
  if (page === 0) {
    const byte = yield load(byteOfSlot);
    return byte === 0 || byte === SWAP_MAP_BAD ? 0 : -ENOMEM;
  }
  yield wait_on_page_locked(page);
  yield wait_on_page_writeback(page);
  yield lock_page(page);
  yield wait_on_page_writeback(page);
  if (swap_count(yield load(byteOfSlot)) === SWAP_MAP_SHMEM) {
    yield* shmem_unuse(cpu, entry, page);
    return 0;
  }
  const error = yield* unuseMms(cpu, entry, page);
  if (error === 0) {
    yield* forgetSlot(cpu, entry, page);
  } else {
    yield* unlock_page(page);
    yield* put_page(cpu, page);
  }
  return error;
}

/**
 * mm/swapfile.c try_to_unuse. Where Linux goes round for ever, since nothing that it can find refers
 * to a slot that has users, the model waits until the users of some slot change: then also for ever,
 * but as a task that waits.
 *
 * @returns 0 or -ENOMEM.
 */
function* try_to_unuse(cpu: Cpu): Steps<number> {
  const quiet = kernel.swap_info + Info.unuse_quiet;
  let fruitless = 0;
  const tried = new Set<number>();
  yield step(quiet);
  take(quiet);
  let i = yield* find_next_to_unuse(0);
  for (; i !== 0; i = yield* find_next_to_unuse(i)) {
    const error = yield* unuseSlot(cpu, swp_entry(0, i));
    if (error !== 0) return error;
    tried.add(i);
    const givenUp = ++fruitless > 2 * tried.size;
    yield givenUp ? awaitFree(quiet) : step(quiet);
    if (peek(quiet) !== 0) continue;
    take(quiet);
    fruitless = 0;
    tried.clear();
  }
  return 0;
}

/**
 * mm/swapfile.c sys_swapoff: nothing is swapped out any more, everything is brought back, and the
 * device is gone. If memory runs out the device is in use again.
 *
 * @returns 0, -EINVAL if swap is off already, or -ENOMEM; -ENOSYS (kernel/sys_ni.c) without CONFIG_SWAP.
 */
export function* swapoff(cpu: Cpu): Steps<number> {
  const { swapSlots, CONFIG_SWAP } = kernel.config;
  if (!CONFIG_SWAP) return -ENOSYS;
  const flags = kernel.swap_info + Info.flags;
  yield deviceLocked();
  if ((peek(flags) & SWP_WRITEOK) === 0) return -EINVAL;
  bump(kernel.nr_swap_pages, -swapSlots);
  bump(kernel.total_swap_pages, -swapSlots);
  poke(flags, SWP_USED);
  const error = yield* try_to_unuse(cpu);
  yield deviceLocked();
  release(kernel.swap_info + Info.unuse_quiet);
  if (error !== 0) {
    poke(flags, SWP_USED | SWP_WRITEOK);
    bump(kernel.nr_swap_pages, swapSlots);
    bump(kernel.total_swap_pages, swapSlots);
    return error;
  }
  poke(flags, 0);
  const continuation = peek(kernel.swap_info + Info.continuation_page);
  poke(kernel.swap_info + Info.continuation_page, 0);
  if (continuation !== 0) yield* put_page(cpu, continuation);
  return 0;
}
