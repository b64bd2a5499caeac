/** mm/memory.c: a write to a page that is mapped read-only. */
import {
  is_zero_pfn,
  maybe_mkwrite,
  mk_pte,
  pte_mkdirty,
  pte_mkyoung,
  pte_pfn,
  set_pte_at,
  vm_normal_page,
} from '../../arch/x86/include/asm/pgtable';
import { ptep_set_access_flags } from '../../arch/x86/mm/pgtable';
import { vm_ops } from '../../fs/aops';
import { VM_BUG_ON } from '../../include/linux/bug';
import { copy_user_highpage } from '../../include/linux/highmem';
import { PageKsm } from '../../include/linux/ksm';
import { get_page, PageAnon } from '../../include/linux/mm';
import {
  Page,
  vm_area_struct,
  type Address,
  type Mm,
  type Pte,
  type Vma,
} from '../../include/linux/mm_types';
import { PageLocked } from '../../include/linux/page-flags';
import {
  lock_page,
  trylock_page,
  unlock_page,
  wait_on_page_locked,
} from '../../include/linux/pagemap';
import {
  FAULT_FLAG_MKWRITE,
  FAULT_FLAG_WRITE,
  VM_FAULT_ERROR,
  VM_FAULT_LOCKED,
  VM_FAULT_NOPAGE,
  VM_FAULT_OOM,
  VM_FAULT_WRITE,
} from '../../include/linux/vm_fault';
import { VM_LOCKED, VM_SHARED, VM_WRITE } from '../../include/linux/vm_flags';
import { vm_page_prot } from '../../include/linux/vm_page_prot';
import { load, lock, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, poke } from '../../state/kernel';
import { munlock_vma_page } from '../mlock';
import { alloc_page } from '../page_alloc';
import { set_page_dirty } from '../page-writeback';
import { ptep_clear_flush } from '../pgtable-generic';
import { page_add_new_anon_rmap, page_move_anon_rmap, page_remove_rmap } from '../rmap/account';
import { anon_vma_prepare } from '../rmap/anon-vma';
import { put_page } from '../swap';
import { reuse_swap_page } from '../swapfile';
import { allocZeroedPage } from './anonymous';
import { bumpMmCounter } from './rss';

const V = vm_area_struct.offset;
const WHERE = 'mm/memory.c do_wp_page';

/** What do_wp_page works with. */
interface WpFault {
  readonly cpu: Cpu;
  readonly mm: Mm;
  readonly vma: Vma;
  readonly address: Address;
  readonly orig_pte: Pte;
}

const lockPte = ({ mm, address }: WpFault) => lock(kernel.ptl(mm, address));
const unlockPte = ({ mm, address }: WpFault) => unlock(kernel.ptl(mm, address));

/** Whether the pte is what it was; under the ptl. */
const isSame = ({ mm, address, orig_pte }: WpFault): boolean =>
  peek(kernel.pte(mm, address)) === orig_pte;

/** The label reuse: the pte becomes writable where it is. Drops the ptl. */
function* reuse(fault: WpFault): Steps<number> {
  const { mm, vma, address, orig_pte } = fault;
  const vm_flags = peek(vma + V.vm_flags);
  const entry = maybe_mkwrite(pte_mkdirty(pte_mkyoung(orig_pte)), vm_flags);
  yield* ptep_set_access_flags(kernel.pte(mm, address), entry, true);
  yield unlockPte(fault);
  return VM_FAULT_WRITE;
}

/** What the locking of an anonymous page led to. */
type Decision = 'reuse' | 'copy' | 'changed';

/**
 * An anonymous page that is no KSM page: may it be written as it is? Looking needs the page lock. At
 * 'changed' the ptl has been dropped, else it is held.
 */
function* judgeAnon(fault: WpFault, old_page: Page): Steps<Decision> {
  const { cpu, vma, address } = fault;
  if (!(yield trylock_page(old_page))) {
    yield* get_page(cpu, old_page);
    yield unlockPte(fault);
    yield lock_page(old_page);
    yield lockPte(fault);
    if (!isSame(fault)) {
      yield* unlock_page(old_page);
      yield unlockPte(fault);
      yield* put_page(cpu, old_page);
      return 'changed';
    }
    yield* put_page(cpu, old_page);
  }
  const reusable = yield* reuse_swap_page(cpu, old_page);
  if (reusable) yield* page_move_anon_rmap(old_page, vma, address);
  yield* unlock_page(old_page);
  return reusable ? 'reuse' : 'copy';
}

/**
 * A page of a shared writable file mapping: reused, but the file is told, before by page_mkwrite if it
 * has that, else afterwards. File times and the throttling of who dirties pages are left out.
 */
function* wpShared(fault: WpFault, page: Page): Steps<number> {
  const { cpu, vma } = fault;
  const { page_mkwrite } = vm_ops(peek(vma + V.vm_file));
  if (page_mkwrite === undefined) {
    yield* get_page(cpu, page);
    const ret = yield* reuse(fault);
    yield wait_on_page_locked(page);
    yield* set_page_dirty(cpu, page);
    yield* put_page(cpu, page);
    return ret;
  }
  yield* get_page(cpu, page);
  yield unlockPte(fault);
  const pgoff = yield load(page + Page.index);
  const flags = FAULT_FLAG_WRITE | FAULT_FLAG_MKWRITE;
  const tmp = yield* page_mkwrite(cpu, vma, { flags, pgoff, page });
  if (tmp & (VM_FAULT_ERROR | VM_FAULT_NOPAGE)) {
    yield* put_page(cpu, page);
    return tmp;
  }
  if (!(yield* lockUnlessLocked(page, tmp))) {
    yield* put_page(cpu, page);
    return 0;
  }
  return yield* wpSharedLocked(fault, page);
}

/** After page_mkwrite the page is locked; false if it left its file meanwhile. */
function* lockUnlessLocked(page: Page, tmp: number): Steps<boolean> {
  if (tmp & VM_FAULT_LOCKED) {
    VM_BUG_ON(!(yield PageLocked(page)), WHERE, '!PageLocked(old_page)');
    return true;
  }
  yield lock_page(page);
  if (yield load(page + Page.mapping)) return true;
  yield* unlock_page(page);
  return false;
}

/** The rest of the page_mkwrite protocol: the page is locked, the ptl is not held. */
function* wpSharedLocked(fault: WpFault, page: Page): Steps<number> {
  const { cpu } = fault;
  yield lockPte(fault);
  if (!isSame(fault)) {
    yield* unlock_page(page);
    yield unlockPte(fault);
    yield* put_page(cpu, page);
    return 0;
  }
  // dirty_page's reference, beside the one that is held since before page_mkwrite.
  yield* get_page(cpu, page);
  const ret = yield* reuse(fault);
  yield* put_page(cpu, page);
  yield* set_page_dirty(cpu, page);
  yield* unlock_page(page);
  yield* put_page(cpu, page);
  return ret;
}

/** The new page with the old contents; 0 without memory. */
function* copiedPage({ cpu, vma, orig_pte }: WpFault, old_page: Page): Steps<Page> {
  if (yield* anon_vma_prepare(cpu, vma)) return 0;
  if (is_zero_pfn(pte_pfn(orig_pte))) return yield* allocZeroedPage(cpu);
  const page = yield* alloc_page(cpu);
  if (page === 0) return 0;
  yield* copy_user_highpage(page, old_page);
  poke(page + Page.PG_uptodate, 1);
  return page;
}

/** Switches the pte to the new page, then takes the old one off the rmap. The ptl is held. */
function* switchPage(fault: WpFault, old_page: Page, new_page: Page): Steps {
  const { cpu, mm, vma, address } = fault;
  const pte = kernel.pte(mm, address);
  const anon = old_page !== 0 && (yield* PageAnon(old_page));
  if (old_page !== 0 && !anon) bumpMmCounter(mm, 'file', -1);
  if (!anon) bumpMmCounter(mm, 'anon', 1);
  const entry = mk_pte(new_page, vm_page_prot(vma));
  const writable = maybe_mkwrite(pte_mkdirty(entry), peek(vma + V.vm_flags));
  yield* ptep_clear_flush(cpu, vma, address, pte);
  yield* page_add_new_anon_rmap(cpu, new_page, vma, address);
  yield set_pte_at(pte, writable);
  if (old_page !== 0) yield* page_remove_rmap(cpu, old_page);
}

/** The labels gotten to the end: a copy. `old_page` 0: there is nothing to be copied. Drops the ptl. */
function* copy(fault: WpFault, old_page: Page): Steps<number> {
  const { cpu, vma } = fault;
  if (old_page !== 0) yield* get_page(cpu, old_page);
  yield unlockPte(fault);
  const new_page = yield* copiedPage(fault, old_page);
  if (new_page === 0) {
    if (old_page !== 0) yield* put_page(cpu, old_page);
    return VM_FAULT_OOM;
  }
  yield lockPte(fault);
  const same = isSame(fault);
  if (same) yield* switchPage(fault, old_page, new_page);
  // The reference of the old pte, or the unused new page.
  const surplus = same ? old_page : new_page;
  if (surplus !== 0) yield* put_page(cpu, surplus);
  yield unlockPte(fault);
  if (old_page !== 0) {
    if (same && peek(vma + V.vm_flags) & VM_LOCKED) {
      yield lock_page(old_page);
      yield* munlock_vma_page(cpu, old_page);
      yield* unlock_page(old_page);
    }
    yield* put_page(cpu, old_page);
  }
  return same ? VM_FAULT_WRITE : 0;
}

/**
 * mm/memory.c do_wp_page. The ptl is held on entry, and released. memcg and the MMU notifiers are
 * left out.
 *
 * @returns VM_FAULT_WRITE, 0 (changed meanwhile) or an error.
 */
export function* do_wp_page(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  orig_pte: Pte,
): Steps<number> {
  const fault: WpFault = { cpu, mm, vma, address, orig_pte };
  const old_page = vm_normal_page(orig_pte);
  const vm_flags = peek(vma + V.vm_flags);
  const sharedWritable = (vm_flags & (VM_WRITE | VM_SHARED)) === (VM_WRITE | VM_SHARED);
  if (old_page === 0) return sharedWritable ? yield* reuse(fault) : yield* copy(fault, 0);
  if ((yield* PageAnon(old_page)) && !(yield* PageKsm(old_page))) {
    const decision = yield* judgeAnon(fault, old_page);
    if (decision === 'changed') return 0;
    if (decision === 'reuse') return yield* reuse(fault);
  } else if (sharedWritable) {
    return yield* wpShared(fault, old_page);
  }
  return yield* copy(fault, old_page);
}
