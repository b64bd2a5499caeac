import type { HunkLine } from '../types';
import { isName, tokenizeLines } from './c-tokens';

/** Words that stand before a use of a name, and before no declaration of it. */
const NO_TYPES = new Set([
  'return',
  'else',
  'do',
  'goto',
  'case',
  'sizeof',
  'define',
  'if',
  'while',
]);

const isType = (token: string | undefined): boolean =>
  token !== undefined && (token === '*' || (isName(token) && !NO_TYPES.has(token)));

/** Index behind the parenthesis that closes the one at `open`; undefined if none does. */
function behindClose(tokens: readonly string[], open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if (tokens[at] === '(') depth += 1;
    if (tokens[at] === ')' && --depth === 0) return at + 1;
  }
  return undefined;
}

/** Whether the name at `at` is declared there: as a function, a member, a variable or a parameter. */
function isDeclared(tokens: readonly string[], at: number): boolean {
  if (!isType(tokens[at - 1])) return false;
  const next = tokens[at + 1];
  if (next !== '(') return [';', ':', ',', ')', '='].includes(next) && tokens[at - 1] !== '*';
  const behind = behindClose(tokens, at + 1);
  // Where the hunk ends within the head of a function, nothing follows.
  return behind === undefined || [undefined, '{', ';'].includes(tokens[behind]);
}

const isMacro = (tokens: readonly string[], at: number): boolean =>
  tokens[at - 1] === 'define' && tokens[at - 2] === '#';

/** Whether the name at `at` of a header's line is one of an enum. */
const isEnumerator = (tokens: readonly string[], at: number): boolean =>
  [undefined, ',', '{'].includes(tokens[at - 1]) &&
  [undefined, ',', '=', '}'].includes(tokens[at + 1]);

/**
 * Whether the lines that a hunk adds or removes declare a name. Reads fragments, so it takes what merely
 * looks like a declaration for one.
 */
export function declaresName(
  lines: readonly HunkLine[],
  op: 'added' | 'removed',
  name: string,
  file: string,
): boolean {
  const side = lines.filter((line) => line.op === op || line.op === 'context');
  const tokenized = tokenizeLines(side.map(({ text }) => text ?? ''));
  const changed = tokenized.filter((_, index) => side[index].op === op);
  const whole = changed.flat();
  const found = (tokens: readonly string[], test: typeof isMacro) =>
    tokens.some((token, at) => token === name && test(tokens, at));
  return (
    found(whole, isDeclared) ||
    found(whole, isMacro) ||
    (file.endsWith('.h') && changed.some((tokens) => found(tokens, isEnumerator)))
  );
}
