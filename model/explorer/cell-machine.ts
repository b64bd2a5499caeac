/** What the events of threads do to cells; where the events come from, others know. */
import { cellOf, Kind, kindOf, valueOf, type Event, type ThreadBody } from './cell-events';
import { NOT_BEGUN } from './local-states';
import { Depends, Mode, type Access, type Moves } from './program';
import { WordTable } from './word-table';

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

export interface CellDescription {
  readonly cells: number;
  readonly threads: readonly ThreadBody[];
  readonly options: CellOptions;
}

export abstract class CellMachine implements Moves {
  readonly accesses = new Int32Array(1);
  accessCount = 0;
  spawned = -1;
  readonly threadCount: number;
  /** The cells, and behind them a word for each thread. */
  protected readonly words: Int32Array;
  readonly cells: Int32Array;
  /** The next event of each thread, and its operand. */
  readonly pending: Int32Array;
  readonly operands: Int32Array;
  private readonly initial: Int32Array;
  private readonly addMode: number;
  private readonly failedTrylock: number;
  private readonly ends = new WordTable();

  constructor(protected readonly description: CellDescription) {
    const { cells, threads, options } = description;
    this.initial = new Int32Array(cells);
    this.initial.set(options.initial ?? []);
    this.threadCount = threads.length + (options.spawnable?.length ?? 0);
    this.words = new Int32Array(cells + this.threadCount);
    this.cells = this.words.subarray(0, cells);
    this.pending = new Int32Array(this.threadCount);
    this.operands = new Int32Array(this.threadCount);
    this.addMode = options.commutingAdds === true ? Mode.add : Mode.write;
    this.failedTrylock = options.coarseTrylock === true ? Mode.write : Mode.read;
  }

  /** Begins anew, with the cells only. */
  protected startCells(): void {
    this.cells.set(this.initial);
  }

  abstract step(thread: number, choice: number): void;

  /** What the cells hold, as an outcome. */
  protected tell(): string {
    return this.cells.join(' ');
  }

  /** A key of it. */
  protected keyOfCells(): number {
    return this.ends.intern(this.cells, 0, this.cells.length);
  }

  choices(thread: number): number {
    const event = this.pending[thread]!;
    if (event < 0) return 0;
    return kindOf(event) === Kind.choose ? valueOf(event) : 1;
  }

  guard(thread: number): Access {
    const event = this.pending[thread]!;
    switch (kindOf(event)) {
      case Kind.lock:
        return cellOf(event) * 16 + Mode.lock;
      case Kind.readLock:
        return cellOf(event) * 16 + Mode.readLock;
      case Kind.await:
        return cellOf(event) * 16 + Mode.await;
      default:
        return -1;
    }
  }

  enabled(thread: number): boolean {
    const event = this.pending[thread]!;
    if (event < 0) return false;
    switch (kindOf(event)) {
      case Kind.lock:
        return this.cells[cellOf(event)] === 0;
      case Kind.readLock:
      case Kind.await:
        return this.cells[cellOf(event)]! >= 0;
      default:
        return true;
    }
  }

  depends(thread: number): number {
    switch (kindOf(this.pending[thread]!)) {
      case Kind.cas:
        return Depends.comparison;
      case Kind.trylock:
      case Kind.readTrylock:
      case Kind.unlock:
      case Kind.readUnlock:
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

  /** Does what the next event of a thread does to the cells. @returns what the thread sees */
  protected perform(thread: number, choice: number): number {
    this.spawned = -1;
    this.accessCount = 1;
    return this.execute(thread, this.pending[thread]!, choice);
  }

  private execute(thread: number, event: Event, choice: number): number {
    const { cells } = this;
    const cell = cellOf(event);
    const old = cells[cell]!;
    const given = valueOf(event);
    switch (kindOf(event)) {
      case Kind.read:
        return this.touch(cell, Mode.read, old);
      case Kind.write:
        cells[cell] = given;
        return this.touch(cell, Mode.write, 0);
      case Kind.cas:
        if (old !== given) return this.touch(cell, Mode.read, old);
        cells[cell] = this.operands[thread]!;
        return this.touch(cell, Mode.write, old);
      case Kind.add:
        cells[cell] = old + given;
        return this.touch(cell, this.addMode, 0);
      case Kind.choose:
        this.accessCount = 0;
        return choice;
      case Kind.spawn:
        return this.spawn(given);
      default:
        return this.executeLock(kindOf(event), cell, old);
    }
  }

  private spawn(body: number): number {
    this.accessCount = 0;
    this.spawned = this.description.threads.length + body;
    if (this.pending[this.spawned] !== NOT_BEGUN) {
      throw new Error(`spawn: body ${body} is running already, or there is none`);
    }
    return this.spawned;
  }

  private executeLock(kind: number, cell: number, old: number): number {
    const mode = this.lockMode(kind, old);
    const { cells } = this;
    switch (kind) {
      case Kind.lock:
        cells[cell] = -1;
        break;
      case Kind.unlock:
        cells[cell] = 0;
        break;
      case Kind.trylock:
        if (old === 0) cells[cell] = -1;
        return this.touch(cell, mode, old === 0 ? 1 : 0);
      case Kind.readLock:
        cells[cell] = old + 1;
        break;
      case Kind.readUnlock:
        cells[cell] = old - 1;
        break;
      case Kind.readTrylock:
        if (old >= 0) cells[cell] = old + 1;
        return this.touch(cell, mode, old >= 0 ? 1 : 0);
    }
    return this.touch(cell, mode, 0);
  }

  /** How an event touches a lock that is in a state. */
  private lockMode(kind: number, state: number): number {
    switch (kind) {
      case Kind.lock:
        return Mode.lock;
      case Kind.unlock:
        return state < 0 ? Mode.unlock : Mode.write;
      case Kind.trylock:
        return state === 0 ? Mode.tryLock : this.failedTrylock;
      case Kind.readLock:
        return Mode.readLock;
      case Kind.readUnlock:
        return state > 0 ? Mode.readUnlock : Mode.write;
      case Kind.readTrylock:
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
