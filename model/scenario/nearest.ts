import { distance } from 'fastest-levenshtein';

/** `; did you mean 'x'?` for the nearest of `names`, or a list of them all. */
export function nearest(wrong: string, names: readonly string[]): string {
  const cost = (name: string): number => distance(wrong.toLowerCase(), name.toLowerCase());
  const best = [...names].sort((a, b) => cost(a) - cost(b))[0];
  return best !== undefined && cost(best) <= Math.max(2, wrong.length / 3)
    ? `; did you mean '${best}'?`
    : `; expected one of ${names.join(', ')}`;
}
