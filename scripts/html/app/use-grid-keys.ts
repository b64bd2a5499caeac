/** Arrow keys in a table: one cell takes part in the order of Tab, and the arrows move which. */
import { useState } from 'preact/hooks';

/** Marks a cell that the arrows can reach; what is not marked they pass over. */
export const GRID_CELL = 'data-cell';

export interface GridKeys {
  /** The cell that Tab reaches. */
  readonly current: string;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocusIn: (event: FocusEvent) => void;
}

/** @param first the cell that Tab reaches at first */
export function useGridKeys(first: string): GridKeys {
  const [current, setCurrent] = useState(first);
  return {
    current,
    onFocusIn: ({ target }) => {
      const cell = cellOf(target);
      if (cell !== null) setCurrent(cell.getAttribute(GRID_CELL)!);
    },
    onKeyDown: (event) => {
      const cell = cellOf(event.target);
      const next = cell === null ? undefined : neighbour(cell, event.key);
      if (next === undefined) return;
      event.preventDefault();
      next.focus();
    },
  };
}

const cellOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>(`[${GRID_CELL}]`) : null;

const cellsOf = (row: Element | undefined): HTMLElement[] => [
  ...(row?.querySelectorAll<HTMLElement>(`[${GRID_CELL}]`) ?? []),
];

function neighbour(cell: HTMLElement, key: string): HTMLElement | undefined {
  const row = cell.closest('tr')!;
  const cells = cellsOf(row);
  const at = cells.indexOf(cell);
  switch (key) {
    case 'ArrowRight':
      return cells[at + 1];
    case 'ArrowLeft':
      return cells[at - 1];
    case 'Home':
      return cells[0];
    case 'End':
      return cells.at(-1);
    case 'ArrowDown':
      return cellsOf(rowFrom(row, 1))[at];
    case 'ArrowUp':
      return cellsOf(rowFrom(row, -1))[at];
    default:
      return undefined;
  }
}

/** The next row that has cells to reach. */
function rowFrom(row: HTMLTableRowElement, step: 1 | -1): Element | undefined {
  const rows = [...row.closest('table')!.rows].filter((each) => cellsOf(each).length > 0);
  return rows[rows.indexOf(row) + step];
}
