/** docs/variant-space.md: what all valid variants do on the suite, in numbers. */
import { printCompleteness } from '../../model/diff/completeness';
import type { ClassesDocument } from '../../model/report/classes-document';
import type { ScenarioClasses } from '../../model/report/scenario-classes';
import type { Identity } from '../../model/report/baseline-document';
import { grouped } from './grouped';

/** @param document of the whole suite */
export function variantSpaceManual(document: ClassesDocument, { model, suite }: Identity): string {
  const { variants, scenarios, completeness } = document;
  const valid = grouped(variants.valid);
  return `# All variants at once

The series has ${variants.switches} switches. Of the 2^${variants.switches} sets of them C would
compile ${valid}: these are the valid variants. \`lzfree classes\` explores each of the
suite's ${scenarios.length} scenarios under all of them, over every interleaving, and the numbers
here are what came of it: exact, and ${printCompleteness(completeness)}. How it is done stands
in [variants.md](variants.md#lzfree-classes).

Written by \`npm run variant-space\`, of suite \`${short(suite)}\` and model \`${short(model)}\`.

${variantSpaceTable(document)}

Two variants have the same behaviour at a level if no scenario has an outcome of one at that level
which it has not of the other. The numbers of the levels do not add up: "in all" counts what any of
the three tells apart.

## By scenario

Classes at each level, and of all three together; then executions done, and those that a run for
each variant would have taken.

| scenario | user | system | internal | all | executions | one by one |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${scenarios.map(row).join('\n')}
`;
}

/** The numbers of the whole suite. */
export function variantSpaceTable({ variants, behaviours, work }: ClassesDocument): string {
  const { user, system, internal, all } = behaviours;
  return `| | |
| --- | ---: |
| valid variants | ${grouped(variants.valid)} |
| behaviours that a program can tell apart | ${grouped(user)} |
| behaviours that an administrator can tell apart | ${grouped(system)} |
| behaviours that only the kernel can tell apart | ${grouped(internal)} |
| behaviours in all | ${grouped(all)} |
| executions of threads done | ${grouped(work.executions)} |
| operations of set-ups performed | ${grouped(work.operations)} |
| executions that a run for each variant would take | ${grouped(work.oneByOne)} |`;
}

/** The row of one scenario. */
export function row({ name, behaviours, work }: ScenarioClasses): string {
  const { user, system, internal, all } = behaviours;
  const counts = [user, system, internal, all, work.executions, work.oneByOne].map(grouped);
  return `| ${[name, ...counts].join(' | ')} |`;
}

/** The rows that stand in a text, by the name of their scenario. */
export function rowsIn(text: string): Map<string, string> {
  const [, table = ''] = text.split('\n## By scenario\n');
  const rows = table.split('\n').filter((line) => /^\| [a-z]/.test(line));
  return new Map(rows.slice(1).map((line) => [line.split(' | ')[0]!.slice(2), line]));
}

const short = (digest: string): string => digest.slice(0, 12);
