/** Scenarios by variants: a letter, a pattern and a shade for each level; a cell opens below its row. */
import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import type { MatrixRow } from '../../../model/matrix/row';
import { MatrixDetail } from './matrix-detail';
import { cellLabel, cellText, matches, type Filter, type ShownColumn } from './matrix-words';
import type { PurposeOf } from './purpose-list';
import { GRID_CELL, useGridKeys, type GridKeys } from './use-grid-keys';

export interface HeatMapProps {
  readonly rows: readonly MatrixRow[];
  readonly columns: readonly ShownColumn[];
  readonly filter: Filter;
  readonly purposeOf: PurposeOf;
}

/** A cell by the names of its row and column. */
const cellId = (row: MatrixRow, { name }: ShownColumn): string => `${row.name} ${name}`;

export function HeatMap({ rows, columns, filter, purposeOf }: HeatMapProps) {
  const [open, setOpen] = useState<string | null>(null);
  const keys = useGridKeys('');
  const ids = rows.flatMap((row) => columns.map((column) => cellId(row, column)));
  const current = ids.includes(keys.current) ? keys.current : ids[0];
  return (
    <div class="heat-scroll" role="region" aria-label="The heat map, to scroll" tabIndex={0}>
      <table
        class="heat"
        role="grid"
        aria-label="Scenarios by variants"
        onKeyDown={keys.onKeyDown}
        onFocusIn={keys.onFocusIn}
      >
        <Head columns={columns} />
        <tbody>
          {rows.map((row) => {
            const opened = columns.find((column) => cellId(row, column) === open);
            return (
              <Fragment key={row.name}>
                <tr>
                  <th scope="row">{row.name}</th>
                  {columns.map((column) => {
                    const id = cellId(row, column);
                    return (
                      <Cell
                        key={id}
                        id={id}
                        row={row}
                        column={column}
                        filter={filter}
                        current={current}
                        open={id === open}
                        onToggle={() => setOpen(id === open ? null : id)}
                      />
                    );
                  })}
                </tr>
                {opened !== undefined && (
                  <tr>
                    <td class="drill" colSpan={columns.length + 1}>
                      <MatrixDetail row={row} shown={opened} purpose={purposeOf(opened)} />
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps extends Pick<HeatMapProps, 'filter'> {
  readonly id: string;
  readonly row: MatrixRow;
  readonly column: ShownColumn;
  readonly current: GridKeys['current'] | undefined;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function Cell({ id, row, column, filter, current, open, onToggle }: CellProps) {
  const cell = row.cells[column.index]!;
  const shown = matches(cell, filter);
  return (
    <td
      class={`level ${shown ? cell.differsAt : 'equal'}${firstOfPatch(column)}`}
      aria-label={cellLabel(cell)}
      aria-expanded={open}
      tabIndex={id === current ? 0 : -1}
      {...{ [GRID_CELL]: id }}
      onClick={onToggle}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onToggle();
      }}
    >
      {shown || filter === 'all' ? cellText(cell) : ''}
    </td>
  );
}

const firstOfPatch = ({ first }: ShownColumn): string => (first ? ' first' : '');

function Head({ columns }: { readonly columns: readonly ShownColumn[] }) {
  const patches = [...new Set(columns.map(({ patch }) => patch))];
  return (
    <thead>
      <tr>
        <td />
        {patches.map((patch) => (
          <th
            key={patch}
            class="first"
            scope="colgroup"
            colSpan={columns.filter((each) => each.patch === patch).length}
          >
            {patch === 'variants' ? patch : `−${patch}`}
          </th>
        ))}
      </tr>
      <tr>
        <th scope="col" class="corner">
          scenario
        </th>
        {columns.map((column) => (
          <th key={column.name} scope="col" class={`turned${firstOfPatch(column)}`}>
            {column.letter === '' ? (
              <span>{column.short}</span>
            ) : (
              <a href={`#purpose-${column.letter}`} title={column.name}>
                <b>{column.letter}</b> {column.short}
              </a>
            )}
          </th>
        ))}
      </tr>
    </thead>
  );
}
