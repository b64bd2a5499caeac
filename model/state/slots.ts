/** Tables of objects in the arena, where an allocation is the first free slot. */
import { choose, type Steps } from '../machine/op';
import type { Ptr, StructLayout } from '../machine/struct';
import { kernel, peek } from './kernel';

export interface SlotTable {
  /** What the slots hold and which option sets their number, for the error. */
  readonly what: string;
  readonly base: Ptr;
  readonly layout: StructLayout<string>;
  readonly count: number;
  /** Offset of the word that is 0 in a free slot. */
  readonly inUse: number;
}

/**
 * Finds a free slot, from slot number `start` on and then round. CPUs that begin at different slots
 * do not meet, so their allocations commute. To be called inside an atomic section.
 *
 * @throws Error if the table is full: the scenario's kernel is too small for what it does.
 */
export function freeSlot(table: SlotTable, start = 0): Ptr {
  for (let i = 0; i < table.count; i++) {
    const slot = table.base + ((start + i) % table.count) * table.layout.size;
    if (peek(slot + table.inUse) === 0) return slot;
  }
  throw new Error(
    `freeSlot: all ${table.count} slots for ${table.what} are in use; configure more`,
  );
}

/** Whether an allocation that may fail does so here; a choice only if the scenario allows failures. */
export function* allocationFails(): Steps<boolean> {
  return kernel.config.allocationsFail && (yield choose(2)) === 1;
}
