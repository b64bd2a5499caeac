import { distance } from 'fastest-levenshtein';

/**
 * The candidate that the user most likely meant, or undefined when none is close. Half of the
 * shorter name may differ, and at most three characters; a candidate that starts with the whole
 * of what was typed counts as close whatever its length.
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

/** The tail of an error message: `; did you mean 'x'?`, or nothing when no name is close. */
export function didYouMean(typed: string, candidates: Iterable<string>): string {
  const name = nearestName(typed, candidates);
  return name === undefined ? '' : `; did you mean '${name}'?`;
}

function editCost(typed: string, candidate: string): number {
  if (typed.length > 1 && candidate.startsWith(typed)) return 1;
  const allowed = Math.min(3, Math.floor(Math.min(typed.length, candidate.length) / 2));
  const cost = distance(typed, candidate);
  return cost <= allowed ? cost : Infinity;
}
