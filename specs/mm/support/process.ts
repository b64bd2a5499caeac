/** A kernel with processes, whose pages are mapped by hand: no fault handler is in the way. */
import {
  mk_pte,
  pte_mkdirty,
  pte_mkwrite,
  pte_mkyoung,
  set_pte_at,
  vm_get_page_prot,
} from '../../../model/arch/x86/include/asm/pgtable';
import { PMD_TABLE } from '../../../model/arch/x86/include/asm/pgtable-pmd';
import type { HunkId, SwitchId } from '../../../model/features/hunk-id';
import {
  anon_vma,
  mm_struct,
  Page,
  vm_area_struct,
  type Mm,
  type Vma,
} from '../../../model/include/linux/mm_types';
import { entering, task_work_run } from '../../../model/kernel/task_work';
import { page_dup_rmap } from '../../../model/mm/rmap';
import { VM_READ, VM_WRITE } from '../../../model/include/linux/vm_flags';
import { add, lock, step, unlock, type Steps } from '../../../model/machine/op';
import type { Ptr } from '../../../model/machine/struct';
import { vm_mmap, type MmapKind } from '../../../model/mm/mmap';
import { alloc_page } from '../../../model/mm/page_alloc';
import { anon_vma_prepare, page_add_new_anon_rmap } from '../../../model/mm/rmap';
import { lru_add_drain } from '../../../model/mm/swap';
import type { KernelConfig } from '../../../model/state/config';
import type { Cpu } from '../../../model/state/cpu';
import { peek, poke } from '../../../model/state/kernel';
import { vmas, type VmaView } from '../../../model/state/inspect';
import { Bench } from './lru';

export const RW = VM_READ | VM_WRITE;

/** What a hand-made pte is like; by default as do_anonymous_page leaves it after a write. */
export interface PteTraits {
  readonly dirty?: boolean;
  readonly young?: boolean;
  readonly write?: boolean;
}

/** A system call with what it puts off until it returns. */
export function* systemCall<T>(task: Cpu, body: (cpu: Cpu) => Steps<T>): Steps<T> {
  const cpu = entering(task);
  const result = yield* body(cpu);
  yield* task_work_run(cpu);
  return result;
}

export class Processes extends Bench {
  constructor(config: Partial<KernelConfig> = {}, hunks: Iterable<HunkId | SwitchId> = []) {
    super({ pages: 16, ...config }, hunks);
    for (let cpu = 0; cpu < this.kernel.config.cpus; cpu++) {
      this.set(this.kernel.percpu(cpu, 'active_mm'), this.mm(0));
    }
  }

  mm(index = 0): Mm {
    return this.kernel.mmAt(index);
  }

  /** A task of process `process` on CPU `id`. */
  task(process = 0, id = 0): Cpu {
    return { id, name: `P${process}`, mm: this.mm(process), kswapd: false };
  }

  /** Runs a system call alone, as {@link systemCall}. */
  call<T>(body: (cpu: Cpu) => Steps<T>, process = 0, id = 0): T {
    return this.run(systemCall(this.task(process, id), body));
  }

  /** mmap(2). @returns the vma. */
  map(
    start: number,
    pages: number,
    options: {
      kind?: MmapKind;
      prot?: number;
      process?: number;
      mapping?: Ptr;
      pgoff?: number;
    } = {},
  ): Vma {
    const { kind = 'private-anon', prot = RW, process = 0, mapping = 0, pgoff = 0 } = options;
    const fileSize = this.kernel.config.filePages;
    const mmap = { start, pages, kind, prot, mapping, pgoff, fileSize };
    const result = this.call((cpu) => vm_mmap(cpu, mmap), process);
    if (result !== start) throw new Error(`map: ${result}`);
    return this.vmaAt(start, process);
  }

  vmas(process = 0): VmaView[] {
    return vmas(this.mm(process));
  }

  vmaAt(address: number, process = 0): Vma {
    return this.vmas(process).find((v) => address >= v.start && address < v.end)!.vma;
  }

  /** A new anonymous page at `address`, drained to the active list. @returns the page. */
  anonPage(address: number, traits: PteTraits = {}, process = 0): Ptr {
    const page = this.run(this.mapNewPage(this.task(process), address, traits));
    this.run(lru_add_drain(this.cpu()));
    return page;
  }

  private *mapNewPage(cpu: Cpu, address: number, traits: PteTraits): Steps<Ptr> {
    const vma = this.vmaAt(address, this.kernel.mmIndex(cpu.mm));
    if ((yield* anon_vma_prepare(cpu, vma)) !== 0) throw new Error('anonPage: no memory');
    const page = yield* alloc_page(cpu);
    yield step(page);
    poke(page + Page.PG_uptodate, 1);
    yield lock(this.kernel.ptl(cpu.mm, address));
    poke(this.kernel.pmd(cpu.mm, address), PMD_TABLE);
    yield add(cpu.mm + mm_struct.offset.rss_anon, 1);
    yield* page_add_new_anon_rmap(cpu, page, vma, address);
    yield set_pte_at(this.kernel.pte(cpu.mm, address), this.pteFor(page, vma, traits));
    yield unlock(this.kernel.ptl(cpu.mm, address));
    return page;
  }

  private pteFor(page: Ptr, vma: Vma, { dirty = true, young = true, write = true }: PteTraits) {
    const flags = peek(vma + vm_area_struct.offset.vm_flags);
    let pte = mk_pte(page, vm_get_page_prot(flags)) & ~(1 << 5);
    if (young) pte = pte_mkyoung(pte);
    if (dirty) pte = pte_mkdirty(pte);
    return write ? pte_mkwrite(pte) : pte;
  }

  /** Maps a page that is mapped already at one more place, as fork does. */
  mapAgain(page: Ptr, address: number, process: number, traits: PteTraits = {}): void {
    const { kernel } = this;
    const mm = this.mm(process);
    const vma = this.vmaAt(address, process);
    this.run(
      (function* () {
        yield add(page + Page._count, 1);
        yield page_dup_rmap(page);
        yield add(mm + mm_struct.offset.rss_anon, 1);
      })(),
    );
    this.set(kernel.pmd(mm, address), PMD_TABLE);
    this.set(kernel.pte(mm, address), this.pteFor(page, vma, { write: false, ...traits }));
  }

  pte(address: number, process = 0): number {
    return this.word(this.kernel.pte(this.mm(process), address));
  }

  setPte(address: number, value: number, process = 0): void {
    this.set(this.kernel.pte(this.mm(process), address), value);
  }

  mapcount(page: Ptr): number {
    return this.word(page + Page._mapcount) + 1;
  }

  anonVmaOf(vma: Vma): Ptr {
    return this.word(vma + vm_area_struct.offset.anon_vma);
  }

  refcount(anonVma: Ptr): number {
    return this.word(anonVma + anon_vma.offset.refcount);
  }

  addFlags(vma: Vma, flags: number): void {
    const addr = vma + vm_area_struct.offset.vm_flags;
    this.set(addr, this.word(addr) | flags);
  }

  rss(process = 0): { anon: number; file: number; swap: number } {
    const { rss_anon, rss_file, rss_swapents } = mm_struct.offset;
    const mm = this.mm(process);
    return {
      anon: this.word(mm + rss_anon),
      file: this.word(mm + rss_file),
      swap: this.word(mm + rss_swapents),
    };
  }

  /** Runs steps alone; `fails` says of the n-th allocation that may fail whether it does. */
  runFailing<T>(steps: Steps<T>, fails: (n: number) => boolean): T | undefined {
    const { steps: task, result } = kept(steps);
    let n = 0;
    this.kernel.machine.runAlone(task, (choices) => (choices === 2 && fails(n++) ? 1 : 0));
    return result();
  }

  /** Starts a task; it stops before its first shared access. @returns its number. */
  start(steps: Steps<unknown>): number {
    return this.kernel.machine.spawn(steps);
  }

  /** Lets a task go on until it ends, has to wait, or `until` holds. */
  go(task: number, until: () => boolean = () => false): void {
    const { machine } = this.kernel;
    while (machine.choices(task) > 0 && machine.enabled(task) && !until()) machine.step(task, 0);
  }

  ended(task: number): boolean {
    return this.kernel.machine.finished(task);
  }
}

/** Steps that leave their result in a variable: for tasks that are started. */
export function kept<T>(steps: Steps<T>): { steps: Steps<void>; result: () => T | undefined } {
  let result: T | undefined;
  return {
    steps: (function* () {
      result = yield* steps;
    })(),
    result: () => result,
  };
}
