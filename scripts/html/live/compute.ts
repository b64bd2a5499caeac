/** What the live model computes: a scenario's text on two variants, by the explorer that the commands use. */
import { alignSteps, type AlignedStep } from '../../../model/diff/align';
import { compare } from '../../../model/diff/compare';
import type { Progress } from '../../../model/explorer/explore';
import type { ScheduleStep } from '../../../model/explorer/program';
import { parseSchedule, ScheduleError } from '../../../model/explorer/schedule';
import type { Variant } from '../../../model/features/variant';
import { parseVariant } from '../../../model/features/variant-name';
import { comparedScenario, type ComparedScenario } from '../../../model/report/diff-document';
import type { ScenarioSource } from '../../../model/report/reported-outcome';
import { scenarioRun, type ScenarioRun } from '../../../model/report/run-document';
import type { Scenario } from '../../../model/scenario/ast';
import { parseScenario } from '../../../model/scenario/parse';
import { ScenarioProgram } from '../../../model/scenario/program';
import { MisfitError, recordTrace, type Trace } from '../../../model/scenario/trace';

export interface LiveRequest {
  readonly text: string;
  /** Variants by name. */
  readonly a: string;
  readonly b: string;
  /** An execution to show on both, as text; null: only what shows a difference. */
  readonly schedule: string | null;
  /** Most executions of each variant. */
  readonly executions: number;
}

export interface LiveResult {
  readonly title: string;
  readonly comparison: ComparedScenario;
  readonly run: ScenarioRun;
  /** The execution that was asked for. */
  readonly shown: Shown | null;
}

export type Shown =
  | ShownExecution
  /** The schedule is none, or fits neither variant: where, and why. */
  | { readonly kind: 'misfit'; readonly reasons: readonly string[] };

/** One schedule on both variants. */
export interface ShownExecution {
  readonly kind: 'execution';
  readonly a: Trace;
  readonly b: Trace;
  readonly aligned: readonly AlignedStep[];
  /** Where it does not fit one of the two, on which it then goes on as far as it does. */
  readonly misfit: string | null;
}

interface Named {
  readonly name: string;
  readonly variant: Variant;
}

/** Computes it. @throws ScenarioError or VariantNameError with one line for the user */
export function computeLive(
  request: LiveRequest,
  onProgress: (progress: Progress) => void,
): LiveResult {
  const { text, executions, schedule } = request;
  const scenario = parseScenario(text);
  const named = (name: string): Named => ({ name, variant: parseVariant(name) });
  const [a, b] = [named(request.a), named(request.b)];
  const source: ScenarioSource = { scenario, file: scenario.name, reference: scenario.name };
  const comparison = compare(scenario, a.variant, b.variant, { executions, onProgress });
  return {
    title: scenario.title,
    comparison: comparedScenario(source, a, b, comparison),
    run: scenarioRun(source, b, comparison.b),
    shown: schedule === null ? null : show(scenario, [a, b], schedule),
  };
}

/** Follows the schedule on both variants; it has to fit one of them, which then is held against the other. */
function show(scenario: Scenario, [a, b]: readonly [Named, Named], schedule: string): Shown {
  let steps: readonly ScheduleStep[];
  try {
    steps = parseSchedule(schedule);
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    return { kind: 'misfit', reasons: [error.message] };
  }
  const [ofA, ofB] = [follow(scenario, a, steps), follow(scenario, b, steps)];
  if (ofA.misfit !== null && ofB.misfit !== null)
    return { kind: 'misfit', reasons: [...new Set([ofA.misfit, ofB.misfit])] };
  const aligned = alignSteps(ofA.trace.steps, ofB.trace.steps);
  const misfit = ofA.misfit ?? ofB.misfit;
  return { kind: 'execution', a: ofA.trace, b: ofB.trace, aligned, misfit };
}

interface Followed {
  /** Where the schedule does not fit, without its steps that do not. */
  readonly trace: Trace;
  readonly misfit: string | null;
}

function follow(
  scenario: Scenario,
  { name, variant }: Named,
  steps: readonly ScheduleStep[],
): Followed {
  const program = new ScenarioProgram(scenario, (id) => variant.has(id));
  try {
    return { trace: recordTrace(program, steps), misfit: null };
  } catch (error) {
    if (!(error instanceof MisfitError)) throw error;
    const misfit = `on ${name} it ${error.message}`;
    return { trace: recordTrace(program, steps, { lenient: true }), misfit };
  }
}
