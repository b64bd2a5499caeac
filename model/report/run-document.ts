/** The result of `lzfree run`: what a variant can do, and what that says of the expectations. */
import { weaker, type Completeness } from '../diff/completeness';
import type { AnyExploration } from '../diff/explore-states';
import { withShortSchedules } from '../diff/short-schedules';
import { allMet, judge, type ConditionVerdict } from '../diff/verdict';
import type { Variant } from '../features/variant';
import type { Expectation, Quantifier, Scenario } from '../scenario/ast';
import { ScenarioProgram } from '../scenario/program';
import { recordTrace, type Trace } from '../scenario/trace';
import { replayCommand } from './replay-command';
import { reportOutcome, type ReportedOutcome, type ScenarioSource } from './reported-outcome';

/** Whether something holds; `unknown` if only a complete exploration could say so. */
export type Met = ConditionVerdict['met'];

/** One interleaving, with every step of it. */
export interface ReportedExecution {
  readonly schedule: string;
  readonly trace: Trace;
  /** The command that shows it again. */
  readonly replay: string;
}

export interface ReportedExpectation extends Expectation {
  /** In how much of what was seen the condition is true. */
  readonly verdict: Quantifier;
  readonly met: Met;
  /** Traces in which the condition is true; null where they were not counted. */
  readonly traces: number | null;
  readonly tracesOfAll: number | null;
  /** For one that is not met: an execution that contradicts it, where there is one. */
  readonly counterexample: ReportedExecution | null;
}

export interface ScenarioRun {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly completeness: Completeness;
  /** Each is a trace; null where it was explored by states. */
  readonly executions: number | null;
  /** Null where it was explored by traces. */
  readonly states: number | null;
  readonly outcomes: readonly ReportedOutcome[];
  readonly expectations: readonly ReportedExpectation[];
  /** Of all its expectations. */
  readonly met: Met;
}

export interface RunDocument {
  readonly schema: 'lzfree/run';
  readonly version: 3;
  readonly variant: string;
  /** Of all its scenarios. */
  readonly met: Met;
  readonly completeness: Completeness;
  readonly scenarios: readonly ScenarioRun[];
}

/** A variant and its name, which the scenarios' expectations go by. */
interface Named {
  readonly name: string;
  readonly variant: Variant;
}

/** What an exploration of one scenario says. */
export function scenarioRun(
  { scenario, file, reference }: ScenarioSource,
  { name: variantName, variant }: Named,
  exploration: AnyExploration,
): ScenarioRun {
  const short = withShortSchedules(scenario, variant, exploration);
  const { completeness, executions, states = null, outcomes } = short;
  const execution = (verdict: ConditionVerdict): ReportedExecution | null => {
    if (verdict.met !== 'no' || verdict.witness === undefined) return null;
    const { schedule } = reportOutcome(verdict.witness);
    const trace = traceOn(scenario, variant, verdict.witness.schedule);
    return { schedule, trace, replay: replayCommand(reference, schedule, variantName) };
  };
  const expectations = judge(scenario, variantName, short).map((verdict) => ({
    ...verdict.expectation,
    verdict: verdict.verdict,
    met: verdict.met,
    traces: verdict.traces,
    tracesOfAll: verdict.tracesOfAll,
    counterexample: execution(verdict),
  }));
  return {
    name: scenario.name,
    title: scenario.title,
    file,
    completeness,
    executions,
    states,
    outcomes: outcomes.map(reportOutcome),
    expectations,
    met: allMet(expectations),
  };
}

/** The document of one variant. */
export function runDocument(variant: string, scenarios: readonly ScenarioRun[]): RunDocument {
  return {
    schema: 'lzfree/run',
    version: 3,
    variant,
    met: allMet(scenarios),
    completeness: scenarios.map((each) => each.completeness).reduce(weaker, { kind: 'complete' }),
    scenarios,
  };
}

function traceOn(
  scenario: Scenario,
  variant: Variant,
  schedule: Parameters<typeof recordTrace>[1],
): Trace {
  return recordTrace(new ScenarioProgram(scenario, (id) => variant.has(id)), schedule);
}
