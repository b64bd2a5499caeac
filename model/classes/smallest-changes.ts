/** What to change in a variant so that it comes into a set. */
import { SWITCH_IDS, type SwitchId } from '../features/hunk-id';
import type { Variant } from '../features/variant';
import type { Diagram } from './diagram';
import type { VariantSpace } from './variant-space';

/**
 * The shortest lists of switches, of `among` only, that bring a variant into a set when each of a list is
 * turned. None, if no list does; one empty list, if the variant is in the set.
 *
 * @param most how many lists to give at most
 */
export function smallestChanges(
  space: VariantSpace,
  set: Diagram,
  variant: Variant,
  among: readonly SwitchId[],
  most: number,
): SwitchId[][] {
  const others = SWITCH_IDS.filter((id) => !among.includes(id));
  const reachable = space.times(set, space.agreeing(variant, others));
  const lengths = new Map<Diagram, number>();
  const isOn = (at: Diagram) => variant.has(SWITCH_IDS[at.level]!);
  const same = (at: Diagram) => (isOn(at) ? at.on : at.off);
  const turned = (at: Diagram) => (isOn(at) ? at.off : at.on);
  /** How many switches must be turned below a node, at least. */
  const length = (at: Diagram): number => {
    if (at.level === space.switches) return at.value === 0 ? Infinity : 0;
    let known = lengths.get(at);
    if (known === undefined) {
      known = Math.min(length(same(at)), 1 + length(turned(at)));
      lengths.set(at, known);
    }
    return known;
  };
  const shortest = length(reachable);
  if (shortest === Infinity) return [];
  const found: SwitchId[][] = [];
  const go = (at: Diagram, left: number, before: readonly SwitchId[]): void => {
    if (length(at) > left || found.length === most) return;
    if (at.level === space.switches) return void found.push([...before]);
    go(same(at), left, before);
    go(turned(at), left - 1, [...before, SWITCH_IDS[at.level]!]);
  };
  go(reachable, shortest, []);
  return found;
}
