import { styleText } from 'node:util';
import type { Io } from './io';

/** Marks that may be drawn in colour; the text must say the same without them. */
export type Mark = 'title' | 'good' | 'bad' | 'doubtful' | 'faint';

const FORMATS = {
  title: 'bold',
  good: 'green',
  bad: 'red',
  doubtful: 'yellow',
  faint: 'dim',
} as const;

/** Draws a mark around a text where the output may carry colour, and returns it bare elsewhere. */
export function mark(io: Pick<Io, 'color'>, kind: Mark, text: string): string {
  return io.color ? styleText(FORMATS[kind], text) : text;
}
