import { printCompleteness } from '../../model/diff/completeness';
import type {
  Met,
  ReportedExpectation,
  RunDocument,
  ScenarioRun,
} from '../../model/report/run-document';
import { runAnswer } from '../views/run-text';
import { uniqueNames, type Check, type CheckReport, type CheckResult } from './check-report';
import { counted } from '../cli/text';

/** The result of `run`: a scenario is a suite, an expectation is a check. */
export function runChecks(document: RunDocument): CheckReport {
  return {
    command: 'run',
    answer: runAnswer(document),
    interrupted: document.completeness.kind === 'interrupted',
    suites: document.scenarios.map((scenario) => ({
      name: `${scenario.name} on ${document.variant}`,
      title: scenario.title,
      file: scenario.file,
      checks: checksOf(scenario, document.variant),
    })),
  };
}

function checksOf(scenario: ScenarioRun, variant: string): Check[] {
  const { expectations } = scenario;
  const names = uniqueNames(expectations.map((each) => `${each.quantifier} ${each.condition}`));
  return expectations.map((expectation, index) => ({
    rule: 'expectation',
    name: names[index],
    result: RESULTS[expectation.met],
    severity: 'high',
    reason: reason(expectation, scenario),
    details: expectation.counterexample === null ? [] : [expectation.counterexample.replay],
    ...(expectation.position && { line: expectation.position.line }),
    ...(expectation.counterexample && {
      execution: { variant, ...expectation.counterexample },
    }),
  }));
}

const RESULTS: Readonly<Record<Met, CheckResult>> = { yes: 'holds', no: 'fails', unknown: 'open' };

function reason(
  { met, quantifier, condition, verdict, traces, tracesOfAll }: ReportedExpectation,
  { completeness }: ScenarioRun,
): string {
  const seen =
    `seen: ${verdict}` +
    (traces === null ? '' : `, in ${traces} of ${counted(tracesOfAll!, 'trace')}`);
  switch (met) {
    case 'yes':
      return '';
    case 'no':
      return `${quantifier} ${condition}: does not hold (${seen})`;
    case 'unknown':
      return `${quantifier} ${condition}: not settled, ${printCompleteness(completeness)} (${seen})`;
  }
}
