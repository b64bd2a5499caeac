/** mm/memory.c: first touch of anonymous memory. */
import {
  mk_pte,
  pfn_pte,
  pte_mkdirty,
  pte_mkspecial,
  pte_mkwrite,
  pte_none,
  set_pte_at,
} from '../../arch/x86/include/asm/pgtable';
import { clear_user_highpage } from '../../include/linux/highmem';
import {
  Page,
  vm_area_struct,
  type Address,
  type Mm,
  type Vma,
} from '../../include/linux/mm_types';
import { FAULT_FLAG_WRITE, VM_FAULT_OOM, VM_FAULT_SIGBUS } from '../../include/linux/vm_fault';
import { VM_GROWSDOWN, VM_WRITE } from '../../include/linux/vm_flags';
import { vm_page_prot } from '../../include/linux/vm_page_prot';
import { ENOMEM } from '../../include/uapi/asm-generic/errno-base';
import { lock, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, poke } from '../../state/kernel';
import { expand_downwards } from '../mmap/adjust';
import { vmaBefore } from '../mmap/vma';
import { alloc_page } from '../page_alloc';
import { anon_vma_prepare } from '../rmap/anon-vma';
import { page_add_new_anon_rmap } from '../rmap/account';
import { put_page } from '../swap';
import { bumpMmCounter } from './rss';

const V = vm_area_struct.offset;

/**
 * mm/memory.c alloc_zeroed_user_highpage_movable, __SetPageUptodate: a page of zeroes that is nobody
 * else's yet; 0 without memory.
 */
export function* allocZeroedPage(cpu: Cpu): Steps<Page> {
  const page = yield* alloc_page(cpu);
  if (page === 0) return 0;
  yield* clear_user_highpage(page);
  poke(page + Page.PG_uptodate, 1);
  return page;
}

/**
 * mm/memory.c check_stack_guard_page: touching the first page of a stack makes it grow, and the next
 * mapping below must not be that close.
 *
 * @returns 0 or -ENOMEM; that the stack cannot grow is no error.
 */
function* check_stack_guard_page(cpu: Cpu, vma: Vma, address: Address): Steps<number> {
  if (!(peek(vma + V.vm_flags) & VM_GROWSDOWN)) return 0;
  if (address !== peek(vma + V.vm_start)) return 0;
  const prev = vmaBefore(peek(vma + V.vm_mm), vma);
  if (prev !== 0 && peek(prev + V.vm_end) === address) {
    return peek(prev + V.vm_flags) & VM_GROWSDOWN ? 0 : -ENOMEM;
  }
  yield* expand_downwards(cpu, vma, address - 1);
  return 0;
}

/** The read half of do_anonymous_page: the zero page, of which nobody counts anything. */
function* mapZeroPage(mm: Mm, vma: Vma, address: Address): Steps<number> {
  const pte = kernel.pte(mm, address);
  yield lock(kernel.ptl(mm, address));
  if (pte_none(peek(pte))) {
    const entry = pte_mkspecial(pfn_pte(kernel.pfn(kernel.zeroPage), vm_page_prot(vma)));
    yield set_pte_at(pte, entry);
  }
  yield unlock(kernel.ptl(mm, address));
  return 0;
}

/** mm/memory.c do_anonymous_page. memcg is left out. @returns 0, VM_FAULT_OOM or VM_FAULT_SIGBUS. */
export function* do_anonymous_page(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  flags: number,
): Steps<number> {
  if ((yield* check_stack_guard_page(cpu, vma, address)) < 0) return VM_FAULT_SIGBUS;
  if (!(flags & FAULT_FLAG_WRITE)) return yield* mapZeroPage(mm, vma, address);
  if (yield* anon_vma_prepare(cpu, vma)) return VM_FAULT_OOM;
  const page = yield* allocZeroedPage(cpu);
  if (page === 0) return VM_FAULT_OOM;
  const pte = kernel.pte(mm, address);
  yield lock(kernel.ptl(mm, address));
  let entry = mk_pte(page, vm_page_prot(vma));
  if (peek(vma + V.vm_flags) & VM_WRITE) entry = pte_mkwrite(pte_mkdirty(entry));
  if (pte_none(peek(pte))) {
    bumpMmCounter(mm, 'anon', 1);
    yield* page_add_new_anon_rmap(cpu, page, vma, address);
    yield set_pte_at(pte, entry);
  } else {
    yield* put_page(cpu, page);
  }
  yield unlock(kernel.ptl(mm, address));
  return 0;
}
