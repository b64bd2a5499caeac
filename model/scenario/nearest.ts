import { distance } from 'fastest-levenshtein';

/** `; did you mean 'x'?` for the nearest of `names`, or a list of them all; nothing if there are none. */
export function nearest(wrong: string, names: readonly string[]): string {
  const cost = (name: string): number => distance(wrong.toLowerCase(), name.toLowerCase());
  const best = [...names].sort((a, b) => cost(a) - cost(b))[0];
  if (best === undefined) return '';
  // What has no character in common is no slip.
  const most = Math.min(Math.max(2, wrong.length / 3), Math.max(wrong.length, best.length) - 1);
  return cost(best) <= most
    ? `; did you mean '${best}'?`
    : `; expected ${names.length > 1 ? 'one of ' : ''}${names.join(', ')}`;
}
