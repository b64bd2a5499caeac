/** The matrix by hunks: what each is for, and the scenarios that change without it. */
import { useState } from 'preact/hooks';
import type { MatrixRow } from '../../../model/matrix/row';
import type { Purpose } from '../../../model/matrix/purpose';
import { MatrixDetail } from './matrix-detail';
import { cellLabel, cellText, matches, type Filter, type ShownColumn } from './matrix-words';
import { count, sentence } from './words';

export type PurposeOf = (column: ShownColumn) => Purpose | undefined;

export interface PurposeListProps {
  readonly rows: readonly MatrixRow[];
  readonly columns: readonly ShownColumn[];
  readonly filter: Filter;
  readonly purposeOf: PurposeOf;
  /** What the text of a hunk does, in a sentence. */
  readonly describe: (column: ShownColumn) => string | undefined;
}

export function PurposeList({ rows, columns, filter, purposeOf, describe }: PurposeListProps) {
  return (
    <>
      {columns.map((column) => (
        <ColumnView
          key={column.name}
          rows={rows.filter(({ cells }) => matches(cells[column.index]!, filter))}
          column={column}
          purpose={purposeOf(column)}
          description={describe(column)}
        />
      ))}
    </>
  );
}

interface ColumnViewProps {
  readonly rows: readonly MatrixRow[];
  readonly column: ShownColumn;
  readonly purpose: Purpose | undefined;
  readonly description: string | undefined;
}

function ColumnView({ rows, column, purpose, description }: ColumnViewProps) {
  const [open, setOpen] = useState<string | null>(null);
  const { letter, name } = column;
  return (
    <article class="purpose" id={letter === '' ? `variant-${name}` : `purpose-${letter}`}>
      <h3>
        {letter} <code>{name}</code>
      </h3>
      {description !== undefined && <p>{description}</p>}
      {purpose !== undefined && <p>{purpose.sentence}</p>}
      {rows.length > 0 && (
        <details>
          <summary>{count(rows.length, 'scenario')}</summary>
          <ul class="changed">
            {rows.map((row) => {
              const cell = row.cells[column.index]!;
              return (
                <li key={row.name}>
                  <span class={`level ${cell.differsAt}`} role="img" aria-label={cellLabel(cell)}>
                    {cellText(cell)}
                  </span>{' '}
                  <button
                    type="button"
                    class="plain"
                    aria-expanded={open === row.name}
                    onClick={() => setOpen(open === row.name ? null : row.name)}
                  >
                    {row.name}
                  </button>{' '}
                  <span class="muted">{sentence(row.title)}</span>
                  {open === row.name && (
                    <MatrixDetail row={row} shown={column} purpose={undefined} />
                  )}
                </li>
              );
            })}
          </ul>
        </details>
      )}
    </article>
  );
}
