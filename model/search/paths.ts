/** Names the parts in which two outcomes differ, so that differences of one kind look alike. */

/** Sorted, without duplicates, and without the names of pages, slots, processes and threads. */
export function changedPaths(a: unknown, b: unknown): string[] {
  const found = new Set<string>();
  collect(a, b, [], found);
  return [...found].sort();
}

function collect(a: unknown, b: unknown, path: readonly string[], found: Set<string>): void {
  if (JSON.stringify(a) === JSON.stringify(b)) return;
  if (!isRecord(a) || !isRecord(b)) {
    found.add(path.map(general).filter(Boolean).join(' '));
    return;
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    collect(a[key], b[key], [...path, key], found);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `P0:a[0]`, `slot 2`, `unmapped 1` name one of many; what they belong to says which kind. */
function general(key: string): string {
  return /^(P\d|slot |unmapped |file_|pin |k\d)/.test(key) ? '' : key;
}
