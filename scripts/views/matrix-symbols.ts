/** The signs of `lzfree matrix`, in a terminal and on a page alike. */
import type { Difference } from '../../model/matrix/row';

export const SYMBOLS: Readonly<Record<Difference, string>> = {
  equal: '=',
  user: 'U',
  system: 'S',
  internal: 'I',
  unknown: '?',
};

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The name of a hunk in the matrix, by its place among the hunks. */
export const letter = (index: number): string => LETTERS[index] ?? '*';
