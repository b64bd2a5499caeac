import { printCompleteness } from '../../model/diff/completeness';
import { differs } from '../../model/diff/compare';
import { doubtsOf } from '../../model/patch/doubts';
import type {
  ComparedScenario,
  DiffDocument,
  VariantComparison,
} from '../../model/report/diff-document';
import type { SearchDocument } from '../../model/report/search-document';
import { LEVELS, type Level } from '../../model/scenario/outcome';
import type { ReviewDocument } from '../review';
import { counted } from '../cli/text';
import { diffAnswer } from '../views/diff-text';
import { searchedText } from '../views/searched-text';
import { reviewAnswer } from '../views/review-answer';
import type { Check, CheckReport, CheckSuite } from './check-report';
import { patchSuite } from './patch-checks';
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

/** The result of `review`: the same, with the searched programs, and that all of the patch was looked at. */
export function reviewChecks(document: ReviewDocument): CheckReport {
  const { patch, search, completeness } = document;
  return {
    command: 'review',
    answer: reviewAnswer(document),
    interrupted: [completeness, search?.completeness].some((each) => each?.kind === 'interrupted'),
    suites: [
      patchSuite('the patch', doubtsOf(patch)),
      ...comparedSuites(document),
      ...(search === null ? [] : [searchSuite(search)]),
    ],
  };
}

function searchSuite(search: SearchDocument): CheckSuite {
  const { a, b, bound } = search;
  return {
    name: `programs of up to ${counted(bound.size, 'operation')} on ${a} and ${b}`,
    title: 'every small program of the operation language',
    checks: LEVELS.map((level) => searchCheck(search, level)),
  };
}

function searchCheck(search: SearchDocument, level: Level): Check {
  const { equalUpTo, differsFrom } = search.levels[level];
  const kinds = search.kinds.filter((kind) => kind.level === level);
  const base = {
    rule: `${level}-difference` as const,
    name: `${level} level is equal`,
    severity: SEVERITY[level],
    details: kinds.map(
      ({ direction, paths, title }) => `${direction}: ${paths.join(', ')}; smallest: ${title}`,
    ),
  };
  if (differsFrom !== null) {
    const reason = `${level} level: differs in programs from ${counted(differsFrom, 'operation')} on`;
    return { ...base, result: 'fails', reason };
  }
  if (equalUpTo === search.bound.size) return { ...base, result: 'holds', reason: '' };
  const reason = `${level} level: no difference is certain, ${searchedText(search)}`;
  return { ...base, result: 'open', reason };
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
  const base = { rule: `${level}-difference` as const, name: `${level} level is equal` };
  if (verdict === 'equal') {
    return { ...base, result: 'holds', severity: SEVERITY[level], reason: '', details: [] };
  }
  if (!differs(verdict)) {
    const how = printCompleteness(scenario.completeness);
    const reason = `${level} level: no difference is certain, ${how}`;
    return { ...base, result: 'open', severity: SEVERITY[level], reason, details: [] };
  }
  return {
    ...base,
    result: 'fails',
    severity: SEVERITY[level],
    reason: `${level} level: ${verdict} (outcomes gained: ${gained.length}, lost: ${lost.length})`,
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
