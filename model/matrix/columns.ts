/** The variants that a matrix compares with `fixed`. */
import type { EditId, SwitchId } from '../features/hunk-id';
import { without } from '../features/requires';
import {
  EDITS,
  NAMED_VARIANTS,
  VARIANT_NAMES,
  type Variant,
  type VariantName,
} from '../features/variant';

export interface NamedColumn {
  readonly kind: 'named';
  readonly name: VariantName | `fixed+${EditId}`;
  readonly variant: Variant;
}

/** The largest valid variant of `fixed` without a switch. */
export interface OffColumn {
  readonly kind: 'off';
  readonly off: SwitchId;
  /** Switches that cannot be compiled without it, and are off with it. */
  readonly with: readonly SwitchId[];
  readonly variant: Variant;
}

export type Column = NamedColumn | OffColumn;

const { fixed } = NAMED_VARIANTS;

/** The named variants, and `fixed` with each edit of the model that was given. */
const NAMED_COLUMNS: readonly NamedColumn[] = [
  ...VARIANT_NAMES.map((name) => ({ kind: 'named', name, variant: NAMED_VARIANTS[name] }) as const),
  ...EDITS.map(
    (id) => ({ kind: 'named', name: `fixed+${id}`, variant: fixed.plus([id]) }) as const,
  ),
];

export const OFF_COLUMNS: readonly OffColumn[] = fixed.switches().map((off) => {
  const variant = without(fixed, off);
  const gone = fixed.switches().filter((id) => id !== off && !variant.has(id));
  return { kind: 'off', off, with: gone, variant };
});

export const COLUMNS: readonly Column[] = [...NAMED_COLUMNS, ...OFF_COLUMNS];
