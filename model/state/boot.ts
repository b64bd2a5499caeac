import { SWAP_MAP_BAD, SWP_USED, SWP_WRITEOK } from '../include/linux/swap';
import { Page } from '../include/linux/mm_types';
import * as types from '../include/linux/mm_types';
import type { Machine } from '../machine/machine';
import { configFault, type KernelConfig } from './config';
import { enter, Kernel } from './kernel';

/**
 * A kernel as it stands before its first process: all memory free, no swap slot in use, and
 * process 0's mm ready to be mapped into. It becomes the running kernel.
 *
 * Frame 0 is the zero page: reserved, referenced for ever, in no counter. The other frames are
 * dealt out in equal runs to the CPUs' free lists, so that CPUs do not meet in the allocator before
 * one of them runs dry.
 */
export function bootKernel(config: KernelConfig, machine?: Machine): Kernel {
  checkConfig(config);
  const kernel = new Kernel(config, machine);
  const set = (addr: number, value: number): void => {
    kernel.machine.arena.mem[addr >> 2] = value;
  };
  initPages(kernel, set);
  dealFrames(kernel, set);
  set(kernel.zoneStat('NR_FREE_PAGES'), config.frames - 1);
  if (config.CONFIG_SWAP) initSwap(kernel, set);
  set(kernel.mmAt(0) + types.mm_struct.offset.mm_users, 1);
  set(kernel.mmAt(0) + types.mm_struct.offset.task, 1);
  enter(kernel);
  return kernel;
}

type Set = (addr: number, value: number) => void;

function checkConfig(config: KernelConfig): void {
  for (const name of Object.keys(config) as (keyof KernelConfig)[]) {
    const wanted = configFault(name, config[name]);
    if (wanted === undefined) continue;
    throw new RangeError(`bootKernel: ${name} is ${config[name]}, and not ${wanted}`);
  }
}

function initPages(kernel: Kernel, set: Set): void {
  const { frames, nodes } = kernel.config;
  for (let pfn = 0; pfn < frames; pfn++) {
    const page = kernel.pageAt(pfn);
    set(page + Page._mapcount, -1);
    set(page + Page.node, Math.floor((pfn * nodes) / frames));
  }
  set(kernel.zeroPage + Page._count, 1);
  set(kernel.zeroPage + Page.PG_reserved, 1);
  set(kernel.zeroPage + Page.PG_uptodate, 1);
}

/** Links every frame but the zero page into some CPU's free list, lowest frame first. */
function dealFrames(kernel: Kernel, set: Set): void {
  const { frames, cpus } = kernel.config;
  for (let pfn = frames - 1; pfn > 0; pfn--) {
    const page = kernel.pageAt(pfn);
    const first = kernel.percpu(Math.floor((pfn * cpus) / frames), 'pcp_first');
    set(page + Page.lru_next, kernel.machine.arena.mem[first >> 2]!);
    set(page + Page.free, 1);
    set(first, page);
  }
}

function initSwap(kernel: Kernel, set: Set): void {
  const { swapSlots } = kernel.config;
  set(kernel.swap_map, SWAP_MAP_BAD);
  set(kernel.nr_swap_pages, swapSlots);
  set(kernel.total_swap_pages, swapSlots);
  if (swapSlots === 0) return;
  const info = types.swap_info_struct.offset;
  set(kernel.swap_info + info.flags, SWP_USED | SWP_WRITEOK);
  set(kernel.swap_info + info.cluster_next, 1);
  set(kernel.swap_info + info.lowest_bit, 1);
  set(kernel.swap_info + info.highest_bit, swapSlots);
  set(kernel.swap_info + info.readahead_hits, 4);
}
