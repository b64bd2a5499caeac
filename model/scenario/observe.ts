/** Reads a kernel that no CPU is in, and describes it in the scenario's names. */
import {
  address_space,
  LRU_LISTS,
  mm_struct,
  Page,
  swap_info_struct,
  vm_area_struct,
  zone,
} from '../include/linux/mm_types';
import { PAGE_FLAGS } from '../include/linux/page-flags-layout';
import { ZONE_STAT_ITEMS, type ZoneStatItem } from '../include/linux/mmzone';
import { SWP_USED, SWP_WRITEOK } from '../include/linux/swap';
import { describeFault } from '../machine/fault';
import type { Ptr } from '../machine/struct';
import { vmstat_text, vmstatItems, vmstatName } from '../mm/vmstat';
import { PAGEVECS, type Kernel } from '../state/kernel';
import {
  pte_dirty,
  pte_file,
  pte_none,
  pte_numa,
  pte_pfn,
  pte_present,
  pte_to_swp_entry,
  pte_write,
  pte_young,
  type Pte,
} from '../arch/x86/include/asm/pgtable';
import { is_hwpoison_entry, is_migration_entry, swp_offset } from '../include/linux/swapops';
import type { Layout } from './layout';
import type {
  Level,
  Outcome,
  PageView,
  ProcessCounters,
  Result,
  Results,
  Unended,
} from './outcome';
import { handleWord } from './world';

/** Bit of a pmd that maps a huge page, rather than pointing to a page table. */
const PAGE_PSE = 1 << 7;

/** Turns the arena into outcomes; one for a scenario, used at the end of every execution. */
export class Observer {
  constructor(
    private readonly layout: Layout,
    private readonly kernel: Kernel,
  ) {}

  /** @param unended what came to no end, by whom it is seen */
  outcome(
    results: ReadonlyMap<string, Result>,
    unended: Readonly<Record<'user' | 'system', Unended>>,
  ): Outcome {
    const view = new View(this.layout, this.kernel);
    const faults = this.kernel.machine.faults.map(describeFault);
    return {
      user: { results: resultsAt('user', results), ...unended.user },
      system: {
        results: resultsAt('system', results),
        ...unended.system,
        faults: faults.sort(),
        processes: view.processes(),
        vmstat: view.vmstat(),
        freePages: view.total('NR_FREE_PAGES'),
        freeSwap: view.freeSwap(),
      },
      internal: { results: resultsAt('internal', results), ...view.internal() },
    };
  }
}

/** One look at the arena. Pages and slots get names in the order in which the walk meets them. */
class View {
  private readonly mem: Int32Array;
  private readonly pageNames = new Map<Ptr, string>();
  private readonly slotNames = new Map<number, string>();
  private readonly pteTexts: Record<string, string> = {};

  constructor(
    private readonly layout: Layout,
    private readonly kernel: Kernel,
  ) {
    this.mem = kernel.machine.arena.mem;
  }

  word(addr: Ptr): number {
    return this.mem[addr >> 2]!;
  }

  processes(): Record<string, ProcessCounters> {
    const { offset } = mm_struct;
    return Object.fromEntries(
      this.layout.processes.map((process, index) => {
        const mm = this.kernel.mmAt(index);
        const counters = {
          anon: this.word(mm + offset.rss_anon),
          file: this.word(mm + offset.rss_file),
          swap: this.word(mm + offset.rss_swapents),
        };
        return [process, counters];
      }),
    );
  }

  /** A zone counter with every CPU's difference folded in. */
  total(item: ZoneStatItem): number {
    let sum = this.word(this.kernel.zoneStat(item));
    for (let cpu = 0; cpu < this.kernel.config.cpus; cpu++) {
      sum += this.word(this.kernel.percpu(cpu, `diff_${item}`));
    }
    return sum;
  }

  /** mm/swapfile.c si_swapinfo: used slots of a device that swapoff is emptying count as free. */
  freeSwap(): number {
    const { nr_swap_pages, swap_info } = this.kernel;
    const { flags, inuse_pages } = swap_info_struct.offset;
    const isEmptied = (this.word(swap_info + flags) & (SWP_USED | SWP_WRITEOK)) === SWP_USED;
    return this.word(nr_swap_pages) + (isEmptied ? this.word(swap_info + inuse_pages) : 0);
  }

  /** Non-zero lines of /proc/vmstat, with the differences folded as they are a second later. */
  vmstat(): Record<string, number> {
    const names = vmstat_text();
    const zoneItems: readonly string[] = ZONE_STAT_ITEMS;
    const values = vmstatItems().map((item) =>
      zoneItems.includes(item)
        ? // include/linux/vmstat.h global_page_state shows 0 for what is below.
          Math.max(0, this.total(item as ZoneStatItem))
        : this.word(this.kernel.vmEvent(item as Parameters<Kernel['vmEvent']>[0])),
    );
    return Object.fromEntries(
      names.flatMap((name, i) => (values[i] ? [[name, values[i]!] as const] : [])),
    );
  }

  internal(): Omit<Outcome['internal'], 'results'> {
    this.namePages();
    const pages: Record<string, PageView> = {};
    for (const [page, name] of this.pageNames) pages[name] = this.page(page);
    const below = this.belowZero();
    return {
      pages,
      ptes: this.pteTexts,
      swap: this.swap(),
      ...(below.length > 0 && { belowZero: Object.fromEntries(below) }),
    };
  }

  private belowZero(): (readonly [string, number])[] {
    return ZONE_STAT_ITEMS.flatMap((item) => {
      const value = this.total(item);
      return value < 0 ? [[vmstatName(item), value] as const] : [];
    });
  }

  private namePages(): void {
    const { layout, kernel } = this;
    layout.processes.forEach((process, index) => {
      for (const area of layout.areas.values()) {
        for (let i = 0; i < area.pages; i++) {
          this.namePte(`${process}:${area.name}[${i}]`, index, area.start + i);
        }
      }
    });
    for (let slot = 1; slot <= kernel.config.swapSlots; slot++) {
      const page = this.word(kernel.swapper_space + slot * 4);
      if (page !== 0) this.name(page, this.slotName(slot));
    }
    layout.files.forEach((file, index) => {
      const mapping = kernel.mappings + index * address_space.size;
      for (let i = 0; i < kernel.config.filePages; i++) {
        const page = this.word(kernel.pageTree(mapping, i));
        if (page !== 0) this.name(page, `${file}[${i}]`);
      }
    });
    for (const handle of layout.handles) {
      const page = this.word(handleWord(layout, handle));
      if (page !== 0) this.name(page, `pin ${handle}`);
    }
    let others = 0;
    for (let pfn = 1; pfn < kernel.config.frames; pfn++) {
      const page = kernel.pageAt(pfn);
      if (this.word(page + Page.free) === 0)
        this.name(page, `unmapped ${++others}`, () => others--);
    }
  }

  private name(page: Ptr, name: string, ifKnown: () => void = () => undefined): void {
    if (this.pageNames.has(page)) ifKnown();
    else this.pageNames.set(page, name);
  }

  private namePte(name: string, mm: number, address: number): void {
    const { kernel } = this;
    const mmPtr = kernel.mmAt(mm);
    if (!this.isMapped(mmPtr, address)) return;
    const pmd = this.word(kernel.pmd(mmPtr, address));
    if ((pmd & PAGE_PSE) === 0) {
      this.pteTexts[name] = this.pteText(name, this.word(kernel.pte(mmPtr, address)), 0);
    } else {
      const text = this.pteText(name, pmd, address % kernel.config.hugePages);
      this.pteTexts[name] = `${text} (huge)`;
    }
  }

  private isMapped(mm: Ptr, address: number): boolean {
    const { offset } = vm_area_struct;
    for (
      let vma = this.word(mm + mm_struct.offset.mmap);
      vma !== 0;
      vma = this.word(vma + offset.vm_next)
    ) {
      if (address >= this.word(vma + offset.vm_start) && address < this.word(vma + offset.vm_end))
        return true;
    }
    return false;
  }

  private pteText(name: string, pte: Pte, offset: number): string {
    if (pte_none(pte)) return 'none';
    if (pte_present(pte)) {
      const page = this.kernel.pageAt(pte_pfn(pte) + offset);
      const bits = [
        'present',
        ...(pte_write(pte) ? ['rw'] : []),
        ...(pte_young(pte) ? ['young'] : []),
        ...(pte_dirty(pte) ? ['dirty'] : []),
        ...(pte_numa(pte) ? ['protnone'] : []),
      ].join(' ');
      if (page === this.kernel.zeroPage) return `${bits} -> zero page`;
      this.name(page, name);
      return `${bits} -> ${this.pageNames.get(page)!}`;
    }
    if (pte_file(pte)) return 'file';
    const entry = pte_to_swp_entry(pte);
    if (is_migration_entry(entry)) return 'migration';
    if (is_hwpoison_entry(entry)) return 'hwpoison';
    return `swapped -> ${this.slotName(swp_offset(entry))}`;
  }

  private slotName(slot: number): string {
    const known = this.slotNames.get(slot);
    if (known !== undefined) return known;
    const name = `slot ${this.slotNames.size + 1}`;
    this.slotNames.set(slot, name);
    return name;
  }

  private swap(): Record<string, string> {
    const used: Record<string, string> = {};
    for (let slot = 1; slot <= this.kernel.config.swapSlots; slot++) {
      const byte = this.word(this.kernel.swap_map + slot * 4);
      if (byte === 0) continue;
      const parts = [0, 1].map((part) => this.word(this.kernel.swapSlot(slot, part)));
      const cached = byte & 0x40 ? ' cached' : '';
      used[this.slotName(slot)] = `count ${byte & 0x3f}${cached}, holds ${contents(parts)}`;
    }
    return used;
  }

  private page(page: Ptr): PageView {
    return {
      flags: PAGE_FLAGS.filter((flag) => this.word(page + Page[flag]) !== 0).map((f) => f.slice(3)),
      mapping: this.mapping(this.word(page + Page.mapping)),
      count: this.word(page + Page._count),
      mapcount: this.word(page + Page._mapcount) + 1,
      lru: this.lru(page),
      content: contents([this.word(page + Page.content0), this.word(page + Page.content1)]),
    };
  }

  private mapping(value: number): string {
    const { kernel } = this;
    if (value === 0) return 'none';
    const isAnonVma = (ptr: Ptr): boolean => ptr >= kernel.anonVmas && ptr < kernel.avcs;
    if ((value & 3) === 3) return 'ksm';
    if (isAnonVma(value - 1) && this.aligned(value - 1)) return 'anon';
    if (isAnonVma(value - 5) && this.aligned(value - 5)) return 'anon|lzfree';
    return (value & 7) === 0 ? 'file' : `tag ${value & 7}`;
  }

  private aligned(ptr: Ptr): boolean {
    return (ptr & 7) === (this.kernel.anonVmas & 7);
  }

  /** `inactive_anon 0` is the page that reclaim takes next; a page in a pagevec is on no list yet. */
  private lru(page: Ptr): string {
    const on = this.word(page + Page.lru_on);
    if (on !== 0) {
      const list = LRU_LISTS[on - 1]!;
      let distance = 0;
      let at = this.word(this.kernel.zone + zone.offset[`${list}_last`]);
      while (at !== 0 && at !== page && distance <= this.kernel.config.frames) {
        at = this.word(at + Page.lru_prev);
        distance++;
      }
      return `${list} ${distance}`;
    }
    return this.inPagevec(page) ?? 'none';
  }

  private inPagevec(page: Ptr): string | undefined {
    const { config } = this.kernel;
    for (let cpu = 0; cpu < config.cpus; cpu++) {
      for (const pagevec of PAGEVECS) {
        const nr = this.word(this.kernel.percpu(cpu, `${pagevec}_nr`));
        for (let i = 0; i < nr; i++) {
          if (this.word(this.kernel.percpu(cpu, `${pagevec}_${i}`)) === page)
            return `pagevec ${pagevec}`;
        }
      }
    }
    return undefined;
  }
}

/** The results of a level by name: the order in which they came in is no part of an outcome. */
function resultsAt(level: Level, results: ReadonlyMap<string, Result>): Results {
  const seen = [...results].filter(([, result]) => result.level === level);
  const sorted = seen.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, { value }]) => [name, value]));
}

const contents = (parts: number[]): string =>
  parts[0] === parts[1] ? String(parts[0]) : parts.join('/');
