import type { HunkId } from '../../features/hunk-id';
import { hunkFacts } from '../../features/hunk-table';
import type { HunkLine } from '../types';
import { isName, tokenizeLines } from './c-tokens';

/** A constant that the lines around a hunk define with another value than those around the posted one. */
export interface OtherValue {
  readonly name: string;
  readonly posted: string;
  readonly found: string;
}

/** The name and value that one line defines. */
function definition(tokens: readonly string[]): readonly [string, string] | undefined {
  const [first, second, name, ...value] = tokens;
  if (first === '#' && second === 'define' && value.length > 0) return [name, value.join(' ')];
  const isEnumerator =
    tokens.length > 3 && isName(first) && second === '=' && tokens.at(-1) === ',';
  return isEnumerator ? [first, tokens.slice(2, -1).join(' ')] : undefined;
}

/** The constants that a hunk's file had before it, as far as its unchanged lines tell. */
function constantsOf(lines: readonly HunkLine[]): Map<string, string> {
  const context = lines.filter(({ op }) => op === 'context');
  const tokens = tokenizeLines(context.map(({ text }) => text ?? ''));
  return new Map(tokens.map(definition).filter((found) => found !== undefined));
}

/** Where the unchanged lines of a hunk tell of another kernel than the one that the known hunks are for. */
export function otherValues(ids: readonly HunkId[], lines: readonly HunkLine[]): OtherValue[] {
  const here = constantsOf(lines);
  return ids.flatMap((id) =>
    [...constantsOf(hunkFacts(id).text?.lines ?? [])].flatMap(([name, posted]) => {
      const found = here.get(name);
      return found === undefined || found === posted ? [] : [{ name, posted, found }];
    }),
  );
}
