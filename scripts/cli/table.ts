import stringWidth from 'string-width';
import { harmless } from './harmless';
import { textWidth, wrapText } from './text';

/** One column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /**
   * Whether cells may be wrapped when the table is too wide. Without any such column the last one
   * is wrapped.
   */
  readonly wrap?: boolean;
}

const GAP = '  ';
/** A wrapped column keeps room for at least a short word. */
const NARROWEST = 12;

/**
 * Lays rows out in columns that fit the width: titles, a rule of dashes, then the rows, without a
 * final line feed. Text is wrapped, never cut; a table whose columns cannot shrink further is wider.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width = 80,
): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((cells) => cells.map(harmless))];
  const widths = columns.map((_, index) =>
    lines.reduce((most, cells) => Math.max(most, textWidth(cells[index] ?? '')), 0),
  );
  shrink(widths, columns, width - GAP.length * (columns.length - 1));
  const rule = widths.map((columnWidth) => '-'.repeat(columnWidth));
  const [titles, ...body] = lines;
  return [titles, rule, ...body].flatMap((cells) => formatRow(cells, columns, widths)).join('\n');
}

/** Takes columns away from the widest column that may be wrapped, until all of them fit. */
function shrink(widths: number[], columns: readonly Column[], room: number): void {
  const wrapped = columns.flatMap((column, index) => (column.wrap ? [index] : []));
  const candidates = wrapped.length > 0 ? wrapped : [columns.length - 1];
  let excess = widths.reduce((sum, columnWidth) => sum + columnWidth, 0) - room;
  for (; excess > 0; excess--) {
    const widest = candidates.reduce((a, b) => (widths[b] > widths[a] ? b : a));
    if (widths[widest] <= NARROWEST) return;
    widths[widest]--;
  }
}

function formatRow(
  cells: readonly string[],
  columns: readonly Column[],
  widths: readonly number[],
): string[] {
  const blocks = widths.map((columnWidth, index) =>
    wrapText(cells[index] ?? '', columnWidth).split('\n'),
  );
  const height = Math.max(...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, line) =>
    widths
      .map((columnWidth, index) => pad(blocks[index][line] ?? '', columnWidth, columns[index]))
      .join(GAP)
      .trimEnd(),
  );
}

function pad(text: string, width: number, column: Column): string {
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return column.align === 'right' ? blanks + text : text + blanks;
}
