/** Where two outcomes differ, value by value. */

/** A place in an outcome and what stands there on either side; `-` where there is nothing. */
export interface ValueDifference {
  /** Keys from the outermost in, as `vmstat`, `pswpout`. */
  readonly path: readonly string[];
  readonly own: string;
  readonly other: string;
}

/** Every place at which two values differ; a list is one value. */
export function valueDifferences(
  own: unknown,
  other: unknown,
  path: readonly string[] = [],
): ValueDifference[] {
  if (Object.is(own, other)) return [];
  if (!isTable(own) || !isTable(other)) {
    const [a, b] = [show(own), show(other)];
    return a === b ? [] : [{ path, own: a, other: b }];
  }
  const keys = [...new Set([...Object.keys(own), ...Object.keys(other)])];
  return keys.flatMap((key) => valueDifferences(own[key], other[key], [...path, key]));
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function show(value: unknown): string {
  if (value === undefined) return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
