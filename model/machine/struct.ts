/**
 * C structures in the arena. A pointer is a byte address, a field is a byte offset, and every field
 * takes one 32-bit word, so `load(page + Page.mapping)` reads like the C it stands for, and a
 * pointer has real low bits that a tag can occupy.
 */
export const WORD = 4;

/** Address of an object in the arena, in bytes; 0 is NULL. */
export type Ptr = number;

export interface StructLayout<F extends string> {
  readonly name: string;
  readonly fields: readonly F[];
  /** Distance of two neighbours in an array, in bytes. */
  readonly size: number;
  readonly offset: Readonly<Record<F, number>>;
}

/**
 * Lays out a structure of one-word fields.
 *
 * @param align the size is rounded up to a multiple of this many bytes, so that every object's
 *   address has that many zero low bits.
 */
export function struct<const F extends string>(
  name: string,
  fields: readonly F[],
  align = 8,
): StructLayout<F> {
  const offset = {} as Record<F, number>;
  fields.forEach((field, i) => (offset[field] = i * WORD));
  const size = Math.ceil((fields.length * WORD) / align) * align;
  return { name, fields, size, offset };
}

/** Field names `name0 .. name<n-1>` for an array member. */
export function repeated<const N extends string>(name: N, n: number): `${N}${number}`[] {
  return Array.from({ length: n }, (_, i) => `${name}${i}` as const);
}
