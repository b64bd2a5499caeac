/** Which of many lists of literals to take so that together they cover a set. */
import type { Diagram, Diagrams } from './diagram';
import type { Implicant } from './prime-implicants';

/** Literals count only between covers of as many terms. */
const TERM = 1000;
const cost = (term: Implicant): number => TERM + term.length;

/**
 * The fewest of the terms, and among as many those with the fewest literals, that cover the set; exact. All
 * terms together must cover it. Members of the set are asked for one by one, as long as the best choice for
 * those so far leaves one out.
 */
export function smallestCover(
  diagrams: Diagrams,
  set: Diagram,
  terms: readonly Implicant[],
): Implicant[] {
  const sets = terms.map((term) => diagrams.cube(term));
  const asked: number[][] = [];
  for (;;) {
    const chosen = cheapest(asked, terms.map(cost));
    const covered = chosen.reduce((all, index) => diagrams.union(all, sets[index]), diagrams.none);
    const left = diagrams.minus(set, covered);
    if (left === diagrams.none) return chosen.map((index) => terms[index]);
    const on = diagrams.pick(left);
    const those = sets.flatMap((each, index) =>
      diagrams.at(each, (level) => on.has(level)) === 1 ? [index] : [],
    );
    if (those.length === 0) throw new Error('smallestCover: the terms do not cover the set');
    asked.push(those);
  }
}

/** The cheapest choice of columns that has one in every row. */
function cheapest(rows: readonly (readonly number[])[], costs: readonly number[]): number[] {
  let best: number[] = [];
  let bestCost = Infinity;
  const go = (chosen: readonly number[], sum: number): void => {
    if (sum >= bestCost) return;
    const open = rows.filter((row) => !row.some((column) => chosen.includes(column)));
    if (open.length === 0) {
      best = [...chosen];
      bestCost = sum;
      return;
    }
    if (sum + leastFor(open, costs) >= bestCost) return;
    const narrowest = open.reduce((a, b) => (b.length < a.length ? b : a));
    const order = [...narrowest].sort((a, b) => costs[a] - costs[b]);
    for (const column of order) go([...chosen, column], sum + costs[column]);
  };
  go([], 0);
  return best;
}

/** No choice can be cheaper than this: rows without a column in common need one each. */
function leastFor(rows: readonly (readonly number[])[], costs: readonly number[]): number {
  const used = new Set<number>();
  let sum = 0;
  for (const row of rows) {
    if (row.some((column) => used.has(column))) continue;
    for (const column of row) used.add(column);
    sum += Math.min(...row.map((column) => costs[column]));
  }
  return sum;
}
