/** The variants that a matrix compares with `fixed`. */
import { SWITCH_IDS, type SwitchId } from '../features/hunk-id';
import { without } from '../features/requires';
import { NAMED_VARIANTS, VARIANT_NAMES, type Variant, type VariantName } from '../features/variant';

export interface NamedColumn {
  readonly kind: 'named';
  readonly name: VariantName;
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

export const NAMED_COLUMNS: readonly NamedColumn[] = VARIANT_NAMES.map((name) => ({
  kind: 'named',
  name,
  variant: NAMED_VARIANTS[name],
}));

export const OFF_COLUMNS: readonly OffColumn[] = SWITCH_IDS.map((off) => {
  const variant = without(NAMED_VARIANTS.fixed, off);
  const gone = SWITCH_IDS.filter((id) => id !== off && !variant.has(id));
  return { kind: 'off', off, with: gone, variant };
});

export const COLUMNS: readonly Column[] = [...NAMED_COLUMNS, ...OFF_COLUMNS];
