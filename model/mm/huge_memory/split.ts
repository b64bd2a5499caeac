/**
 * mm/huge_memory.c: splitting a huge page in place. All its pmds are marked as splitting, then the
 * head's counts, tag and flags are handed out to the tails, then each pmd becomes a page table.
 */
import {
  maybe_mkwrite,
  mk_pte,
  pte_mkdirty,
  pte_mknuma,
  pte_mkold,
  pte_wrprotect,
  vm_get_page_prot,
  type Pte,
} from '../../arch/x86/include/asm/pgtable';
import {
  pmd_numa,
  pmd_trans_huge,
  pmd_write,
  pmd_young,
} from '../../arch/x86/include/asm/pgtable-pmd';
import { pmdp_splitting_flush } from '../../arch/x86/mm/pgtable';
import { BUG_ON, VM_BUG_ON } from '../../include/linux/bug';
import {
  HPAGE_PMD_NR,
  hpageStart,
  isTemporaryStack,
  PageCompound,
} from '../../include/linux/huge_mm';
import { get_page, page_count, page_mapcount, PageAnon } from '../../include/linux/mm';
import { lru_lock } from '../../include/linux/mm_inline';
import {
  anon_vma,
  Page,
  vm_area_struct,
  type Address,
  type AnonVma,
  type Mm,
  type Page as PagePtr,
  type Vma,
} from '../../include/linux/mm_types';
import { PAGE_FLAGS, type PageFlag } from '../../include/linux/page-flags-layout';
import { PageSwapBacked } from '../../include/linux/page-flags';
import { addToCount, load, lock, step, store, unlock, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, poke } from '../../state/kernel';
import { anonVmaIntervalTreeVmas } from '../interval_tree';
import { pmdp_invalidate } from '../pgtable-generic';
import { find_vma } from '../mmap';
import {
  anon_vma_lock_write,
  anon_vma_unlock_write,
  page_get_anon_vma,
  put_anon_vma,
  vma_address,
} from '../rmap';
import { put_page } from '../swap';
import { compound_lock, compound_unlock } from '../swap/compound';
import { lru_add_page_tail } from '../swap/move-fn';
import { count_vm_event, mod_zone_page_state } from '../vmstat';
import {
  page_check_address_pmd,
  PAGE_CHECK_ADDRESS_PMD_NOTSPLITTING_FLAG,
  PAGE_CHECK_ADDRESS_PMD_SPLITTING_FLAG,
  pmd_lock,
  pmd_page,
  pmd_populate,
  pmdUnlock,
  subpage,
} from './pmd';
import { __split_huge_zero_page_pmd, is_huge_zero_page, is_huge_zero_pmd } from './zero-page';

const V = vm_area_struct.offset;

/** The flags that tails take over from the head. */
const INHERITED: readonly PageFlag[] = [
  'PG_referenced',
  'PG_swapbacked',
  'PG_mlocked',
  'PG_uptodate',
  'PG_active',
  'PG_unevictable',
];

/**
 * mm/huge_memory.c split_huge_page_to_list. Needs a reference to the head.
 *
 * @param list where the tails go if the head is off the LRU, each with a reference; undefined: LRU
 * @returns 0 if the page is not compound afterwards, 1 if its anon_vma was not to be had.
 */
export function* split_huge_page_to_list(cpu: Cpu, page: PagePtr, list?: PagePtr[]): Steps<number> {
  if (!kernel.config.CONFIG_TRANSPARENT_HUGEPAGE) return 0;
  const where = 'mm/huge_memory.c split_huge_page_to_list';
  BUG_ON(yield* is_huge_zero_page(page), where, 'is_huge_zero_page(page)');
  BUG_ON(!(yield* PageAnon(page)), where, '!PageAnon(page)');
  const anonVma = yield* page_get_anon_vma(cpu, page);
  if (anonVma === 0) return 1;
  yield* anon_vma_lock_write(anonVma);
  if (yield* PageCompound(page)) {
    BUG_ON(!(yield PageSwapBacked(page)), where, '!PageSwapBacked(page)');
    yield* __split_huge_page(cpu, page, anonVma, list);
    yield count_vm_event('THP_SPLIT');
    BUG_ON(yield* PageCompound(page), where, 'PageCompound(page)');
  }
  yield* anon_vma_unlock_write(anonVma);
  yield* put_anon_vma(anonVma);
  return 0;
}

/** include/linux/huge_mm.h split_huge_page. */
export const split_huge_page = (cpu: Cpu, page: PagePtr): Steps<number> =>
  split_huge_page_to_list(cpu, page);

/** mm/huge_memory.c __split_huge_page, with the anon_vma write-locked: its tree stands still. */
function* __split_huge_page(
  cpu: Cpu,
  page: PagePtr,
  anonVma: AnonVma,
  list: PagePtr[] | undefined,
): Steps {
  const where = 'mm/huge_memory.c __split_huge_page';
  yield step(anonVma + anon_vma.offset.rb_root);
  BUG_ON(peek(page + Page.PG_head) === 0, where, '!PageHead(page)');
  const vmas = anonVmaIntervalTreeVmas(anonVma, peek(page + Page.index));
  let mapcount = 0;
  for (const vma of vmas) {
    BUG_ON(isTemporaryStack(peek(vma + V.vm_flags)), where, 'is_vma_temporary_stack(vma)');
    mapcount += yield* __split_huge_page_splitting(cpu, page, vma, vma_address(page, vma));
  }
  const expected = yield* page_mapcount(page);
  BUG_ON(mapcount !== expected, where, 'mapcount != page_mapcount(page)');
  yield* __split_huge_page_refcount(cpu, page, list);
  let mapcount2 = 0;
  for (const vma of vmas) {
    BUG_ON(isTemporaryStack(peek(vma + V.vm_flags)), where, 'is_vma_temporary_stack(vma)');
    mapcount2 += yield* __split_huge_page_map(cpu, page, vma, vma_address(page, vma));
  }
  BUG_ON(mapcount !== mapcount2, where, 'mapcount != mapcount2');
}

/** mm/huge_memory.c __split_huge_page_splitting. @returns 1 if a pmd of the page was there. */
function* __split_huge_page_splitting(
  cpu: Cpu,
  page: PagePtr,
  vma: Vma,
  address: Address,
): Steps<number> {
  const mm = yield load(vma + V.vm_mm);
  const flag = PAGE_CHECK_ADDRESS_PMD_NOTSPLITTING_FLAG;
  const pmd = yield* page_check_address_pmd(page, mm, address, flag);
  if (pmd === 0) return 0;
  yield* pmdp_splitting_flush(cpu, mm, address, pmd);
  yield pmdUnlock(mm, address);
  return 1;
}

/**
 * mm/huge_memory.c __split_huge_page_refcount: from the last tail to the first. Pins of a tail,
 * counted in its _mapcount and kept as references to the head, become references of its own.
 */
function* __split_huge_page_refcount(cpu: Cpu, page: PagePtr, list: PagePtr[] | undefined): Steps {
  const where = 'mm/huge_memory.c __split_huge_page_refcount';
  let tail_count = 0;
  yield lock(lru_lock());
  yield compound_lock(page);
  for (let i = HPAGE_PMD_NR() - 1; i >= 1; i--) {
    tail_count += yield* splitTail(page, subpage(page, i), i);
    yield step(subpage(page, i));
    lru_add_page_tail(page, subpage(page, i), list);
  }
  yield addToCount(page + Page._count, -tail_count);
  BUG_ON((yield load(page + Page._count)) <= 0, where, 'atomic_read(&page->_count) <= 0');
  yield mod_zone_page_state('NR_ANON_TRANSPARENT_HUGEPAGES', -1);
  yield step(page + Page.PG_head);
  poke(page + Page.PG_head, 0);
  poke(page + Page.order, 0);
  yield compound_unlock(page);
  yield unlock(lru_lock());
  for (let i = 1; i < HPAGE_PMD_NR(); i++) {
    const count = yield* page_count(subpage(page, i));
    BUG_ON(count <= 0, where, 'page_count(page_tail) <= 0');
    yield* put_page(cpu, subpage(page, i));
  }
  BUG_ON((yield* page_count(page)) <= 0, where, 'page_count(page) <= 0');
}

/** One tail becomes a page of its own. @returns the pins it had. */
function* splitTail(page: PagePtr, page_tail: PagePtr, i: number): Steps<number> {
  const where = 'mm/huge_memory.c __split_huge_page_refcount';
  const pins = yield* page_mapcount(page_tail);
  BUG_ON(pins < 0, where, 'page_mapcount(page_tail) < 0');
  const tailReferences = yield load(page_tail + Page._count);
  BUG_ON(tailReferences !== 0, where, 'atomic_read(&page_tail->_count) != 0');
  const mapcount = yield* page_mapcount(page);
  yield addToCount(page_tail + Page._count, mapcount + pins + 1);
  yield* inherit_flags(page, page_tail);
  yield store(page_tail + Page._mapcount, yield load(page + Page._mapcount));
  BUG_ON((yield load(page_tail + Page.mapping)) !== 0, where, 'page_tail->mapping');
  yield store(page_tail + Page.mapping, yield load(page + Page.mapping));
  yield store(page_tail + Page.index, (yield load(page + Page.index)) + i);
  BUG_ON(!(yield* PageAnon(page_tail)), where, '!PageAnon(page_tail)');
  BUG_ON(peek(page_tail + Page.PG_uptodate) === 0, where, '!PageUptodate(page_tail)');
  BUG_ON(peek(page_tail + Page.PG_swapbacked) === 0, where, '!PageSwapBacked(page_tail)');
  return pins;
}

/**
 * The tail's flags word: everything but hwpoison is wiped, then what the head has is put in, and
 * PG_dirty. Abstracted: three plain writes of one word are one event.
 */
function* inherit_flags(page: PagePtr, page_tail: PagePtr): Steps {
  yield step(page_tail + Page.PG_tail);
  for (const flag of PAGE_FLAGS) {
    if (flag === 'PG_hwpoison') continue;
    const inherited = INHERITED.includes(flag) && peek(page + Page[flag]) !== 0;
    const value = inherited || flag === 'PG_dirty' ? 1 : 0;
    if (peek(page_tail + Page[flag]) !== value) poke(page_tail + Page[flag], value);
  }
}

/**
 * mm/huge_memory.c __split_huge_page_map: the pmd becomes a page table. Every pte is dirty; it is
 * writable and young only if the pmd is. The pmd is read anew for every pte: it is still in use, and a
 * CPU that sets A in it meanwhile makes the ptes that follow young, and not those before.
 *
 * @returns 1 if a splitting pmd of the page was there.
 */
function* __split_huge_page_map(
  cpu: Cpu,
  page: PagePtr,
  vma: Vma,
  address: Address,
): Steps<number> {
  const where = 'mm/huge_memory.c __split_huge_page_map';
  const mm = yield load(vma + V.vm_mm);
  const flag = PAGE_CHECK_ADDRESS_PMD_SPLITTING_FLAG;
  const pmd = yield* page_check_address_pmd(page, mm, address, flag);
  if (pmd === 0) return 0;
  const vm_flags = yield load(vma + V.vm_flags);
  const entries: Pte[] = [];
  for (let i = 0; i < HPAGE_PMD_NR(); i++) {
    BUG_ON(yield* PageCompound(subpage(page, i)), where, 'PageCompound(page+i)');
    const value = yield load(pmd);
    let entry = pte_mkdirty(mk_pte(subpage(page, i), vm_get_page_prot(vm_flags)));
    entry = maybe_mkwrite(entry, vm_flags);
    if (pmd_write(value)) {
      BUG_ON((yield* page_mapcount(page)) !== 1, where, 'page_mapcount(page) != 1');
    } else {
      entry = pte_wrprotect(entry);
    }
    if (!pmd_young(value)) entry = pte_mkold(entry);
    if (pmd_numa(value)) entry = pte_mknuma(entry);
    entries.push(entry);
  }
  yield* pmdp_invalidate(cpu, mm, address, pmd);
  yield* pmd_populate(mm, address, entries);
  yield pmdUnlock(mm, address);
  return 1;
}

/** mm/huge_memory.c __split_huge_page_pmd: until the pmd at `address` is no huge one. */
export function* __split_huge_page_pmd(cpu: Cpu, vma: Vma, address: Address, pmd: Ptr): Steps {
  const where = 'mm/huge_memory.c __split_huge_page_pmd';
  const haddr = hpageStart(address);
  const mm: Mm = yield load(vma + V.vm_mm);
  const outside = peek(vma + V.vm_start) > haddr || peek(vma + V.vm_end) < haddr + HPAGE_PMD_NR();
  BUG_ON(outside, where, 'vma->vm_start > haddr || vma->vm_end < haddr + HPAGE_PMD_SIZE');
  do {
    yield pmd_lock(mm, haddr);
    const value = yield load(pmd);
    if (!pmd_trans_huge(value)) {
      yield pmdUnlock(mm, haddr);
      return;
    }
    if (yield* is_huge_zero_pmd(value)) {
      yield* __split_huge_zero_page_pmd(cpu, vma, mm, haddr, pmd);
      yield pmdUnlock(mm, haddr);
      return;
    }
    const page = pmd_page(value);
    VM_BUG_ON((yield* page_count(page)) === 0, where, '!page_count(page)');
    yield* get_page(cpu, page);
    yield pmdUnlock(mm, haddr);
    yield* split_huge_page(cpu, page);
    yield* put_page(cpu, page);
  } while (pmd_trans_huge(yield load(pmd)));
}

/** include/linux/huge_mm.h split_huge_page_pmd. */
export function* split_huge_page_pmd(cpu: Cpu, vma: Vma, address: Address, pmd: Ptr): Steps {
  if (!kernel.config.CONFIG_TRANSPARENT_HUGEPAGE) return;
  if (pmd_trans_huge(yield load(pmd))) yield* __split_huge_page_pmd(cpu, vma, address, pmd);
}

/** mm/huge_memory.c split_huge_page_pmd_mm. */
export function* split_huge_page_pmd_mm(cpu: Cpu, mm: Mm, address: Address, pmd: Ptr): Steps {
  const vma = yield* find_vma(mm, address);
  BUG_ON(vma === 0, 'mm/huge_memory.c split_huge_page_pmd_mm', 'vma == NULL');
  yield* split_huge_page_pmd(cpu, vma, address, pmd);
}

/** mm/huge_memory.c split_huge_page_address: for an edge inside a huge page. mmap_sem for writing. */
function* split_huge_page_address(cpu: Cpu, mm: Mm, address: Address): Steps {
  const pmd = kernel.pmd(mm, address);
  yield* split_huge_page_pmd_mm(cpu, mm, address, pmd);
}

/**
 * include/linux/huge_mm.h vma_adjust_trans_huge: a vma is about to get new edges; huge pages that
 * would cross one are split. `adjust_next`: pages by which the next vma's start moves up.
 */
export function* vma_adjust_trans_huge(
  cpu: Cpu,
  vma: Vma,
  start: Address,
  end: Address,
  adjust_next: number,
): Steps {
  if (!kernel.config.CONFIG_TRANSPARENT_HUGEPAGE) return;
  if ((yield load(vma + V.anon_vma)) === 0 || peek(vma + V.vm_ops) !== 0) return;
  yield* splitAtEdge(cpu, vma, start);
  yield* splitAtEdge(cpu, vma, end);
  if (adjust_next <= 0) return;
  const next = yield load(vma + V.vm_next);
  yield* splitAtEdge(cpu, next, (yield load(next + V.vm_start)) + adjust_next);
}

/** One condition of __vma_adjust_trans_huge: the edge is inside what can be a huge page of `vma`. */
function* splitAtEdge(cpu: Cpu, vma: Vma, edge: Address): Steps {
  const haddr = hpageStart(edge);
  if (edge === haddr || haddr < (yield load(vma + V.vm_start))) return;
  if (haddr + HPAGE_PMD_NR() > peek(vma + V.vm_end)) return;
  yield* split_huge_page_address(cpu, peek(vma + V.vm_mm), edge);
}
