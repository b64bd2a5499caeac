/** The result of `lzfree matrix` as CSV (RFC 4180): a line for each scenario and variant. */
import { stringify } from 'csv-stringify/sync';
import type { MatrixDocument, ReportedColumn } from '../../model/report/matrix-document';

const HEAD = ['scenario', 'title', 'variant', 'without', 'differs_at', 'expectations'];

export function matrixCsv({ columns, scenarios, reference }: MatrixDocument): string {
  const lines = scenarios.flatMap(({ name, title, cells }) =>
    cells.map(({ differsAt, expectations }, k) => [
      name,
      title,
      ...variantFields(columns[k]!, reference),
      differsAt,
      expectations,
    ]),
  );
  const text = stringify([HEAD, ...lines], { record_delimiter: 'windows' });
  // Printing ends the last line.
  return text.replace(/\r\n$/, '\r');
}

/** A variant with a name, or the one that it is less than and all switches that are off. */
const variantFields = (column: ReportedColumn, reference: string): [string, string] =>
  column.kind === 'named'
    ? [column.name, '']
    : [`${reference}-${column.off}`, [column.off, ...column.with].join(' ')];
