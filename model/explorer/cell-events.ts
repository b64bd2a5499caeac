/** What threads over cells yield, as numbers: kind, cell and operand packed. */

/** Kind, cell and operand. */
export type Event = number;
export type ThreadBody = (thread: number) => Generator<Event, void, number>;

export const enum Kind {
  read = 0,
  write = 1,
  cas = 2,
  add = 3,
  lock = 4,
  unlock = 5,
  trylock = 6,
  choose = 7,
  spawn = 8,
  await = 9,
  readLock = 10,
  readUnlock = 11,
  readTrylock = 12,
  mark = 13,
}
// 30 bits in all: small integers cost nothing.
const CELL_BITS = 12;
const VALUE_BITS = 14;
const CELL_MASK = (1 << CELL_BITS) - 1;
const VALUE_MASK = (1 << VALUE_BITS) - 1;

/** A comparison's second operand; valid between the call and the yield. */
export const operand = { value: 0 };

export function pack(kind: Kind, cell: number, value = 0): Event {
  if ((cell & ~CELL_MASK) !== 0 || (value & ~VALUE_MASK) !== 0) {
    throw new RangeError(`a cell is 0 to ${CELL_MASK} and a value 0 to ${VALUE_MASK}`);
  }
  return (kind << (CELL_BITS + VALUE_BITS)) | (cell << VALUE_BITS) | value;
}

export const kindOf = (event: Event): Kind => event >> (CELL_BITS + VALUE_BITS);
export const cellOf = (event: Event): number => (event >>> VALUE_BITS) & CELL_MASK;
export const valueOf = (event: Event): number => event & VALUE_MASK;

/** What a thread yields, if that is an event, on one of the program's cells. @throws TypeError if not */
export function checked(event: Event, cells: number): Event {
  // Events on no cell say cell 0, which a program may not have.
  if (event >= 0 && (cellOf(event) < cells || cellOf(event) === 0)) return event;
  throw new TypeError(
    `a thread has to yield events on cells 0 to ${cells - 1}, and not ${String(event)}`,
  );
}
