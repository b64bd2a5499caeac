/** The result of `lzfree matrix` as text; the first line is the answer. */
import { printCompleteness } from '../../model/diff/completeness';
import type { MatrixCell } from '../../model/matrix/row';
import type { MatrixDocument } from '../../model/report/matrix-document';
import { formatTable } from '../cli/table';
import { wrapText } from '../cli/text';
import { groupedCount } from './grouped';
import { letter, SYMBOLS } from './matrix-symbols';
import { indent } from './outcome-text';
import { scenariosText } from './scenarios-text';

const LEGEND =
  'A cell is the outermost level at which a variant differs from fixed: = none, U user, S system, ' +
  'I internal, ? a bound leaves it open. Behind it ! says that an expectation fails.';

const OFF_LEGEND =
  'The same with one hunk less than fixed, and without what cannot be compiled then. A small letter ' +
  'says that every expectation still holds. The letters of the hunks stand below; the numbers are those ' +
  'of the scenarios above.';

export function matrixText(document: MatrixDocument, width: number): string {
  const { scenarios, left } = document;
  const blocks = [wrapText(matrixAnswer(document), width)];
  if (scenarios.length > 0) {
    blocks.push(wrapText(LEGEND, width), namedTable(document, width));
    blocks.push(wrapText(OFF_LEGEND, width), offTable(document), purposeList(document, width));
  }
  if (left.length > 0) blocks.push(wrapText(`Not explored: ${left.join(', ')}`, width));
  return blocks.join('\n\n');
}

/** One sentence: what was compared, and how completely. */
export function matrixAnswer(document: MatrixDocument): string {
  const { columns, completeness, work } = document;
  const rows = scenariosText(document);
  return (
    `${rows} on ${columns.length} variants, held against fixed: ${printCompleteness(completeness)}. ` +
    `It took ${groupedCount(work.explorations, 'exploration')} and ` +
    `${groupedCount(work.executions, 'execution')}.`
  );
}

function namedTable({ columns, scenarios }: MatrixDocument, width: number): string {
  const named = columns.flatMap((column, k) => (column.kind === 'named' ? [[column.name, k]] : []));
  const titles = named.map(([name]) => ({ title: String(name) }));
  const rows = scenarios.map(({ name, cells }, k) => [
    String(k + 1),
    ...named.map(([, index]) => cellText(cells[Number(index)]!)),
    name,
  ]);
  return formatTable(
    [{ title: '#', align: 'right' }, ...titles, { title: 'scenario' }],
    rows,
    width,
  );
}

const cellText = ({ differsAt, expectations }: MatrixCell): string =>
  SYMBOLS[differsAt] + (expectations === 'no' ? '!' : '');

/** One sign a column: more would not fit a terminal. */
function offTable({ columns, scenarios, purposes }: MatrixDocument): string {
  const offs = columns.flatMap(({ kind }, k) => (kind === 'off' ? [k] : []));
  return formatTable(
    [{ title: '#', align: 'right' }, { title: purposes.map((_, k) => letter(k)).join('') }],
    scenarios.map(({ cells }, k) => [
      String(k + 1),
      offs.map((index) => signOf(cells[index]!)).join(''),
    ]),
  );
}

function signOf({ differsAt, expectations }: MatrixCell): string {
  const symbol = SYMBOLS[differsAt];
  return expectations === 'no' ? symbol : symbol.toLowerCase();
}

function purposeList({ purposes }: MatrixDocument, width: number): string {
  return purposes
    .map(
      ({ off, sentence }, k) => `${letter(k)}  ${off}\n${indent(wrapText(sentence, width - 3), 3)}`,
    )
    .join('\n');
}
