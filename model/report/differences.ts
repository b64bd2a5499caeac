/** Where two outcomes differ, value by value. */
import { printResult } from '../scenario/errno';

/** A place in an outcome and what stands there on either side: `-` for nothing, 0 if it is a counter. */
export interface ValueDifference {
  /** Keys from the outermost in, as `vmstat`, `pswpout`. */
  readonly path: readonly string[];
  readonly own: string;
  readonly other: string;
}

/** A difference on one line, where `otherVariant` is the one whose value stands second. */
export const differenceText = (
  { path, own, other }: ValueDifference,
  otherVariant: string,
): string => `${path.join(' ')} ${own} (${otherVariant}: ${other})`;

/** Every place at which two values differ; a list is one value, and what is missing has no places. */
export function valueDifferences(
  own: unknown,
  other: unknown,
  path: readonly string[] = [],
): ValueDifference[] {
  if (Object.is(own, other)) return [];
  if (!isTableOrMissing(own) || !isTableOrMissing(other)) {
    const nothing = path.at(-2) === 'vmstat' ? '0' : '-';
    // An errno has a name.
    const isAnswer = path.at(-2) === 'results';
    const words = (value: unknown): string =>
      isAnswer && typeof value === 'number' ? printResult(value) : show(value, nothing);
    const [a, b] = [words(own), words(other)];
    return a === b ? [] : [{ path, own: a, other: b }];
  }
  const [ofOwn, ofOther] = [own ?? {}, other ?? {}];
  const keys = [...new Set([...Object.keys(ofOwn), ...Object.keys(ofOther)])];
  return keys.flatMap((key) => valueDifferences(ofOwn[key], ofOther[key], [...path, key]));
}

type Table = Record<string, unknown>;

const isTableOrMissing = (value: unknown): value is Table | undefined =>
  value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value));

function show(value: unknown, nothing: string): string {
  if (value === undefined) return nothing;
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
