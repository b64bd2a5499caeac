/** The result of `lzfree diff` as text; the first line is the answer. */
import { printCompleteness } from '../../model/diff/completeness';
import type { ComparedScenario, DiffDocument } from '../../model/report/diff-document';
import { LEVELS } from '../../model/scenario/outcome';
import { exploredNoun } from './explored-text';
import { witnessLines } from './witness-text';

export function diffText(document: DiffDocument, width: number): string {
  const different = document.scenarios.filter(({ witness }) => witness !== null);
  const same = document.scenarios.filter(({ witness }) => witness === null);
  const lines = [diffAnswer(document)];
  for (const scenario of different) {
    lines.push('', `${scenario.name}: ${levelsText(scenario)}`);
    for (const line of witnessLines(scenario.witness!, width - 2)) lines.push(line && `  ${line}`);
  }
  const sure = document.completeness.kind === 'complete' ? '' : 'certain ';
  if (same.length > 0) lines.push('', `No ${sure}difference:`);
  for (const { name, executions, states, completeness } of same) {
    const how = printCompleteness(completeness);
    const { a, b } = executions ?? states!;
    lines.push(`  ${name}  (${a} and ${b} ${exploredNoun({ executions })}s, ${how})`);
  }
  return lines.join('\n');
}

/** One line: equal, different and where, or not settled. */
export function diffAnswer({ a, b, differsAt, completeness, scenarios }: DiffDocument): string {
  if (differsAt !== null) {
    const count = scenarios.filter(({ witness }) => witness !== null).length;
    const where = `${count} of ${scenarios.length} scenarios`;
    return `different: ${a} and ${b} in ${where}, outermost level ${differsAt}`;
  }
  return completeness.kind === 'complete'
    ? `equal: ${a} and ${b} do the same in ${all(scenarios.length)}`
    : `unknown: no difference between ${a} and ${b} is certain, as not everything was explored`;
}

const all = (count: number): string => (count === 1 ? 'the 1 scenario' : `all ${count} scenarios`);

/** A verdict for each level: `user equal, system gained, internal gained`. */
export const levelsText = ({ levels }: Pick<ComparedScenario, 'levels'>): string =>
  LEVELS.map((level) => `${level} ${levels[level].verdict}`).join(', ');
