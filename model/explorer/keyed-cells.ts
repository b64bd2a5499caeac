/**
 * A run over cells that goes to any state it has been in: its cells, and where its threads are, which are
 * numbers, are the state. The bodies of its threads do not run again where they have been.
 */
import type { LocalStates } from './local-states';
import type { Access, KeyedRun, Moves } from './program';
import { WordTable } from './word-table';

/** Cells, and threads whose next events are given to them. */
export interface CellMoves extends Moves {
  readonly cells: Int32Array;
  /** The next event of each thread, and its operand. */
  readonly pending: Int32Array;
  readonly operands: Int32Array;
  /** Does what the next event of a thread does to the cells. @returns what the thread sees */
  perform(thread: number, choice: number): number;
}

export class KeyedCells implements KeyedRun {
  readonly threadCount: number;
  readonly accesses: Int32Array;
  private readonly table = new WordTable();
  /** The cells, and the local state of each thread. */
  private readonly words: Int32Array;
  private readonly places: Int32Array;

  /** @param begins how many threads are there from the start, the first ones */
  constructor(
    private readonly moves: CellMoves,
    private readonly initial: Int32Array,
    private readonly begins: number,
    private readonly local: LocalStates,
  ) {
    this.threadCount = moves.threadCount;
    this.accesses = moves.accesses;
    this.words = new Int32Array(moves.cells.length + this.threadCount);
    this.places = this.words.subarray(moves.cells.length);
  }

  restart(): this {
    this.moves.cells.set(this.initial);
    const { local } = this;
    for (let thread = 0; thread < this.threadCount; thread++) {
      const begun = thread < this.begins;
      this.place(thread, begun ? local.beginning(thread) : local.beforeBeginning);
    }
    return this;
  }

  get accessCount(): number {
    return this.moves.accessCount;
  }

  get spawned(): number {
    return this.moves.spawned;
  }

  choices(thread: number): number {
    return this.moves.choices(thread);
  }

  guard(thread: number): Access {
    return this.moves.guard(thread);
  }

  enabled(thread: number): boolean {
    return this.moves.enabled(thread);
  }

  step(thread: number, choice: number): void {
    const seen = this.moves.perform(thread, choice);
    const { spawned } = this.moves;
    if (spawned >= 0) this.place(spawned, this.local.beginning(spawned));
    this.place(thread, this.local.after(this.places[thread], seen));
  }

  stateKey(): number {
    const { cells } = this.moves;
    const { words } = this;
    for (let cell = 0; cell < cells.length; cell++) words[cell] = cells[cell];
    return this.table.intern(words, 0, words.length);
  }

  position(thread: number): number {
    return this.places[thread];
  }

  goTo(key: number): void {
    const { cells } = this.moves;
    const { words, from } = this.table;
    let word = from[key];
    for (let cell = 0; cell < cells.length; cell++) cells[cell] = words[word++];
    for (let thread = 0; thread < this.threadCount; thread++) this.place(thread, words[word++]);
  }

  private place(thread: number, state: number): void {
    this.places[thread] = state;
    this.moves.pending[thread] = this.local.event[state];
    this.moves.operands[thread] = this.local.operand[state];
  }
}
