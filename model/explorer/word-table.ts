/**
 * Numbers for sequences of words, in the order in which they come: equal sequences get the same
 * number, and no others do, as what a hash finds is compared word for word.
 */
import { grown, rehashed, small } from './arrays';

export class WordTable {
  size = 0;
  /** Sequence n is `words[from[n] .. from[n + 1])`. */
  words: Int32Array;
  from: Int32Array;
  private hashes: Int32Array;
  /** An open hash table of numbers; -1 where it is free. */
  private slots: Int32Array;

  /** @param room for how many sequences there is room at first, a power of two */
  constructor(room = 16) {
    this.words = small(room * 16);
    this.from = small(room + 1);
    this.hashes = small(room);
    this.slots = small(room * 2).fill(-1);
  }

  /** The number of `source[from .. to)`. */
  intern(source: Int32Array, from: number, to: number): number {
    let hash = to - from;
    for (let k = from; k < to; k++) {
      hash = Math.imul(hash ^ source[k]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const { slots } = this;
    const mask = slots.length - 1;
    let at = hash & mask;
    for (; slots[at]! >= 0; at = (at + 1) & mask) {
      const known = slots[at]!;
      if (this.hashes[known] === hash && this.equals(known, source, from, to)) return known;
    }
    slots[at] = this.size;
    return this.append(hash, source, from, to);
  }

  private equals(known: number, source: Int32Array, from: number, to: number): boolean {
    const { words } = this;
    const begin = this.from[known]!;
    if (this.from[known + 1]! - begin !== to - from) return false;
    for (let k = from; k < to; k++) if (words[begin + k - from] !== source[k]) return false;
    return true;
  }

  private append(hash: number, source: Int32Array, from: number, to: number): number {
    const number = this.size++;
    if (this.from.length < number + 2) this.from = grown(this.from);
    if (this.hashes.length < number + 1) this.hashes = grown(this.hashes);
    let at = this.from[number]!;
    while (this.words.length < at + to - from) this.words = grown(this.words);
    for (let k = from; k < to; k++) this.words[at++] = source[k]!;
    this.from[number + 1] = at;
    this.hashes[number] = hash;
    if (this.size * 2 > this.slots.length) {
      this.slots = rehashed(this.slots, this.size, (n) => this.hashes[n]!);
    }
    return number;
  }
}
