import { distance } from 'fastest-levenshtein';

/**
 * The candidate that the user most likely meant, or undefined when none is close: one character may
 * differ in a short name, two in a longer one, three in a long one. A candidate that starts with the
 * whole of what was typed is close whatever its length.
 */
export function nearestName(typed: string, candidates: Iterable<string>): string | undefined {
  const wanted = typed.toLowerCase();
  let best: string | undefined;
  let bestCost = Infinity;
  for (const candidate of candidates) {
    const cost = editCost(wanted, candidate.toLowerCase());
    if (cost < bestCost) {
      best = candidate;
      bestCost = cost;
    }
  }
  return best;
}

/** The tail of an error message: ` (did you mean 'x'?)`, or nothing when no name is close. */
export function didYouMean(typed: string, candidates: Iterable<string>): string {
  const name = nearestName(typed, candidates);
  return name === undefined ? '' : ` (did you mean '${name}'?)`;
}

function editCost(typed: string, candidate: string): number {
  if (typed.length > 1 && candidate.startsWith(typed)) return 1;
  const length = Math.min(typed.length, candidate.length);
  const allowed = length < 3 ? 0 : length < 5 ? 1 : length < 9 ? 2 : 3;
  const cost = distance(typed, candidate);
  return cost <= allowed ? cost : Infinity;
}
