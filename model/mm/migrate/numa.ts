/** mm/migrate.c: moving a page to the node that a NUMA hinting fault came from. */
import { pmd_mkdirty, pmd_mknonnuma, type Pmd } from '../../arch/x86/include/asm/pgtable-pmd';
import { flush_tlb_range } from '../../arch/x86/mm/tlb';
import { WARN_ON } from '../../include/linux/bug';
import { HPAGE_PMD_NR, hpageStart, PageTransHuge } from '../../include/linux/huge_mm';
import { MIGRATE_ASYNC } from '../../include/linux/migrate';
import { get_page, page_count, page_mapcount } from '../../include/linux/mm';
import {
  mm_struct,
  Page,
  vm_area_struct,
  type Address,
  type Page as PagePtr,
  type Vma,
} from '../../include/linux/mm_types';
import {
  PageLRU,
  PageSwapBacked,
  SetPageActive,
  SetPageSwapBacked,
  SetPageUnevictable,
  TestClearPageActive,
  TestClearPageUnevictable,
} from '../../include/linux/page-flags';
import { unlock_page } from '../../include/linux/pagemap';
import { VM_EXEC } from '../../include/linux/vm_flags';
import { choose, load, step, store, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, poke } from '../../state/kernel';
import { maybe_pmd_mkwrite, mk_huge_pmd, pmd_lock, pmdUnlock } from '../huge_memory/pmd';
import type { NumaFault } from '../huge_memory/numa';
import { migrate_pages, modIsolated, page_to_nid } from '../migrate';
import { mlock_migrate_page } from '../mlock/page';
import { alloc_pages_exact_node, allocPagesHuge } from '../page_alloc';
import { pmdp_clear_flush } from '../pgtable-generic';
import { page_add_new_anon_rmap, page_remove_rmap } from '../rmap';
import { put_page } from '../swap';
import { isolate_lru_page, putback_lru_page } from '../vmscan';
import { bumpVmEvent, mod_zone_page_state } from '../vmstat';
import { migrate_page_copy } from './move';

const V = vm_area_struct.offset;

/** The node of a CPU: CPUs are dealt out in equal runs, as frames are. */
export function numa_node_id(cpu: Cpu): number {
  const { cpus, nodes } = kernel.config;
  return Math.floor((cpu.id * nodes) / cpus);
}

/**
 * mm/mempolicy.c mpol_misplaced: where the page had better be; -1 is where it is. Abstracted: whether
 * the policy wants a page moved that is on another node (it remembers who used it last) is a choice.
 */
export function* mpol_misplaced(cpu: Cpu, page: PagePtr): Steps<number> {
  const here = numa_node_id(cpu);
  if (page_to_nid(page) === here) return -1;
  return (yield choose(2)) === 1 ? here : -1;
}

/**
 * mm/migrate.c numamigrate_isolate_page. Only of a huge page are the references counted here: one
 * each for its pmd, the caller and the isolation. Whether the node has room is left out.
 *
 * @returns false if the page stays on the LRU, and the caller's reference with it.
 */
function* numamigrate_isolate_page(cpu: Cpu, page: PagePtr): Steps<boolean> {
  if ((yield* isolate_lru_page(cpu, page)) !== 0) return false;
  const huge = yield* PageTransHuge(page);
  if (huge && (yield* page_count(page)) !== 3) {
    yield* putback_lru_page(cpu, page);
    return false;
  }
  yield* modIsolated(page, huge ? HPAGE_PMD_NR() : 1);
  yield* put_page(cpu, page);
  return true;
}

/** A file page that several processes map to execute: likely a shared library, which stays. */
function* isSharedLibrary(page: PagePtr, vma: Vma): Steps<boolean> {
  if ((yield* page_mapcount(page)) === 1 || (yield PageSwapBacked(page))) return false;
  return ((yield load(vma + V.vm_flags)) & VM_EXEC) !== 0;
}

/**
 * mm/migrate.c migrate_misplaced_page: the caller's reference goes. The rate limit is left out.
 *
 * @returns whether the page was migrated.
 */
export function* migrate_misplaced_page(
  cpu: Cpu,
  page: PagePtr,
  vma: Vma,
  node: number,
): Steps<boolean> {
  const stays = yield* isSharedLibrary(page, vma);
  if (stays || !(yield* numamigrate_isolate_page(cpu, page))) {
    yield* put_page(cpu, page);
    return false;
  }
  const migratepages = [page];
  const to = { get_new_page: () => alloc_pages_exact_node(cpu, node) };
  const remaining = yield* migrate_pages(cpu, migratepages, to, MIGRATE_ASYNC);
  if (remaining !== 0 && migratepages.length > 0) {
    yield* modIsolated(page, -1);
    yield* putback_lru_page(cpu, page);
  }
  return remaining === 0;
}

/**
 * mm/migrate.c migrate_misplaced_transhuge_page: the page is locked and referenced, and neither when
 * it returns. There are no migration entries for a pmd: the page is copied while it is mapped (no CPU
 * can write to it, its pmd is a NUMA hint), then the pmd is switched if nobody else got hold of it.
 *
 * @returns whether the page was migrated.
 */
export function* migrate_misplaced_transhuge_page(
  cpu: Cpu,
  fault: NumaFault,
  page: PagePtr,
  node: number,
): Steps<boolean> {
  const new_page = yield* allocHugeOn(cpu, node);
  const isolated = new_page !== 0 && (yield* numamigrate_isolate_page(cpu, page));
  if (!isolated) {
    if (new_page !== 0) yield* put_page(cpu, new_page);
    yield step(kernel.vmEvent('PGMIGRATE_FAIL'));
    bumpVmEvent('PGMIGRATE_FAIL', HPAGE_PMD_NR());
    yield* stay(cpu, fault, page);
    return false;
  }
  const { mm, address } = fault;
  const haddr = hpageStart(address);
  if (yield load(mm + mm_struct.offset.tlb_flush_pending)) {
    yield* flush_tlb_range(cpu, mm, haddr, haddr + HPAGE_PMD_NR());
  }
  yield* prepareTarget(cpu, new_page, page);
  yield pmd_lock(mm, address);
  const same = (yield load(fault.pmdp)) === fault.pmd;
  if (!same || (yield* page_count(page)) !== 2) return yield* putback(cpu, fault, page, new_page);
  if (!(yield* switchPmd(cpu, fault, haddr, page, new_page))) {
    yield* page_remove_rmap(cpu, new_page);
    return yield* putback(cpu, fault, page, new_page);
  }
  yield* page_remove_rmap(cpu, page);
  yield pmdUnlock(mm, address);
  yield* unlock_page(new_page);
  yield* unlock_page(page);
  yield* put_page(cpu, page);
  yield* put_page(cpu, page);
  yield step(kernel.vmEvent('PGMIGRATE_SUCCESS'));
  bumpVmEvent('PGMIGRATE_SUCCESS', HPAGE_PMD_NR());
  yield mod_zone_page_state('NR_ISOLATED_ANON', -HPAGE_PMD_NR());
  return true;
}

/** alloc_pages_node with __GFP_THISNODE: 0 if the frames that were to be had are elsewhere. */
function* allocHugeOn(cpu: Cpu, node: number): Steps<PagePtr> {
  const page = yield* allocPagesHuge(cpu);
  if (page === 0 || (yield load(page + Page.node)) === node) return page;
  yield* put_page(cpu, page);
  return 0;
}

/** "Prepare a page as a migration target": nobody knows the new page yet. */
function* prepareTarget(cpu: Cpu, new_page: PagePtr, page: PagePtr): Steps {
  yield step(new_page + Page.PG_locked);
  poke(new_page + Page.PG_locked, -1);
  yield SetPageSwapBacked(new_page);
  yield store(new_page + Page.mapping, yield load(page + Page.mapping));
  yield store(new_page + Page.index, yield load(page + Page.index));
  yield* migrate_page_copy(cpu, new_page, page);
  const onLru = yield PageLRU(new_page);
  WARN_ON(onLru !== 0, 'mm/migrate.c migrate_misplaced_transhuge_page', 'PageLRU(new_page)');
}

/** The new pmd, dirty, takes the old one's place. @returns false if a reference turned up meanwhile. */
function* switchPmd(
  cpu: Cpu,
  fault: NumaFault,
  haddr: Address,
  page: PagePtr,
  new_page: PagePtr,
): Steps<boolean> {
  const { mm, vma, pmdp } = fault;
  const orig_entry: Pmd = yield load(pmdp);
  const vm_flags = yield load(vma + V.vm_flags);
  const entry = maybe_pmd_mkwrite(pmd_mkdirty(mk_huge_pmd(new_page, vm_flags)), vm_flags);
  yield* page_add_new_anon_rmap(cpu, new_page, vma, haddr);
  yield* pmdp_clear_flush(cpu, mm, haddr, pmdp);
  yield store(pmdp, entry);
  yield* flush_tlb_range(cpu, mm, haddr, haddr + HPAGE_PMD_NR());
  if ((yield* page_count(page)) === 2) return true;
  yield store(pmdp, orig_entry);
  yield* flush_tlb_range(cpu, mm, haddr, haddr + HPAGE_PMD_NR());
  return false;
}

/** The label fail_putback, with the pmd lock held. */
function* putback(cpu: Cpu, fault: NumaFault, page: PagePtr, new_page: PagePtr): Steps<boolean> {
  yield pmdUnlock(fault.mm, fault.address);
  if (yield TestClearPageActive(new_page)) yield SetPageActive(page);
  if (yield TestClearPageUnevictable(new_page)) yield SetPageUnevictable(page);
  yield* mlock_migrate_page(page, new_page);
  yield* unlock_page(new_page);
  yield* put_page(cpu, new_page);
  yield* get_page(cpu, page);
  yield* putback_lru_page(cpu, page);
  yield mod_zone_page_state('NR_ISOLATED_ANON', -HPAGE_PMD_NR());
  yield* unlock_page(page);
  yield* put_page(cpu, page);
  return false;
}

/** The label out_dropref: the hint goes, the page stays. */
function* stay(cpu: Cpu, fault: NumaFault, page: PagePtr): Steps {
  yield pmd_lock(fault.mm, fault.address);
  if ((yield load(fault.pmdp)) === fault.pmd) yield store(fault.pmdp, pmd_mknonnuma(fault.pmd));
  yield pmdUnlock(fault.mm, fault.address);
  yield* unlock_page(page);
  yield* put_page(cpu, page);
}
