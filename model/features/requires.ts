import { SWITCH_IDS } from './hunk-id';
import type { HunkId, SwitchId } from './hunk-id';
import { switchFacts } from './hunk-table';
import type { Need } from './hunk-table';
import { switchesOf } from './variant';
import type { Variant } from './variant';

/** A need that a variant does not meet. */
export interface Missing extends Need {
  /** The switch that needs the symbol; it is on, and the one that brings the symbol is off. */
  readonly id: SwitchId;
}

/** What a switch's C code cannot be compiled without. */
export function requires(id: SwitchId): readonly Need[] {
  return switchFacts(id).needs;
}

/** The needs that a variant does not meet, in the order of the series; none if C would compile it. */
export function validate(variant: Variant): Missing[] {
  return variant.switches().flatMap((id) =>
    requires(id)
      .filter(({ from }) => !variant.has(from))
      .map((need) => ({ id, ...need })),
  );
}

/** A missing need in words, on one line. */
export function describeMissing({ id, symbol, from, why }: Missing): string {
  return `${id} needs ${symbol} from ${from}${why === undefined ? '' : ` (${why})`}`;
}

/** The switch and all that, directly or through others, cannot be compiled without it. */
export function dependents(ids: Iterable<SwitchId>): Set<SwitchId> {
  const gone = new Set(ids);
  for (let before = 0; before < gone.size;) {
    before = gone.size;
    for (const id of SWITCH_IDS) {
      if (requires(id).some(({ from }) => gone.has(from))) gone.add(id);
    }
  }
  return gone;
}

/**
 * The variant minus a hunk or switch, and minus everything that cannot be compiled without it: the largest
 * part of the variant that does without it and is as valid as the variant was.
 */
export function without(variant: Variant, id: HunkId | SwitchId): Variant {
  const switches = (SWITCH_IDS as readonly string[]).includes(id)
    ? [id as SwitchId]
    : switchesOf(id as HunkId);
  return variant.minus(dependents(switches));
}
