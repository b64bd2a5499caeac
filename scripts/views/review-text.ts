/** A review as plain text; the first line is the answer. */
import type { ComparedScenario } from '../../model/report/diff-document';
import { doubtsOf } from '../../model/patch/doubts';
import { mostTellingFirst } from '../../model/report/most-telling';
import { editOptionsOf } from '../../model/report/replay-command';
import type { ReviewDocument } from '../review';
import { counted, wrapText } from '../cli/text';
import { levelsText } from './diff-text';
import { doubtSentences } from './doubts-text';
import { hunksText } from './hunks-text';
import { indent } from './outcome-text';
import { patchesText } from './patches-text';
import { reviewAnswer } from './review-answer';
import { searchedKindsText } from './searched-kinds-text';
import { witnessLines } from './witness-text';

/**
 * The whole report, in at most `width` columns.
 *
 * @param file the reader's file; undefined for the mail that lzfree is about
 */
export function reviewText(review: ReviewDocument, width: number, file?: string): string {
  const different = mostTellingFirst(review.scenarios);
  const parts = [
    wrapText(reviewAnswer(review), width),
    ...doubtSentences(doubtsOf(review.patch)).map((sentence) => wrapText(sentence, width)),
    differenceText(different, width),
    review.search === null ? '' : searchedKindsText(review.search, different[0], width),
    agreementText(review, width),
    `The patch\n\n${patchesText(review.patch, { width, file })}`,
    `What each hunk pins\n\n${hunksText(review.switches, width)}`,
    wrapText(hint(review, different[0]), width),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function differenceText([first, ...others]: readonly ComparedScenario[], width: number): string {
  if (first === undefined) return '';
  const lines = [
    'Where they differ',
    '',
    wrapText(`${first.name}: ${levelsText(first)}`, width, 2),
    wrapText(first.title, width),
    '',
    ...witnessLines(first.witness!, width),
  ];
  if (others.length > 0) lines.push('', 'The same way or another in:');
  for (const scenario of others) {
    lines.push(indent(wrapText(`${scenario.name}: ${levelsText(scenario)}`, width - 2, 2), 2));
  }
  return lines.join('\n');
}

function agreementText({ scenarios }: ReviewDocument, width: number): string {
  const same = scenarios.filter(({ witness }) => witness === null);
  if (same.length === 0) return '';
  const proved = same.filter(({ completeness }) => completeness.kind === 'complete');
  const open = same.filter(({ completeness }) => completeness.kind !== 'complete');
  const list = (items: readonly ComparedScenario[]): string =>
    wrapText(items.map(({ name }) => name).join(', '), width);
  return [
    ...(proved.length > 0
      ? [`Equal in every interleaving (${counted(proved.length, 'scenario')}):\n${list(proved)}`]
      : []),
    ...(open.length > 0
      ? [`No difference seen, but not everything was explored (${open.length}):\n${list(open)}`]
      : []),
  ].join('\n\n');
}

/** What tells more. */
function hint({ a, b, search }: ReviewDocument, shown: ComparedScenario | undefined): string {
  const edit = editOptionsOf(a, b);
  const whole = `lzfree diff ${a} ${b}${edit} --search`;
  const larger = `--size ${(search?.bound.size ?? 0) + 1} --checkpoint search.json`;
  return `Next: ${[
    ...(shown ? [`lzfree diff ${a} ${b} ${shown.name}${edit} shows this difference alone`] : []),
    search === null
      ? `${whole} compares them on all small programs`
      : `${whole} ${larger} goes on to larger programs, for minutes or hours`,
  ].join('; ')}.`;
}
