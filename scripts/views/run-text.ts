/** The result of `lzfree run` as text; the first line is the answer. */
import { printCompleteness } from '../../model/diff/completeness';
import { addTraces } from '../../model/diff/outcome-diff';
import type { RunDocument, ScenarioRun } from '../../model/report/run-document';
import { counted, wrapText } from '../cli/text';
import { exploredText } from './explored-text';
import { indent, resultsText } from './outcome-text';

export function runText(document: RunDocument, width: number): string {
  const parts = document.scenarios.map((each) => scenarioText(each, width));
  return [runAnswer(document), ...parts].join('\n\n');
}

/** One line: whether every expectation holds, and in how many scenarios not. */
export function runAnswer({ variant, met, scenarios }: RunDocument): string {
  const all = `${counted(scenarios.length, 'scenario')} on ${variant}`;
  const count = scenarios.filter((each) => each.met === met).length;
  const silent = scenarios.filter(({ expectations }) => expectations.length === 0).length;
  switch (met) {
    case 'yes':
      if (silent === scenarios.length) return `nothing is expected: ${all}`;
      return `holds: ${all}${silent === 0 ? '' : `; of ${silent} of them nothing is expected`}`;
    case 'no':
      return `FAILS: ${count} of ${all}`;
    case 'unknown':
      return `unknown: ${count} of ${all}; nothing fails, but not everything was explored`;
  }
}

const ofAll = (traces: number | null, all: number | null): string =>
  traces === null ? '' : `, ${traces} of ${all}`;

const MARKS = { yes: 'ok', no: 'NOT', unknown: '?' } as const;

function scenarioText(scenario: ScenarioRun, width: number): string {
  const { name, title, outcomes, completeness, expectations } = scenario;
  const counts = `${exploredText(scenario)}, ${counted(outcomes.length, 'outcome')}`;
  const row = (columns: number, mark: string, text: string): string =>
    indent(wrapText(mark + text, width - columns, mark.length), columns);
  const seen = new Map<string, number | null>();
  for (const { outcome, traces } of outcomes) {
    const text = resultsText(outcome);
    seen.set(text, addTraces(seen.get(text) ?? 0, traces));
  }
  return [
    wrapText(`${name}: ${counts}, ${printCompleteness(completeness)}`, width, 2),
    indent(wrapText(title, width - 2), 2),
    ...[...seen].map(([text, traces]) => row(4, traces === null ? '-  ' : `${traces} x  `, text)),
    ...(expectations.length === 0 ? ['  nothing is expected of it'] : []),
    ...expectations.map(({ met, quantifier, condition, verdict, traces, tracesOfAll }) =>
      row(
        2,
        MARKS[met].padEnd(4),
        `${quantifier} ${condition}` +
          (met === 'yes' ? '' : ` (seen: ${verdict}${ofAll(traces, tracesOfAll)})`),
      ),
    ),
    ...expectations
      .flatMap(({ counterexample }) => counterexample?.replay ?? [])
      .filter((command, index, all) => all.indexOf(command) === index)
      .flatMap((command) => ['  To see what contradicts it:', `  ${command}`]),
  ].join('\n');
}
