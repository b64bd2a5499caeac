/** A review as plain text; the first line is the answer. */
import { printCompleteness } from '../../model/diff/completeness';
import type { Level } from '../../model/scenario/outcome';
import type { ComparedScenario } from '../../model/report/diff-document';
import type { ReviewDocument } from '../review';
import { wrapText } from '../cli/text';
import { levelsText } from './diff-text';
import { hunksText } from './hunks-text';
import { patchesText } from './patches-text';
import { witnessLines } from './witness-text';

const WHO: Readonly<Record<Level, string>> = {
  user: 'a program sees the difference',
  system: 'no program of the suite sees the difference, an administrator does',
  internal:
    'neither a program of the suite nor an administrator sees the difference, only the kernel',
};

/** The whole report, in at most `width` columns. */
export function reviewText(review: ReviewDocument, width: number): string {
  const parts = [
    wrapText(answer(review), width),
    differenceText(review, width),
    agreementText(review, width),
    `The patch\n\n${patchesText(review.patch, { width })}`,
    `What each hunk pins\n\n${hunksText(review.switches, width)}`,
    wrapText(hint(review), width),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** One sentence: who sees a difference, in how much of the suite, and how sure that is. */
export function answer({ a, b, differsAt, scenarios, completeness }: ReviewDocument): string {
  const different = scenarios.filter(({ witness }) => witness !== null).length;
  const how = `${scenarios.length} scenarios, every interleaving: ${printCompleteness(completeness)}`;
  if (differsAt !== null) {
    return `${a} -> ${b}: ${WHO[differsAt]}; they differ in ${different} of ${how}.`;
  }
  return completeness.kind === 'complete'
    ? `${a} -> ${b}: no difference in ${how}.`
    : `${a} -> ${b}: no difference seen in ${how}.`;
}

function differenceText({ scenarios }: ReviewDocument, width: number): string {
  const different = scenarios.filter(({ witness }) => witness !== null).sort(byShortestWitness);
  const [first, ...others] = different;
  if (first === undefined) return '';
  const lines = [
    'Where they differ',
    '',
    `${first.name}: ${levelsText(first)}`,
    wrapText(first.title, width),
    '',
    ...witnessLines(first.witness!, width),
  ];
  if (others.length > 0) lines.push('', 'The same way or another in:');
  for (const scenario of others) lines.push(`  ${scenario.name}: ${levelsText(scenario)}`);
  return lines.join('\n');
}

function byShortestWitness(x: ComparedScenario, y: ComparedScenario): number {
  return x.witness!.trace.steps.length - y.witness!.trace.steps.length;
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
      ? [`Equal in every interleaving (${proved.length} scenarios):\n${list(proved)}`]
      : []),
    ...(open.length > 0
      ? [`No difference seen, but not everything was explored (${open.length}):\n${list(open)}`]
      : []),
  ].join('\n\n');
}

function hint({ a, b, scenarios }: ReviewDocument): string {
  const different = scenarios.find(({ witness }) => witness !== null);
  const search = `lzfree diff ${a} ${b} --search compares them on all small programs`;
  return different === undefined
    ? `Next: ${search}.`
    : `Next: lzfree diff ${a} ${b} ${different.name} shows this difference alone; ${search}.`;
}
