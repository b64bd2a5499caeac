/** Views of the whole kernel: lists, slots, counters. Pure readers, as in inspect.ts. */
import type { LRU_LISTS } from '../include/linux/mm_types';
import {
  anon_vma,
  anon_vma_chain,
  Page,
  PAGE_PARTS,
  zone,
  type AnonVma,
  type Vma,
} from '../include/linux/mm_types';
import { ZONE_STAT_ITEMS, type ZoneStatItem } from '../include/linux/mmzone';
import type { VmEventItem } from '../include/linux/vm_event_item';
import type { Ptr } from '../machine/struct';
import { kernel } from './kernel';

/** A word of the arena, outside any event; in an operation inside the machine's `see`. */
export const word = (addr: Ptr): number => kernel.machine.inspect(addr);

/** PageAnon, whatever the variant: the lowest bit of the tag. */
export const isAnonPage = (page: Page): boolean => (word(page + Page.mapping) & 1) !== 0;

/** PageKsm, whatever the variant: both lower bits of the tag. */
export const isKsmPage = (page: Page): boolean => (word(page + Page.mapping) & 3) === 3;

/** What the page holds, part by part. */
export const contentOf = (page: Page): number[] =>
  Array.from({ length: PAGE_PARTS }, (_, part) => word(page + Page.content0 + part * 4));

export type LruList = (typeof LRU_LISTS)[number];

/**
 * Pages of an LRU list from its head (the newest) to its tail (reclaimed next). Of a list that a page was
 * added to twice, which runs in a circle then, each page once; see {@link isCircle}.
 */
export function lruList(list: LruList): Page[] {
  const pages = new Set<Page>();
  let page = word(kernel.zone + zone.offset[`${list}_first`]);
  for (; page !== 0 && !pages.has(page); page = word(page + Page.lru_next)) pages.add(page);
  return [...pages];
}

/** Whether an LRU list has no end. */
export function isCircle(list: LruList): boolean {
  const last = lruList(list).at(-1);
  return last !== undefined && word(last + Page.lru_next) !== 0;
}

/** A used swap slot. */
export interface SwapSlotView {
  readonly offset: number;
  /** Users of the slot that are not the swap cache. */
  readonly count: number;
  /** SWAP_HAS_CACHE. */
  readonly hasCache: boolean;
  /** The page in the swap cache, 0 for none. */
  readonly page: Page;
  /** What the device holds, part by part. */
  readonly content: readonly number[];
}

const SWAP_HAS_CACHE = 0x40;

/** The swap slots that are in use. */
export function swapMap(): SwapSlotView[] {
  const used: SwapSlotView[] = [];
  for (let offset = 1; offset <= kernel.config.swapSlots; offset++) {
    const byte = word(kernel.swap_map + offset * 4);
    if (byte === 0) continue;
    used.push({
      offset,
      count: byte & ~SWAP_HAS_CACHE,
      hasCache: (byte & SWAP_HAS_CACHE) !== 0,
      page: word(kernel.swapper_space + offset * 4),
      content: Array.from({ length: PAGE_PARTS }, (_, part) => word(kernel.swapSlot(offset, part))),
    });
  }
  return used;
}

/** A zone counter as zone_page_state would read it: no per-CPU differences, negative values too. */
export const zoneCounter = (item: ZoneStatItem): number => word(kernel.zoneStat(item));

/** A zone counter with every CPU's difference folded in: what it really counts. */
export function zoneCounterExact(item: ZoneStatItem): number {
  let sum = zoneCounter(item);
  for (let cpu = 0; cpu < kernel.config.cpus; cpu++) {
    sum += word(kernel.percpu(cpu, `diff_${item}`));
  }
  return sum;
}

/** include/linux/vmstat.h global_page_state: the kernel shows 0 for what is below. */
export const zoneCounterShown = (item: ZoneStatItem): number => Math.max(0, zoneCounterExact(item));

/** All zone counters, exact. */
export const zoneCounters = (): Record<ZoneStatItem, number> =>
  Object.fromEntries(ZONE_STAT_ITEMS.map((item) => [item, zoneCounterExact(item)])) as Record<
    ZoneStatItem,
    number
  >;

/** How often an event was counted. */
export const vmEvent = (item: VmEventItem): number => word(kernel.vmEvent(item));

/** An allocated anon_vma. */
export interface AnonVmaView {
  readonly anonVma: AnonVma;
  readonly root: AnonVma;
  readonly refcount: number;
  /** The vmas of its interval tree, in the order in which a walk visits them. */
  readonly vmas: readonly Vma[];
}

/** The anon_vmas that are allocated, by slot. */
export function anonVmas(): AnonVmaView[] {
  const { offset } = anon_vma;
  return Array.from(
    { length: kernel.config.anonVmas },
    (_, i) => kernel.anonVmas + i * anon_vma.size,
  )
    .filter((anonVma) => word(anonVma + offset.used) !== 0)
    .map((anonVma) => ({
      anonVma,
      root: word(anonVma + offset.root),
      refcount: word(anonVma + offset.refcount),
      vmas: treeVmas(anonVma),
    }));
}

function treeVmas(anonVma: AnonVma): Vma[] {
  const vmas: Vma[] = [];
  let avc = word(anonVma + anon_vma.offset.rb_root);
  for (; avc !== 0; avc = word(avc + anon_vma_chain.offset.rb_next)) {
    vmas.push(word(avc + anon_vma_chain.offset.vma));
  }
  return vmas;
}
