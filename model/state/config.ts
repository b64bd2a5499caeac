/** What a scenario may set about the machine and the kernel build. Everything has a default. */
export interface KernelConfig {
  /** CPUs, each with its own TLB, pagevecs and per-CPU page list. */
  readonly cpus: number;
  /** Page frames of RAM. */
  readonly frames: number;
  /** Slots for mm_structs: processes that can ever exist, forked ones included. */
  readonly processes: number;
  /** Pages of virtual address space in each mm that the scenario can map. */
  readonly pages: number;
  readonly vmas: number;
  readonly anonVmas: number;
  /** Usable swap slots; 0 is a system without swap. */
  readonly swapSlots: number;
  readonly files: number;
  /** Pages that a file can have. */
  readonly filePages: number;
  /** Small pages in a huge page. 512 on x86-64; scenarios use fewer to stay small. */
  readonly hugePages: number;

  readonly CONFIG_SWAP: boolean;
  readonly CONFIG_KSM: boolean;
  readonly CONFIG_MIGRATION: boolean;
  readonly CONFIG_DEBUG_VM: boolean;
  /** List operations check the links they change, and complain. */
  readonly CONFIG_DEBUG_LIST: boolean;
  readonly CONFIG_TRANSPARENT_HUGEPAGE: boolean;
  readonly CONFIG_MEMORY_FAILURE: boolean;

  /** Alignment of anon_vma objects in bytes: 8 nearly everywhere, 4 on m68k, cris, OABI arm. */
  readonly slabAlign: 4 | 8;
  /** Pointer width; decides MAX_GATHER_BATCH. */
  readonly pointerBits: 32 | 64;
  /** The kernel, not the CPU, maintains A and D bits: a first write to a clean pte faults. */
  readonly softwareDirty: boolean;
  /** include/asm-generic/tlb.h's gather, or an architecture's own (then hunk 8 does not exist there). */
  readonly genericGather: boolean;

  /** Slots of the gather's on-stack batch (MMU_GATHER_BUNDLE). */
  readonly gatherBundle: number;
  /** Slots of a further batch (MAX_GATHER_BATCH); 0 takes the kernel's value for pointerBits. */
  readonly gatherBatch: number;
  /** Further batches at most (MAX_GATHER_BATCH_COUNT); -1 takes the kernel's value. */
  readonly gatherBatchCount: number;
  /** PAGEVEC_SIZE. */
  readonly pagevecSize: number;
  /** Per-zone threshold at which a per-CPU counter difference is folded (at most 125). */
  readonly statThreshold: number;
  /** The swap device wants to hear of freed slots (zram): a swapped-in page is made dirty. */
  readonly swapSlotFreeNotify: boolean;
  /** vm.page-cluster: at most 2 to this power slots are read ahead; 0 reads only what is asked for. */
  readonly pageCluster: number;
  /** SWAP_MAP_MAX: users of a slot that its swap_map byte counts; 62 in the kernel. */
  readonly swapMapMax: number;
  /** Reads from swap and from files may fail: each one is an explicit choice. */
  readonly readsFail: boolean;
  /** Allocations may fail: each one that can is an explicit choice. */
  readonly allocationsFail: boolean;
  /** TLB entries may be evicted: each use of an entry that differs from its pte is a choice. */
  readonly tlbEviction: boolean;
  /**
   * Pages beyond which a range flush drops the whole TLB: its entries >> tlb_flushall_shift, so 512 >> 6
   * on Nehalem to Sandy Bridge. -1 is a shift of -1: every range flush drops everything.
   */
  readonly tlbFlushallPages: number;
  /** vm.memory_failure_early_kill: processes that map a poisoned page are told at once. */
  readonly memoryFailureEarlyKill: boolean;
  /** vm.swappiness. */
  readonly swappiness: number;
  /** NUMA nodes; frames are dealt out in equal runs. */
  readonly nodes: number;
}

export const defaultConfig: KernelConfig = {
  cpus: 1,
  frames: 16,
  processes: 2,
  pages: 8,
  vmas: 8,
  anonVmas: 8,
  swapSlots: 8,
  files: 2,
  filePages: 8,
  hugePages: 4,
  CONFIG_SWAP: true,
  CONFIG_KSM: true,
  CONFIG_MIGRATION: true,
  CONFIG_DEBUG_VM: true,
  CONFIG_DEBUG_LIST: true,
  CONFIG_TRANSPARENT_HUGEPAGE: true,
  CONFIG_MEMORY_FAILURE: true,
  slabAlign: 8,
  pointerBits: 64,
  softwareDirty: false,
  genericGather: true,
  gatherBundle: 8,
  gatherBatch: 0,
  gatherBatchCount: -1,
  pagevecSize: 14,
  statThreshold: 125,
  swapSlotFreeNotify: false,
  pageCluster: 0,
  swapMapMax: 62,
  readsFail: false,
  allocationsFail: false,
  tlbEviction: true,
  tlbFlushallPages: 8,
  memoryFailureEarlyKill: false,
  swappiness: 60,
  nodes: 1,
};

/** The most that any number may be. */
const MOST = 65536;

/** The least and the most of options for which that is not 0 and {@link MOST}. */
const BOUNDS: { readonly [K in keyof KernelConfig]?: readonly [least: number, most: number] } = {
  cpus: [1, MOST],
  frames: [2, MOST],
  processes: [1, MOST],
  pages: [1, MOST],
  hugePages: [1, MOST],
  gatherBatchCount: [-1, MOST],
  pagevecSize: [1, MOST],
  statThreshold: [0, 125],
  pageCluster: [0, 30],
  swappiness: [0, 100],
  swapMapMax: [0, 62],
  tlbFlushallPages: [-1, MOST],
  nodes: [1, MOST],
};

/** Options that may have these values only. */
const CHOICES: { readonly [K in keyof KernelConfig]?: readonly number[] } = {
  slabAlign: [4, 8],
  pointerBits: [32, 64],
};

/** What an option takes, where the value is none of it. */
export function configFault(option: keyof KernelConfig, value: unknown): string | undefined {
  const wanted = typeof defaultConfig[option];
  if (wanted !== 'number') return typeof value === wanted ? undefined : `a ${wanted}`;
  const choices = CHOICES[option];
  if (choices !== undefined) {
    return choices.some((choice) => choice === value) ? undefined : choices.join(' or ');
  }
  const [least, most] = BOUNDS[option] ?? [0, MOST];
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return undefined;
  return `a whole number from ${least} to ${most}`;
}
