/** Values for pairs of numbers, which are 0 or more. */
import { grown, rehashed, small } from './arrays';

export class PairTable {
  size = 0;
  /** The value of each pair, by its number; -1 where there is none yet. */
  values: Int32Array = small(128).fill(-1);
  private first: Int32Array = small(128);
  private second: Int32Array = small(128);
  /** An open hash table of numbers; -1 where it is free. */
  private slots: Int32Array = small(256).fill(-1);

  /** The number of a pair: they are counted as they come. */
  find(a: number, b: number): number {
    const { slots, first, second } = this;
    const mask = slots.length - 1;
    let at = hashOf(a, b) & mask;
    for (; slots[at] >= 0; at = (at + 1) & mask) {
      const known = slots[at];
      if (first[known] === a && second[known] === b) return known;
    }
    return this.add(a, b, at);
  }

  private add(a: number, b: number, at: number): number {
    const number = this.size++;
    if (number === this.first.length) {
      this.first = grown(this.first);
      this.second = grown(this.second);
      this.values = grown(this.values, -1);
    }
    this.first[number] = a;
    this.second[number] = b;
    this.slots[at] = number;
    if (this.size * 2 > this.slots.length) {
      this.slots = rehashed(this.slots, this.size, (n) => hashOf(this.first[n], this.second[n]));
    }
    return number;
  }
}

function hashOf(a: number, b: number): number {
  const hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  return hash ^ (hash >>> 15);
}
