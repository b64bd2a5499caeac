/** mm/huge_memory.c: get_user_pages through a huge pmd. */
import {
  pmd_mkdirty,
  pmd_mkyoung,
  pmd_numa,
  pmd_write,
} from '../../arch/x86/include/asm/pgtable-pmd';
import { pmdp_set_access_flags } from '../../arch/x86/mm/pgtable';
import { EFAULT } from '../../include/uapi/asm-generic/errno-base';
import { VM_BUG_ON } from '../../include/linux/bug';
import {
  FOLL_DUMP,
  FOLL_GET,
  FOLL_MLOCK,
  FOLL_NUMA,
  FOLL_TOUCH,
  FOLL_WRITE,
} from '../../include/linux/foll';
import { hpageStart, PageCompound } from '../../include/linux/huge_mm';
import { pageCountInc } from '../../include/linux/mm';
import { Page, vm_area_struct, type Address, type Vma } from '../../include/linux/mm_types';
import { PageHead, PageTail } from '../../include/linux/page-flags';
import { trylock_page, unlock_page } from '../../include/linux/pagemap';
import { VM_LOCKED } from '../../include/linux/vm_flags';
import { incAndTestZero, load, type Steps } from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import type { Cpu } from '../../state/cpu';
import { kernel } from '../../state/kernel';
import { mlock_vma_page } from '../mlock';
import { lru_add_drain } from '../swap';
import { pmd_page, subpage } from './pmd';
import { is_huge_zero_pmd } from './zero-page';

const V = vm_area_struct.offset;
const WHERE = 'mm/huge_memory.c follow_trans_huge_pmd';

/**
 * mm/internal.h get_page_foll: with the lock that keeps splits away held, a tail is pinned without
 * the compound lock.
 */
export function* get_page_foll(page: Page): Steps {
  if (yield PageTail(page)) {
    const head = yield load(page + Page.first_page);
    yield pageCountInc(head);
    yield incAndTestZero(page + Page._mapcount);
    return;
  }
  yield pageCountInc(page);
  // Not recorded, so that references taken side by side stay independent; for the assertion only.
  const isLow = kernel.machine.isBelow(page + Page._count, 2);
  VM_BUG_ON(isLow, 'mm/internal.h get_page_foll', 'atomic_read(&page->_count) <= 0');
}

/**
 * mm/huge_memory.c follow_trans_huge_pmd, with the pmd lock held. FOLL_TOUCH makes the pmd young
 * *and dirty* by a plain store, whether or not the caller will write.
 *
 * @returns the small page, 0 (a fault is needed), or -EFAULT for the zero page in a dump.
 */
export function* follow_trans_huge_pmd(
  cpu: Cpu,
  vma: Vma,
  address: Address,
  pmd: Ptr,
  flags: number,
): Steps<Page> {
  const value = yield load(pmd);
  if ((flags & FOLL_WRITE) !== 0 && !pmd_write(value)) return 0;
  if ((flags & FOLL_DUMP) !== 0 && (yield* is_huge_zero_pmd(value))) return -EFAULT;
  if ((flags & FOLL_NUMA) !== 0 && pmd_numa(value)) return 0;
  const head = pmd_page(value);
  VM_BUG_ON(!(yield PageHead(head)), WHERE, '!PageHead(page)');
  if ((flags & FOLL_TOUCH) !== 0) {
    yield* pmdp_set_access_flags(pmd, pmd_mkyoung(pmd_mkdirty(yield load(pmd))), true);
  }
  if ((flags & FOLL_MLOCK) !== 0 && (yield load(vma + V.vm_flags)) & VM_LOCKED) {
    yield* mlockHead(cpu, head);
  }
  const page = subpage(head, address - hpageStart(address));
  VM_BUG_ON(!(yield* PageCompound(page)), WHERE, '!PageCompound(page)');
  if ((flags & FOLL_GET) !== 0) yield* get_page_foll(page);
  return page;
}

function* mlockHead(cpu: Cpu, head: Page): Steps {
  if ((yield load(head + Page.mapping)) === 0 || !(yield trylock_page(head))) return;
  yield* lru_add_drain(cpu);
  if ((yield load(head + Page.mapping)) !== 0) yield* mlock_vma_page(cpu, head);
  yield* unlock_page(head);
}
