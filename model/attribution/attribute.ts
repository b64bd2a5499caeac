/** Which hunks an outcome is owed to: the smallest sets that make a condition's verdict change. */
import type { Exploration } from '../diff/explore';
import type { SharedExplorations } from '../diff/shared-explorations';
import { judge } from '../diff/verdict';
import type { SwitchId } from '../features/hunk-id';
import { NAMED_VARIANTS } from '../features/variant';
import type { Quantifier, Scenario } from '../scenario/ast';
import { allOf, candidates, type Candidate, type Direction } from './candidates';

/** In how much of what can happen a condition is true; `unknown` if a bound leaves that open. */
export type ConditionState = Quantifier | 'unknown';

export interface AttributedSet {
  readonly switches: readonly SwitchId[];
  /** What C asks to go with them. */
  readonly with: readonly SwitchId[];
  readonly verdict: ConditionState;
}

/** What came of trying sets in one direction. */
export interface Attributed {
  readonly sets: readonly AttributedSet[];
  /** Sets that were looked at. */
  readonly tried: number;
  /** Sets that were not, because they hold one that was found. */
  readonly leftOut: number;
  /** Sets among the tried ones for which a bound leaves the verdict open. */
  readonly open: number;
}

export interface Attribution {
  readonly condition: string;
  readonly onFixed: ConditionState;
  readonly onBase: ConditionState;
  /** Sets without which `fixed` has another verdict. */
  readonly removals: Attributed;
  /** Sets with which `base` has the verdict of `fixed`; null if it has it without any. */
  readonly additions: Attributed | null;
}

/**
 * Tries every valid set that up to `largest` switches make. Yields after each, and ends early, with what
 * it has found, once `next` is given true.
 */
export function* attribute(
  scenario: Scenario,
  condition: string,
  explorations: SharedExplorations,
  largest: number,
): Generator<void, Attribution, boolean> {
  const stateOf = (variant: Candidate['variant']) =>
    conditionState(scenario, condition, explorations.of(variant));
  const onFixed = stateOf(NAMED_VARIANTS.fixed);
  const onBase = stateOf(NAMED_VARIANTS.base);
  const tryAll = (direction: Direction, found: (state: ConditionState) => boolean) =>
    // What is not known of fixed itself cannot change.
    trySets(onFixed === 'unknown' ? [] : candidates(direction, largest), stateOf, found);
  const removals = yield* tryAll('removal', (state) => state !== onFixed);
  const same = onBase === onFixed && onFixed !== 'unknown';
  const additions = same ? null : yield* tryAll('addition', (state) => state === onFixed);
  return { condition, onFixed, onBase, removals, additions };
}

function* trySets(
  sets: readonly Candidate[],
  stateOf: (variant: Candidate['variant']) => ConditionState,
  isFound: (state: ConditionState) => boolean,
): Generator<void, Attributed, boolean> {
  const found: (AttributedSet & { readonly all: readonly SwitchId[] })[] = [];
  const counts = { tried: 0, leftOut: 0, open: 0 };
  for (const candidate of sets) {
    const all = allOf(candidate);
    if (found.some((smaller) => smaller.all.every((id) => all.includes(id)))) {
      counts.leftOut++;
      continue;
    }
    const verdict = stateOf(candidate.variant);
    const stop = yield;
    if (stop) break;
    counts.tried++;
    const { switches, with: beside } = candidate;
    if (verdict === 'unknown') counts.open++;
    else if (isFound(verdict)) found.push({ switches, with: beside, verdict, all });
  }
  return {
    sets: found.map(({ switches, with: beside, verdict }) => ({ switches, with: beside, verdict })),
    ...counts,
  };
}

function conditionState(
  scenario: Scenario,
  condition: string,
  exploration: Exploration,
): ConditionState {
  const expect = [{ quantifier: 'always' as const, condition }];
  const { verdict } = judge({ ...scenario, expect }, 'fixed', exploration)[0]!;
  // Where both were seen nothing can change that.
  const settled = verdict === 'sometimes' || exploration.completeness.kind === 'complete';
  return settled ? verdict : 'unknown';
}
