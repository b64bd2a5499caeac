/** What a debugger would show between two steps, as named cells: the data behind every view of states. */
import { pmdHardwareHuge } from '../arch/x86/include/asm/pgtable-pmd';
import {
  address_space,
  anon_vma,
  LRU_LISTS,
  mm_struct,
  Page,
  zone,
} from '../include/linux/mm_types';
import { PAGE_FLAGS } from '../include/linux/page-flags-layout';
import type { Ptr } from '../machine/struct';
import { zoneCounterShown } from '../state/inspect';
import { Ksm, PAGEVECS, type Kernel } from '../state/kernel';
import { printResult } from './errno';
import type { Layout } from './layout';
import type { Namer } from './names';
import type { Result } from './outcome';
import { mapcountValue, mappingValue, pteValue, swapMapValue, tlbValue } from './values';
import { vmstatLines } from './vmstat-line';

/** In the order in which they are read: from what a program sees to what only the kernel sees. */
export const STATE_SECTIONS = [
  'results',
  'ptes',
  'tlbs',
  'pages',
  'lists',
  'swap',
  'locks',
  'counters',
] as const;
export type StateSection = (typeof STATE_SECTIONS)[number];

/** One value of one object: in `pages`, of `page(P0:a[0])`, its `flags`. */
export interface StateCell {
  readonly section: StateSection;
  readonly object: string;
  /** Which value of the object; empty for an object that has only one. */
  readonly field: string;
  readonly value: string;
}

/** A cell that a step changed; null: it was not there, or is no longer. */
export interface StateChange extends Omit<StateCell, 'value'> {
  readonly before: string | null;
  readonly after: string | null;
}

const keyOf = ({ section, object, field }: Omit<StateCell, 'value'>): string =>
  [section, object, field].join('\n');

/** What changed from one state to the next: changed and new cells as they stand, then those that are gone. */
export function stateChanges(
  before: readonly StateCell[],
  after: readonly StateCell[],
): StateChange[] {
  const old = new Map(before.map((cell) => [keyOf(cell), cell]));
  const changes: StateChange[] = [];
  for (const { value, ...place } of after) {
    const known = old.get(keyOf(place));
    old.delete(keyOf(place));
    if (known?.value !== value)
      changes.push({ ...place, before: known?.value ?? null, after: value });
  }
  for (const { value, ...place } of old.values()) {
    changes.push({ ...place, before: value, after: null });
  }
  return changes;
}

/** The state after some changes. */
export function applyChanges(
  state: readonly StateCell[],
  changes: readonly StateChange[],
): StateCell[] {
  const cells = new Map(state.map((cell) => [keyOf(cell), cell]));
  for (const change of changes) {
    const { section, object, field, after } = change;
    if (after === null) cells.delete(keyOf(change));
    else cells.set(keyOf(change), { section, object, field, value: after });
  }
  return [...cells.values()];
}

/** Reads the cells of a scenario's kernel; pages keep their names from step to step. */
export class StateReader {
  private cells: StateCell[] = [];

  constructor(
    private readonly layout: Layout,
    private readonly kernel: Kernel,
    private readonly namer: Namer,
  ) {}

  /** All cells as they are now. Empty TLB entries, free pages, unused slots and free locks have none. */
  read(results: ReadonlyMap<string, Result>): readonly StateCell[] {
    this.cells = [];
    for (const [name, { value }] of results) {
      // What the set-up returned and nobody gave a name to is of no interest.
      if (!name.startsWith('setup:')) this.add('results', name, '', printResult(value));
    }
    for (const { kind, where, what } of this.kernel.machine.faults)
      this.add('results', where, kind, what);
    this.readTranslations();
    for (let pfn = 1; pfn < this.kernel.config.frames; pfn++) this.readPage(pfn);
    this.readLists();
    this.readSwap();
    this.readLocks();
    this.readCounters();
    return this.cells;
  }

  private add(section: StateSection, object: string, field: string, value: string): void {
    this.cells.push({ section, object, field, value });
  }

  private word(addr: Ptr): number {
    return this.kernel.machine.arena.mem[addr >> 2]!;
  }

  private readTranslations(): void {
    const { kernel, layout, namer } = this;
    const frame = (pfn: number): string => namer.frame(pfn);
    const areas = [...layout.areas.values()];
    const addresses = areas.flatMap(({ start, pages }) =>
      Array.from({ length: pages }, (_, i) => start + i),
    );
    layout.processes.forEach((process, index) => {
      const mm = kernel.mmAt(index);
      for (const address of addresses) {
        const name = `${process}:${namer.virtual(address)}`;
        const pmd = this.word(kernel.pmd(mm, address));
        const huge = pmdHardwareHuge(pmd);
        const entry = huge ? pmd : this.word(kernel.pte(mm, address));
        if (entry !== 0) this.add('ptes', name, huge ? 'huge' : '', pteValue(entry, frame));
      }
    });
    for (let cpu = 0; cpu < kernel.config.cpus; cpu++) {
      for (const address of addresses) {
        const entry = this.word(kernel.tlb(cpu, address));
        const object = `CPU${cpu} ${namer.virtual(address)}`;
        if (entry !== 0) this.add('tlbs', object, '', tlbValue(entry, frame));
      }
    }
  }

  private readPage(pfn: number): void {
    const page = this.kernel.pageAt(pfn);
    if (this.word(page + Page.free) !== 0) return;
    const name = this.namer.frame(pfn);
    const flags = PAGE_FLAGS.filter((flag) => this.word(page + Page[flag]) !== 0);
    const [lo, hi] = [this.word(page + Page.content0), this.word(page + Page.content1)];
    this.add('pages', name, 'flags', flags.map((flag) => flag.slice(3)).join(' ') || 'none');
    this.add('pages', name, 'mapping', mappingValue(this.word(page + Page.mapping)));
    this.add('pages', name, '_count', String(this.word(page + Page._count)));
    this.add('pages', name, '_mapcount', mapcountValue(this.word(page + Page._mapcount)));
    this.add('pages', name, 'content', lo === hi ? String(lo) : `${lo}/${hi}`);
  }

  private readLists(): void {
    const { kernel, namer } = this;
    for (const list of LRU_LISTS) {
      const pages: string[] = [];
      let page = this.word(kernel.zone + zone.offset[`${list}_last`]);
      // A broken list may be a circle, and is an outcome like any other.
      for (
        ;
        page !== 0 && pages.length <= kernel.config.frames;
        page = this.word(page + Page.lru_prev)
      )
        pages.push(namer.frame(kernel.pfn(page)));
      if (pages.length > 0) this.add('lists', list, '', pages.join(', '));
    }
    for (let cpu = 0; cpu < kernel.config.cpus; cpu++) {
      for (const pagevec of PAGEVECS) {
        const count = this.word(kernel.percpu(cpu, `${pagevec}_nr`));
        const pages = Array.from({ length: count }, (_, i) =>
          namer.frame(kernel.pfn(this.word(kernel.percpu(cpu, `${pagevec}_${i}`)))),
        );
        if (count > 0) this.add('lists', `CPU${cpu} ${pagevec}`, '', pages.join(', '));
      }
    }
  }

  private readSwap(): void {
    const { kernel, namer } = this;
    for (let slot = 1; slot <= kernel.config.swapSlots; slot++) {
      const byte = this.word(kernel.swap_map + slot * 4);
      const page = this.word(kernel.swapper_space + slot * 4);
      if (byte === 0 && page === 0) continue;
      const [lo, hi] = [this.word(kernel.swapSlot(slot, 0)), this.word(kernel.swapSlot(slot, 1))];
      this.add('swap', `slot ${slot}`, 'swap_map', swapMapValue(byte));
      if (page !== 0) this.add('swap', `slot ${slot}`, 'cache', namer.frame(kernel.pfn(page)));
      this.add('swap', `slot ${slot}`, 'content', lo === hi ? String(lo) : `${lo}/${hi}`);
    }
  }

  private readLocks(): void {
    const { kernel, layout } = this;
    const { anonVmas, processes, files } = kernel.config;
    const words = [
      ...Array.from({ length: processes }, (_, i) => kernel.mmAt(i) + mm_struct.offset.mmap_sem),
      ...layout.processes.flatMap((_, i) =>
        Array.from({ length: kernel.pmdCount }, (_, pmd) =>
          kernel.ptl(kernel.mmAt(i), pmd * kernel.config.hugePages),
        ),
      ),
      ...Array.from(
        { length: anonVmas },
        (_, i) => kernel.anonVmas + i * anon_vma.size + anon_vma.offset.rwsem,
      ),
      ...Array.from(
        { length: files },
        (_, i) => kernel.mappings + i * address_space.size + address_space.offset.i_mmap_mutex,
      ),
      kernel.ksm + Ksm.thread_mutex,
    ];
    for (const addr of words) {
      const value = this.word(addr);
      if (value !== 0)
        this.add('locks', this.namer.object(addr), '', this.namer.value(addr, value));
    }
  }

  private readCounters(): void {
    const { kernel, layout } = this;
    const { offset } = mm_struct;
    layout.processes.forEach((process, index) => {
      const mm = kernel.mmAt(index);
      this.add('counters', `rss ${process}`, 'anon', String(this.word(mm + offset.rss_anon)));
      this.add('counters', `rss ${process}`, 'file', String(this.word(mm + offset.rss_file)));
      this.add('counters', `rss ${process}`, 'swap', String(this.word(mm + offset.rss_swapents)));
    });
    this.add('counters', 'free pages', '', String(zoneCounterShown('NR_FREE_PAGES')));
    this.add('counters', 'free swap slots', '', String(this.word(kernel.nr_swap_pages)));
    for (const [name, value] of Object.entries(vmstatLines()))
      if (value !== 0) this.add('counters', name, '', String(value));
  }
}
