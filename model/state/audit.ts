/**
 * Holds every counter of a kernel that no CPU is in against what it counts. A pure reader, like
 * inspect.ts. What the kernel keeps twice (a count and the things counted) must agree whenever
 * nobody is in the middle of changing it.
 */
import {
  address_space,
  anon_vma,
  FileKind,
  LRU_LISTS,
  mm_struct,
  Page,
} from '../include/linux/mm_types';
import {
  is_migration_entry,
  non_swap_entry,
  radix_to_swp_entry,
  radix_tree_exceptional_entry,
  swp_offset,
} from '../include/linux/swapops';
import { SWAP_MAP_SHMEM } from '../include/linux/swap';
import { ZONE_STAT_ITEMS, type ZoneStatItem } from '../include/linux/mmzone';
import type { PAGE_FLAGS } from '../include/linux/page-flags-layout';
import {
  pte_file,
  pte_none,
  pte_present,
  pte_to_swp_entry,
  vm_normal_page,
} from '../arch/x86/include/asm/pgtable';
import { pmd_pfn, pmd_trans_huge } from '../arch/x86/include/asm/pgtable-pmd';
import { vmstat_text, vmstatName } from '../mm/vmstat';
import { isCircle, lruList, swapMap, word, zoneCounterExact } from './inspect-system';
import { vmas } from './inspect';
import { kernel, PAGEVECS } from './kernel';

/** A count that is not what it counts. */
export interface Disagreement {
  /** `nr_mlock`, `rss anon`, `page count`, `swap map`, `lock`: which kind of count. */
  readonly what: string;
  readonly says: number;
  readonly counted: number;
}

/** What maps and holds pages, from one walk over every page table and cache. */
interface Census {
  /** ptes and huge pmds by the page (of a huge one the head) that they map. */
  readonly mapped: Map<Page, number>;
  /** Swap ptes by slot. */
  readonly swapped: Map<number, number>;
  /** References by page: mappings, caches, pagevecs, pins. */
  readonly held: Map<Page, number>;
  /** Pages in the swap cache; in it or in the page cache of a file. */
  readonly swapCached: Set<Page>;
  readonly cached: Set<Page>;
  readonly rss: { readonly anon: number; readonly file: number; readonly swap: number }[];
}

/**
 * @param pins pages that somebody outside the kernel's own tables holds a reference to, once for each
 * @returns nothing if all agree; else one entry for each count that does not, in a fixed order
 */
export function audit(pins: readonly Page[] = []): Disagreement[] {
  const census = takeCensus(pins);
  return [
    ...auditMms(census),
    ...auditZone(census),
    ...auditPages(census),
    ...auditSwap(census),
    ...auditFiles(),
    ...auditLocks(),
  ];
}

/** `nr_mlock is 1, counts 0`; equal ones are told once, with how many there are. */
export function describeAudit(found: readonly Disagreement[]): string {
  const lines = new Map<string, number>();
  for (const { what, says, counted } of found) {
    const line = `${what} is ${says}, counts ${counted}`;
    lines.set(line, (lines.get(line) ?? 0) + 1);
  }
  const texts = [...lines].map(([line, times]) => (times > 1 ? `${line} (${times} times)` : line));
  return texts.join('; ') || 'agrees';
}

const bump = <K>(map: Map<K, number>, key: K): void => void map.set(key, (map.get(key) ?? 0) + 1);
const isAnon = (page: Page): boolean => (word(page + Page.mapping) & 1) !== 0;
const isSwapBacked = (page: Page): boolean => word(page + Page.PG_swapbacked) !== 0;
const isHead = (page: Page): boolean => word(page + Page.PG_head) !== 0;
const pagesOf = (page: Page): number => (isHead(page) ? kernel.config.hugePages : 1);

function frames(): Page[] {
  const all = Array.from({ length: kernel.config.frames - 1 }, (_, i) => kernel.pageAt(i + 1));
  return all.filter((page) => word(page + Page.free) === 0);
}

function takeCensus(pins: readonly Page[]): Census {
  const census: Census = {
    mapped: new Map(),
    swapped: new Map(),
    held: new Map(),
    swapCached: new Set(),
    cached: new Set(),
    rss: [],
  };
  for (let index = 0; index < kernel.config.processes; index++) countMm(census, index);
  countCaches(census);
  countPagevecs(census);
  for (const pin of pins) bump(census.held, headOf(pin));
  return census;
}

const headOf = (page: Page): Page =>
  word(page + Page.PG_tail) !== 0 ? word(page + Page.first_page) : page;

function countMm(census: Census, index: number): void {
  const mm = kernel.mmAt(index);
  const rss = { anon: 0, file: 0, swap: 0 };
  const huge = kernel.config.hugePages;
  for (let address = 0; address < kernel.config.pages; address++) {
    const pmd = word(kernel.pmd(mm, address));
    if (pmd_trans_huge(pmd)) {
      if (address % huge === 0) countMapping(census, rss, kernel.pageAt(pmd_pfn(pmd)));
      continue;
    }
    const pte = word(kernel.pte(mm, address));
    if (pte_none(pte)) continue;
    if (pte_present(pte)) {
      countMapping(census, rss, vm_normal_page(pte));
    } else if (!pte_file(pte)) {
      const entry = pte_to_swp_entry(pte);
      if (is_migration_entry(entry))
        rss[isAnon(kernel.pageAt(swp_offset(entry))) ? 'anon' : 'file']++;
      if (non_swap_entry(entry)) continue;
      rss.swap++;
      bump(census.swapped, swp_offset(entry));
    }
  }
  census.rss.push(rss);
}

function countMapping(census: Census, rss: { anon: number; file: number }, page: Page): void {
  if (page === 0 || page === word(kernel.huge_zero_page)) return;
  rss[isAnon(page) ? 'anon' : 'file'] += pagesOf(page);
  bump(census.mapped, page);
  bump(census.held, page);
}

function countCaches(census: Census): void {
  for (let slot = 1; slot <= kernel.config.swapSlots; slot++) {
    const page = word(kernel.swapper_space + slot * 4);
    if (page !== 0) census.swapCached.add(page);
  }
  for (const page of census.swapCached) census.cached.add(page);
  for (let file = 0; file < kernel.config.files; file++) {
    const mapping = kernel.mappings + file * address_space.size;
    for (let index = 0; index < kernel.config.filePages; index++) {
      const page = word(kernel.pageTree(mapping, index));
      // A device's frames are in no page cache.
      if (page === 0 || word(mapping + address_space.offset.kind) === FileKind.pfn) continue;
      if (radix_tree_exceptional_entry(page)) {
        bump(census.swapped, swp_offset(radix_to_swp_entry(page)));
      } else {
        census.cached.add(page);
      }
    }
  }
  for (const page of census.cached) bump(census.held, page);
  // Whoever has reserved them (a device, the vdso) has them for good.
  const reserved = frames().filter((page) => word(page + Page.PG_reserved) !== 0);
  for (const page of reserved) bump(census.held, page);
  const zero = word(kernel.huge_zero_page);
  if (zero !== 0) bump(census.held, zero);
}

function countPagevecs(census: Census): void {
  for (let cpu = 0; cpu < kernel.config.cpus; cpu++) {
    for (const pagevec of PAGEVECS) {
      const nr = word(kernel.percpu(cpu, `${pagevec}_nr`));
      for (let i = 0; i < nr; i++) {
        bump(census.held, headOf(word(kernel.percpu(cpu, `${pagevec}_${i}`))));
      }
    }
  }
}

function compare(what: string, says: number, counted: number): Disagreement[] {
  return says === counted ? [] : [{ what, says, counted }];
}

function auditMms({ rss }: Census): Disagreement[] {
  const { offset } = mm_struct;
  return rss.flatMap(({ anon, file, swap }, index) => {
    const mm = kernel.mmAt(index);
    return [
      ...compare('rss anon', word(mm + offset.rss_anon), anon),
      ...compare('rss file', word(mm + offset.rss_file), file),
      ...compare('rss swap', word(mm + offset.rss_swapents), swap),
    ];
  });
}

function auditZone({ mapped, cached, swapCached }: Census): Disagreement[] {
  const inUse = frames();
  const sum = (test: (page: Page) => boolean): number =>
    inUse.filter(test).reduce((total, page) => total + pagesOf(page), 0);
  const flag = (name: (typeof PAGE_FLAGS)[number]) => (page: Page) => word(page + Page[name]) !== 0;
  const lists = LRU_LISTS.map((list): [ZoneStatItem, number] => [
    `NR_${list.toUpperCase()}` as ZoneStatItem,
    lruList(list).reduce((total, page) => total + pagesOf(page), 0),
  ]);
  const mappedPages = [...mapped.keys()];
  const counted: Partial<Record<ZoneStatItem, number>> = {
    ...Object.fromEntries(lists),
    NR_FREE_PAGES: kernel.config.frames - 1 - inUse.length,
    NR_MLOCK: sum(flag('PG_mlocked')),
    NR_LAZYFREE_PAGES: inUse.filter((page) => (word(page + Page.mapping) & 7) === 5).length,
    NR_ANON_PAGES: mappedPages.filter(isAnon).reduce((total, page) => total + pagesOf(page), 0),
    NR_FILE_MAPPED: mappedPages.filter((page) => !isAnon(page)).length,
    NR_FILE_PAGES: cached.size,
    NR_WRITEBACK: sum(flag('PG_writeback')),
    NR_ISOLATED_ANON: 0,
    NR_ISOLATED_FILE: 0,
    NR_SHMEM: [...cached].filter((page) => !swapCached.has(page) && isSwapBacked(page)).length,
    NR_ANON_TRANSPARENT_HUGEPAGES: mappedPages.filter(isHead).length,
  };
  const shown = [vmstatName('NR_FREE_PAGES'), ...vmstat_text()];
  const counters = ZONE_STAT_ITEMS.filter((item) => shown.includes(vmstatName(item)));
  return [
    ...LRU_LISTS.flatMap((list) => compare(`pages twice on ${list}`, Number(isCircle(list)), 0)),
    ...counters.flatMap((item) => {
      const count = counted[item];
      return count === undefined ? [] : compare(vmstatName(item), zoneCounterExact(item), count);
    }),
  ];
}

function auditPages({ mapped, held, swapCached }: Census): Disagreement[] {
  return frames().flatMap((page) => {
    // memory_failure keeps the reference that it took, soft offline gives it back.
    if (word(page + Page.PG_tail) !== 0 || word(page + Page.PG_hwpoison) !== 0) return [];
    return [
      ...compare('page mapcount', word(page + Page._mapcount) + 1, mapped.get(page) ?? 0),
      ...compare('page count', word(page + Page._count), held.get(page) ?? 0),
      ...compare('page on LRU', word(page + Page.PG_lru), word(page + Page.lru_on) === 0 ? 0 : 1),
      ...compare(
        'page in swap cache',
        word(page + Page.PG_swapcache),
        swapCached.has(page) ? 1 : 0,
      ),
    ];
  });
}

/** SWAP_MAP_BAD and continued counts are no plain numbers of users; a file's slot has one user. */
const PLAIN_COUNT = 0x3e;

function auditSwap({ swapped }: Census): Disagreement[] {
  if (!kernel.config.CONFIG_SWAP) return [];
  const used = swapMap();
  const slots = used.flatMap(({ offset, count, hasCache, page }) => [
    ...(count <= PLAIN_COUNT ? compare('swap map', count, swapped.get(offset) ?? 0) : []),
    ...(count === SWAP_MAP_SHMEM ? compare('swap map', 1, swapped.get(offset) ?? 0) : []),
    ...compare('swap slot cached', hasCache ? 1 : 0, page === 0 ? 0 : 1),
  ]);
  const lost = [...swapped.keys()].filter((slot) => !used.some(({ offset }) => offset === slot));
  return [
    ...slots,
    ...lost.flatMap((slot) => compare('swap map', 0, swapped.get(slot)!)),
    ...compare(
      'free swap',
      word(kernel.nr_swap_pages),
      word(kernel.total_swap_pages) - used.length,
    ),
  ];
}

/** Users of files that have no name, and what is left of such a file after its last user. */
function auditFiles(): Disagreement[] {
  const { offset } = address_space;
  const users = new Map<number, number>();
  for (let index = 0; index < kernel.config.processes; index++) {
    for (const { file } of vmas(kernel.mmAt(index))) bump(users, file);
  }
  return Array.from({ length: kernel.config.files }, (_, i) => {
    const mapping = kernel.mappings + i * address_space.size;
    if (word(mapping + offset.unlinked) === 0) return [];
    const count = word(mapping + offset.f_count);
    const pages = Array.from({ length: kernel.config.filePages }, (_page, index) =>
      word(kernel.pageTree(mapping, index)),
    ).filter((entry) => entry !== 0).length;
    return [
      ...compare('file count', count, users.get(mapping) ?? 0),
      ...(count === 0 ? compare('pages of a file that is gone', 0, pages) : []),
    ];
  }).flat();
}

/** Locks that are still held, by kind. */
function auditLocks(): Disagreement[] {
  const held = (what: string, addr: number): Disagreement[] => compare(what, word(addr), 0);
  const found: Disagreement[] = [];
  for (let index = 0; index < kernel.config.processes; index++) {
    const mm = kernel.mmAt(index);
    found.push(...held('mmap_sem', mm + mm_struct.offset.mmap_sem));
    for (let address = 0; address < kernel.config.pages; address += kernel.config.hugePages) {
      found.push(...held('page-table lock', kernel.ptl(mm, address)));
    }
  }
  for (const page of frames()) {
    found.push(...held('page lock', page + Page.PG_locked));
    found.push(...held('compound lock', page + Page.PG_compound_lock));
  }
  for (let i = 0; i < kernel.config.anonVmas; i++) {
    found.push(
      ...held('anon_vma lock', kernel.anonVmas + i * anon_vma.size + anon_vma.offset.rwsem),
    );
  }
  return found;
}
