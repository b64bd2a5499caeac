/** Schedules to show to people: with as few context switches as can be found. */
import { minimizeAll } from '../explorer/minimize';
import type { Variant } from '../features/variant';
import type { Scenario } from '../scenario/ast';
import { ScenarioProgram } from '../scenario/program';
import type { AnyExploration } from './explore-states';

/** Runs to spend on one exploration: a fraction of a second. */
const RUNS = 4000;

/**
 * An exploration with a schedule of few context switches for each of its outcomes. Those found within a
 * number of preemptions stay: they have the fewest preemptions.
 */
export function withShortSchedules(
  scenario: Scenario,
  variant: Variant,
  exploration: AnyExploration,
): AnyExploration {
  if (exploration.preemptions !== undefined) return exploration;
  const program = new ScenarioProgram(scenario, (id) => variant.has(id));
  const schedules = exploration.outcomes.map(({ schedule }) => schedule);
  const short = minimizeAll(program, schedules, RUNS);
  const outcomes = exploration.outcomes.map((observed, k) => ({
    ...observed,
    schedule: short[k]!.schedule,
  }));
  return { ...exploration, outcomes };
}
