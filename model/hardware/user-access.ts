/**
 * A load or a store of a program: through the TLB of its CPU, else by a page walk, else by a fault.
 *
 * Eviction. A TLB entry may vanish at any moment. When it does matters only at the entry's next use,
 * which then walks; and the walk ends differently only if the entry is stale by then. So a use of a
 * stale entry is a choice (still there, or evicted before), every other use of an entry is a hit, and
 * that covers eviction at any time. An access through an entry leads to the frame that it names,
 * whatever has become of that frame.
 *
 * A store is one event together with its walk: a CPU sets D only for a store that it performs, and
 * takes the interrupt of a flush before or after the instruction. A load's walk is an event of its
 * own, after which the entry may be stale already.
 */
import { do_page_fault, SIGNAL_NUMBER, type Signal } from '../arch/x86/mm/fault';
import { loadMm } from '../arch/x86/mm/tlb';
import { pageContent } from '../include/linux/highmem';
import { mm_struct, type Address } from '../include/linux/mm_types';
import { choose, step, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel, peek, poke } from '../state/kernel';
import { evict, framePage, isStale, suffices, walk, type TlbEntry } from './tlb';

/** How a user access ended. */
export interface UserAccess {
  /** What was read; 0 for a store. */
  readonly value: number;
  /** The signal that ended the process instead. */
  readonly signal?: Signal;
}

/** A signal that somebody has sent to the process: delivered before its next instruction. */
function pendingSignal(cpu: Cpu): Signal | undefined {
  const pending = peek(cpu.mm + mm_struct.offset.signals);
  if (pending === 0) return undefined;
  const names = Object.keys(SIGNAL_NUMBER) as Signal[];
  return names.find((name) => (pending & (1 << SIGNAL_NUMBER[name])) !== 0);
}

/** The TLB's entry for an access, 0 if there is none that suffices. */
function lookUp(cpu: Cpu, address: Address, write: boolean): TlbEntry {
  const entry = peek(kernel.tlb(cpu.id, address));
  return suffices(entry, write) ? entry : 0;
}

/** Whether an entry may be gone, as it is stale. */
function isUncertain(cpu: Cpu, address: Address, entry: TlbEntry, write: boolean): boolean {
  return entry !== 0 && kernel.config.tlbEviction && isStale(cpu.mm, address, entry, write);
}

/** {@link lookUp}, where a stale entry may be gone. The access goes into the same atomic section. */
function* translate(cpu: Cpu, address: Address, write: boolean): Steps<TlbEntry> {
  const entry = lookUp(cpu, address, write);
  if (!isUncertain(cpu, address, entry, write)) return entry;
  const evicted = (yield choose(2)) === 1;
  // Others may have run before the choice was made.
  loadMm(cpu, cpu.mm);
  const now = lookUp(cpu, address, write);
  if (!evicted || !isUncertain(cpu, address, now, write)) return now;
  evict(cpu.id, address);
  return 0;
}

/** Performs an access until it succeeds or the process gets a signal. */
function* access(
  cpu: Cpu,
  address: Address,
  part: number,
  stored: number | undefined,
): Steps<UserAccess> {
  const write = stored !== undefined;
  if (address < 0 || address >= kernel.config.pages) return { value: 0, signal: 'SIGSEGV' };
  for (;;) {
    yield step(kernel.tlb(cpu.id, address));
    const sent = pendingSignal(cpu);
    if (sent !== undefined) return { value: 0, signal: sent };
    loadMm(cpu, cpu.mm);
    let entry = yield* translate(cpu, address, write);
    if (entry === 0) {
      const walked = walk(cpu.id, cpu.mm, address, write);
      if (walked === 0) {
        const signal = yield* do_page_fault(cpu, address, write);
        if (signal !== undefined) return { value: 0, signal };
        continue;
      }
      if (!write) continue;
      entry = walked;
    }
    const cell = pageContent(framePage(entry), part);
    if (stored === undefined) return { value: peek(cell) };
    poke(cell, stored);
    return { value: 0 };
  }
}

/** Loads one part of a page, as the program on `cpu`. `address` is a page number. */
export function* userRead(cpu: Cpu, address: Address, part: number): Steps<UserAccess> {
  return yield* access(cpu, address, part, undefined);
}

/** Stores to one part of a page, as the program on `cpu`. */
export function* userWrite(
  cpu: Cpu,
  address: Address,
  part: number,
  value: number,
): Steps<UserAccess> {
  return yield* access(cpu, address, part, value);
}
