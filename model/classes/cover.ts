/** One computation under every variant of a set, done as seldom as can be. */
import { applySwitches, switchesRead } from '../features/hunk';
import type { SwitchId } from '../features/hunk-id';
import type { Diagram } from './diagram';
import type { VariantSpace } from './variant-space';

/** What a computation gives, and for which variants. */
export interface Covered<T> {
  readonly variants: Diagram;
  readonly value: T;
}

/**
 * Computes under one variant of the set, strikes out all that agree with it on the switches that were read,
 * and goes on with what is left. A deterministic computation does the same for all of those: it reads the
 * same switches and gets the same answers.
 *
 * @param read gets every switch that was read
 */
export function* cover<T>(
  space: VariantSpace,
  set: Diagram,
  read: Set<SwitchId>,
  compute: () => T,
): Generator<Covered<T>, void, undefined> {
  for (let left = set; left !== space.none;) {
    const variant = space.variantIn(left);
    applySwitches((id) => variant.has(id));
    const value = compute();
    const ids = switchesRead();
    for (const id of ids) read.add(id);
    const alike = space.agreeing(variant, ids);
    yield { variants: space.times(left, alike), value };
    left = space.minus(left, alike);
  }
}
