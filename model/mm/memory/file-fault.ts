/** mm/memory.c: first touch of a mapping that has a fault handler. */
import {
  maybe_mkwrite,
  mk_pte,
  pte_mkdirty,
  pte_to_pgoff,
  set_pte_at,
} from '../../arch/x86/include/asm/pgtable';
import { vm_ops } from '../../fs/aops';
import { VM_BUG_ON } from '../../include/linux/bug';
import { copy_user_highpage } from '../../include/linux/highmem';
import { get_page } from '../../include/linux/mm';
import {
  Page,
  vm_area_struct,
  type Address,
  type Mm,
  type Pte,
  type Vma,
} from '../../include/linux/mm_types';
import { PageHWPoison, PageLocked } from '../../include/linux/page-flags';
import { lock_page, unlock_page } from '../../include/linux/pagemap';
import {
  FAULT_FLAG_MKWRITE,
  FAULT_FLAG_NONLINEAR,
  FAULT_FLAG_WRITE,
  VM_FAULT_ERROR,
  VM_FAULT_HWPOISON,
  VM_FAULT_LOCKED,
  VM_FAULT_NOPAGE,
  VM_FAULT_OOM,
  VM_FAULT_RETRY,
  VM_FAULT_SIGBUS,
  type VmFault,
  type VmOperations,
} from '../../include/linux/vm_fault';
import { VM_NONLINEAR, VM_SHARED } from '../../include/linux/vm_flags';
import { vm_page_prot } from '../../include/linux/vm_page_prot';
import { load, lock, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, poke } from '../../state/kernel';
import { alloc_page } from '../page_alloc';
import { set_page_dirty } from '../page-writeback';
import { page_add_file_rmap, page_add_new_anon_rmap } from '../rmap/account';
import { anon_vma_prepare } from '../rmap/anon-vma';
import { put_page } from '../swap';
import { bumpMmCounter } from './rss';
import { print_bad_pte } from './zap';

const V = vm_area_struct.offset;
const WHERE = 'mm/memory.c __do_fault';

/**
 * mm/mmap.c special_mapping_fault: the page that install_special_mapping was given. Abstracted: a
 * mapping of several pages shows the same page at each of its addresses.
 */
function* special_mapping_fault(cpu: Cpu, vma: Vma, vmf: VmFault): Steps<number> {
  const page = yield load(vma + V.vm_private_data);
  if (page === 0) return VM_FAULT_SIGBUS;
  yield* get_page(cpu, page);
  vmf.page = page;
  return 0;
}

const special_mapping_vmops: VmOperations = { fault: special_mapping_fault };

/** `vma->vm_ops` of a vma that has some. */
function opsOf(vma: Vma): VmOperations {
  const mapping = peek(vma + V.vm_file);
  return mapping === 0 ? special_mapping_vmops : vm_ops(mapping);
}

/** What __do_fault works with. */
interface FileFault {
  readonly cpu: Cpu;
  readonly mm: Mm;
  readonly vma: Vma;
  readonly address: Address;
  readonly write: boolean;
  readonly shared: boolean;
  readonly orig_pte: Pte;
}

/** The page to copy a private page into, allocated before the page lock is taken; 0 without memory. */
function* earlyCowPage({ cpu, vma }: FileFault): Steps<Page> {
  return (yield* anon_vma_prepare(cpu, vma)) ? 0 : yield* alloc_page(cpu);
}

/** The call of ->fault. @returns its answer; without an error `vmf.page` is locked and referenced. */
function* fetch(fault: FileFault, vmf: VmFault): Steps<number> {
  const { cpu, vma } = fault;
  const ret = yield* opsOf(vma).fault(cpu, vma, vmf);
  if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY)) return ret;
  if (yield PageHWPoison(vmf.page)) {
    if (ret & VM_FAULT_LOCKED) yield* unlock_page(vmf.page);
    yield* put_page(cpu, vmf.page);
    return VM_FAULT_HWPOISON;
  }
  if (!(ret & VM_FAULT_LOCKED)) yield lock_page(vmf.page);
  else VM_BUG_ON(!(yield PageLocked(vmf.page)), WHERE, '!PageLocked(vmf.page)');
  return ret;
}

/**
 * A page of a shared mapping is about to become writable: page_mkwrite is asked, without the lock.
 *
 * @returns what ends the fault (the page is then unlocked and put), or undefined: locked, go on.
 */
function* announceWrite(fault: FileFault, vmf: VmFault): Steps<number | undefined> {
  const { cpu, vma } = fault;
  const { page } = vmf;
  const ops = opsOf(vma);
  if (ops.page_mkwrite === undefined) return undefined;
  yield* unlock_page(page);
  const flags = FAULT_FLAG_WRITE | FAULT_FLAG_MKWRITE;
  const tmp = yield* ops.page_mkwrite(cpu, vma, { ...vmf, flags });
  if (tmp & (VM_FAULT_ERROR | VM_FAULT_NOPAGE)) {
    yield* put_page(cpu, page);
    return tmp;
  }
  if (tmp & VM_FAULT_LOCKED) {
    VM_BUG_ON(!(yield PageLocked(page)), WHERE, '!PageLocked(page)');
    return undefined;
  }
  yield lock_page(page);
  if (yield load(page + Page.mapping)) return undefined;
  yield* unlock_page(page);
  yield* put_page(cpu, page);
  return 0;
}

/** Puts the page into the pte, if that is as it was. `anon`: it is a private copy. @returns whether. */
function* install(fault: FileFault, page: Page, anon: boolean): Steps<boolean> {
  const { cpu, mm, vma, address, write, orig_pte } = fault;
  const pte = kernel.pte(mm, address);
  yield lock(kernel.ptl(mm, address));
  const same = peek(pte) === orig_pte;
  if (same) {
    let entry = mk_pte(page, vm_page_prot(vma));
    if (write) entry = maybe_mkwrite(pte_mkdirty(entry), peek(vma + V.vm_flags));
    bumpMmCounter(mm, anon ? 'anon' : 'file', 1);
    if (anon) yield* page_add_new_anon_rmap(cpu, page, vma, address);
    else yield* page_add_file_rmap(page);
    if (write && !anon) yield* get_page(cpu, page);
    yield set_pte_at(pte, entry);
  } else if (anon) {
    yield* put_page(cpu, page);
  }
  yield unlock(kernel.ptl(mm, address));
  return same;
}

/**
 * mm/memory.c __do_fault: maps a page of the file, or for a write to a private mapping a copy of it.
 * memcg, the throttling of who dirties pages and the file's times are left out.
 *
 * @returns VM_FAULT_* bits.
 */
function* __do_fault(fault: FileFault, pgoff: number, flags: number): Steps<number> {
  const { cpu, write, shared } = fault;
  let cow_page = 0;
  if (write && !shared) {
    cow_page = yield* earlyCowPage(fault);
    if (cow_page === 0) return VM_FAULT_OOM;
  }
  const vmf: VmFault = { flags, pgoff, page: 0 };
  const ret = yield* fetch(fault, vmf);
  if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY)) {
    if (cow_page !== 0) yield* put_page(cpu, cow_page);
    return ret;
  }
  if (cow_page !== 0) {
    yield* copy_user_highpage(cow_page, vmf.page);
    poke(cow_page + Page.PG_uptodate, 1);
  } else if (write) {
    const ended = yield* announceWrite(fault, vmf);
    if (ended !== undefined) return ended;
  }
  const anon = cow_page !== 0;
  const installed = yield* install(fault, anon ? cow_page : vmf.page, anon);
  if (installed && write && shared) {
    yield* set_page_dirty(cpu, vmf.page);
    yield* unlock_page(vmf.page);
    yield* put_page(cpu, vmf.page);
  } else {
    yield* unlock_page(vmf.page);
    if (anon || !installed) yield* put_page(cpu, vmf.page);
  }
  return ret;
}

function describe(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  flags: number,
  orig_pte: Pte,
): FileFault {
  const write = (flags & FAULT_FLAG_WRITE) !== 0;
  const shared = (peek(vma + V.vm_flags) & VM_SHARED) !== 0;
  return { cpu, mm, vma, address, write, shared, orig_pte };
}

/** mm/memory.c do_linear_fault: the page of the file that belongs at the address. */
export function* do_linear_fault(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  flags: number,
  orig_pte: Pte,
): Steps<number> {
  const pgoff = address - peek(vma + V.vm_start) + peek(vma + V.vm_pgoff);
  return yield* __do_fault(describe(cpu, mm, vma, address, flags, orig_pte), pgoff, flags);
}

/** mm/memory.c do_nonlinear_fault: the page of the file that the pte names. */
export function* do_nonlinear_fault(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  flags: number,
  orig_pte: Pte,
): Steps<number> {
  if (!(peek(vma + V.vm_flags) & VM_NONLINEAR)) {
    print_bad_pte();
    return VM_FAULT_SIGBUS;
  }
  const fault = describe(cpu, mm, vma, address, flags, orig_pte);
  return yield* __do_fault(fault, pte_to_pgoff(orig_pte), flags | FAULT_FLAG_NONLINEAR);
}
