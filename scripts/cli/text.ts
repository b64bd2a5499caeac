import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { harmless } from './harmless';

export { counted } from '../../model/explorer/counted';

/**
 * Wraps prose at blanks to a width; a word that is longer is broken. Line feeds are kept, and other
 * control characters spelled out.
 *
 * @param hang blanks before every line but the first; they count towards the width
 */
export function wrapText(text: string, width: number, hang = 0): string {
  const lines = wrapAnsi(harmless(text), width - hang, { hard: true });
  return hang === 0 ? lines : lines.replaceAll('\n', `\n${' '.repeat(hang)}`);
}

/** Columns that the widest line of a text takes on a terminal. */
export function textWidth(text: string): number {
  return text.split('\n').reduce((most, line) => Math.max(most, stringWidth(line)), 0);
}
