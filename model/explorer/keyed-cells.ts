/**
 * A run over cells that goes to any state it has been in: its cells, and where its threads are, which are
 * numbers, are the state.
 */
import type { CellDescription } from './cell-machine';
import { LocalCells } from './local-cells';
import type { KeyedRun } from './program';
import { WordTable } from './word-table';

export class KeyedCells extends LocalCells implements KeyedRun {
  /** Undefined where the program has an outcome of its own, which may tell what threads saw. */
  readonly outcome?: () => string;
  private readonly table = new WordTable(256);

  constructor(description: CellDescription) {
    // An outcome of its own may tell what threads saw, even of those that have ended.
    super(description, true, description.options.outcome !== undefined);
    if (description.options.outcome === undefined) this.outcome = () => this.tell();
  }

  stateKey(): number {
    return this.table.intern(this.words, 0, this.words.length);
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
