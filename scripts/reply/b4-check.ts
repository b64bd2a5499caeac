/** What b4 is told about a patch mail: one result, or nothing to say. */
import { UNTOLD, type ImportedPatch } from '../../model/patch/import-patch';
import { describeMissing } from '../../model/features/requires';
import { doubtsOf } from '../../model/patch/doubts';
import type { ReplyDocument } from './reply-document';
import { doubtSentences } from '../views/doubts-text';
import { counted } from '../cli/text';

/** A result as b4's check commands print it; a reviewer reads `details` in a window of its own. */
export interface CheckEntry {
  readonly tool: string;
  readonly status: 'pass' | 'warn' | 'fail';
  readonly summary: string;
  readonly details: string;
}

const TOOL = 'lzfree';

/** For a patch that cannot be read: the reviewer has to know that nothing was checked. */
export const notChecked = (reason: string): CheckEntry[] => [
  { tool: TOOL, status: 'warn', summary: `not checked: ${reason}`, details: reason },
];

/** Whether anything of the series is in it; other kernel patches are no business of this tool. */
export const concerns = ({ given }: ImportedPatch): boolean => given.length > 0;

/** C code that misses a symbol; undefined if it builds. */
export function buildFailure({ unmet, report }: ImportedPatch): CheckEntry[] | undefined {
  if (unmet.length === 0) return undefined;
  const details = [...unmet.map(describeMissing), ...doubtSentences(doubtsOf(report))].join('\n');
  const summary = `does not build: ${counted(unmet.length, 'missing symbol')}`;
  return [{ tool: TOOL, status: 'fail', summary, details }];
}

/** Edited hunks that others rest on: there is no variant to ask anything of, and it may well build. */
export function untoldNeeds({ untold, report }: ImportedPatch): CheckEntry[] | undefined {
  if (untold.length === 0) return undefined;
  const details = [...untold.map(describeMissing), ...doubtSentences(doubtsOf(report))].join('\n');
  return [{ tool: TOOL, status: 'warn', summary: `not checked: ${UNTOLD}`, details }];
}

/** Questions make it `warn`: whether they are faults is for people to say. */
export function checked(
  { report, name }: ImportedPatch,
  { parts, notShown, elsewhere }: ReplyDocument,
): CheckEntry[] {
  const remarks = parts.flatMap((part) => (part.kind === 'remark' ? [part.remark] : []));
  const readings = parts.flatMap((part) => (part.kind === 'reading' ? [part.reading] : []));
  const questions = remarks.length + readings.length;
  const doubts = doubtsOf(report);
  const { unknown, bySignature, otherBase } = doubts;
  const isUncertain = unknown.length + bySignature.length + otherBase.length > 0;
  const open = isUncertain || questions > 0;
  const known = report.hunks.length - unknown.length;
  const signed = report.hunks.filter(({ match }) => match === 'by-signature').length;
  const counts = [
    `of ${counted(report.hunks.length, 'hunk')} ${known - signed} known by text`,
    ...(signed > 0 ? [`${signed} by signature only`] : []),
    ...(unknown.length > 0 ? [`${unknown.length} unknown`] : []),
    counted(questions, 'question'),
  ];
  const asked = [
    ...remarks.map(({ title, hunk, question, replay }) =>
      [`${hunk}: ${title}`, ...question, replay].join('\n'),
    ),
    ...readings.map(({ hunk, question, finding }) =>
      [`${hunk}: by reading: ${finding}`, ...question].join('\n'),
    ),
  ];
  const about = [
    `variant ${name}`,
    ...doubtSentences(doubts),
    ...(elsewhere.length > 0 ? [`true, but of no hunk here: ${elsewhere.join(', ')}`] : []),
    ...(notShown.length > 0 ? [`looked for and not seen: ${notShown.join(', ')}`] : []),
  ];
  return [
    {
      tool: TOOL,
      status: open ? 'warn' : 'pass',
      summary: counts.join(', '),
      details: [about.join('\n'), ...asked].join('\n\n'),
    },
  ];
}
