/** The result of `lzfree classes` as text; the first line is the answer. */
import type { View } from '../../model/classes/partition';
import { printCompleteness } from '../../model/diff/completeness';
import type { ClassesDocument } from '../../model/report/classes-document';
import type { BehaviourClass, ScenarioClasses } from '../../model/report/scenario-classes';
import { wrapText } from '../cli/text';
import { conditionLines } from './condition-text';
import { grouped, groupedCount } from './grouped';
import { indent } from './outcome-text';
import { scenariosText } from './scenarios-text';
import { sightLines } from './sight-lines';

export function classesText(document: ClassesDocument, width: number): string {
  const { view, scenarios, left, work } = document;
  const blocks = [
    wrapText(classesAnswer(document), width),
    wrapText(
      `It took ${groupedCount(work.executions, 'execution')} of threads and ` +
        `${groupedCount(work.operations, 'operation')} of set-ups, each for all variants alike in ` +
        `what it reads; running each variant would take ${groupedCount(work.oneByOne, 'execution')}.`,
      width,
    ),
    ...scenarios.map((scenario) => scenarioText(scenario, view, width)),
  ];
  if (left.length > 0) blocks.push(wrapText(`Not explored: ${left.join(', ')}`, width));
  return blocks.join('\n\n');
}

/** One sentence: how many behaviours how many variants have. */
export function classesAnswer(document: ClassesDocument): string {
  const { variants, behaviours, scenarios, completeness } = document;
  const { user, system, internal, all } = behaviours;
  const valid = `${grouped(variants.valid)} valid variants`;
  if (scenarios.length === 0) {
    return `No scenario was explored on the ${valid}: ${printCompleteness(completeness)}.`;
  }
  return (
    `${valid} have ${groupedCount(all, 'distinct behaviour')} ` +
    `in ${scenariosText(document)} ` +
    `(user level ${grouped(user)}, system ${grouped(system)}, internal ${grouped(internal)}): ` +
    `${printCompleteness(completeness)}.`
  );
}

function scenarioText(scenario: ScenarioClasses, view: View, width: number): string {
  const { name, title, behaviours, classes, completeness, seen } = scenario;
  const { user, system, internal, all } = behaviours;
  return [
    wrapText(
      `${name}: ${groupedCount(all, 'class', 'classes')} ` +
        `(user ${user}, system ${system}, internal ${internal}), ` +
        printCompleteness(completeness),
      width,
      2,
    ),
    indent(wrapText(title, width - 2), 2),
    ...classes.map((each) => classText(each, seen, view, width)),
  ].join('\n');
}

function classText(
  { variants, named, condition, outcomes }: BehaviourClass,
  seen: readonly unknown[],
  view: View,
  width: number,
): string {
  const names = named.length === 0 ? '' : `, with ${named.join(', ')}`;
  const conditions = conditionLines(condition).map((line) => wrapText(line, width - 4, 3));
  const sights = outcomes.flatMap(({ seen: index, traces: { least, most } }) => {
    const count = least === most ? `${most} x` : `${least} to ${most} x`;
    return sightLines(seen[index], view).map((line, i) => (i === 0 ? `${count}  ${line}` : line));
  });
  return [
    `\n${indent(wrapText(`${groupedCount(variants, 'variant')}${names}:`, width - 2, 2), 2)}`,
    ...conditions.map((line) => indent(line, 4)),
    '  do',
    ...sights.map((line) => indent(wrapText(line, width - 4, 4), 4)),
  ].join('\n');
}
