/**
 * Which programs cannot tell two variants apart whatever they do: those that cannot reach a switch in
 * which the two differ.
 */
import { SWITCH_IDS, type SwitchId } from '../features/hunk-id';
import type { Variant } from '../features/variant';

/** An operation without which a program never reads some switches. */
export interface Gate {
  readonly operation: string;
  readonly switches: readonly SwitchId[];
  readonly reason: string;
}

/**
 * Only for what is certain. The spec holds the chain of callers against the text of the model, and
 * explores programs without the operation.
 */
export const GATE: Gate = {
  operation: 'madvise a FREE',
  switches: ['fixup/mm/swap_state/free_pages_and_swap_cache'],
  reason:
    'the fixup acts only on a pointer that MarkLazyFree marked, only tlb_madvfree_page marks one, only ' +
    'zap_pte_range calls that, with lazy_free set, and only madvise_dontneed sets lazy_free, for ' +
    'MADV_FREE (unmap_mapping_range leaves it to chance, but no operation here truncates a file)',
};

/** Switches that one variant has and the other has not. */
export const differingSwitches = (a: Variant, b: Variant): SwitchId[] =>
  SWITCH_IDS.filter((id) => a.has(id) !== b.has(id));

/** The gate that a program has to pass to tell the variants apart, if there is one. */
export function gateBetween(a: Variant, b: Variant): Gate | undefined {
  const behind = differingSwitches(a, b).every((id) => GATE.switches.includes(id));
  return behind ? GATE : undefined;
}
