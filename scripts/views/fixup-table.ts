/** The tables of docs/fixup.md: what a search told of a beginning. */
import type { SearchDocument } from '../../model/report/search-document';

/** The table of a search of one beginning. */
export function tableOf(document: SearchDocument): string {
  return [
    '| page a at the beginning | programs | with MADV_FREE | never get there | executions | differ |',
    '| --- | --- | --- | --- | --- | --- |',
    tableRow(document),
  ].join('\n');
}

/** The line of one beginning. */
export const tableRow = (document: SearchDocument): string =>
  `| ${document.bound.beginnings[0]!.state} | ${numbersOf(document).join(' | ')} |`;

function numbersOf({ sizes, kinds, completeness, bound }: SearchDocument): number[] {
  if (completeness.kind !== 'complete') {
    throw new Error(`fixup-table: '${bound.beginnings[0]!.name}' was not searched completely`);
  }
  const total = (of: (row: SearchDocument['sizes'][number]) => number): number =>
    sizes.reduce((sum, row) => sum + of(row), 0);
  return [
    total((row) => row.all),
    total((row) => row.programs),
    total((row) => row.unreached),
    total((row) => row.executions),
    kinds.reduce((sum, kind) => sum + kind.programs, 0),
  ];
}

/** Puts a table where the marks of its name are. */
export function withTable(text: string, name: string, table: string): string {
  const [from, to] = [`<!-- table ${name} -->\n`, `<!-- end of table ${name} -->`];
  const [start, end] = [text.indexOf(from), text.indexOf(to)];
  if (start < 0 || end < 0) throw new Error(`fixup-table: no marks for '${name}'`);
  return `${text.slice(0, start + from.length)}\n${table}\n\n${text.slice(end)}`;
}
