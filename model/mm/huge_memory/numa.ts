/** mm/huge_memory.c: a NUMA hinting fault on a huge page. */
import { pmd_mknonnuma, pmd_trans_huge, type Pmd } from '../../arch/x86/include/asm/pgtable-pmd';
import { BUG_ON } from '../../include/linux/bug';
import { get_page } from '../../include/linux/mm';
import { type Address, type Mm, type Page, type Vma } from '../../include/linux/mm_types';
import { PageLocked } from '../../include/linux/page-flags';
import { trylock_page, unlock_page, wait_on_page_locked } from '../../include/linux/pagemap';
import { load, store, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import type { Cpu } from '../../state/cpu';
import { migrate_misplaced_transhuge_page, mpol_misplaced } from '../migrate/numa';
import { page_lock_anon_vma_read, page_unlock_anon_vma_read } from '../rmap';
import { put_page } from '../swap';
import { pmd_lock, pmd_page, pmdUnlock } from './pmd';
import { is_huge_zero_page } from './zero-page';

/** A hinting fault: the pmd as the fault found it, and where it is. */
export interface NumaFault {
  readonly mm: Mm;
  readonly vma: Vma;
  readonly address: Address;
  readonly pmdp: Ptr;
  readonly pmd: Pmd;
}

/**
 * mm/huge_memory.c do_huge_pmd_numa_page. mmap_sem is held for reading. Statistics are left out.
 *
 * @returns 0: the access is tried again.
 */
export function* do_huge_pmd_numa_page(
  cpu: Cpu,
  mm: Mm,
  vma: Vma,
  address: Address,
  pmd: Pmd,
  pmdp: Ptr,
): Steps<number> {
  const fault: NumaFault = { mm, vma, address, pmdp, pmd };
  yield pmd_lock(mm, address);
  if ((yield load(pmdp)) !== pmd) {
    yield pmdUnlock(mm, address);
    return 0;
  }
  const page = pmd_page(pmd);
  // pmd_trans_migrating, then wait_migrate_huge_page
  if (yield PageLocked(page)) {
    yield pmdUnlock(mm, address);
    // pmd_page of what is no huge page any more is a page that nobody locks.
    const now = yield load(pmdp);
    if (pmd_trans_huge(now)) yield wait_on_page_locked(pmd_page(now));
    return 0;
  }
  const zero = yield* is_huge_zero_page(page);
  BUG_ON(zero, 'mm/huge_memory.c do_huge_pmd_numa_page', 'is_huge_zero_page(page)');
  const page_locked = (yield trylock_page(page)) !== 0;
  const target_nid = yield* mpol_misplaced(cpu, page);
  if (!page_locked) {
    yield pmdUnlock(mm, address);
    yield wait_on_page_locked(page);
    return 0;
  }
  if (target_nid === -1) yield* clear_pmdnuma(fault, page);
  else yield* migrate(cpu, fault, page, target_nid);
  return 0;
}

/** The label clear_pmdnuma: the hint goes, the page stays where it is. */
function* clear_pmdnuma(fault: NumaFault, page: Page): Steps {
  yield store(fault.pmdp, pmd_mknonnuma(fault.pmd));
  yield* unlock_page(page);
  yield pmdUnlock(fault.mm, fault.address);
}

/** The page is locked and on the wrong node; pmd lock held. */
function* migrate(cpu: Cpu, fault: NumaFault, page: Page, target_nid: number): Steps {
  const { mm, address, pmdp } = fault;
  yield* get_page(cpu, page);
  yield pmdUnlock(mm, address);
  const anonVma = yield* page_lock_anon_vma_read(cpu, page);
  yield pmd_lock(mm, address);
  if ((yield load(pmdp)) !== fault.pmd) {
    yield* unlock_page(page);
    yield* put_page(cpu, page);
    yield pmdUnlock(mm, address);
  } else if (anonVma === 0) {
    yield* put_page(cpu, page);
    yield* clear_pmdnuma(fault, page);
  } else {
    yield pmdUnlock(mm, address);
    yield* migrate_misplaced_transhuge_page(cpu, fault, page, target_nid);
  }
  if (anonVma !== 0) yield* page_unlock_anon_vma_read(anonVma);
}
