/** The outcomes of a scenario that its witness does not show: what differs, and the command that shows it. */
import type { ComparedScenario, FurtherDifference } from '../../model/report/diff-document';
import { differenceText } from '../../model/report/differences';
import { indent } from './outcome-text';
import { wrapped } from './witness-text';

/** More are counted only. */
const MOST_OUTCOMES = 6;
const MOST_DIFFERENCES = 4;

/** Lines under a scenario's witness; none if there is nothing further. */
export function furtherLines({ witness, further }: ComparedScenario, width: number): string[] {
  if (further.length === 0) return [];
  const left = further.length - MOST_OUTCOMES;
  return [
    '',
    ...wrapped(`Other outcomes of one of the two alone (${witness!.level} level):`, width),
    ...further.slice(0, MOST_OUTCOMES).flatMap((each) => [
      ...wrapped(`only ${each.variant}: ${differencesText(each)}`, width - 2).map((line) =>
        indent(line, 2),
      ),
      // The command stands on a line of its own, unwrapped, so that it can be copied.
      `    ${each.replay}`,
    ]),
    ...(left > 0 ? [`  and ${left} more`] : []),
  ];
}

function differencesText({ differences, otherVariant }: FurtherDifference): string {
  const shown = differences
    .slice(0, MOST_DIFFERENCES)
    .map((difference) => differenceText(difference, otherVariant));
  const left = differences.length - shown.length;
  return [...shown, ...(left > 0 ? [`and ${left} more`] : [])].join(', ');
}
