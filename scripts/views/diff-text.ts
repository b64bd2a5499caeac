/** The result of `lzfree diff` as text; the first line is the answer. */
import { printCompleteness } from '../../model/diff/completeness';
import type { ComparedScenario, DiffDocument } from '../../model/report/diff-document';
import { mostTellingFirst } from '../../model/report/most-telling';
import { LEVELS } from '../../model/scenario/outcome';
import { counted, wrapText } from '../cli/text';
import { exploredNoun } from './explored-text';
import { furtherLines } from './further-text';
import { isOpenFurtherOut } from './outer-levels';
import { witnessLines } from './witness-text';

export function diffText(document: DiffDocument, width: number): string {
  const different = mostTellingFirst(document.scenarios);
  const same = document.scenarios.filter(({ witness }) => witness === null);
  const lines = [wrapText(diffAnswer(document), width)];
  for (const scenario of different) {
    lines.push('', wrapText(`${scenario.name}: ${levelsText(scenario)}`, width, 2));
    if (scenario.completeness.kind !== 'complete') lines.push(`  ${howExplored(scenario)}`);
    const shown = witnessLines(scenario.witness!, width - 2);
    const further = furtherLines(scenario, width - 2);
    for (const line of [...shown, ...further]) lines.push(line && `  ${line}`);
  }
  const sure = document.completeness.kind === 'complete' ? '' : 'certain ';
  if (same.length > 0) lines.push('', `No ${sure}difference:`);
  for (const scenario of same) lines.push(`  ${scenario.name}  ${howExplored(scenario)}`);
  return lines.join('\n');
}

function howExplored({ executions, states, completeness }: ComparedScenario): string {
  const { a, b } = executions ?? states!;
  return `(${a} and ${b} ${exploredNoun({ executions })}s, ${printCompleteness(completeness)})`;
}

/** One sentence: equal, different and where, or not settled. */
export function diffAnswer({ a, b, differsAt, completeness, scenarios }: DiffDocument): string {
  if (differsAt !== null) {
    const count = scenarios.filter(({ witness }) => witness !== null).length;
    const where = `${count} of ${counted(scenarios.length, 'scenario')}`;
    const sure = isOpenFurtherOut(differsAt, scenarios) ? ' as far as explored' : '';
    return `different: ${a} and ${b} in ${where}, outermost level ${differsAt}${sure}`;
  }
  return completeness.kind === 'complete'
    ? `equal: ${a} and ${b} do the same in ${all(scenarios.length)}`
    : `unknown: no difference between ${a} and ${b} is certain, as not everything was explored`;
}

const all = (count: number): string => (count === 1 ? 'the 1 scenario' : `all ${count} scenarios`);

/** A verdict for each level: `user equal, system gained, internal gained`. */
export const levelsText = ({ levels }: Pick<ComparedScenario, 'levels'>): string =>
  LEVELS.map((level) => `${level} ${levels[level].verdict}`).join(', ');
