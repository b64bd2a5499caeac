import { PROMISES } from '../../model/promises/judge';
import type { Finding, HuntDocument } from '../hunt-document';
import { howText, huntAnswer, removalsText, wayCommand, whoseText } from '../views/hunt-text';
import { uniqueNames, type Check, type CheckReport, type CheckSuite } from './check-report';
import { counted } from '../cli/text';

/**
 * The result of `hunt`: a promise is a suite, a way to break it is a check that fails. What the base does too
 * is not the patch's, and holds.
 *
 * @param folder where the programs were saved, if they were
 */
export function huntChecks(document: HuntDocument, folder: string | undefined): CheckReport {
  const { variant, interrupted } = document;
  return {
    command: 'hunt',
    answer: huntAnswer(document),
    interrupted,
    suites: [
      ...PROMISES.map(({ id, text }): CheckSuite => {
        const findings = document.findings.filter(({ promise }) => promise === id);
        const checks = checksOf(findings, variant, folder);
        return { name: `${id} on ${variant}`, title: text, checks };
      }),
      {
        name: `coverage on ${variant}`,
        title: 'What was looked at',
        checks: coverage(document),
      },
    ],
  };
}

function checksOf(
  findings: readonly Finding[],
  variant: string,
  folder: string | undefined,
): Check[] {
  if (findings.length === 0) return [holding('no program was seen to break it')];
  const names = uniqueNames(
    findings.map(({ detail, base }) => (base ? `${detail}, as on base` : detail)),
  );
  return findings.map((finding, index) =>
    finding.base
      ? holding(names[index]!)
      : failing(finding, names[index]!, variant, folder ?? UNSAVED),
  );
}

/** Stands for the folder as long as the programs were not saved. */
const UNSAVED = 'DIR';

const holding = (name: string): Check => ({
  rule: 'broken-promise',
  name,
  result: 'holds',
  severity: 'high',
  reason: '',
  details: [],
});

function failing(finding: Finding, name: string, variant: string, folder: string): Check {
  const { detail, smallest, others, trace } = finding;
  const replay = wayCommand(smallest, folder, variant);
  return {
    rule: 'broken-promise',
    name,
    result: 'fails',
    severity: 'high',
    reason: detail,
    details: [
      smallest.program,
      `  ${smallest.text} (${howText(smallest)})`,
      whoseText(finding),
      ...removalsText(finding),
      ...others.map(({ program }) => `also: ${program}`),
      replay,
      ...(folder === UNSAVED ? [`with --save ${UNSAVED} the program is written there`] : []),
    ],
    execution: { variant, trace, replay },
  };
}

function coverage({ sizes, interrupted }: HuntDocument): Check[] {
  return sizes.map(({ size, programs, done, partly, unjudged }) => {
    const reasons = [
      ...(done < programs ? [`${programs - done} were not looked at`] : []),
      ...(partly > 0 ? [`${partly} not by every interleaving`] : []),
      ...(unjudged > 0 ? [`${unjudged} could not be judged`] : []),
    ];
    const open = reasons.length > 0;
    const all = `${counted(programs, 'program')} of ${counted(size, 'move')}`;
    const stopped = interrupted && done < programs ? ', as the hunt was stopped' : '';
    return {
      rule: 'hunt-coverage',
      name: `every program of ${counted(size, 'move')}`,
      result: open ? 'open' : 'holds',
      severity: 'low',
      reason: open ? `of ${all} ${reasons.join(', ')}${stopped}` : '',
      details: [],
    };
  });
}
