/** Explores one scenario under one variant by its states: everything that can happen, and no traces. */
import { explorePreemptions } from '../explorer/preemptions';
import { exploreStates, type StatesOptions } from '../explorer/states';
import type { Variant } from '../features/variant';
import type { Scenario } from '../scenario/ast';
import type { Outcome } from '../scenario/outcome';
import { ScenarioProgram } from '../scenario/program';
import type { Exploration } from './explore';
import type { Behaviour } from './outcome-diff';

/** Every outcome, each with one schedule that leads to it; how many traces do is not known. */
export interface StatesExploration extends Behaviour {
  readonly executions: null;
  readonly states: number;
  /** Most preemptions of the schedules, each of which has the fewest then; undefined for any number. */
  readonly preemptions?: number;
}

/** An exploration by traces or by states. */
export type AnyExploration =
  | (Exploration & { readonly states?: undefined; readonly preemptions?: undefined })
  | StatesExploration;

export interface ByStatesOptions extends StatesOptions {
  readonly file?: string;
  /** Most preemptions of a schedule; without it, any number. */
  readonly preemptions?: number;
}

/** @throws ScenarioError if the scenario cannot be set up, ReturningState if traces have to be explored */
export function exploreByStates(
  scenario: Scenario,
  variant: Variant,
  options: ByStatesOptions = {},
): StatesExploration {
  const program = new ScenarioProgram(scenario, (id) => variant.has(id), options.file);
  const { preemptions } = options;
  const { outcomes, states, completeness } =
    preemptions === undefined
      ? exploreStates(program, options)
      : explorePreemptions(program, preemptions, options);
  return {
    executions: null,
    states,
    ...(preemptions !== undefined && { preemptions }),
    completeness,
    outcomes: Array.from(outcomes, ([outcome, schedule]) => ({
      outcome: JSON.parse(outcome) as Outcome,
      traces: null,
      schedule,
    })),
  };
}
