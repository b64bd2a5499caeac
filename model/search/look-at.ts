/** Compares two variants on one program of the search. */
import { compare, differs } from '../diff/compare';
import type { Completeness } from '../diff/completeness';
import { exploreSwitches, type ExploreOptions } from '../diff/explore';
import type { ObservedOutcome } from '../diff/outcome-diff';
import { switchesRead } from '../features/hunk';
import type { Variant } from '../features/variant';
import type { Scenario } from '../scenario/ast';
import type { Level } from '../scenario/outcome';
import { changedPaths } from './paths';

/** What looking at one program told. */
export interface Finding {
  readonly completeness: Completeness;
  /** At the outermost level that differs: what does, without names of pages and slots. */
  readonly difference?: { readonly level: Level; readonly paths: readonly string[] };
}

/** Compares two variants on one program. */
export function lookAt(
  scenario: Scenario,
  a: Variant,
  b: Variant,
  bounds: ExploreOptions,
): Finding {
  const ofA = exploreSwitches(scenario, (id) => a.has(id), bounds);
  // Variants that agree on every switch that was read behave the same.
  if (ofA.completeness.kind === 'complete' && switchesRead().every((id) => a.has(id) === b.has(id)))
    return { completeness: ofA.completeness };
  const comparison = compare(scenario, a, b, bounds);
  const { completeness } = comparison;
  const level = comparison.levels.find(({ verdict }) => differs(verdict));
  if (level === undefined) return { completeness };
  const odd = [...level.gained, ...level.lost][0]!;
  const others = level.gained.length > 0 ? comparison.a.outcomes : comparison.b.outcomes;
  const paths = nearestPaths(level.level, odd, others);
  return { completeness, difference: { level: level.level, paths } };
}

/** What tells an outcome from the most similar one that the other variant has. */
function nearestPaths(
  level: Level,
  odd: ObservedOutcome,
  others: readonly ObservedOutcome[],
): string[] {
  return others
    .map(({ outcome }) => changedPaths(odd.outcome[level], outcome[level]))
    .reduce((best, paths) => (paths.length < best.length ? paths : best));
}
