/** A difference between two variants as text: what differs, and the schedule that shows it. */
import type { ReportedDifference, ReportedWitness } from '../../model/report/diff-document';
import { traceLines } from '../../model/report/trace-text';
import { stateChanges, type StateSection } from '../../model/scenario/state-cells';
import type { Trace } from '../../model/scenario/trace';
import { wrapText } from '../cli/text';
import { indent } from './outcome-text';

/** Lines under a scenario's heading that explain its difference. */
export function witnessLines(
  witness: ReportedDifference | ReportedWitness,
  width: number,
): string[] {
  const { variant, otherVariant, level, differences, trace, other, partsAt } = witness;
  return [
    ...wrapped(
      `What only ${variant} does (${level} level), and ${otherVariant} in the same situation:`,
      width,
    ),
    ...differences
      .slice(0, MOST_DIFFERENCES)
      .flatMap(({ path, own, other }) =>
        wrapped(`${path.join(' ')}: ${own} | ${other}`, width - 2).map((line) => indent(line, 2)),
      ),
    ...(differences.length > MOST_DIFFERENCES
      ? [`  and ${differences.length - MOST_DIFFERENCES} more`]
      : []),
    ...setUpLines(witness, width),
    ...(trace.steps.length + other.steps.length === 0
      ? []
      : [
          '',
          `${variant}, from where the two part:`,
          ...indented(from(trace, partsAt), width),
          '',
          `${otherVariant}:`,
          ...indented(from(other, partsAt), width),
        ]),
    // The command stands on a line of its own, unwrapped, so that it can be copied.
    ...('replay' in witness ? ['', 'To see all of it:', witness.replay] : []),
  ];
}

/** What the set-up leaves otherwise, where the two part in it: no schedule shows that. */
function setUpLines(
  { trace, other }: ReportedDifference | ReportedWitness,
  width: number,
): string[] {
  const changes = stateChanges(other.start, trace.start);
  if (changes.length === 0) return [];
  return [
    '',
    'They part in the set-up already. It leaves:',
    ...changes.slice(0, MOST_DIFFERENCES).flatMap(({ section, object, field, before, after }) => {
      const name = `${KINDS[section] ?? ''} ${object} ${field}`.trim();
      const text = `${name}: ${after ?? 'nothing'} | ${before ?? 'nothing'}`;
      return wrapped(text, width - 2).map((line) => indent(line, 2));
    }),
    ...(changes.length > MOST_DIFFERENCES
      ? [`  and ${changes.length - MOST_DIFFERENCES} more`]
      : []),
  ];
}

const KINDS: Partial<Record<StateSection, string>> = {
  results: 'result',
  ptes: 'pte',
  tlbs: 'tlb of',
};

const MOST_DIFFERENCES = 8;

/** Steps that lead up to the parting and are worth showing with what follows. */
const CONTEXT = 6;

function from(trace: Trace, at: number): Trace {
  return { ...trace, steps: trace.steps.slice(Math.max(0, at - CONTEXT)) };
}

/** Text as lines of a width, all but the first moved right. */
export const wrapped = (text: string, width: number): string[] =>
  wrapText(text, width, 2).split('\n');

const indented = (trace: Trace, width: number): string[] =>
  traceLines(trace, width - 2).map((line) => indent(line, 2));
