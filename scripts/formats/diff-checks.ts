import { printCompleteness } from '../../model/diff/completeness';
import { differs } from '../../model/diff/compare';
import type {
  ComparedScenario,
  DiffDocument,
  VariantComparison,
} from '../../model/report/diff-document';
import { LEVELS, type Level } from '../../model/scenario/outcome';
import type { ReviewDocument } from '../review';
import { diffAnswer } from '../views/diff-text';
import { answer as reviewAnswer } from '../views/review-text';
import type { Check, CheckReport, CheckSuite } from './check-report';
import { SEVERITY } from './severity';

/** The result of `diff`: a scenario is a suite, that a level is equal is a check. */
export function diffChecks(document: DiffDocument): CheckReport {
  return {
    command: 'diff',
    answer: diffAnswer(document),
    interrupted: document.completeness.kind === 'interrupted',
    suites: comparedSuites(document),
  };
}

/** The result of `review`: the same, and that all of the patch was looked at. */
export function reviewChecks(document: ReviewDocument): CheckReport {
  const { unknown } = document;
  const patch: Check = {
    rule: 'unknown-hunk',
    name: 'every hunk is known',
    result: unknown === 0 ? 'holds' : 'open',
    severity: 'high',
    reason: unknown === 0 ? '' : `${unknown} hunks are not modelled and were left out`,
    details: [],
  };
  return {
    command: 'review',
    answer: reviewAnswer(document),
    interrupted: document.completeness.kind === 'interrupted',
    suites: [
      { name: 'the patch', title: 'What the patch holds', checks: [patch] },
      ...comparedSuites(document),
    ],
  };
}

function comparedSuites({ a, b, scenarios }: VariantComparison): CheckSuite[] {
  return scenarios.map((scenario) => ({
    name: `${scenario.name} on ${a} and ${b}`,
    title: scenario.title,
    file: scenario.file,
    checks: LEVELS.map((level) => checkOf(scenario, level)),
  }));
}

function checkOf(scenario: ComparedScenario, level: Level): Check {
  const { verdict, gained, lost } = scenario.levels[level];
  const witness = scenario.witness?.level === level ? scenario.witness : undefined;
  const outcomes = `outcomes gained: ${gained.length}, lost: ${lost.length}`;
  const base = { rule: `${level}-difference` as const, name: `${level} level is equal` };
  if (verdict === 'equal') {
    return { ...base, result: 'holds', severity: SEVERITY[level], reason: '', details: [] };
  }
  if (!differs(verdict)) {
    const how = printCompleteness(scenario.completeness);
    const reason = `${level} level: no difference is certain, ${how}`;
    return { ...base, result: 'open', severity: SEVERITY[level], reason, details: [outcomes] };
  }
  return {
    ...base,
    result: 'fails',
    severity: SEVERITY[level],
    reason: `${level} level: ${verdict} (${outcomes})`,
    details: witness === undefined ? [] : witnessDetails(witness),
    ...(witness && {
      execution: { variant: witness.variant, trace: witness.trace, replay: witness.replay },
    }),
  };
}

function witnessDetails({
  variant,
  otherVariant,
  differences,
  replay,
}: NonNullable<ComparedScenario['witness']>): string[] {
  return [
    `only ${variant}, and ${otherVariant} in the same situation:`,
    ...differences.map(({ path, own, other }) => `  ${path.join(' ')}: ${own} | ${other}`),
    replay,
  ];
}
