import { distance } from 'fastest-levenshtein';

/** So many names are listed. */
const MOST = 16;

/**
 * `; did you mean 'x'?` for the nearest of `names`, or a list of them, of the nearest if they are many;
 * nothing if there are none.
 */
export function nearest(wrong: string, names: readonly string[]): string {
  const cost = (name: string): number => distance(wrong.toLowerCase(), name.toLowerCase());
  const sorted = [...names].sort((a, b) => cost(a) - cost(b));
  const [best] = sorted;
  if (best === undefined) return '';
  // What has no character in common is no slip.
  const most = Math.min(Math.max(2, wrong.length / 3), Math.max(wrong.length, best.length) - 1);
  if (cost(best) <= most) return `; did you mean '${best}'?`;
  if (names.length > MOST)
    return `; of ${names.length}, these are near: ${sorted.slice(0, 4).join(', ')}`;
  return `; expected ${names.length > 1 ? 'one of ' : ''}${names.join(', ')}`;
}
