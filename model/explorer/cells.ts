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
import { Mode, type Access, type Program, type Run } from './program';

/** What a thread yields: kind, cell and operands packed into one number. */
export type Event = number;
export type ThreadBody = (thread: number) => Generator<Event, void, number>;

const KIND = {
  read: 0,
  write: 1,
  cas: 2,
  add: 3,
  lock: 4,
  unlock: 5,
  trylock: 6,
  choose: 7,
  spawn: 8,
  await: 9,
  readLock: 10,
  readUnlock: 11,
} as const;
const CELL_BITS = 16;
const VALUE_BITS = 14;
const VALUE_MASK = (1 << VALUE_BITS) - 1;

/** The cas's second operand; valid between the call and the yield. */
const operand = { value: 0 };

const pack = (kind: number, cell: number, value = 0): Event =>
  (kind * (1 << CELL_BITS) + cell) * (1 << VALUE_BITS) + (value & VALUE_MASK);

/** Reads a cell; its value is the value of the yield. */
export const read = (cell: number): Event => pack(KIND.read, cell);
/** Writes a cell; values are 14 bits wide. */
export const write = (cell: number, value: number): Event => pack(KIND.write, cell, value);
/** Compare and swap; the old value is the value of the yield. */
export function cas(cell: number, expected: number, value: number): Event {
  operand.value = value;
  return pack(KIND.cas, cell, expected);
}
/** Adds to a cell. Two adds are dependent; see {@link CellOptions.commutingAdds}. */
export const add = (cell: number, delta: number): Event => pack(KIND.add, cell, delta);
export const lock = (cell: number): Event => pack(KIND.lock, cell);
export const unlock = (cell: number): Event => pack(KIND.unlock, cell);
/** Tries to take a lock; 1 if it did. */
export const trylock = (cell: number): Event => pack(KIND.trylock, cell);
export const readLock = (cell: number): Event => pack(KIND.readLock, cell);
export const readUnlock = (cell: number): Event => pack(KIND.readUnlock, cell);
/** Waits until nobody holds the lock exclusively. */
export const awaitFree = (cell: number): Event => pack(KIND.await, cell);
/** An explicit choice among n. */
export const choose = (n: number): Event => pack(KIND.choose, 0, n);
/** Starts another thread, by its index among the bodies that are not started at first. */
export const spawn = (body: number): Event => pack(KIND.spawn, 0, body);

export interface CellOptions {
  /** Bodies that run only when spawned. */
  readonly spawnable?: readonly ThreadBody[];
  /** A failed trylock counts as a write, as some tools have it. */
  readonly coarseTrylock?: boolean;
  /** Additions commute. */
  readonly commutingAdds?: boolean;
  /** The final observation; the cells by default. */
  readonly outcome?: (cells: Int32Array) => string;
}

/** A program of `cells` cells that start at 0, and one thread for each body. */
export function cellProgram(
  cells: number,
  threads: readonly ThreadBody[],
  options: CellOptions = {},
): Program {
  const run = new CellRun(cells, threads, options);
  return { start: () => run.restart() };
}

class CellRun implements Run {
  readonly accesses = new Int32Array(1);
  accessCount = 0;
  spawned = -1;
  threadCount = 0;
  private readonly cells: Int32Array;
  private readonly bodies: Generator<Event, void, number>[] = [];
  private readonly pending: number[] = [];
  private readonly operands: number[] = [];

  constructor(
    cells: number,
    private readonly threads: readonly ThreadBody[],
    private readonly options: CellOptions,
  ) {
    this.cells = new Int32Array(cells);
  }

  restart(): this {
    this.cells.fill(0);
    this.threadCount = 0;
    for (const body of this.threads) this.begin(body);
    return this;
  }

  choices(thread: number): number {
    const event = this.pending[thread]!;
    if (event < 0) return 0;
    return kindOf(event) === KIND.choose ? valueOf(event) : 1;
  }

  guard(thread: number): Access {
    const event = this.pending[thread]!;
    switch (kindOf(event)) {
      case KIND.lock:
        return cellOf(event) * 16 + Mode.lock;
      case KIND.readLock:
        return cellOf(event) * 16 + Mode.readLock;
      case KIND.await:
        return cellOf(event) * 16 + Mode.await;
      default:
        return -1;
    }
  }

  enabled(thread: number): boolean {
    const event = this.pending[thread]!;
    if (event < 0) return false;
    const value = this.cells[cellOf(event)]!;
    switch (kindOf(event)) {
      case KIND.lock:
        return value === 0;
      case KIND.readLock:
      case KIND.await:
        return value >= 0;
      default:
        return true;
    }
  }

  conditional(thread: number): boolean {
    const kind = kindOf(this.pending[thread]!);
    return kind === KIND.cas || kind === KIND.trylock;
  }

  step(thread: number, choice: number): void {
    const event = this.pending[thread]!;
    this.spawned = -1;
    this.accessCount = 1;
    const value = this.execute(thread, event, choice);
    this.resume(thread, value);
  }

  outcome(): string {
    return this.options.outcome?.(this.cells) ?? this.cells.join(' ');
  }

  private begin(body: ThreadBody): number {
    const thread = this.threadCount++;
    this.bodies[thread] = body(thread);
    this.resume(thread, 0);
    return thread;
  }

  private resume(thread: number, value: number): void {
    const next = this.bodies[thread]!.next(value);
    this.pending[thread] = next.done === true ? -1 : next.value;
    this.operands[thread] = operand.value;
  }

  private execute(thread: number, event: Event, choice: number): number {
    const { cells } = this;
    const cell = cellOf(event);
    const old = cells[cell]!;
    const given = valueOf(event);
    switch (kindOf(event)) {
      case KIND.read:
        return this.touch(cell, Mode.read, old);
      case KIND.write:
        cells[cell] = given;
        return this.touch(cell, Mode.write, 0);
      case KIND.cas:
        if (old !== given) return this.touch(cell, Mode.read, old);
        cells[cell] = this.operands[thread]!;
        return this.touch(cell, Mode.write, old);
      case KIND.add:
        cells[cell] = old + given;
        return this.touch(cell, this.options.commutingAdds === true ? Mode.add : Mode.write, 0);
      case KIND.choose:
        this.accessCount = 0;
        return choice;
      case KIND.spawn:
        this.accessCount = 0;
        this.spawned = this.begin(this.options.spawnable![given]!);
        return this.spawned;
      default:
        return this.executeLock(kindOf(event), cell, old);
    }
  }

  private executeLock(kind: number, cell: number, old: number): number {
    const { cells } = this;
    switch (kind) {
      case KIND.lock:
        cells[cell] = -1;
        return this.touch(cell, Mode.lock, 0);
      case KIND.unlock:
        cells[cell] = 0;
        return this.touch(cell, Mode.unlock, 0);
      case KIND.trylock:
        if (old !== 0)
          return this.touch(cell, this.options.coarseTrylock === true ? Mode.write : Mode.read, 0);
        cells[cell] = -1;
        return this.touch(cell, Mode.tryLock, 1);
      case KIND.readLock:
        cells[cell] = old + 1;
        return this.touch(cell, Mode.readLock, 0);
      case KIND.readUnlock:
        cells[cell] = old - 1;
        return this.touch(cell, Mode.readUnlock, 0);
      default:
        return this.touch(cell, Mode.await, 0);
    }
  }

  private touch(cell: number, mode: number, value: number): number {
    this.accesses[0] = cell * 16 + mode;
    return value;
  }
}

const kindOf = (event: Event): number => Math.floor(event / (1 << (CELL_BITS + VALUE_BITS)));
const cellOf = (event: Event): number => (event >>> VALUE_BITS) & ((1 << CELL_BITS) - 1);
const valueOf = (event: Event): number => event & VALUE_MASK;
