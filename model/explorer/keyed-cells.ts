/**
 * A run over cells that goes to any state it has been in: its cells, and where its threads are, which are
 * numbers, are the state.
 */
import type { CellDescription } from './cell-machine';
import { LocalCells } from './local-cells';
import type { KeyedRun } from './program';
import { WordTable } from './word-table';

export class KeyedCells extends LocalCells implements KeyedRun {
  private readonly table = new WordTable();
  /** The cells, and the local state of each thread. */
  private readonly words: Int32Array;

  constructor(description: CellDescription) {
    // An outcome of one's own may tell what threads saw, even of those that have ended.
    super(description, true, description.options.outcome !== undefined);
    this.words = new Int32Array(description.cells + this.threadCount);
    this.places = this.words.subarray(description.cells);
  }

  stateKey(): number {
    const { cells, words } = this;
    for (let cell = 0; cell < cells.length; cell++) words[cell] = cells[cell]!;
    return this.table.intern(words, 0, words.length);
  }

  position(thread: number): number {
    return this.places[thread]!;
  }

  goTo(key: number): void {
    const { cells } = this;
    const { words, from } = this.table;
    let word = from[key]!;
    for (let cell = 0; cell < cells.length; cell++) cells[cell] = words[word++]!;
    for (let thread = 0; thread < this.threadCount; thread++) this.place(thread, words[word++]!);
  }
}
