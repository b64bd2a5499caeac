/** mm/memory.c: a fault on a pte that holds a swap, migration or hwpoison entry. */
import {
  maybe_mkwrite,
  mk_pte,
  pte_mkdirty,
  pte_mksoft_dirty,
  pte_swp_soft_dirty,
  pte_to_swp_entry,
  set_pte_at,
} from '../../arch/x86/include/asm/pgtable';
import {
  Page,
  vm_area_struct,
  type Address,
  type Mm,
  type Pte,
  type Vma,
} from '../../include/linux/mm_types';
import {
  PageHWPoison,
  PageMlocked,
  PageSwapCache,
  PageUptodate,
} from '../../include/linux/page-flags';
import { unlock_page } from '../../include/linux/pagemap';
import {
  is_hwpoison_entry,
  is_migration_entry,
  non_swap_entry,
  type SwpEntry,
} from '../../include/linux/swapops';
import {
  FAULT_FLAG_WRITE,
  VM_FAULT_ERROR,
  VM_FAULT_HWPOISON,
  VM_FAULT_MAJOR,
  VM_FAULT_OOM,
  VM_FAULT_RETRY,
  VM_FAULT_SIGBUS,
  VM_FAULT_WRITE,
} from '../../include/linux/vm_fault';
import { VM_LOCKED } from '../../include/linux/vm_flags';
import { vm_page_prot } from '../../include/linux/vm_page_prot';
import { load, lock, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek } from '../../state/kernel';
import { lock_page_or_retry } from '../filemap';
import { ksm_might_need_to_copy } from '../ksm';
import { migration_entry_wait } from '../migrate';
import { do_page_add_anon_rmap, page_add_new_anon_rmap } from '../rmap/account';
import { put_page } from '../swap';
import { lookup_swap_cache, swapin_readahead } from '../swap_state';
import { reuse_swap_page, swap_free, try_to_free_swap, vm_swap_full } from '../swapfile';
import { bumpVmEvent } from '../vmstat';
import { bumpMmCounter } from './rss';
import { do_wp_page } from './wp';
import { print_bad_pte } from './zap';

const V = vm_area_struct.offset;

/** What do_swap_page works with. */
interface SwapFault {
  readonly cpu: Cpu;
  readonly mm: Mm;
  readonly vma: Vma;
  readonly address: Address;
  readonly flags: number;
  readonly orig_pte: Pte;
  readonly entry: SwpEntry;
}

/** Where a fault is between the swap cache and the pte. */
interface Found {
  /** The page to map: the swap cache's, or KSM's copy of it. */
  page: Page;
  readonly swapcache: Page;
}

/** The part of do_swap_page for entries that name no swap slot. */
function* doNonSwap(fault: SwapFault): Steps<number> {
  const { cpu, mm, address, entry } = fault;
  if (is_migration_entry(entry)) {
    yield* migration_entry_wait(cpu, mm, kernel.pmd(mm, address), address);
    return 0;
  }
  if (is_hwpoison_entry(entry)) return VM_FAULT_HWPOISON;
  print_bad_pte();
  return VM_FAULT_SIGBUS;
}

/** No page could be read: out of memory, unless the pte has changed meanwhile. */
function* nothingRead({ mm, address, orig_pte }: SwapFault): Steps<number> {
  yield lock(kernel.ptl(mm, address));
  const same = peek(kernel.pte(mm, address)) === orig_pte;
  yield unlock(kernel.ptl(mm, address));
  return same ? VM_FAULT_OOM : 0;
}

/** The labels out_page and out_release: lets go of everything. */
function* backOut(cpu: Cpu, { page, swapcache }: Found): Steps {
  yield* unlock_page(page);
  yield* put_page(cpu, page);
  if (page === swapcache) return;
  yield* unlock_page(swapcache);
  yield* put_page(cpu, swapcache);
}

/**
 * From the locked page of the swap cache up to the ptl. @returns undefined with the ptl held and the
 * pte unchanged; else the fault's result, with everything released.
 */
function* validate(fault: SwapFault, found: Found): Steps<number | undefined> {
  const { cpu, mm, vma, address, orig_pte, entry } = fault;
  const { swapcache } = found;
  if (!(yield PageSwapCache(swapcache)) || (yield load(swapcache + Page.private)) !== entry) {
    yield* backOut(cpu, found);
    return 0;
  }
  const page = yield* ksm_might_need_to_copy(cpu, swapcache, vma, address);
  if (page === 0) {
    yield* backOut(cpu, found);
    return VM_FAULT_OOM;
  }
  found.page = page;
  yield lock(kernel.ptl(mm, address));
  const same = peek(kernel.pte(mm, address)) === orig_pte;
  if (same && (yield PageUptodate(page))) return undefined;
  yield unlock(kernel.ptl(mm, address));
  yield* backOut(cpu, found);
  return same ? VM_FAULT_SIGBUS : 0;
}

/** The new pte. @returns it, and whether the page is the faulting process's alone. */
function* make_pte(fault: SwapFault, page: Page): Steps<{ pte: Pte; exclusive: boolean }> {
  const { cpu, vma, flags, orig_pte } = fault;
  const exclusive = (flags & FAULT_FLAG_WRITE) !== 0 && (yield* reuse_swap_page(cpu, page));
  let pte = mk_pte(page, vm_page_prot(vma));
  if (exclusive) pte = maybe_mkwrite(pte_mkdirty(pte), peek(vma + V.vm_flags));
  if (pte_swp_soft_dirty(orig_pte)) pte = pte_mksoft_dirty(pte);
  return { pte, exclusive };
}

/** From the validated page to the end; the ptl is held. The pte comes before the rmap. */
function* map_page(fault: SwapFault, { page, swapcache }: Found): Steps<number> {
  const { cpu, mm, vma, address, flags, entry } = fault;
  const ptep = kernel.pte(mm, address);
  bumpMmCounter(mm, 'anon', 1);
  bumpMmCounter(mm, 'swapents', -1);
  const { pte, exclusive } = yield* make_pte(fault, page);
  yield set_pte_at(ptep, pte);
  if (page === swapcache) yield* do_page_add_anon_rmap(cpu, page, vma, address, exclusive);
  else yield* page_add_new_anon_rmap(cpu, page, vma, address);
  yield* swap_free(cpu, entry);
  const wanted =
    (yield* vm_swap_full()) ||
    (peek(vma + V.vm_flags) & VM_LOCKED) !== 0 ||
    (yield PageMlocked(page)) !== 0;
  if (wanted) yield* try_to_free_swap(cpu, page);
  yield* unlock_page(page);
  if (page !== swapcache) {
    yield* unlock_page(swapcache);
    yield* put_page(cpu, swapcache);
  }
  if ((flags & FAULT_FLAG_WRITE) !== 0 && !exclusive) {
    const ret = yield* do_wp_page(cpu, mm, vma, address, pte);
    return ret & VM_FAULT_ERROR ? ret & VM_FAULT_ERROR : ret;
  }
  yield unlock(kernel.ptl(mm, address));
  return exclusive ? VM_FAULT_WRITE : 0;
}

/** mm/memory.c do_swap_page. memcg is left out. @returns VM_FAULT_* bits. */
export function* do_swap_page(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  flags: number,
  orig_pte: Pte,
): Steps<number> {
  const entry = pte_to_swp_entry(orig_pte);
  const fault: SwapFault = { cpu, mm, vma, address, flags, orig_pte, entry };
  if (non_swap_entry(entry)) return yield* doNonSwap(fault);
  let major = 0;
  let swapcache = yield* lookup_swap_cache(cpu, entry);
  if (swapcache === 0) {
    swapcache = yield* swapin_readahead(cpu, entry);
    if (swapcache === 0) return yield* nothingRead(fault);
    major = VM_FAULT_MAJOR;
    bumpVmEvent('PGMAJFAULT');
  } else if (yield PageHWPoison(swapcache)) {
    yield* put_page(cpu, swapcache);
    return VM_FAULT_HWPOISON;
  }
  if (!(yield* lock_page_or_retry(swapcache, mm, flags))) {
    yield* put_page(cpu, swapcache);
    return major | VM_FAULT_RETRY;
  }
  const found: Found = { page: swapcache, swapcache };
  const refused = yield* validate(fault, found);
  if (refused !== undefined) return refused === 0 ? major : refused;
  return major | (yield* map_page(fault, found));
}
