/** The named variants, as the sets of switches that a kernel is booted with. */
import type { SwitchId } from '../../../model/features/hunk-id';
import { NAMED_VARIANTS, type VariantName } from '../../../model/features/variant';

export const ALL_VARIANTS = Object.fromEntries(
  Object.entries(NAMED_VARIANTS).map(([name, variant]) => [name, variant.switches()]),
) as Record<VariantName, SwitchId[]>;

/** A named variant without some switches, whether C would compile it or not. */
export const lacking = (name: VariantName, ...ids: readonly SwitchId[]): SwitchId[] =>
  ALL_VARIANTS[name].filter((id) => !ids.includes(id));
