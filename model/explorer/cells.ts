/**
 * A front end for small programs: threads as generators over an array of cells.
 *
 * ```ts
 * const program = cellProgram(1, [
 *   function* () { yield write(0, 42); },
 *   function* () { yield read(0); },
 * ]);
 * explore(program).executions; // 2
 * ```
 */
import { Kind, operand, pack, type Event, type ThreadBody } from './cell-events';
import type { CellDescription, CellOptions } from './cell-machine';
import { CellRun } from './cell-run';
import { KeyedCells } from './keyed-cells';
import type { Program } from './program';
import { ReversibleCells } from './reversible-cells';

export type { Event, ThreadBody } from './cell-events';
export type { CellOptions } from './cell-machine';

/** Reads a cell; its value is the value of the yield. */
export const read = (cell: number): Event => pack(Kind.read, cell);
/** Writes a cell; values are 14 bits wide. */
export const write = (cell: number, value: number): Event => pack(Kind.write, cell, value);
/** Compare and swap; the old value is the value of the yield. */
export function cas(cell: number, expected: number, value: number): Event {
  operand.value = value;
  return pack(Kind.cas, cell, expected);
}
/** Adds to a cell. Two adds are dependent; see {@link CellOptions.commutingAdds}. */
export const add = (cell: number, delta: number): Event => pack(Kind.add, cell, delta);
export const lock = (cell: number): Event => pack(Kind.lock, cell);
export const unlock = (cell: number): Event => pack(Kind.unlock, cell);
/** Tries to take a lock; 1 if it did. */
export const trylock = (cell: number): Event => pack(Kind.trylock, cell);
export const readLock = (cell: number): Event => pack(Kind.readLock, cell);
export const readUnlock = (cell: number): Event => pack(Kind.readUnlock, cell);
/** Tries to take a lock for reading; 1 if it did. */
export const readTrylock = (cell: number): Event => pack(Kind.readTrylock, cell);
/** Waits until nobody holds the lock exclusively. */
export const awaitFree = (cell: number): Event => pack(Kind.await, cell);
/** An explicit choice among n. */
export const choose = (n: number): Event => pack(Kind.choose, 0, n);
/** Starts one of {@link CellOptions.spawnable}; each can be started once. */
export const spawn = (body: number): Event => pack(Kind.spawn, 0, body);

/**
 * No event, and no step: says that from here on the thread depends on `label` and the cells, and no
 * more on what it has seen. Exploration by states, and nothing else, makes use of that.
 */
export const mark = (label: number): Event => pack(Kind.mark, 0, label);

/** A program of `cells` cells, and one thread for each body. */
export function cellProgram(
  cells: number,
  threads: readonly ThreadBody[],
  options: CellOptions = {},
): Program {
  const description: CellDescription = { cells, threads, options };
  const run = new CellRun(description);
  let keyed: KeyedCells | undefined;
  let reversible: ReversibleCells | undefined;
  const program = {
    start: () => run.restart(),
    startKeyed: () => (keyed ??= new KeyedCells(description)).restart(),
  };
  // An outcome of one's own may tell what threads saw, and is asked where they ran for it.
  if (options.outcome !== undefined) return program;
  return {
    ...program,
    startReversible: () => (reversible ??= new ReversibleCells(description)).restart(),
  };
}
