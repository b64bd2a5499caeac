/** The result of `lzfree matrix`: scenarios by variants. */
import { weaker, type Completeness } from '../diff/completeness';
import type { SwitchId } from '../features/hunk-id';
import { variantName } from '../features/variant-name';
import { COLUMNS, OFF_COLUMNS, type Column, type NamedColumn } from '../matrix/columns';
import { purposeOf, type Purpose } from '../matrix/purpose';
import type { MatrixRow } from '../matrix/row';

export type ReportedColumn =
  | { readonly kind: 'named'; readonly name: NamedColumn['name']; readonly variant: string }
  | {
      readonly kind: 'off';
      readonly off: SwitchId;
      readonly with: readonly SwitchId[];
      /** The name of the variant on a command line. */
      readonly variant: string;
    };

export interface MatrixDocument {
  readonly schema: 'lzfree/matrix';
  readonly version: 2;
  /** The variant that every cell is held against. */
  readonly reference: 'fixed';
  /** Most executions of each exploration. */
  readonly bound: number;
  readonly completeness: Completeness;
  readonly columns: readonly ReportedColumn[];
  readonly scenarios: readonly MatrixRow[];
  /** What each switch is for. */
  readonly purposes: readonly Purpose[];
  /** Scenarios that an interruption left out. */
  readonly left: readonly string[];
  /** Variants that could not act differently were explored once. */
  readonly work: { readonly explorations: number; readonly executions: number };
}

/** @param names all scenarios that were asked for */
export function matrixDocument(
  scenarios: readonly MatrixRow[],
  names: readonly string[],
  bound: number,
): MatrixDocument {
  const known = new Set(scenarios.map(({ name }) => name));
  const left = names.filter((name) => !known.has(name));
  const begin: Completeness = left.length > 0 ? { kind: 'interrupted' } : { kind: 'complete' };
  const sum = (key: 'explored' | 'executions') =>
    scenarios.reduce((total, each) => total + each[key], 0);
  return {
    schema: 'lzfree/matrix',
    version: 2,
    reference: 'fixed',
    bound,
    completeness: scenarios.map((each) => each.completeness).reduce(weaker, begin),
    columns: COLUMNS.map(reportColumn),
    scenarios,
    purposes: OFF_COLUMNS.map((column) => purposeOf(column, scenarios, left.length)),
    left,
    work: { explorations: sum('explored'), executions: sum('executions') },
  };
}

const reportColumn = (column: Column): ReportedColumn =>
  column.kind === 'named'
    ? { kind: 'named', name: column.name, variant: column.name }
    : {
        kind: 'off',
        off: column.off,
        with: column.with,
        variant: variantName(column.variant),
      };
