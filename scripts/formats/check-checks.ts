import { printCompleteness } from '../../model/diff/completeness';
import { differs } from '../../model/diff/compare';
import type { CheckDocument, CheckedScenario } from '../../model/report/check-document';
import { replayCommand } from '../../model/report/replay-command';
import type { ReportedOutcome } from '../../model/report/reported-outcome';
import { LEVELS, type Level } from '../../model/scenario/outcome';
import { classLines } from '../views/class-change-text';
import { checkAnswer, changeLines } from '../views/check-text';
import type { Check, CheckReport } from './check-report';
import { patchSuite } from './patch-checks';
import { SEVERITY } from './severity';

/**
 * The result of `check`: a scenario is a suite, that a level has not changed is a check. A patch is a suite
 * too, of what its variant may not stand for.
 *
 * @param scenarios how many there are, of which an interruption may have left some
 */
export function checkChecks(document: CheckDocument, scenarios: number): CheckReport {
  const { before, now } = document;
  return {
    command: 'check',
    answer: checkAnswer(document, scenarios),
    interrupted: document.completeness.kind === 'interrupted',
    suites: [
      ...(now.patch === null ? [] : [patchSuite('the patch', now)]),
      ...(before.patch === null ? [] : [patchSuite('the patch of the baseline', before)]),
      ...document.scenarios.map((scenario) => ({
        name: `${scenario.name} on ${now.variant} since ${before.variant}`,
        title: scenario.title,
        file: scenario.file,
        checks: LEVELS.map((level) => checkOf(scenario, level, document)),
      })),
    ],
  };
}

function checkOf(scenario: CheckedScenario, level: Level, document: CheckDocument): Check {
  const { verdict, gained, lost } = scenario.levels[level];
  const name = `${level} level is as it was`;
  const base = { rule: `${level}-difference` as const, name, severity: SEVERITY[level] };
  if (verdict === 'equal') return { ...base, result: 'holds', reason: '', details: [] };
  if (!differs(verdict)) {
    const reason = `${level} level: no change is certain, ${printCompleteness(scenario.completeness)}`;
    return { ...base, result: 'open', reason, details: [] };
  }
  const { before, now } = document;
  return {
    ...base,
    result: 'fails',
    reason: `${level} level: ${verdict} (outcomes gained: ${gained.length}, lost: ${lost.length})`,
    details: [
      ...changeLines(scenario, level),
      ...(level === scenario.changedAt ? classLines(scenario, document) : []),
      ...replays(scenario.name, gained, now.variant),
      ...replays(scenario.name, lost, before.variant),
    ],
  };
}

/** How to see the first of some outcomes. */
const replays = (
  scenario: string,
  [first]: readonly ReportedOutcome[],
  variant: string,
): string[] => (first === undefined ? [] : [replayCommand(scenario, first.schedule, variant)]);
