/** A booted kernel with programs in it: what they do goes through the TLB, faults and system calls. */
import type { HunkId, SwitchId } from '../../../model/features/hunk-id';
import { NAMED_VARIANTS, type VariantName } from '../../../model/features/variant';
import { userRead, userWrite } from '../../../model/hardware/user-access';
import type { AddressSpace } from '../../../model/include/linux/mm_types';
import { address_space, FileKind, mm_struct, Page } from '../../../model/include/linux/mm_types';
import { ADVICE } from '../../../model/include/uapi/asm-generic/mman-common';
import { pte_pfn, pte_present } from '../../../model/arch/x86/include/asm/pgtable';
import { do_fork } from '../../../model/kernel/fork';
import type { Op, Steps } from '../../../model/machine/op';
import type { Ptr } from '../../../model/machine/struct';
import { sys_madvise } from '../../../model/mm/madvise';
import { lru_add_drain } from '../../../model/mm/swap';
import { TTU_UNMAP } from '../../../model/include/linux/rmap';
import { sys_munmap } from '../../../model/mm/mmap';
import { try_to_unmap } from '../../../model/mm/rmap';
import { add_to_swap } from '../../../model/mm/swap_state';
import type { KernelConfig } from '../../../model/state/config';
import { pagemapEntry, type PagemapEntry } from '../../../model/state/inspect';
import { Processes } from './process';

/** Which program acts, and where. */
export interface Who {
  readonly process?: number;
  readonly cpu?: number;
}

const PAGE_SIZE = 4096;

/** A set of hunks, or the name of one. */
export type Hunks = VariantName | Iterable<HunkId | SwitchId>;

export class Programs extends Processes {
  constructor(config: Partial<KernelConfig>, hunks: Hunks) {
    super(config, typeof hunks === 'string' ? NAMED_VARIANTS[hunks].switches() : hunks);
  }

  /** A load of one part. @returns the value, or the signal that ended the program. */
  read(address: number, { process = 0, cpu = 0, part = 0 }: Who & { part?: number } = {}) {
    const { value, signal } = this.run(userRead(this.task(process, cpu), address, part));
    return signal ?? value;
  }

  /** A store to one part. @returns the signal that ended the program, if one did. */
  write(
    address: number,
    value: number,
    { process = 0, cpu = 0, part = 0 }: Who & { part?: number } = {},
  ) {
    return this.run(userWrite(this.task(process, cpu), address, part, value)).signal;
  }

  /** madvise on whole pages. @returns 0 or -errno. */
  advise(start: number, pages: number, advice: keyof typeof ADVICE, { process = 0 }: Who = {}) {
    return this.adviseBytes(start * PAGE_SIZE, pages * PAGE_SIZE, ADVICE[advice], process);
  }

  adviseBytes(start: number, len: number, advice: number, process = 0): number {
    return this.call((cpu) => sys_madvise(cpu, start, len, advice), process);
  }

  munmap(start: number, pages: number, { process = 0 }: Who = {}): number {
    return this.call((cpu) => sys_munmap(cpu, start * PAGE_SIZE, pages * PAGE_SIZE), process);
  }

  /** fork(2) of process `parent` into slot `child`. @returns 0 or -errno. */
  fork(child = 1, parent = 0): number {
    return this.call((cpu) => do_fork(cpu, this.mm(parent), this.mm(child)), parent);
  }

  /** A page as /proc would tell. */
  at(address: number, process = 0): PagemapEntry {
    return pagemapEntry(this.mm(process), address);
  }

  /** The page that a small pte maps. */
  pageAt(address: number, process = 0): Ptr {
    const pte = this.pte(address, process);
    if (!pte_present(pte)) throw new Error(`pageAt: ${address} is not present`);
    return this.kernel.pageAt(pte_pfn(pte));
  }

  contents(page: Ptr): number[] {
    return [this.word(page + Page.content0), this.word(page + Page.content1)];
  }

  /** A CPU's TLB word for a page. */
  tlb(address: number, cpu = 0): number {
    return this.word(this.kernel.tlb(cpu, address));
  }

  /** Puts a mapped page where reclaim would have put it: into the swap cache, its ptes unmapped. */
  swapOut(address: number, process = 0): Ptr {
    const page = this.pageAt(address, process);
    this.set(page + Page.PG_locked, -1);
    this.run(lru_add_drain(this.cpu()));
    if (!this.run(add_to_swap(this.cpu(), page))) throw new Error('swapOut: swap is full');
    this.set(this.kernel.pte(this.mm(process), address), this.pte(address, process) & ~(1 << 5));
    this.run(try_to_unmap(this.cpu(), page, TTU_UNMAP));
    this.set(page + Page.PG_locked, 0);
    return page;
  }

  /** A file of the given kind; what is on its disk at page i is [10 i + 1, 10 i + 2]. */
  file(kind: keyof typeof FileKind = 'file', size = 4, slot = 0): AddressSpace {
    const mapping = this.kernel.mappings + slot * address_space.size;
    this.set(mapping + address_space.offset.kind, FileKind[kind]);
    this.set(mapping + address_space.offset.size, size);
    for (let index = 0; index < size; index++) {
      for (const part of [0, 1]) {
        this.set(this.kernel.disk(mapping, index, part), 10 * index + part + 1);
      }
    }
    return mapping;
  }

  /** Whether mmap_sem and every page-table lock are free. */
  get unlocked(): boolean {
    const { kernel } = this;
    for (let mm = 0; mm < kernel.config.processes; mm++) {
      if (this.word(this.mm(mm) + mm_struct.offset.mmap_sem) !== 0) return false;
      for (let address = 0; address < kernel.config.pages; address++) {
        if (this.word(kernel.ptl(this.mm(mm), address)) !== 0) return false;
      }
    }
    return true;
  }

  /** Lets a started task go on until it is about to perform `op`. @throws if it never is. */
  goUntil(task: number, op: Op): void {
    const { machine } = this.kernel;
    this.go(task, () => machine.pending(task) === op);
    if (this.ended(task) || machine.pending(task) !== op) throw new Error('goUntil: not reached');
  }

  /** Lets a started task perform one step. `choice` answers a choice. */
  one(task: number, choice = 0): void {
    this.kernel.machine.step(task, choice);
  }

  /** Runs steps alone, answering choices in order; 0 when they run out. */
  choosing<T>(choices: readonly number[], steps: Steps<T>): T {
    const left = [...choices];
    return this.kernel.machine.runAlone(steps, (n) => (n > 1 ? (left.shift() ?? 0) : 0)) as T;
  }
}

/** A small kernel: 16 virtual pages, one CPU, process 0 alive. */
export const boot = (config: Partial<KernelConfig> = {}, hunks: Hunks = 'base'): Programs =>
  new Programs(config, hunks);
