/** The result of `lzfree attribute` as text. */
import type { Attributed, AttributedSet, Attribution } from '../../model/attribution/attribute';
import { printCompleteness } from '../../model/diff/completeness';
import type { AttributeDocument } from '../../model/report/attribute-document';
import { wrapText } from '../cli/text';
import { grouped, groupedCount } from './grouped';
import { indent } from './outcome-text';

export function attributeText(document: AttributeDocument, width: number): string {
  const { scenario, title, conditions, completeness, work } = document;
  return [
    wrapText(`${scenario}: ${title}`, width),
    ...conditions.map((each) => conditionText(each, width)),
    wrapText(
      `${printCompleteness(completeness)}, with sets of up to ${document.largest}: ` +
        `${groupedCount(work.explorations, 'exploration')}, ` +
        `${groupedCount(work.executions, 'execution')}.`,
      width,
    ),
  ].join('\n\n');
}

function conditionText(attribution: Attribution, width: number): string {
  const { condition, onFixed, onBase, removals, additions } = attribution;
  const verdicts = [wrapText(condition, width), `  on fixed: ${onFixed}; on base: ${onBase}`];
  if (onFixed === 'unknown') {
    const why = 'no set was tried: a bound leaves open what fixed itself does';
    return [...verdicts, indent(wrapText(why, width - 2), 2)].join('\n');
  }
  const added =
    additions === null
      ? '  base has the same verdict with nothing added'
      : setsText('added to base, it is as on fixed with', 'what they need', additions, width);
  return [
    ...verdicts,
    setsText('it changes when fixed loses', 'what needs them', removals, width),
    added,
  ].join('\n');
}

function setsText(title: string, beside: string, found: Attributed, width: number): string {
  const { sets, tried, leftOut, open } = found;
  const counts =
    `${grouped(tried)} tried, ${grouped(leftOut)} that hold a found one left out` +
    (open > 0 ? `, ${grouped(open)} open` : '');
  const lines = sets.map((set) => wrapText(setText(set, beside), width - 4, 2));
  return [
    indent(wrapText(`${title} (${counts}):`, width - 2, 2), 2),
    ...(lines.length > 0 ? lines : ['none of those tried']).map((line) => indent(line, 4)),
  ].join('\n');
}

function setText({ switches, with: others, verdict }: AttributedSet, beside: string): string {
  const more = others.length === 0 ? '' : ` (and ${beside}: ${others.length})`;
  return `${switches.join(' and ')}${more}: ${verdict}`;
}
