/** Explores scenarios; bundled with one model or another, so it must not be imported otherwise. */
import { exploreSwitches, type Exploration } from '../../model/diff/explore';
import { switchesRead } from '../../model/features/hunk';
import type { SwitchId } from '../../model/features/hunk-id';
import { parseScenario } from '../../model/scenario/parse';

/** What came of one scenario. */
export interface ScenarioRun extends Exploration {
  readonly name: string;
  /** The switches that the model asked for. */
  readonly asked: readonly SwitchId[];
}

/** Explores each scenario, given as text, up to a number of executions. */
export function runSuite(
  texts: readonly string[],
  on: (id: SwitchId) => boolean,
  executions: number,
): ScenarioRun[] {
  return texts.map((text) => {
    const scenario = parseScenario(text, 'scenario');
    const exploration = exploreSwitches(scenario, on, { executions });
    return { name: scenario.name, ...exploration, asked: switchesRead() };
  });
}
