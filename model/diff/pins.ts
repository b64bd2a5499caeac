/** What shows that a hunk does something: expectations of the suite that fail without it. */
import type { SwitchId } from '../features/hunk-id';
import { without } from '../features/requires';
import { NAMED_VARIANTS } from '../features/variant';
import type { Quantifier, Scenario } from '../scenario/ast';
import { explore, type ExploreOptions } from './explore';
import { judge, type ConditionVerdict } from './verdict';

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
  return scenarios.flatMap((scenario) =>
    verdictsWithout(id, scenario, options)
      .filter(({ met }) => met === 'no')
      .map(({ expectation: { quantifier, condition } }) => ({
        scenario: scenario.name,
        quantifier,
        condition,
      })),
  );
}

/** What becomes of the expectations for `fixed`; none of them can be judged if the set-up never ends. */
function verdictsWithout(
  id: SwitchId,
  scenario: Scenario,
  options: ExploreOptions,
): readonly ConditionVerdict[] {
  try {
    const variant = without(NAMED_VARIANTS.fixed, id);
    return judge(scenario, 'fixed', explore(scenario, variant, options));
  } catch (error) {
    if (isEndlessWait(error)) return [];
    throw error;
  }
}

/** A task that crashed with a lock held leaves the set-up's next operation waiting: no run, no verdict. */
const isEndlessWait = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('runAlone: waits for ever');
