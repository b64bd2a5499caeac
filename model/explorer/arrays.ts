/** Arrays of integers that grow. */

/** Integers of one buffer. */
const BUFFER = 16_384;
let buffer = new ArrayBuffer(0);
let used = 0;

/** A small array of zeros. Those made one after the other share a buffer, which is most of what one costs. */
export function small(length: number): Int32Array {
  if (used + length * 4 > buffer.byteLength) {
    buffer = new ArrayBuffer(Math.max(BUFFER, length) * 4);
    used = 0;
  }
  const array = new Int32Array(buffer, used, length);
  used += length * 4;
  return array;
}

/** A copy of twice the length; what is new holds `fill`. */
export function grown(old: Int32Array, fill = 0): Int32Array {
  const bigger = new Int32Array(old.length * 2);
  bigger.set(old);
  if (fill !== 0) bigger.fill(fill, old.length);
  return bigger;
}

/** A hash table of numbers below `size`, with room for twice as many as `slots`; -1 where it is free. */
export function rehashed(
  slots: Int32Array,
  size: number,
  hashOf: (n: number) => number,
): Int32Array {
  const bigger = new Int32Array(slots.length * 2).fill(-1);
  const mask = bigger.length - 1;
  for (let n = 0; n < size; n++) {
    let at = hashOf(n) & mask;
    while (bigger[at]! >= 0) at = (at + 1) & mask;
    bigger[at] = n;
  }
  return bigger;
}

export function grownBytes(old: Uint8Array): Uint8Array {
  const bigger = new Uint8Array(old.length * 2);
  bigger.set(old);
  return bigger;
}
