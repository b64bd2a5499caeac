/** The result of `lzfree check` as text; the first line is the answer. */
import { printCompleteness } from '../../model/diff/completeness';
import type { CheckDocument, CheckedScenario } from '../../model/report/check-document';
import { valueDifferences } from '../../model/report/differences';
import type { ReportedOutcome } from '../../model/report/reported-outcome';
import { LEVELS, type Level } from '../../model/scenario/outcome';
import { counted, wrapText } from '../cli/text';
import { classLines } from './class-change-text';
import { doubtSentences } from './doubts-text';
import { isOpenFurtherOut } from './outer-levels';
import { indent, systemLines, userText } from './outcome-text';

/** @param scenarios how many there are, of which an interruption may have left some */
export function checkText(document: CheckDocument, scenarios: number, width: number): string {
  const { added, removed, before, now } = document;
  const changed = document.scenarios.filter(({ changedAt }) => changedAt !== null);
  const hunks = [...added.map((id) => `  + ${id}`), ...removed.map((id) => `  - ${id}`)];
  return [
    wrapText(checkAnswer(document, scenarios), width),
    ...doubtsOf(document).map((sentence) => wrapText(sentence, width)),
    ...(hunks.length === 0
      ? []
      : [[`The patch was ${before.variant}, now it is ${now.variant}:`, ...hunks].join('\n')]),
    ...changed.map((scenario) => scenarioText(scenario, document, width)),
  ].join('\n\n');
}

/** What neither side's variant tells of its patch. */
const doubtsOf = ({ before, now }: CheckDocument): string[] => [
  ...doubtSentences(now),
  ...doubtSentences(before).map((sentence) => `In the patch of the baseline: ${sentence}`),
];

const WHO: Readonly<Record<Level, string>> = {
  user: 'a program can see it',
  system: 'no program can see it, an administrator can',
  internal: 'only the kernel can see it',
};

/** The same where a bound leaves open whether those with less insight see it too. */
const WHO_AT_LEAST: typeof WHO = {
  user: WHO.user,
  system: 'no program is known to see it, an administrator can',
  internal: 'only the kernel is known to see it',
};

/** One sentence: whether the behaviour changed, and who can see it. */
export function checkAnswer(document: CheckDocument, scenarios: number): string {
  const { changedAt, completeness } = document;
  const done = document.scenarios.length;
  if (changedAt !== null) {
    const count = document.scenarios.filter((each) => each.changedAt !== null).length;
    const who = isOpenFurtherOut(changedAt, document.scenarios) ? WHO_AT_LEAST : WHO;
    return `changed: in ${count} of ${counted(scenarios, 'scenario')}; ${who[changedAt]}.`;
  }
  if (done < scenarios)
    return `interrupted: no change in the first ${done} of ${counted(scenarios, 'scenario')}.`;
  const all = scenarios === 1 ? 'the one scenario' : `all ${scenarios} scenarios`;
  if (document.otherUncompared && completeness.kind === 'complete')
    return `unknown: the same behaviour in ${all}, but hunks differ whose text lzfree does not compare.`;
  return completeness.kind === 'complete'
    ? `unchanged${asFar(document)}: the same behaviour in ${all}.`
    : `unknown: no change was seen, but the exploration is ${printCompleteness(completeness)}.`;
}

const asFar = (document: CheckDocument): string =>
  doubtsOf(document).length === 0 ? '' : ' in what was recognised of the patch';

function scenarioText(scenario: CheckedScenario, document: CheckDocument, width: number): string {
  const { name, title, levels, changedAt } = scenario;
  const verdicts = LEVELS.map((level) => `${level} ${levels[level].verdict}`).join(', ');
  return [
    `${name}: ${verdicts}`,
    indent(wrapText(title, width - 2), 2),
    ...[...changeLines(scenario, changedAt!), ...classLines(scenario, document)].map((line) =>
      indent(wrapText(line.trimStart(), width - 4, 2), line.startsWith(' ') ? 4 : 2),
    ),
  ].join('\n');
}

/** What can happen at a level since the change, and what can no more; the outcomes stand further right. */
export function changeLines({ levels }: CheckedScenario, level: Level): string[] {
  const { gained, lost } = levels[level];
  return [
    ...said('This can happen now, and could not:', gained, lost[0], level),
    ...said('This can happen no more:', lost, gained[0], level),
  ];
}

/** Outcomes that one side has; below the user level only what differs from one of the other side. */
function said(
  words: string,
  outcomes: readonly ReportedOutcome[],
  other: ReportedOutcome | undefined,
  level: Level,
): string[] {
  if (outcomes.length === 0) return [];
  const lines = outcomes.flatMap(({ outcome }) => {
    if (level === 'user') return [userText(outcome)];
    if (other === undefined) return level === 'system' ? systemLines(outcome) : ['(see --json)'];
    return valueDifferences(outcome[level], other.outcome[level]).map(
      ({ path, own, other: theirs }) => `${path.join(' ')}: ${own} (instead of ${theirs})`,
    );
  });
  return [words, ...lines.map((line) => `  ${line}`)];
}
