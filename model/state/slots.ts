/** Tables of objects in the arena, where an allocation is the first free slot. */
import { choose, type Steps } from '../machine/op';
import type { Ptr, StructLayout } from '../machine/struct';
import type { KernelConfig } from './config';
import { kernel, peek } from './kernel';

export interface SlotTable {
  /** What the slots hold, and the option that sets their number, for the error. */
  readonly what: string;
  readonly option: keyof KernelConfig;
  readonly base: Ptr;
  readonly layout: StructLayout<string>;
  readonly count: number;
  /** Offset of the word that is 0 in a free slot. */
  readonly inUse: number;
}

/** The scenario's kernel is too small for what the scenario does. Exit code 2. */
export class TooSmall extends Error {
  readonly exitCode = 2;
  constructor(what: string, option: keyof KernelConfig) {
    const set = String(kernel.config[option]);
    super(`the scenario needs more ${what} than there are; raise its option ${option}, now ${set}`);
  }
}

/**
 * Finds a free slot, from slot number `start` on and then round. CPUs that begin at different slots
 * do not meet, so their allocations commute. To be called inside an atomic section.
 *
 * @throws TooSmall if the table is full
 */
export function freeSlot(table: SlotTable, start = 0): Ptr {
  for (let i = 0; i < table.count; i++) {
    const slot = table.base + ((start + i) % table.count) * table.layout.size;
    if (peek(slot + table.inUse) === 0) return slot;
  }
  throw new TooSmall(table.what, table.option);
}

/** Whether an allocation that may fail does so here; a choice only if the scenario allows failures. */
export function* allocationFails(): Steps<boolean> {
  return kernel.config.allocationsFail && (yield choose(2)) === 1;
}
