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

export function grownBytes(old: Uint8Array): Uint8Array {
  const bigger = new Uint8Array(old.length * 2);
  bigger.set(old);
  return bigger;
}
