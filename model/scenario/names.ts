/** Kernel-style names of words and values, in the scenario's terms. */
import { page as pageStruct, Page, PAGE_PARTS } from '../include/linux/mm_types';
import type { Change } from '../machine/machine';
import type { Ptr } from '../machine/struct';
import { vmstatName } from '../mm/vmstat';
import type { Kernel } from '../state/kernel';
import { pte_pfn, pte_present, type Pte } from '../arch/x86/include/asm/pgtable';
import type { Layout } from './layout';
import {
  listLink,
  lruName,
  mapcountValue,
  mappingValue,
  pteValue,
  swapMapValue,
  tlbValue,
} from './values';

/** Names pages after the first address that maps them, from the moment it does. */
export class Namer {
  private readonly pages = new Map<number, string>();

  constructor(
    private readonly layout: Layout,
    private readonly kernel: Kernel,
  ) {
    layout.processes.forEach((_, mm) => {
      for (const area of layout.areas.values()) {
        for (let i = 0; i < area.pages; i++) {
          const addr = kernel.pte(kernel.mmAt(mm), area.start + i);
          this.learn(addr, kernel.machine.arena.mem[addr >> 2]!);
        }
      }
    });
  }

  /** Name of the object that a word belongs to. */
  object(addr: Ptr): string {
    const at = this.kernel.machine.arena.locate(addr);
    if (at === undefined) return `0x${addr.toString(16)}`;
    const { region, index, field } = at;
    switch (region.name) {
      case 'page':
        return `${this.page(index)} ${fieldName(field)}`;
      case 'pte':
        return `pte ${this.address(index, this.kernel.config.pages)}`;
      case 'tlb':
        return this.tlbEntry(index);
      case 'ptl':
      case 'pmd':
        return `${region.name} of ${this.layout.processes[Math.floor(index / this.kernel.pmdCount)] ?? 'mm'}`;
      case 'mm_struct':
        return `${this.layout.processes[index] ?? `mm ${index}`} ${field}`;
      case 'vm_stat':
      case 'vm_event':
        return vmstatName(field as Parameters<typeof vmstatName>[0]);
      case 'cpu':
        return `CPU${index} ${field}`;
      default:
        // An object of one word is its only field.
        return this.kernel.machine.arena.describe(addr).replace(/[.]value$/, '');
    }
  }

  private tlbEntry(index: number): string {
    const { pages } = this.kernel.config;
    return `tlb of CPU${Math.floor(index / pages)} ${this.virtual(index % pages)}`;
  }

  /** Whether a word is one of Linux, and not of the scenario or the model. */
  isKernels(addr: Ptr): boolean {
    const at = this.kernel.machine.arena.locate(addr);
    return at?.region.name !== 'scenario' && at?.field !== 'draining';
  }

  /** A change as `object: before -> after`; undefined for a word that is no kernel's. */
  change({ addr, before, after }: Change): string | undefined {
    if (!this.isKernels(addr)) return undefined;
    if (this.kernel.machine.arena.locate(addr)?.region.name === 'pte') this.learn(addr, after);
    return `${this.object(addr)}: ${this.value(addr, before)} -> ${this.value(addr, after)}`;
  }

  /** What a word's value means. */
  value(addr: Ptr, value: number): string {
    const at = this.kernel.machine.arena.locate(addr);
    const field = at?.field ?? '';
    switch (at?.region.name) {
      case 'pte':
        return pteValue(value, (pfn) => this.frame(pfn));
      case 'tlb':
        return tlbValue(value, (pfn) => this.frame(pfn));
      case 'swap_map':
        return swapMapValue(value);
      case 'swapper_space':
        return value === 0 ? 'empty' : this.pointer(value);
      case 'page':
        return this.pageField(field, value);
      default:
        if (isLock(field, at?.region.name)) return lockValue(value);
        return value !== 0 && POINTERS.has(field) ? this.structure(value) : this.pointer(value);
    }
  }

  private pageField(field: string, value: number): string {
    if (field === 'PG_locked') return lockValue(value);
    if (field.startsWith('PG_')) return value === 0 ? 'clear' : 'set';
    if (field === 'mapping') return mappingValue(value);
    if (field === '_mapcount') return mapcountValue(value);
    if (field === 'lru_on') return lruName(value);
    if (field === 'lru_next' || field === 'lru_prev') {
      return listLink(value) ?? this.pointer(value);
    }
    return this.pointer(value);
  }

  /** A page frame. */
  frame(pfn: number): string {
    return this.kernel.pageAt(pfn) === this.kernel.zeroPage ? 'zero page' : this.page(pfn);
  }

  /** A structure other than a page, by its address. */
  private structure(value: number): string {
    const at = this.kernel.machine.arena.locate(value);
    if (at === undefined) return String(value);
    const { region, index } = at;
    if (region.name === 'mm_struct') return `mm of ${this.layout.processes[index] ?? index}`;
    return `${region.name}[${index}]`;
  }

  private pointer(value: number): string {
    const { mem_map, config } = this.kernel;
    const inside = value >= mem_map && value < mem_map + config.frames * pageStruct.size;
    if (!inside) return String(value);
    const index = Math.floor((value - mem_map) / pageStruct.size);
    return this.page(index) + (value & 1 ? '|1' : '');
  }

  private page(pfn: number): string {
    return this.pages.get(pfn) ?? `page ${pfn}`;
  }

  private learn(addr: Ptr, value: Pte): void {
    if (!pte_present(value)) return;
    const pfn = pte_pfn(value);
    if (pfn === 0 || this.pages.has(pfn)) return;
    const at = this.kernel.machine.arena.locate(addr)!;
    const name = this.address(at.index, this.kernel.config.pages);
    const taken = [...this.pages.values()].filter((known) =>
      known.startsWith(`page(${name}`),
    ).length;
    this.pages.set(pfn, `page(${name}${"'".repeat(taken)})`);
  }

  private address(index: number, pages: number): string {
    const process = this.layout.processes[Math.floor(index / pages)] ?? 'mm';
    return `${process}:${this.virtual(index % pages)}`;
  }

  /** A virtual page by its mapping. */
  virtual(page: number): string {
    for (const area of this.layout.areas.values()) {
      if (page >= area.start && page < area.start + area.pages) {
        return `${area.name}[${page - area.start}]`;
      }
    }
    return `page ${page}`;
  }
}

/** Fields that point to structures other than pages. */
const POINTERS = new Set([
  ...['active_mm', 'ksm_next', 'mmap', 'vm_mm', 'vm_next', 'vma'],
  ...['anon_vma', 'anon_vma_chain', 'same_vma', 'root', 'rb_root', 'rb_next'],
  ...['i_mmap', 'i_mmap_nonlinear', 'shared_next'],
]);

function fieldName(field: string): string {
  for (let part = 0; part < PAGE_PARTS; part++) {
    if (field === `content${part}`) return part === 0 ? 'content.lo' : 'content.hi';
  }
  return field in Page ? field : 'padding';
}

const isLock = (field: string, region: string | undefined): boolean =>
  region === 'ptl' || /lock|sem|mutex/.test(field);

function lockValue(value: number): string {
  if (value === 0) return 'free';
  return value < 0 ? 'held' : `held by ${value} reader${value === 1 ? '' : 's'}`;
}
