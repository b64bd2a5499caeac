import { Machine } from '../machine/machine';
import { struct, repeated, type Ptr } from '../machine/struct';
import * as types from '../include/linux/mm_types';
import { ZONE_STAT_ITEMS, type ZoneStatItem } from '../include/linux/mmzone';
import { VM_EVENT_ITEMS, type VmEventItem } from '../include/linux/vm_event_item';
import type { KernelConfig } from './config';

/** The pagevecs of mm/swap.c, in the order in which lru_add_drain empties them. */
export const PAGEVECS = [
  'lru_add_pvec',
  'lru_rotate_pvecs',
  'lru_deactivate_pvecs',
  'activate_page_pvecs',
] as const;
export type PagevecName = (typeof PAGEVECS)[number];

const word = struct('word', ['value'], 4);

/** Words that belong to the scenario. */
export const SCENARIO_WORDS = 64;

/**
 * One booted kernel: where every shared object lives. All values are addresses or constants, fixed
 * at boot; what changes is in the machine's arena.
 */
export class Kernel {
  /** mem_map: frame n's struct page is at mem_map + n * page.size. */
  readonly mem_map: Ptr;
  readonly zone: Ptr;
  readonly mms: Ptr;
  readonly vmas: Ptr;
  readonly anonVmas: Ptr;
  readonly avcs: Ptr;
  readonly avcCount: number;
  readonly mappings: Ptr;

  readonly perCpuLayout: ReturnType<typeof perCpuLayout>;
  readonly perCpu: Ptr;
  /** Where in a CPU's variables each pagevec begins, and its difference of each zone counter is. */
  private readonly pagevecs = {} as Record<PagevecName, number>;
  private readonly statDiffs = {} as Record<ZoneStatItem, number>;

  private readonly ptes: Ptr;
  private readonly pmds: Ptr;
  private readonly ptls: Ptr;
  private readonly tlbs: Ptr;
  private readonly zoneStats: Ptr;
  private readonly vmEvents: Ptr;
  private readonly pageCache: Ptr;
  private readonly fileContent: Ptr;

  /** swap_map[offset]; offset 0 is the device's header and never used. */
  readonly swap_map: Ptr;
  /** The swapper address space: page of each slot, 0 for none. */
  readonly swapper_space: Ptr;
  readonly swapTreeLock: Ptr;
  readonly swapContent: Ptr;
  readonly swap_lock: Ptr;
  readonly nr_swap_pages: Ptr;
  readonly total_swap_pages: Ptr;
  /** The one swap device: {@link types.swap_info_struct}. */
  readonly swap_info: Ptr;
  private readonly swapTransits: Ptr;
  private readonly swapContinuations: Ptr;
  /** Frame of the zero page: frame 0, reserved, never counted, never freed. */
  readonly zeroPage: Ptr;

  readonly pmdCount: number;

  constructor(
    readonly config: KernelConfig,
    readonly machine = new Machine(),
  ) {
    const { arena } = this.machine;
    const { cpus, frames, processes, pages, files, filePages, swapSlots, hugePages } = config;
    this.mem_map = arena.array(types.page, frames, 64);
    this.zeroPage = this.mem_map;
    this.zone = arena.array(types.zone, 1);
    this.mms = arena.array(types.mm_struct, processes);
    this.vmas = arena.array(types.vm_area_struct, config.vmas);
    // Objects of a 4-aligned cache may start at 4 mod 8; every one does here, the worst case.
    this.anonVmas = arena.array(types.anon_vma, config.anonVmas, 8, config.slabAlign === 4 ? 4 : 0);
    this.avcCount = config.vmas * 4;
    this.avcs = arena.array(types.anon_vma_chain, this.avcCount);
    this.mappings = arena.array(types.address_space, files);
    this.perCpuLayout = perCpuLayout(config);
    this.perCpu = arena.array(this.perCpuLayout, cpus);
    const { offset } = this.perCpuLayout;
    for (const pvec of PAGEVECS) this.pagevecs[pvec] = offset[`${pvec}_nr`]!;
    for (const item of ZONE_STAT_ITEMS) this.statDiffs[item] = offset[`diff_${item}`]!;
    this.pmdCount = Math.ceil(pages / hugePages);
    this.ptes = arena.array(named('pte'), processes * pages);
    this.pmds = arena.array(named('pmd'), processes * this.pmdCount);
    this.ptls = arena.array(named('ptl'), processes * this.pmdCount);
    this.tlbs = arena.array(named('tlb'), cpus * pages);
    this.zoneStats = arena.array(struct('vm_stat', ZONE_STAT_ITEMS), 1);
    this.vmEvents = arena.array(struct('vm_event', VM_EVENT_ITEMS), 1);
    this.pageCache = arena.array(named('page_tree'), files * filePages);
    this.fileContent = arena.array(struct('disk', ['part0', 'part1']), files * filePages);
    this.swap_map = arena.array(named('swap_map'), swapSlots + 1);
    this.swapper_space = arena.array(named('swapper_space'), swapSlots + 1);
    this.swapTreeLock = arena.array(named('swap_tree_lock'), 1);
    this.swapContent = arena.array(struct('swap_slot', ['part0', 'part1']), swapSlots + 1);
    this.swap_lock = arena.array(named('swap_lock'), 1);
    this.nr_swap_pages = arena.array(named('nr_swap_pages'), 1);
    this.total_swap_pages = arena.array(named('total_swap_pages'), 1);
    this.swap_info = arena.array(types.swap_info_struct, 1);
    this.swapTransits = arena.array(named('swap_transit'), swapSlots + 1);
    this.swapContinuations = arena.array(named('swap_continuation'), swapSlots + 1);
    this.ksm = arena.array(ksmState, 1);
    this.stableNodes = arena.array(stable_node, frames, 8, config.slabAlign === 4 ? 4 : 0);
    this.rmapItems = arena.array(rmap_item, processes * pages);
    this.huge_zero_page = arena.array(named('huge_zero_page'), 1);
    this.huge_zero_refcount = arena.array(named('huge_zero_refcount'), 1);
    this.scenarioWords = arena.array(named('scenario'), SCENARIO_WORDS);
    arena.seal();
  }

  readonly ksm: Ptr;
  readonly stableNodes: Ptr;
  readonly rmapItems: Ptr;
  /** mm/huge_memory.c: the huge zero page, 0 before its first use, and its own count. */
  readonly huge_zero_page: Ptr;
  readonly huge_zero_refcount: Ptr;

  private readonly scenarioWords: Ptr;

  /** Word `index` of those that belong to the scenario: pins by name, whether a process is born. */
  scenarioWord(index: number): Ptr {
    return this.scenarioWords + index * 4;
  }

  /** Slot number of an mm: 0 .. processes-1. */
  mmIndex(mm: types.Mm): number {
    return (mm - this.mms) / types.mm_struct.size;
  }
  mmAt(index: number): types.Mm {
    return this.mms + index * types.mm_struct.size;
  }
  pfn(page: types.Page): number {
    return (page - this.mem_map) / types.page.size;
  }
  pageAt(pfn: number): types.Page {
    return this.mem_map + pfn * types.page.size;
  }
  /** The pte word of a virtual page; page tables are always present, only ptes are filled. */
  pte(mm: types.Mm, address: types.Address): types.PtePtr {
    return this.ptes + (this.mmIndex(mm) * this.config.pages + address) * 4;
  }
  /**
   * The pmd word that covers a virtual page: 0 (none), PMD_TABLE or a huge pmd; the values are in
   * arch/x86/include/asm/pgtable-pmd.ts.
   */
  pmd(mm: types.Mm, address: types.Address): Ptr {
    return this.pmds + this.pmdSlot(mm, address) * 4;
  }
  /** The page-table lock of the page table that covers a virtual page (split ptlocks). */
  ptl(mm: types.Mm, address: types.Address): Ptr {
    return this.ptls + this.pmdSlot(mm, address) * 4;
  }
  /** A CPU's TLB entry for a virtual page of its active mm. */
  tlb(cpu: number, address: types.Address): Ptr {
    return this.tlbs + (cpu * this.config.pages + address) * 4;
  }
  zoneStat(item: ZoneStatItem): Ptr {
    return this.zoneStats + ZONE_STAT_ITEMS.indexOf(item) * 4;
  }
  vmEvent(item: VmEventItem): Ptr {
    return this.vmEvents + VM_EVENT_ITEMS.indexOf(item) * 4;
  }
  /** The page-cache slot of a file page. */
  pageTree(mapping: types.AddressSpace, index: number): Ptr {
    return this.pageCache + (this.mappingIndex(mapping) * this.config.filePages + index) * 4;
  }
  /** The file's contents on its disk, `part` 0 .. PAGE_PARTS-1. */
  disk(mapping: types.AddressSpace, index: number, part: number): Ptr {
    return (
      this.fileContent +
      ((this.mappingIndex(mapping) * this.config.filePages + index) * 2 + part) * 4
    );
  }
  /** The contents of a swap slot on the device. */
  swapSlot(offset: number, part: number): Ptr {
    return this.swapContent + (offset * 2 + part) * 4;
  }
  /**
   * -1 while a slot is marked SWAP_HAS_CACHE and the swap cache has no page for it, else 0: what a
   * CPU that meets this passing state waits for.
   */
  swapTransit(offset: number): Ptr {
    return this.swapTransits + offset * 4;
  }
  /** A slot's byte in the continuation page of the swap map. */
  swapContinuation(offset: number): Ptr {
    return this.swapContinuations + offset * 4;
  }
  /** The rmap_item of a virtual page. */
  rmapItem(mm: types.Mm, address: types.Address): Ptr {
    return this.rmapItems + (this.mmIndex(mm) * this.config.pages + address) * rmap_item.size;
  }
  /** rmap_item->mm. */
  rmapItemMm(item: Ptr): types.Mm {
    return this.mmAt(Math.floor((item - this.rmapItems) / rmap_item.size / this.config.pages));
  }
  /** rmap_item->address. */
  rmapItemAddress(item: Ptr): types.Address {
    return ((item - this.rmapItems) / rmap_item.size) % this.config.pages;
  }
  /** A per-CPU variable; names as in {@link perCpuLayout}. */
  percpu(cpu: number, field: keyof ReturnType<typeof perCpuLayout>['offset']): Ptr {
    return this.perCpu + cpu * this.perCpuLayout.size + this.perCpuLayout.offset[field]!;
  }
  /** A CPU's pagevec: how many pages are in it. The pages follow, each in a word. */
  pagevec(cpu: number, pvec: PagevecName): Ptr {
    return this.perCpu + cpu * this.perCpuLayout.size + this.pagevecs[pvec];
  }
  /** What a CPU has counted and not yet added to a zone counter. */
  statDiff(cpu: number, item: ZoneStatItem): Ptr {
    return this.perCpu + cpu * this.perCpuLayout.size + this.statDiffs[item];
  }

  private mappingIndex(mapping: types.AddressSpace): number {
    return (mapping - this.mappings) / types.address_space.size;
  }
  private pmdSlot(mm: types.Mm, address: types.Address): number {
    return this.mmIndex(mm) * this.pmdCount + Math.floor(address / this.config.hugePages);
  }
}

/** A one-word array element with a name of its own in traces. */
function named(name: string): typeof word {
  return { ...word, name };
}

/**
 * What every CPU has for itself. Pagevec slots hold page addresses; `pcp_first` links free frames;
 * `draining` is held while pages that were in a pagevec are moved.
 */
function perCpuLayout(config: KernelConfig) {
  return struct('cpu', [
    'active_mm',
    'pcp_first',
    'draining',
    ...PAGEVECS.flatMap((v) => [
      `${v}_nr` as const,
      ...repeated(`${v}_` as const, config.pagevecSize),
    ]),
    ...ZONE_STAT_ITEMS.map((item) => `diff_${item}` as const),
  ]);
}

/** mm/ksm.c's global state. Pointers to mms stand for their mm_slots. */
export const ksmState = struct('ksm', [
  /** ksm_thread_mutex: held through a scan, and to change `run`. */
  'thread_mutex',
  /** KSM_RUN_*: what was written to /sys/kernel/mm/ksm/run. */
  'run',
  /** ksm_scan: completed scans; the mm at the cursor (0: the list's head); the next address. */
  'seqnr',
  'scan_mm',
  'scan_address',
  /** First address whose rmap_item the scan of this mm has not passed yet. */
  'scan_rmap',
  /** First mm of ksm_mm_head, linked by ksm_next. */
  'mm_list',
  /** First node of the stable tree and first rmap_item of the unstable tree, oldest first. */
  'stable_tree',
  'unstable_tree',
  'pages_shared',
  'pages_sharing',
  'pages_unshared',
]);
export const Ksm = ksmState.offset;

/** struct stable_node: a KSM page and the rmap_items that share it. */
export const stable_node = struct('stable_node', [
  'used',
  /** The KSM page; may be stale, for a node holds no reference to it. */
  'kpage',
  /** First rmap_item, newest first, linked by hlist_next. */
  'hlist',
  /** Next in the stable tree. */
  'next',
]);
export const StableNode = stable_node.offset;

/** struct rmap_item, one for each virtual page of each mm at most: its slot says which. */
export const rmap_item = struct('rmap_item', [
  'used',
  /** STABLE_FLAG: on the hlist of the stable node `head`. */
  'stable',
  /** A leaving item keeps it; insertion into the unstable tree overwrites it. */
  'head',
  'hlist_next',
  /** Referenced while stable. */
  'anon_vma',
  /** UNSTABLE_FLAG, with the seqnr of the scan that inserted it, and its successor there. */
  'unstable',
  'seqnr',
  'next',
  /** The contents at the last scan, which stand for their checksum; none before the first. */
  'oldchecksum0',
  'oldchecksum1',
  'has_checksum',
]);
export const RmapItem = rmap_item.offset;

/** The kernel that is running: model code refers to it as C refers to its globals. */
export let kernel: Kernel;

/** Makes `next` the running kernel, for code that follows in this thread of JavaScript. */
export function enter(next: Kernel): void {
  kernel = next;
}

/** Reads a word inside an atomic section; recorded. */
export const peek = (addr: Ptr): number => kernel.machine.peek(addr);
/** Writes a word inside an atomic section; recorded. */
export const poke = (addr: Ptr, value: number): void => kernel.machine.poke(addr, value);
/** Adds to a counter inside an atomic section; recorded, commutes with other additions. */
export const bump = (addr: Ptr, delta: number): void => kernel.machine.bump(addr, delta);
/** Adds to a reference count inside an atomic section; recorded. */
export const bumpCount = (addr: Ptr, delta: number): void => kernel.machine.bumpCount(addr, delta);
/** Takes a lock word that is known to be free, inside an atomic section; recorded. */
export const take = (addr: Ptr): void => kernel.machine.take(addr);
/** Releases a lock word inside an atomic section; recorded. */
export const release = (addr: Ptr): void => kernel.machine.release(addr);
