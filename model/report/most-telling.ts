/** The order in which differences are told. */
import { LEVELS } from '../scenario/outcome';
import type { ComparedScenario } from './diff-document';

/**
 * The scenarios in which two variants differ: the outermost level first, and within it those that are
 * told in the fewest steps. One that differs in its set-up alone has no step to show, and comes last.
 */
export function mostTellingFirst(scenarios: readonly ComparedScenario[]): ComparedScenario[] {
  return scenarios
    .filter(({ witness }) => witness !== null)
    .sort((x, y) => level(x) - level(y) || steps(x) - steps(y));
}

const level = ({ witness }: ComparedScenario): number => LEVELS.indexOf(witness!.level);

const steps = ({ witness }: ComparedScenario): number => witness!.trace.steps.length || Infinity;
