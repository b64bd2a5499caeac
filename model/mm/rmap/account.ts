/**
 * mm/rmap.c and include/linux/rmap.h: a pte comes or goes, so the page's _mapcount, its tag and
 * the counters of mapped pages change. memcg is left out.
 */
import { BUG_ON, VM_BUG_ON } from '../../include/linux/bug';
import { PageKsm } from '../../include/linux/ksm';
import { PAGE_MAPPING_ANON, PageAnon } from '../../include/linux/mm';
import {
  anon_vma,
  Page,
  vm_area_struct,
  type Address,
  type Vma,
} from '../../include/linux/mm_types';
import { PageLocked, PageMlocked, SetPageActive } from '../../include/linux/page-flags';
import { page_anon_vma } from '../../include/linux/rmap';
import { VM_GROWSDOWN, VM_LOCKED, VM_SPECIAL } from '../../include/linux/vm_flags';
import {
  decAndTestNegative,
  incAndTestZero,
  load,
  step,
  store,
  type Op,
  type Steps,
} from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, poke } from '../../state/kernel';
import { clear_page_mlock } from '../mlock';
import { add_page_to_unevictable_list, lru_cache_add } from '../swap';
import { bumpVmEvent, bumpZonePageState } from '../vmstat';
import { anonVmaObject } from './anon-vma';

const vma_ = vm_area_struct.offset;

/**
 * include/linux/pagemap.h linear_page_index: page of the file, or of the anon_vma's index space. Of a vma
 * that does not grow meanwhile; inside an atomic section.
 */
export const linear_page_index = (vma: Vma, address: Address): number =>
  address - peek(vma + vma_.vm_start) + peek(vma + vma_.vm_pgoff);

/**
 * {@link linear_page_index} under mmap_sem for reading alone. It loads vm_start, then vm_pgoff, and a stack
 * may grow between the two: expand_downwards holds locks that nobody holds here. The index is wrong then.
 */
export function* linearPageIndex(vma: Vma, address: Address): Steps<number> {
  if (!(peek(vma + vma_.vm_flags) & VM_GROWSDOWN)) return linear_page_index(vma, address);
  const offset = address - (yield load(vma + vma_.vm_start));
  return offset + (yield load(vma + vma_.vm_pgoff));
}

/** include/linux/huge_mm.h hpage_nr_pages. */
const hpage_nr_pages = (page: Page): number =>
  peek(page + Page.PG_head) !== 0 ? kernel.config.hugePages : 1;

/** NR_ANON_PAGES and NR_ANON_TRANSPARENT_HUGEPAGES, when the first pte comes or the last one goes. */
function countAnonPages(page: Page, sign: 1 | -1): void {
  const pages = hpage_nr_pages(page);
  if (pages > 1) bumpZonePageState('NR_ANON_TRANSPARENT_HUGEPAGES', sign);
  bumpZonePageState('NR_ANON_PAGES', sign * pages);
}

/**
 * mm/rmap.c page_add_new_anon_rmap, with the ptl held: a page that no other CPU knows yet, so it is
 * made anonymous in one atomic section.
 */
export function* page_add_new_anon_rmap(cpu: Cpu, page: Page, vma: Vma, address: Address): Steps {
  const index = yield* linearPageIndex(vma, address);
  yield step(page + Page.mapping);
  const inside = address >= peek(vma + vma_.vm_start) && address < peek(vma + vma_.vm_end);
  VM_BUG_ON(
    !inside,
    'mm/rmap.c page_add_new_anon_rmap',
    'address < vma->vm_start || address >= vma->vm_end',
  );
  poke(page + Page.PG_swapbacked, 1);
  poke(page + Page._mapcount, 0);
  countAnonPages(page, 1);
  const anonVma = peek(vma + vma_.anon_vma);
  BUG_ON(anonVma === 0, 'mm/rmap.c __page_set_anon_rmap', '!anon_vma');
  if ((peek(page + Page.mapping) & PAGE_MAPPING_ANON) === 0) {
    poke(page + Page.mapping, anonVma + PAGE_MAPPING_ANON);
    poke(page + Page.index, index);
  }
  if (!(yield* mlocked_vma_newpage(vma, page))) {
    yield SetPageActive(page);
    yield* lru_cache_add(cpu, page);
  } else {
    yield* add_page_to_unevictable_list(cpu, page);
  }
}

/** mm/internal.h mlocked_vma_newpage. */
function* mlocked_vma_newpage(vma: Vma, page: Page): Steps<boolean> {
  const vm_flags = yield load(vma + vma_.vm_flags);
  VM_BUG_ON(peek(page + Page.PG_lru) !== 0, 'mm/internal.h mlocked_vma_newpage', 'PageLRU(page)');
  if ((vm_flags & (VM_LOCKED | VM_SPECIAL)) !== VM_LOCKED) return false;
  if (peek(page + Page.PG_mlocked) === 0) {
    poke(page + Page.PG_mlocked, 1);
    bumpZonePageState('NR_MLOCK', hpage_nr_pages(page));
    bumpVmEvent('UNEVICTABLE_PGMLOCKED');
  }
  return true;
}

/** mm/rmap.c page_add_anon_rmap: one more pte maps an anonymous page. Needs ptl and page lock. */
export function* page_add_anon_rmap(cpu: Cpu, page: Page, vma: Vma, address: Address): Steps {
  yield* do_page_add_anon_rmap(cpu, page, vma, address, false);
}

/**
 * mm/rmap.c do_page_add_anon_rmap. `exclusive`: only this process can come to map the page, so it
 * may belong to the vma's own anon_vma; otherwise to the root, which every relative can find.
 */
export function* do_page_add_anon_rmap(
  _cpu: Cpu,
  page: Page,
  vma: Vma,
  address: Address,
  exclusive: boolean,
): Steps {
  const first = (yield incAndTestZero(page + Page._mapcount)) === 1;
  if (first) countAnonPages(page, 1);
  if (yield* PageKsm(page)) return;
  const locked = yield PageLocked(page);
  VM_BUG_ON(locked === 0, 'mm/rmap.c do_page_add_anon_rmap', '!PageLocked(page)');
  if (first) yield* __page_set_anon_rmap(page, vma, address, exclusive);
  else yield* __page_check_anon_rmap(page, vma, address);
}

/** mm/rmap.c __page_set_anon_rmap: a page that is anonymous already keeps its mapping and index. */
function* __page_set_anon_rmap(page: Page, vma: Vma, address: Address, exclusive: boolean): Steps {
  let anonVma = yield load(vma + vma_.anon_vma);
  BUG_ON(anonVma === 0, 'mm/rmap.c __page_set_anon_rmap', '!anon_vma');
  if (yield* PageAnon(page)) return;
  if (!exclusive) anonVma = peek(anonVma + anon_vma.offset.root);
  yield store(page + Page.mapping, anonVma + PAGE_MAPPING_ANON);
  yield store(page + Page.index, yield* linearPageIndex(vma, address));
}

/** mm/rmap.c __page_check_anon_rmap, only with CONFIG_DEBUG_VM. */
function* __page_check_anon_rmap(page: Page, vma: Vma, address: Address): Steps {
  if (!kernel.config.CONFIG_DEBUG_VM) return;
  const where = 'mm/rmap.c __page_check_anon_rmap';
  const anonVma = anonVmaObject(yield* page_anon_vma(page), where);
  const root = yield load(anonVma + anon_vma.offset.root);
  BUG_ON(
    root !== peek(peek(vma + vma_.anon_vma) + anon_vma.offset.root),
    where,
    'page_anon_vma(page)->root != vma->anon_vma->root',
  );
  const index = yield load(page + Page.index);
  BUG_ON(
    index !== (yield* linearPageIndex(vma, address)),
    where,
    'page->index != linear_page_index(vma, address)',
  );
}

/** mm/rmap.c page_add_file_rmap, with the ptl held. */
export function* page_add_file_rmap(page: Page): Steps {
  if (yield incAndTestZero(page + Page._mapcount)) bumpZonePageState('NR_FILE_MAPPED', 1);
}

/** include/linux/rmap.h page_dup_rmap: fork copies a pte, with the ptl held. */
export const page_dup_rmap = (page: Page): Op => incAndTestZero(page + Page._mapcount);

/**
 * mm/rmap.c page_move_anon_rmap: the page has become this vma's alone. A plain store of the
 * anon_vma tagged ANON, whatever tag was there before. Needs the page lock.
 */
export function* page_move_anon_rmap(page: Page, vma: Vma, address: Address): Steps {
  const where = 'mm/rmap.c page_move_anon_rmap';
  const locked = yield PageLocked(page);
  VM_BUG_ON(locked === 0, where, '!PageLocked(page)');
  const anonVma = peek(vma + vma_.anon_vma);
  VM_BUG_ON(anonVma === 0, where, '!anon_vma');
  if (kernel.config.CONFIG_DEBUG_VM) {
    const index = peek(page + Page.index);
    VM_BUG_ON(
      index !== (yield* linearPageIndex(vma, address)),
      where,
      'page->index != linear_page_index(vma, address)',
    );
  }
  yield store(page + Page.mapping, anonVma + PAGE_MAPPING_ANON);
}

/** mm/rmap.c page_remove_rmap, with the ptl held. The tag in page->mapping stays. */
export function* page_remove_rmap(cpu: Cpu, page: Page): Steps {
  const anon = yield* PageAnon(page);
  if (!(yield decAndTestNegative(page + Page._mapcount))) return;
  if (anon) countAnonPages(page, -1);
  else bumpZonePageState('NR_FILE_MAPPED', -1);
  if (yield PageMlocked(page)) yield* clear_page_mlock(cpu, page);
}
