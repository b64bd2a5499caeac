/** What the live model computes: a scenario's text on two variants, by the explorer that the commands use. */
import { alignSteps, type AlignedStep } from '../../../model/diff/align';
import { compare } from '../../../model/diff/compare';
import type { Progress } from '../../../model/explorer/explore';
import { parseSchedule } from '../../../model/explorer/schedule';
import type { Variant } from '../../../model/features/variant';
import { parseVariant } from '../../../model/features/variant-name';
import { comparedScenario, type ComparedScenario } from '../../../model/report/diff-document';
import type { ScenarioSource } from '../../../model/report/reported-outcome';
import { scenarioRun, type ScenarioRun } from '../../../model/report/run-document';
import type { Scenario } from '../../../model/scenario/ast';
import { parseScenario } from '../../../model/scenario/parse';
import { ScenarioProgram } from '../../../model/scenario/program';
import { recordTrace, type Trace } from '../../../model/scenario/trace';

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
  readonly scenario: string;
  readonly title: string;
  readonly comparison: ComparedScenario;
  readonly run: ScenarioRun;
  /** The execution that was asked for, on either variant as far as it fits there. */
  readonly shown: ShownExecution | null;
}

/** One schedule on both variants. */
export interface ShownExecution {
  readonly a: Trace;
  readonly b: Trace;
  readonly aligned: readonly AlignedStep[];
}

/** Computes it. @throws ScenarioError, ScheduleError or VariantNameError with one line for the user */
export function computeLive(
  request: LiveRequest,
  onProgress: (progress: Progress) => void,
): LiveResult {
  const { text, executions, schedule } = request;
  const scenario = parseScenario(text);
  const [a, b] = [request.a, request.b].map((name) => ({ name, variant: parseVariant(name) }));
  const source: ScenarioSource = { scenario, file: scenario.name, reference: scenario.name };
  const comparison = compare(scenario, a!.variant, b!.variant, { executions, onProgress });
  return {
    scenario: scenario.name,
    title: scenario.title,
    comparison: comparedScenario(source, a!, b!, comparison),
    run: scenarioRun(source, b!, comparison.b),
    shown: schedule === null ? null : show(scenario, a!.variant, b!.variant, schedule),
  };
}

function show(scenario: Scenario, a: Variant, b: Variant, schedule: string): ShownExecution {
  const steps = parseSchedule(schedule);
  const [ofA, ofB] = [a, b].map((variant) => {
    const program = new ScenarioProgram(scenario, (id) => variant.has(id));
    return recordTrace(program, steps, { lenient: true });
  });
  return { a: ofA!, b: ofB!, aligned: alignSteps(ofA!.steps, ofB!.steps) };
}
