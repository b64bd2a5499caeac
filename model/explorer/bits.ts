/** A set of small numbers that grows. */
import { grown, small } from './arrays';
import type { WordTable } from './word-table';

export class Bits {
  private words: Int32Array = small(2);
  /** Words that are in use. */
  private length = 0;

  clear(): void {
    this.words.fill(0, 0, this.length);
    this.length = 0;
  }

  add(number: number): void {
    const at = number >>> 5;
    this.reach(at + 1);
    this.words[at] |= 1 << (number & 31);
  }

  has(number: number): boolean {
    const at = number >>> 5;
    return at < this.length && ((this.words[at] >>> (number & 31)) & 1) === 1;
  }

  /** Adds a set that is `words[from .. to)`. */
  addWords(words: Int32Array, from: number, to: number): void {
    this.reach(to - from);
    for (let k = 0; from + k < to; k++) this.words[k] |= words[from + k];
  }

  /** Whether it has any number of a set that is `words[from .. to)`. */
  meetsWords(words: Int32Array, from: number, to: number): boolean {
    const length = Math.min(this.length, to - from);
    for (let k = 0; k < length; k++) if ((this.words[k] & words[from + k]) !== 0) return true;
    return false;
  }

  meets(other: Bits): boolean {
    return this.meetsWords(other.words, 0, other.length);
  }

  /** Adds another set. */
  addAll(other: Bits): void {
    this.addWords(other.words, 0, other.length);
  }

  /** The number of this set in a table. */
  internIn(table: WordTable): number {
    return table.intern(this.words, 0, this.length);
  }

  private reach(length: number): void {
    if (length <= this.length) return;
    while (this.words.length < length) this.words = grown(this.words);
    this.length = length;
  }
}
