/** Variants sorted by what they can do. */
import { LEVELS, type Level, type Outcome } from '../scenario/outcome';
import type { Diagram } from './diagram';
import type { VariantsOutcome } from './explore-variants';
import type { VariantSpace } from './variant-space';

/** What of an outcome is looked at: one level, or all three together. */
export const VIEWS = [...LEVELS, 'all'] as const;
export type View = Level | 'all';

/** The part of an outcome that a view shows. */
export const seenIn = (view: View, outcome: Outcome): unknown =>
  view === 'all' ? outcome : outcome[view];

/** Something that can be seen at the end, and the variants under which that can happen. */
export interface Sight {
  readonly seen: unknown;
  readonly variants: Diagram;
  /** For each variant the traces that end so. */
  readonly traces: Diagram;
}

/** The distinct things to be seen in the outcomes of a scenario. */
export function sightsOf(
  space: VariantSpace,
  outcomes: readonly VariantsOutcome[],
  view: View,
): Sight[] {
  const found = new Map<string, { seen: unknown; traces: Diagram }>();
  for (const { outcome, traces } of outcomes) {
    const seen = seenIn(view, outcome);
    const key = JSON.stringify(seen);
    const known = found.get(key)?.traces ?? space.none;
    found.set(key, { seen, traces: space.plus(known, traces) });
  }
  return [...found.values()].map(({ seen, traces }) => ({
    seen,
    traces,
    variants: space.support(traces),
  }));
}

/**
 * Numbers the behaviours: a function that gives two valid variants the same number exactly if they are in the
 * same ones of these sets. Numbers count from 1; variants that are not valid have 0.
 */
export function behaviours(space: VariantSpace, sets: readonly Diagram[]): Diagram {
  return sets.reduce((numbers, set) => refine(space, numbers, set), space.valid);
}

/** Numbers the pairs of what two functions say, likewise; the first is 0 where a variant is not valid. */
export function refine(space: VariantSpace, numbers: Diagram, other: Diagram): Diagram {
  const known = new Map<string, number>();
  return space.apply(numbers, other, (a, b) => {
    if (a === 0) return 0;
    const pair = `${a} ${b}`;
    const number = known.get(pair) ?? known.size + 1;
    known.set(pair, number);
    return number;
  });
}

/** How many different behaviours a numbering tells apart. */
export const countOf = (space: VariantSpace, numbers: Diagram): number =>
  space.values(numbers).filter((number) => number !== 0).length;

/** The set of variants behind each number. */
export function setsOf(space: VariantSpace, numbers: Diagram): Diagram[] {
  return space
    .values(numbers)
    .filter((number) => number !== 0)
    .map((number) => space.map(numbers, (value) => (value === number ? 1 : 0)));
}
