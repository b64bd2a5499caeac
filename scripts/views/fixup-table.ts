/** The tables of docs/fixup.md: what a search told of a beginning. */
import type { SearchDocument } from '../../model/report/search-document';

/** The table of searches of one beginning each, with what they come to. */
export function tableOf(documents: readonly SearchDocument[]): string {
  const numbers = documents.map(numbersOf);
  const sums = numbers[0]!.map((_, column) => numbers.reduce((sum, row) => sum + row[column]!, 0));
  return [
    '| page a at the beginning | programs | with MADV_FREE | never get there | executions | differ |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...documents.map(tableRow),
    `| all | ${sums.join(' | ')} |`,
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
