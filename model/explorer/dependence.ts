/** When two accesses do not commute: a pure function of the two. */
import { Mode, modeSet, type Access } from './program';

const MODES = 16;
const conflict = new Uint8Array(MODES * MODES).fill(1);

function commute(a: number, b: number): void {
  conflict[a * MODES + b] = 0;
  conflict[b * MODES + a] = 0;
}

commute(Mode.read, Mode.read);
commute(Mode.add, Mode.add);
const sharing = [Mode.readLock, Mode.readUnlock, Mode.readTryLock, Mode.await];
for (const a of sharing) for (const b of sharing) commute(a, b);
commute(Mode.await, Mode.read);

/** Modes that commute with one another, and change nothing. */
export const LOOKS = modeSet(Mode.read, Mode.await);

/** Whether the order of two accesses can matter. */
export function dependent(a: Access, b: Access): boolean {
  return a >>> 4 === b >>> 4 && conflict[((a & 15) << 4) | (b & 15)] === 1;
}

/** Whether two modes on one object do not commute. */
export function conflicting(a: number, b: number): boolean {
  return conflict[(a << 4) | b] === 1;
}

/** Whether any access of one range depends on any of another. */
export function rangesDependent(
  a: Int32Array,
  aFrom: number,
  aTo: number,
  b: Int32Array,
  bFrom: number,
  bTo: number,
): boolean {
  for (let i = aFrom; i < aTo; i++) {
    const x = a[i]!;
    for (let j = bFrom; j < bTo; j++) {
      const y = b[j]!;
      if (x >>> 4 === y >>> 4 && conflict[((x & 15) << 4) | (y & 15)] === 1) return true;
    }
  }
  return false;
}
