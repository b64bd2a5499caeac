/** Values for pairs of numbers. */
import { grown, small } from './arrays';
import { WordTable } from './word-table';

export class PairTable {
  private readonly table = new WordTable();
  private readonly pair = small(2);
  /** The value of each pair, by its number; -1 where there is none yet. */
  values: Int32Array = small(16).fill(-1);

  /** The number of a pair. */
  find(a: number, b: number): number {
    this.pair[0] = a;
    this.pair[1] = b;
    const pair = this.table.intern(this.pair, 0, 2);
    if (pair === this.values.length) this.values = grown(this.values, -1);
    return pair;
  }
}
