/** A kernel without processes, to try the page allocator, the pagevecs and the LRU lists on. */
import { applySwitches } from '../../../model/features/hunk';
import type { HunkId, SwitchId } from '../../../model/features/hunk-id';
import { Variant } from '../../../model/features/variant';
import type { LruList } from '../../../model/include/linux/list';
import { LRU_LISTS, Page, zone } from '../../../model/include/linux/mm_types';
import type { PageFlag } from '../../../model/include/linux/page-flags-layout';
import type { ZoneStatItem } from '../../../model/include/linux/mmzone';
import type { VmEventItem } from '../../../model/include/linux/vm_event_item';
import type { Fault } from '../../../model/machine/fault';
import type { Steps } from '../../../model/machine/op';
import type { Ptr } from '../../../model/machine/struct';
import { alloc_page } from '../../../model/mm/page_alloc';
import { lru_add_drain, lru_cache_add } from '../../../model/mm/swap';
import { bootKernel } from '../../../model/state/boot';
import { defaultConfig, type KernelConfig } from '../../../model/state/config';
import type { Cpu } from '../../../model/state/cpu';
import type { Kernel } from '../../../model/state/kernel';

/** A booted kernel and short ways to drive and read it. */
export class Bench {
  readonly kernel: Kernel;

  constructor(config: Partial<KernelConfig> = {}, hunks: Iterable<HunkId | SwitchId> = []) {
    const variant = Variant.of(hunks);
    applySwitches((id) => variant.has(id));
    this.kernel = bootKernel({ ...defaultConfig, ...config });
  }

  cpu(id = 0, kswapd = false): Cpu {
    return { id, name: kswapd ? 'kswapd' : `T${id}`, mm: 0, kswapd };
  }

  /** Runs steps alone. @throws if they meet a fault that ends them. */
  run<T>(steps: Steps<T>): T {
    const before = this.kernel.machine.faults.length;
    let ended = false;
    const result = this.kernel.machine.runAlone(
      (function* () {
        const value = yield* steps;
        ended = true;
        return value;
      })(),
    );
    if (!ended) throw new Error(JSON.stringify(this.kernel.machine.faults.slice(before)));
    return result as T;
  }

  /** Runs steps that a fault may end. @returns the faults they met. */
  faultsOf(steps: Steps<unknown>): Fault[] {
    const before = this.kernel.machine.faults.length;
    this.kernel.machine.runAlone(steps);
    return this.kernel.machine.faults.slice(before);
  }

  /** Lets a task go on until something holds. @throws if it ends before. */
  until(task: number, condition: () => boolean): void {
    const { machine } = this.kernel;
    while (!condition()) {
      if (machine.finished(task)) throw new Error('until: the task ended first');
      machine.step(task, 0);
    }
  }

  /** Lets a task go on to its end. */
  finish(task: number): void {
    this.until(task, () => this.kernel.machine.finished(task));
  }

  word(addr: Ptr): number {
    return this.kernel.machine.arena.mem[addr >> 2]!;
  }
  set(addr: Ptr, value: number): void {
    this.kernel.machine.arena.mem[addr >> 2] = value;
  }
  flags(page: Ptr, ...flags: PageFlag[]): void {
    for (const flag of flags) this.set(page + Page[flag], 1);
  }
  has(page: Ptr, flag: PageFlag): boolean {
    return this.word(page + Page[flag]) !== 0;
  }
  count(page: Ptr): number {
    return this.word(page + Page._count);
  }
  stat(item: ZoneStatItem): number {
    return this.word(this.kernel.zoneStat(item));
  }
  event(item: VmEventItem): number {
    return this.word(this.kernel.vmEvent(item));
  }

  /** A new page with the given flags and a count of 1, on no list. */
  page(...flags: PageFlag[]): Ptr {
    const page = this.run(alloc_page(this.cpu()));
    this.flags(page, ...flags);
    return page;
  }

  /** New pages on the LRU list that the flags call for, put there in order; each has a count of 1. */
  lruPages(n: number, ...flags: PageFlag[]): Ptr[] {
    const pages = Array.from({ length: n }, () => this.page(...flags));
    for (const page of pages) this.run(lru_cache_add(this.cpu(), page));
    this.run(lru_add_drain(this.cpu()));
    return pages;
  }

  /** A list from its head to its tail, where reclaim takes pages. @throws if its links are wrong. */
  list(lru: LruList): Ptr[] {
    const name = LRU_LISTS[lru]!;
    const pages: Ptr[] = [];
    let previous = 0;
    for (let page = this.first(lru); page !== 0; page = this.word(page + Page.lru_next)) {
      if (this.word(page + Page.lru_prev) !== previous) throw new Error(`${name}: prev is wrong`);
      if (pages.includes(page)) throw new Error(`${name}: runs in a circle`);
      pages.push(page);
      previous = page;
    }
    const last = this.word(this.kernel.zone + zone.offset[`${name}_last`]);
    if (last !== previous) throw new Error(`${name}: the last page is another`);
    return pages;
  }

  private first(lru: LruList): Ptr {
    return this.word(this.kernel.zone + zone.offset[`${LRU_LISTS[lru]!}_first`]);
  }
}
