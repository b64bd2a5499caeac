/** A difference between two variants as text: what differs, and the schedule that shows it. */
import type { Comparison, DifferenceWitness } from '../../model/diff/compare';
import { printSchedule } from '../../model/explorer/schedule';
import { traceLines } from '../../model/report/trace-text';
import type { Trace } from '../../model/scenario/trace';
import { differences, indent } from './outcome-text';

/** Lines under a scenario's heading that explain its difference. */
export function witnessLines(
  witness: DifferenceWitness,
  names: { readonly a: string; readonly b: string },
  width: number,
  scenario?: string,
): string[] {
  const doer = witness.kind === 'gained' ? names.b : names.a;
  const other = witness.kind === 'gained' ? names.a : names.b;
  const differing = differences(
    witness.trace.outcome[witness.level],
    witness.other.outcome[witness.level],
  );
  return [
    `What only ${doer} does (${witness.level} level), and ${other} in the same situation:`,
    ...differing.slice(0, MOST_DIFFERENCES).map((line) => `  ${line}`),
    ...(differing.length > MOST_DIFFERENCES
      ? [`  and ${differing.length - MOST_DIFFERENCES} more`]
      : []),
    '',
    `${doer}, from where the two part:`,
    ...indented(from(witness.trace, witness.partsAt), width),
    '',
    `${other}:`,
    ...indented(from(witness.other, witness.partsAt), width),
    ...(scenario === undefined
      ? []
      : ['', 'To see all of it:', replayCommand(witness, doer, scenario)]),
  ];
}

/** Stands on a line of its own, unwrapped, so that it can be copied. */
function replayCommand(witness: DifferenceWitness, variant: string, scenario: string): string {
  const schedule = printSchedule(witness.observed.schedule);
  return `lzfree replay ${scenario} ${schedule} --variant ${variant}`;
}

const MOST_DIFFERENCES = 8;

/** Steps that lead up to the parting and are worth showing with what follows. */
const CONTEXT = 6;

function from(trace: Trace, at: number): Trace {
  return { ...trace, steps: trace.steps.slice(Math.max(0, at - CONTEXT)) };
}

const indented = (trace: Trace, width: number): string[] =>
  traceLines(trace, width - 2).map((line) => indent(line, 2));

/** One line for each level: `user equal (complete)`. */
export function levelsText(comparison: Comparison): string {
  return comparison.levels.map(({ level, verdict }) => `${level} ${verdict}`).join(', ');
}
