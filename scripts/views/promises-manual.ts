/** docs/promises.md: every promise that a run is judged by, and what the hunt's programs are made of. */
import { BEGINNINGS, MOVES } from '../../model/hunt/moves';
import { PROMISES } from '../../model/promises/judge';
import { withTable } from './marked-table';

/** From this heading on, docs/promises.md is generated; what stands before it is written by hand. */
const FIRST_HEADING = '## The promises';

/** The manual with its list made anew. @throws Error if the text lacks the heading that it begins at */
export function withPromises(manual: string): string {
  const at = manual.indexOf(`${FIRST_HEADING}\n`);
  if (at < 0) throw new Error(`promises-manual: no heading '${FIRST_HEADING}'`);
  const list = PROMISES.map(({ id, text, source, concurrently }) =>
    [`### ${id}\n`, `${text}\n`, `Rests on: ${source}\n`, `Said when: ${concurrently}\n`].join(
      '\n',
    ),
  );
  const all = [`${manual.slice(0, at)}${FIRST_HEADING}\n`, ...list].join('\n');
  return withTable(all, 'hunt programs', programs());
}

function programs(): string {
  const code = (lines: readonly string[]): string =>
    lines.map((line) => `\`${line.replaceAll('$p', 'P0')}\``).join(', ');
  return [
    '| page | what comes before |',
    '| --- | --- |',
    ...BEGINNINGS.map(({ name, setup }) => `| \`${name}\` | ${code(setup)} |`),
    '',
    '| move | by | operations |',
    '| --- | --- | --- |',
    ...MOVES.map(({ name, by, lines, on }) => {
      const who = on === undefined ? by : `${by}, on \`${on}\``;
      return `| \`${name}\` | ${who} | ${code(lines)} |`;
    }),
  ].join('\n');
}
