/** What a scenario expects, held against what a variant was seen to do. */
import type { Expectation, Quantifier, Scenario } from '../scenario/ast';
import { holds } from '../scenario/condition';
import type { Completeness } from './completeness';
import { addTraces, type Behaviour, type ObservedOutcome } from './outcome-diff';

export interface ConditionVerdict {
  readonly expectation: Expectation;
  /** In how much of what was seen the condition is true. */
  readonly verdict: Quantifier;
  /** How many traces that is, and of how many; null where traces were not counted. */
  readonly traces: number | null;
  readonly tracesOfAll: number | null;
  /**
   * Whether the expectation is met. `unknown` when only a complete exploration could say so: an
   * `always` or `never` that nothing contradicts yet, a `sometimes` that nothing shows yet.
   */
  readonly met: 'yes' | 'no' | 'unknown';
  /** An outcome that decides it: one that contradicts, or one that shows a `sometimes`. */
  readonly witness: ObservedOutcome | undefined;
  readonly completeness: Completeness;
}

/** Judges the expectations that are stated for `variant`. */
export function judge(
  scenario: Scenario,
  variant: string,
  behaviour: Behaviour,
): ConditionVerdict[] {
  return scenario.expect
    .filter(({ variants }) => variants === undefined || variants.includes(variant))
    .map((expectation) => judgeOne(expectation, behaviour));
}

/** One that fails settles it; else one that is open leaves it open. */
export function allMet(
  items: readonly { readonly met: ConditionVerdict['met'] }[],
): ConditionVerdict['met'] {
  if (items.some(({ met }) => met === 'no')) return 'no';
  return items.some(({ met }) => met === 'unknown') ? 'unknown' : 'yes';
}

function judgeOne(expectation: Expectation, behaviour: Behaviour): ConditionVerdict {
  const { quantifier, condition } = expectation;
  const yes = behaviour.outcomes.filter(({ outcome }) => holds(condition, outcome));
  const no = behaviour.outcomes.filter((observed) => !yes.includes(observed));
  const decisive = quantifier === 'always' ? no : yes;
  const complete = behaviour.completeness.kind === 'complete';
  const contradicted = quantifier !== 'sometimes' && decisive.length > 0;
  const shown = quantifier === 'sometimes' && decisive.length > 0;
  const met = contradicted
    ? 'no'
    : shown
      ? 'yes'
      : !complete
        ? 'unknown'
        : quantifier === 'sometimes'
          ? 'no'
          : 'yes';
  const tracesOfAll = count(behaviour.outcomes);
  return {
    expectation,
    verdict: yes.length === 0 ? 'never' : no.length === 0 ? 'always' : 'sometimes',
    traces: tracesOfAll === null ? null : count(yes),
    tracesOfAll,
    met,
    witness: shortest(decisive),
    completeness: behaviour.completeness,
  };
}

const count = (outcomes: readonly ObservedOutcome[]): number | null =>
  outcomes.reduce<number | null>((sum, { traces }) => addTraces(sum, traces), 0);

function shortest(outcomes: readonly ObservedOutcome[]): ObservedOutcome | undefined {
  return [...outcomes].sort((a, b) => a.schedule.length - b.schedule.length)[0];
}
