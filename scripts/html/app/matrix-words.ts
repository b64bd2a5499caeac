/** What a cell and a column of the matrix say, in words and signs. */
import type { Difference, MatrixCell } from '../../../model/matrix/row';
import type { ReportedColumn } from '../../../model/report/matrix-document';
import { letter, SYMBOLS } from '../../views/matrix-symbols';
import { WHO } from './words';

/** What is shown of a matrix. */
export const FILTERS = ['all', 'user', 'system', 'internal', 'fails', 'unknown'] as const;
export type Filter = (typeof FILTERS)[number];

export const FILTER_WORDS: Readonly<Record<Filter, string>> = {
  all: 'every difference',
  user: 'U, seen by a program',
  system: 'S, seen by an administrator',
  internal: 'I, seen by only the kernel',
  fails: '!, an expectation fails',
  unknown: '?, left open by a bound',
};

export const MEANING: Readonly<Record<Difference, string>> = {
  equal: 'does the same as fixed',
  user: `${WHO.user} sees a difference from fixed`,
  system: `${WHO.system} sees a difference from fixed, a program does not`,
  internal: `${WHO.internal} sees a difference from fixed`,
  unknown: 'a bound leaves open whether it differs from fixed',
};

export const EXPECTATIONS: Readonly<Record<MatrixCell['expectations'], string>> = {
  yes: 'hold here',
  no: 'do not all hold here',
  unknown: 'are left open by a bound',
};

export const cellText = ({ differsAt, expectations }: MatrixCell): string =>
  SYMBOLS[differsAt] + (expectations === 'no' ? '!' : '');

/** For ears: the word beside the letter. */
export const cellLabel = (cell: MatrixCell): string =>
  `${cellText(cell)} ${cell.differsAt}` +
  (cell.expectations === 'no' ? ', an expectation fails' : '');

export function matches({ differsAt, expectations }: MatrixCell, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return differsAt !== 'equal' || expectations === 'no';
    case 'fails':
      return expectations === 'no';
    default:
      return differsAt === filter;
  }
}

/** A column with the names under which it is shown. */
export interface ShownColumn {
  readonly column: ReportedColumn;
  /** Its place in the document. */
  readonly index: number;
  /** A letter for a hunk, as in the text form; nothing for a variant with a name. */
  readonly letter: string;
  /** The hunk, or the variant's name. */
  readonly name: string;
  /** The name without the patch and the folders, for the narrow head of a column. */
  readonly short: string;
  readonly patch: string;
  /** Whether a patch begins here, or the variants do. */
  readonly first: boolean;
}

export function shownColumns(columns: readonly ReportedColumn[]): ShownColumn[] {
  const named = columns.filter(({ kind }) => kind === 'named').length;
  let before = '';
  return columns.map((column, index) => {
    const name = column.kind === 'named' ? column.name : column.off;
    const patch = column.kind === 'named' ? 'variants' : name.slice(0, name.indexOf('/'));
    const first = patch !== before;
    before = patch;
    const sign = column.kind === 'named' ? '' : letter(index - named);
    return { column, index, letter: sign, name, short: shortName(name), patch, first };
  });
}

/** What stands behind the file in a hunk's name: a function or macro, and the part of the hunk. */
const shortName = (id: string): string =>
  id.replace(/^[^/]+\/(?:mm|include\/(?:uapi\/)?[^/]+)\/(?:[^/]+\/(?!include$))?/, '');

/** `fixed` without a hunk, and without what cannot be compiled then. */
export function variantWords({ column }: ShownColumn): string {
  if (column.kind === 'named') return column.name;
  return `fixed without ${[column.off, ...column.with].join(', ')}`;
}
