/** What words and numbers of an operation can be. */
import { nearest } from '../nearest';
import { parseNumber } from '../operation-syntax';

/** Any of the alternatives that are given. */
export interface Values {
  readonly words?: readonly string[];
  /** Whole numbers, from the least to the largest. */
  readonly range?: readonly [number, number];
  /** A name of the scenario's own: its form, and an example. */
  readonly form?: RegExp;
  readonly example?: string;
}

const LARGEST = 2 ** 31 - 1;
/** More than any scenario has pages. */
const MOST = 65536;

/** What a word of the model's memory can hold. */
export const WORD: Values = { range: [-(2 ** 31), LARGEST] };
export const COUNT: Values = { range: [0, LARGEST] };
/** How often something is done at most. */
export const TIMES: Values = { range: [0, MOST] };
export const MAPPING: Values = { form: /^[a-z][a-z0-9_]*$/, example: 'a' };
export const PROCESS: Values = { form: /^P\d+$/, example: 'P1' };
/** What {@link parseOperation} reads as a word. */
export const NAME: Values = { form: /^[A-Za-z][A-Za-z0-9_+-]*$/, example: 'F' };

/**
 * What is wrong with a word or number, in one line; undefined if nothing is.
 *
 * @param called what it is, as in `list`; of an option its name with `=`
 */
export function valueFault(text: string, called: string, values: Values): string | undefined {
  const { words, range, form, example } = values;
  const number = parseNumber(text);
  const isOption = called.endsWith('=');
  if (range !== undefined && (number !== undefined || words === undefined)) {
    return rangeFault(text, isOption ? called.slice(0, -1) : called, range);
  }
  if (words?.includes(text) === true || form?.test(text) === true) return undefined;
  const found = isOption ? `${called}${text}` : `no ${called} '${text}'`;
  return words === undefined
    ? `${found}; expected a name, as in ${isOption ? called : ''}${example}`
    : found + nearest(text, words);
}

function rangeFault(
  text: string,
  called: string,
  [least, most]: readonly [number, number],
): string | undefined {
  const number = parseNumber(text);
  if (number !== undefined && number >= least && number <= most) return undefined;
  const isPlain = least === 0 && (number === undefined || number < 0);
  return `${called} is a whole number${isPlain ? '' : ` from ${least} to ${most}`}, not '${text}'`;
}
