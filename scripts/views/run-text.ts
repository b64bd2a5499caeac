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

/** Outcomes with the same results and the same faults. */
interface ListedOutcomes {
  readonly results: string;
  readonly faults: readonly string[];
  readonly traces: number | null;
}

/** What differs in counters only, or inside the kernel, is one line. */
function listedOutcomes(outcomes: ScenarioRun['outcomes']): ListedOutcomes[] {
  const listed = new Map<string, ListedOutcomes>();
  for (const { outcome, traces } of outcomes) {
    const [results, { faults }] = [resultsText(outcome), outcome.system];
    const key = [results, ...faults].join('\n');
    const sum = addTraces(listed.get(key)?.traces ?? 0, traces);
    listed.set(key, { results, faults, traces: sum });
  }
  return [...listed.values()];
}

function countText(outcomes: number, listed: number): string {
  const count = counted(outcomes, 'outcome');
  if (listed === outcomes) return count;
  return `${count} with ${listed === 1 ? 'the same results' : `${listed} different results`}`;
}

function scenarioText(scenario: ScenarioRun, width: number): string {
  const { name, title, outcomes, completeness, expectations } = scenario;
  const row = (columns: number, mark: string, text: string): string =>
    indent(wrapText(mark + text, width - columns, mark.length), columns);
  const listed = listedOutcomes(outcomes);
  const counts = `${exploredText(scenario)}, ${countText(outcomes.length, listed.length)}`;
  return [
    wrapText(`${name}: ${counts}, ${printCompleteness(completeness)}`, width, 2),
    indent(wrapText(title, width - 2), 2),
    ...listed.flatMap(({ results, faults, traces }) => {
      const mark = traces === null ? '-  ' : `${traces} x  `;
      return [row(4, mark, results), ...faults.map((fault) => row(4 + mark.length, '', fault))];
    }),
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
