/** What shows that a hunk does something: expectations of the suite that fail without it. */
import type { SwitchId } from '../features/hunk-id';
import { without } from '../features/requires';
import { NAMED_VARIANTS } from '../features/variant';
import type { Quantifier, Scenario } from '../scenario/ast';
import { explore, type ExploreOptions } from './explore';
import { judge } from './verdict';

/** An expectation that holds on `fixed` and fails without a switch. */
export interface Pin {
  readonly scenario: string;
  readonly quantifier: Quantifier;
  readonly condition: string;
}

/** A scenario that is one execution: nothing in it runs at the same time as anything else. */
export const isSequential = ({ threads }: Scenario): boolean => threads.length <= 1;

/**
 * The expectations stated for `fixed` that certainly fail on the largest valid variant without the
 * switch. For the fixup that variant is `original`.
 *
 * @throws ScenarioError if a scenario cannot be set up
 */
export function pinsOf(
  id: SwitchId,
  scenarios: readonly Scenario[],
  options: ExploreOptions = {},
): Pin[] {
  const variant = without(NAMED_VARIANTS.fixed, id);
  return scenarios.flatMap((scenario) =>
    judge(scenario, 'fixed', explore(scenario, variant, options))
      .filter(({ met }) => met === 'no')
      .map(({ expectation: { quantifier, condition } }) => ({
        scenario: scenario.name,
        quantifier,
        condition,
      })),
  );
}
