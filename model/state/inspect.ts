/**
 * What /proc/pid and a debugger would show of the running kernel. Pure readers, for a kernel that no
 * CPU is in: they perform no events and change nothing. Sizes are in pages. The system-wide views
 * are in inspect-system.ts and reachable from here.
 */
import {
  pte_dirty,
  pte_file,
  pte_none,
  pte_pfn,
  pte_present,
  pte_soft_dirty,
  pte_swp_soft_dirty,
  pte_to_pgoff,
  pte_to_swp_entry,
  pte_write,
  pte_young,
  vm_normal_page,
} from '../arch/x86/include/asm/pgtable';
import { pmd_pfn, pmd_trans_huge } from '../arch/x86/include/asm/pgtable-pmd';
import {
  mm_struct,
  Page,
  vm_area_struct,
  type Address,
  type Mm,
  type Pte,
  type Vma,
} from '../include/linux/mm_types';
import { PAGE_FLAGS, type PageFlag } from '../include/linux/page-flags-layout';
import {
  is_hwpoison_entry,
  is_migration_entry,
  non_swap_entry,
  swp_offset,
} from '../include/linux/swapops';
import { VM_HUGETLB, VM_LOCKED, VM_NONLINEAR } from '../include/linux/vm_flags';
import { isAnonPage, isKsmPage, word } from './inspect-system';
import { kernel } from './kernel';

export * from './inspect-system';

const vma_ = vm_area_struct.offset;
const mm_ = mm_struct.offset;

export type PteState = 'none' | 'present' | 'swapped' | 'migration' | 'hwpoison' | 'file';

/** One virtual page, as /proc/pid/pagemap and /proc/kpageflags together would tell. */
export interface PagemapEntry {
  readonly address: Address;
  readonly state: PteState;
  /** Part of a huge page. */
  readonly huge: boolean;
  readonly write: boolean;
  readonly young: boolean;
  readonly dirty: boolean;
  readonly softDirty: boolean;
  /** The frame that is mapped, the zero page's included; 0 if not present. */
  readonly page: Page;
  /** Swap slot; 0 if not swapped. */
  readonly slot: number;
  /** Flags of `page` that are set, without PG_. */
  readonly flags: readonly string[];
}

/** Every page of `start .. end - 1`. */
export function pagemap(mm: Mm, start: Address, end: Address): PagemapEntry[] {
  return Array.from({ length: end - start }, (_, i) => pagemapEntry(mm, start + i));
}

/** One page of {@link pagemap}. */
export function pagemapEntry(mm: Mm, address: Address): PagemapEntry {
  const { pte, huge, pfn } = translation(mm, address);
  const state = stateOf(pte);
  const page = state === 'present' ? kernel.pageAt(pfn) : 0;
  return {
    address,
    state,
    huge,
    write: state === 'present' && pte_write(pte),
    young: state === 'present' && pte_young(pte),
    dirty: state === 'present' && pte_dirty(pte),
    softDirty: state === 'present' ? pte_soft_dirty(pte) : swapSoftDirty(state, pte),
    page,
    slot: state === 'swapped' ? swp_offset(pte_to_swp_entry(pte)) : 0,
    flags: page === 0 ? [] : pageFlags(page).map((flag) => flag.slice('PG_'.length)),
  };
}

/** Names of the flags that a page has, in the kernel's order. */
const pageFlags = (page: Page): PageFlag[] =>
  PAGE_FLAGS.filter((flag) => word(page + Page[flag]) !== 0);

const swapSoftDirty = (state: PteState, pte: Pte): boolean =>
  (state === 'swapped' || state === 'migration') && pte_swp_soft_dirty(pte);

/** The pte of a page, or the huge pmd in its place, with the frame of this very page. */
function translation(mm: Mm, address: Address): { pte: Pte; huge: boolean; pfn: number } {
  const pmd = word(kernel.pmd(mm, address));
  if (pmd_trans_huge(pmd)) {
    return { pte: pmd, huge: true, pfn: pmd_pfn(pmd) + (address % kernel.config.hugePages) };
  }
  const pte = word(kernel.pte(mm, address));
  return { pte, huge: false, pfn: pte_pfn(pte) };
}

function stateOf(pte: Pte): PteState {
  if (pte_none(pte)) return 'none';
  if (pte_present(pte)) return 'present';
  if (pte_file(pte)) return 'file';
  const entry = pte_to_swp_entry(pte);
  if (!non_swap_entry(entry)) return 'swapped';
  if (is_migration_entry(entry)) return 'migration';
  return is_hwpoison_entry(entry) ? 'hwpoison' : 'swapped';
}

/** How many pages of a range are what, as the observed kernels were asked. */
export interface PageCounts {
  readonly present: number;
  readonly swapped: number;
  readonly none: number;
  readonly PG_dirty: number;
  readonly PG_swapcache: number;
  readonly PG_active: number;
  readonly PG_unevictable: number;
  readonly KSM: number;
  readonly THP: number;
  readonly anon: number;
}

/** Sums of {@link pagemap} over a range. */
export function countPages(mm: Mm, start: Address, end: Address): PageCounts {
  const entries = pagemap(mm, start, end);
  const count = (test: (entry: PagemapEntry) => boolean): number => entries.filter(test).length;
  const having = (flag: string): number => count((e) => e.flags.includes(flag));
  return {
    present: count((e) => e.state === 'present'),
    // So says pte_to_pagemap_entry of every is_swap_pte, a poisoned page's entry too.
    swapped: count((e) => ['swapped', 'migration', 'hwpoison'].includes(e.state)),
    // /proc/pid/pagemap has nothing for a page number left in a pte of a nonlinear mapping.
    none: count((e) => e.state === 'none' || e.state === 'file'),
    PG_dirty: having('dirty'),
    PG_swapcache: having('swapcache'),
    PG_active: having('active'),
    PG_unevictable: having('unevictable'),
    KSM: count((e) => e.page !== 0 && isKsmPage(e.page)),
    // fs/proc/page.c stable_page_flags: what is on no LRU list and not anonymous is no THP.
    THP: count((e) => e.huge && !isOfHugeZeroPage(e.page)),
    anon: count((e) => e.page !== 0 && isAnonPage(e.page)),
  };
}

function isOfHugeZeroPage(page: Page): boolean {
  const zero = word(kernel.huge_zero_page);
  return (
    zero !== 0 && page >= zero && page < kernel.pageAt(kernel.pfn(zero) + kernel.config.hugePages)
  );
}

/** The sums of /proc/pid/smaps, in pages; shares of pages are rounded down to kB in each vma. */
export interface Smaps {
  Rss: number;
  /** Each page divided by the number of its mappings. */
  Pss: number;
  Shared_Clean: number;
  Shared_Dirty: number;
  Private_Clean: number;
  Private_Dirty: number;
  Referenced: number;
  Anonymous: number;
  AnonHugePages: number;
  Swap: number;
  /** Shown of nonlinear mappings only. */
  Nonlinear: number;
  /** Pss of locked mappings. */
  Locked: number;
}

const PAGE_KB = 4;
const PAGE_BYTES = 4096;
/** Digits behind the point of the kernel's pss. */
const PSS_SHIFT = 12;

/** The share of one page, as the kernel's division leaves it. */
function share(mapcount: number, huge: boolean): number {
  const pages = huge ? kernel.config.hugePages : 1;
  const whole = pages * PAGE_BYTES * 2 ** PSS_SHIFT;
  return Math.floor(whole / Math.max(1, mapcount)) / whole;
}

/** fs/proc/task_mmu.c show_smap over the vmas of `start .. end - 1`, default: all of the mm. */
export function smaps(mm: Mm, start: Address = 0, end: Address = kernel.config.pages): Smaps {
  const mss: Smaps = {
    Rss: 0,
    Pss: 0,
    Shared_Clean: 0,
    Shared_Dirty: 0,
    Private_Clean: 0,
    Private_Dirty: 0,
    Referenced: 0,
    Anonymous: 0,
    AnonHugePages: 0,
    Swap: 0,
    Nonlinear: 0,
    Locked: 0,
  };
  for (const vma of vmas(mm)) {
    if (vma.flags & VM_HUGETLB) continue;
    const { Pss, Nonlinear } = mss;
    const first = Math.max(start, vma.start);
    for (let at = first; at < Math.min(end, vma.end); at++) smapsEntry(mss, mm, vma, at);
    const pss = Math.floor((mss.Pss - Pss) * PAGE_KB) / PAGE_KB;
    mss.Pss = Pss + pss;
    if (vma.flags & VM_LOCKED) mss.Locked += pss;
    if (!(vma.flags & VM_NONLINEAR)) mss.Nonlinear = Nonlinear;
  }
  return mss;
}

/** fs/proc/task_mmu.c smaps_pte_entry. */
function smapsEntry(mss: Smaps, mm: Mm, vma: VmaView, address: Address): void {
  const { pte, huge, pfn } = translation(mm, address);
  const state = stateOf(pte);
  const pgoff = address - vma.start + vma.pgoff;
  if (state === 'swapped') mss.Swap++;
  if (state === 'file' && pte_to_pgoff(pte) !== pgoff) mss.Nonlinear++;
  const page = smapsPage(state, pte, huge, pfn);
  if (page === 0) return;
  if (huge) mss.AnonHugePages++;
  // Of a huge page it is the head that has the tag, the flags and the count.
  const head = huge ? kernel.pageAt(pfn - (address % kernel.config.hugePages)) : page;
  if (isAnonPage(head)) mss.Anonymous++;
  if (!huge && word(page + Page.index) !== pgoff) mss.Nonlinear++;
  mss.Rss++;
  if (pte_young(pte) || word(head + Page.PG_referenced)) mss.Referenced++;
  const dirty = pte_dirty(pte) || word(head + Page.PG_dirty) !== 0;
  const mapcount = word(head + Page._mapcount) + 1;
  mss.Pss += share(mapcount, huge);
  if (mapcount >= 2) mss[dirty ? 'Shared_Dirty' : 'Shared_Clean']++;
  else mss[dirty ? 'Private_Dirty' : 'Private_Clean']++;
}

function smapsPage(state: PteState, pte: Pte, huge: boolean, pfn: number): Page {
  if (state === 'present') return huge ? kernel.pageAt(pfn) : vm_normal_page(pte);
  if (state === 'migration') return kernel.pageAt(swp_offset(pte_to_swp_entry(pte)));
  return 0;
}

/** A vma's words. */
export interface VmaView {
  readonly vma: Vma;
  readonly start: Address;
  readonly end: Address;
  readonly flags: number;
  readonly pgoff: number;
  readonly anonVma: number;
  readonly file: number;
}

/** The vmas of an mm in address order, as /proc/pid/maps has them. */
export function vmas(mm: Mm): VmaView[] {
  const views: VmaView[] = [];
  for (let vma = word(mm + mm_.mmap); vma !== 0; vma = word(vma + vma_.vm_next)) {
    views.push({
      vma,
      start: word(vma + vma_.vm_start),
      end: word(vma + vma_.vm_end),
      flags: word(vma + vma_.vm_flags),
      pgoff: word(vma + vma_.vm_pgoff),
      anonVma: word(vma + vma_.anon_vma),
      file: word(vma + vma_.vm_file),
    });
  }
  return views;
}

/** The counters of an mm: RssFile, RssAnon and VmSwap of /proc/pid/status. */
export const rss = (mm: Mm): { file: number; anon: number; swap: number } => ({
  file: word(mm + mm_.rss_file),
  anon: word(mm + mm_.rss_anon),
  swap: word(mm + mm_.rss_swapents),
});
