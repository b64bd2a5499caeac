/** The tables of docs/scenarios.md: every operation and option of the scenario language. */
import { OPERATIONS } from '../../model/scenario/operations';
import { defaultConfig } from '../../model/state/config';

/** From this heading on, docs/scenarios.md is generated; what stands before it is written by hand. */
const FIRST_HEADING = '## Operations';

const OPTION_NOTES =
  'Sizes that are not set follow from the scenario: as many CPUs as threads, as many pages as are\n' +
  'mapped, frames and swap slots with some to spare, for a migration also what its tries leave in\n' +
  'pagevecs. model/state/config.ts says what each means.';

/** The manual with its tables made anew. @throws Error if the text lacks the heading they begin at */
export function withTables(manual: string): string {
  const at = manual.indexOf(`${FIRST_HEADING}\n`);
  if (at < 0) throw new Error(`scenario-manual: no heading '${FIRST_HEADING}'`);
  return manual.slice(0, at) + tables();
}

function tables(): string {
  const operations = OPERATIONS.map(
    ({ usage, doc, by, level }) =>
      `| \`${usage.replaceAll('|', '\\|')}\` | ${by === 'process' ? 'a process' : 'anybody'} | ` +
      `${level ?? ''} | ${doc} |`,
  );
  const options = Object.entries(defaultConfig).map(
    ([name, value]) => `| \`${name}\` | ${String(value)} |`,
  );
  return [
    `${FIRST_HEADING}\n`,
    '| operation | by | result | what it does |',
    '| --- | --- | --- | --- |',
    ...operations,
    '\n## Options\n',
    `${OPTION_NOTES}\n`,
    '| option | default |',
    '| --- | --- |',
    ...options,
    '',
  ].join('\n');
}
