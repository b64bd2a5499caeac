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
import { KeyedCells, type CellMoves } from './keyed-cells';
import { ENDED, LocalStates, NOT_BEGUN, type Body } from './local-states';
import { Depends, Mode, type Access, type Program, type Run } from './program';
import { WordTable } from './word-table';

/** What a thread yields: kind, cell and operand packed into one number. */
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
  readTrylock: 12,
  mark: 13,
} as const;
// 30 bits in all: small integers cost nothing.
const CELL_BITS = 12;
const VALUE_BITS = 14;
const CELL_MASK = (1 << CELL_BITS) - 1;
const VALUE_MASK = (1 << VALUE_BITS) - 1;

/** The cas's second operand; valid between the call and the yield. */
const operand = { value: 0 };

function pack(kind: number, cell: number, value = 0): Event {
  if ((cell & ~CELL_MASK) !== 0 || (value & ~VALUE_MASK) !== 0) {
    throw new RangeError(`a cell is 0 to ${CELL_MASK} and a value 0 to ${VALUE_MASK}`);
  }
  return (kind << (CELL_BITS + VALUE_BITS)) | (cell << VALUE_BITS) | value;
}

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
/** Tries to take a lock for reading; 1 if it did. */
export const readTrylock = (cell: number): Event => pack(KIND.readTrylock, cell);
/** Waits until nobody holds the lock exclusively. */
export const awaitFree = (cell: number): Event => pack(KIND.await, cell);
/** An explicit choice among n. */
export const choose = (n: number): Event => pack(KIND.choose, 0, n);
/** Starts one of {@link CellOptions.spawnable}; each can be started once. */
export const spawn = (body: number): Event => pack(KIND.spawn, 0, body);

/**
 * No event, and no step: says that from here on the thread depends on `label` and the cells, and no
 * more on what it has seen. Exploration by states, and nothing else, makes use of that.
 */
export const mark = (label: number): Event => pack(KIND.mark, 0, label);

export interface CellOptions {
  /** Bodies that run only when spawned; body b is thread `threads.length + b`. */
  readonly spawnable?: readonly ThreadBody[];
  /** A failed trylock counts as a write, as some tools have it. */
  readonly coarseTrylock?: boolean;
  /** Additions commute. */
  readonly commutingAdds?: boolean;
  /** What the cells hold at the start, 0 by default; a lock may be held: -1. */
  readonly initial?: readonly number[];
  /** The final observation; the cells by default. */
  readonly outcome?: (cells: Int32Array) => string;
}

/** A program of `cells` cells, and one thread for each body. */
export function cellProgram(
  cells: number,
  threads: readonly ThreadBody[],
  options: CellOptions = {},
): Program {
  const run = new CellRun(cells, threads, options);
  let keyed: KeyedCells | undefined;
  return {
    start: () => run.restart(),
    startKeyed: () => (keyed ??= new CellRun(cells, threads, options).keyed()).restart(),
  };
}

class CellRun implements Run, CellMoves {
  readonly accesses = new Int32Array(1);
  accessCount = 0;
  spawned = -1;
  readonly threadCount: number;
  readonly cells: Int32Array;
  readonly pending: Int32Array;
  readonly operands: Int32Array;
  private readonly initial: Int32Array;
  private readonly bodies: Generator<Event, void, number>[] = [];
  private readonly addMode: number;
  private readonly failedTrylock: number;
  private readonly ends = new WordTable();

  constructor(
    cells: number,
    private readonly threads: readonly ThreadBody[],
    private readonly options: CellOptions,
  ) {
    this.cells = new Int32Array(cells);
    this.initial = new Int32Array(cells);
    this.initial.set(options.initial ?? []);
    this.threadCount = threads.length + (options.spawnable?.length ?? 0);
    this.pending = new Int32Array(this.threadCount);
    this.operands = new Int32Array(this.threadCount);
    this.addMode = options.commutingAdds === true ? Mode.add : Mode.write;
    this.failedTrylock = options.coarseTrylock === true ? Mode.write : Mode.read;
  }

  restart(): this {
    this.cells.set(this.initial);
    this.pending.fill(NOT_BEGUN);
    for (let t = 0; t < this.threads.length; t++) this.begin(t);
    return this;
  }

  /** The same with keys. Its threads begin when it does. */
  keyed(): KeyedCells {
    const { threads, initial } = this;
    const { outcome } = this.options;
    const bodyOf = (thread: number): Body =>
      new CellBody(this.bodyOf(thread)(thread), this.cells.length);
    // An outcome of one's own may tell what threads saw, even of those that have ended.
    const local = new LocalStates(bodyOf, outcome !== undefined);
    return new KeyedCells(this, initial, threads.length, local);
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
    switch (kindOf(event)) {
      case KIND.lock:
        return this.cells[cellOf(event)] === 0;
      case KIND.readLock:
      case KIND.await:
        return this.cells[cellOf(event)]! >= 0;
      default:
        return true;
    }
  }

  depends(thread: number): number {
    switch (kindOf(this.pending[thread]!)) {
      case KIND.cas:
        return Depends.comparison;
      case KIND.trylock:
      case KIND.readTrylock:
      case KIND.unlock:
      case KIND.readUnlock:
        return Depends.lock;
      default:
        return Depends.nothing;
    }
  }

  lockAccess(thread: number, state: number): Access {
    const event = this.pending[thread]!;
    return cellOf(event) * 16 + this.lockMode(kindOf(event), state);
  }

  expected(thread: number): number {
    return valueOf(this.pending[thread]!);
  }

  value(cell: number): number {
    return this.cells[cell]!;
  }

  step(thread: number, choice: number): void {
    const result = this.perform(thread, choice);
    if (this.spawned >= 0) this.begin(this.spawned);
    this.resume(thread, result);
  }

  perform(thread: number, choice: number): number {
    this.spawned = -1;
    this.accessCount = 1;
    return this.execute(thread, this.pending[thread]!, choice);
  }

  outcome(): string {
    return this.options.outcome?.(this.cells) ?? this.cells.join(' ');
  }

  outcomeKey(): number | string {
    if (this.options.outcome !== undefined) return this.outcome();
    return this.ends.intern(this.cells, 0, this.cells.length);
  }

  private bodyOf(thread: number): ThreadBody {
    const { threads } = this;
    if (thread < threads.length) return threads[thread]!;
    return this.options.spawnable![thread - threads.length]!;
  }

  private begin(thread: number): void {
    this.bodies[thread] = this.bodyOf(thread)(thread);
    this.resume(thread, 0);
  }

  private resume(thread: number, value: number): void {
    const body = this.bodies[thread]!;
    let next = body.next(value);
    while (next.done !== true && kindOf(next.value) === KIND.mark) next = body.next(0);
    this.pending[thread] = next.done === true ? ENDED : checked(next.value, this.cells.length);
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
        return this.touch(cell, this.addMode, 0);
      case KIND.choose:
        this.accessCount = 0;
        return choice;
      case KIND.spawn:
        return this.spawn(given);
      default:
        return this.executeLock(kindOf(event), cell, old);
    }
  }

  private spawn(body: number): number {
    this.accessCount = 0;
    this.spawned = this.threads.length + body;
    if (this.pending[this.spawned] !== NOT_BEGUN) {
      throw new Error(`spawn: body ${body} is running already, or there is none`);
    }
    return this.spawned;
  }

  private executeLock(kind: number, cell: number, old: number): number {
    const mode = this.lockMode(kind, old);
    const { cells } = this;
    switch (kind) {
      case KIND.lock:
        cells[cell] = -1;
        break;
      case KIND.unlock:
        cells[cell] = 0;
        break;
      case KIND.trylock:
        if (old === 0) cells[cell] = -1;
        return this.touch(cell, mode, old === 0 ? 1 : 0);
      case KIND.readLock:
        cells[cell] = old + 1;
        break;
      case KIND.readUnlock:
        cells[cell] = old - 1;
        break;
      case KIND.readTrylock:
        if (old >= 0) cells[cell] = old + 1;
        return this.touch(cell, mode, old >= 0 ? 1 : 0);
    }
    return this.touch(cell, mode, 0);
  }

  /** How an event touches a lock that is in a state. */
  private lockMode(kind: number, state: number): number {
    switch (kind) {
      case KIND.lock:
        return Mode.lock;
      case KIND.unlock:
        return state < 0 ? Mode.unlock : Mode.write;
      case KIND.trylock:
        return state === 0 ? Mode.tryLock : this.failedTrylock;
      case KIND.readLock:
        return Mode.readLock;
      case KIND.readUnlock:
        return state > 0 ? Mode.readUnlock : Mode.write;
      case KIND.readTrylock:
        return state >= 0 ? Mode.readTryLock : this.failedTrylock;
      default:
        return Mode.await;
    }
  }

  private touch(cell: number, mode: number, value: number): number {
    this.accesses[0] = cell * 16 + mode;
    return value;
  }
}

/** A body whose marks are told, where {@link CellRun} passes them over. */
class CellBody implements Body {
  event: Event = NOT_BEGUN;
  operand = 0;
  mark = -1;

  constructor(
    private readonly body: Generator<Event, void, number>,
    private readonly cells: number,
  ) {}

  goOn(seen: number): void {
    this.mark = -1;
    let next = this.body.next(seen);
    while (next.done !== true && kindOf(next.value) === KIND.mark) {
      this.mark = valueOf(next.value);
      next = this.body.next(0);
    }
    this.event = next.done === true ? ENDED : checked(next.value, this.cells);
    this.operand = operand.value;
  }
}

/** What a thread yields, if that is an event, on one of the program's cells. @throws TypeError if not */
function checked(event: Event, cells: number): Event {
  // Events on no cell say cell 0, which a program may not have.
  if (event >= 0 && (cellOf(event) < cells || cellOf(event) === 0)) return event;
  throw new TypeError(
    `a thread has to yield events on cells 0 to ${cells - 1}, and not ${String(event)}`,
  );
}

const kindOf = (event: Event): number => event >> (CELL_BITS + VALUE_BITS);
const cellOf = (event: Event): number => (event >>> VALUE_BITS) & CELL_MASK;
const valueOf = (event: Event): number => event & VALUE_MASK;
