/** Explores one scenario under one variant: everything that can happen, within stated bounds. */
import { explore as exploreProgram, type Progress, type StopSignal } from '../explorer/explore';
import type { SharedResult } from '../explorer/shared';
import type { Switches } from '../features/hunk';
import type { Variant } from '../features/variant';
import type { Scenario } from '../scenario/ast';
import type { Outcome } from '../scenario/outcome';
import { ScenarioProgram } from '../scenario/program';
import type { Completeness } from './completeness';
import type { Behaviour } from './outcome-diff';

export interface ExploreOptions {
  /** Name to report errors in the scenario under. */
  readonly file?: string;
  /** Most executions; reaching it makes the result bounded. */
  readonly executions?: number;
  /** Most steps of one execution; cutting one off makes the result bounded. */
  readonly steps?: number;
  readonly signal?: StopSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Exploration extends Behaviour {
  /** Executions, which is traces: the exploration runs each trace once. */
  readonly executions: number;
  readonly completeness: Completeness;
}

/** Explores a scenario on a variant. @throws ScenarioError if the scenario cannot be set up. */
export function explore(
  scenario: Scenario,
  variant: Variant,
  options: ExploreOptions = {},
): Exploration {
  return exploreSwitches(scenario, (id) => variant.has(id), options);
}

/** The same with each switch given, or left undecided. @throws UndecidedSwitch if one of those is read. */
export function exploreSwitches(
  scenario: Scenario,
  switches: Switches,
  { file, ...options }: ExploreOptions = {},
): Exploration {
  return explored(exploreProgram(new ScenarioProgram(scenario, switches, file), options));
}

/** An exploration's result in the scenario's terms. */
export function explored({ executions, completeness, outcomes }: SharedResult): Exploration {
  return {
    executions,
    completeness,
    outcomes: Array.from(outcomes.values(), ({ outcome, traces, schedule }) => ({
      outcome: JSON.parse(outcome) as Outcome,
      traces,
      schedule,
    })),
  };
}
