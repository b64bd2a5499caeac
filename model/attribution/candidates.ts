/** The sets of switches that an attribution tries: each with what C asks for beside it. */
import { SWITCH_IDS, type SwitchId } from '../features/hunk-id';
import { dependents, requires } from '../features/requires';
import { NAMED_VARIANTS, type Variant } from '../features/variant';

export type Direction = 'removal' | 'addition';

export interface Candidate {
  /** The switches that make the set. */
  readonly switches: readonly SwitchId[];
  /** What has to go with them: those that need them, or those that they need. */
  readonly with: readonly SwitchId[];
  /** `fixed` without all of these, or `base` with them. */
  readonly variant: Variant;
}

/** Every distinct set that up to `largest` switches make, those of fewer switches in all first. */
export function candidates(direction: Direction, largest: number): Candidate[] {
  const byVariant = new Map<string, Candidate>();
  for (let size = 1; size <= largest; size++) {
    for (const switches of combinations(SWITCH_IDS, size)) {
      const candidate = candidateOf(direction, switches);
      const { key } = candidate.variant;
      if (!byVariant.has(key)) byVariant.set(key, candidate);
    }
  }
  return [...byVariant.values()].sort((a, b) => allOf(a).length - allOf(b).length);
}

/** All switches of a set. */
export const allOf = (candidate: Candidate): SwitchId[] => [
  ...candidate.switches,
  ...candidate.with,
];

function candidateOf(direction: Direction, switches: readonly SwitchId[]): Candidate {
  const closed = direction === 'removal' ? dependents(switches) : needs(switches);
  const variant =
    direction === 'removal' ? NAMED_VARIANTS.fixed.minus(closed) : NAMED_VARIANTS.base.plus(closed);
  const beside = SWITCH_IDS.filter((id) => closed.has(id) && !switches.includes(id));
  return { switches, with: beside, variant };
}

/** The switches and all that they, directly or through others, cannot be compiled without. */
function needs(ids: readonly SwitchId[]): Set<SwitchId> {
  const wanted = new Set(ids);
  // A set is walked in the order of insertion, with what is added on the way.
  for (const id of wanted) for (const { from } of requires(id)) wanted.add(from);
  return wanted;
}

function* combinations<T>(items: readonly T[], size: number): Generator<T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (const [index, item] of items.entries()) {
    for (const rest of combinations(items.slice(index + 1), size - 1)) yield [item, ...rest];
  }
}
