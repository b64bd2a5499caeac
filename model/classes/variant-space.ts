/** The variants that C would compile, as a set of switches' decision diagram. */
import { SWITCH_IDS, type SwitchId } from '../features/hunk-id';
import { requires } from '../features/requires';
import { Variant } from '../features/variant';
import { Diagrams, type Diagram } from './diagram';

const levels = new Map<SwitchId, number>(SWITCH_IDS.map((id, level) => [id, level]));

/** Sets and functions of variants. */
export class VariantSpace extends Diagrams {
  /** Every variant that has what its switches need. */
  readonly valid: Diagram;

  constructor() {
    super(SWITCH_IDS.length);
    this.valid = SWITCH_IDS.flatMap((id) => requires(id).map(({ from }) => [id, from] as const))
      .map(([id, from]) => this.union(this.switch(id, false), this.switch(from, true)))
      .reduce((set, clause) => this.times(set, clause), this.all);
  }

  /** The variants with a switch on, or off. */
  switch(id: SwitchId, on: boolean): Diagram {
    return this.literal(this.levelOf(id), on);
  }

  /** The place of a switch in the order in which diagrams ask. */
  levelOf(id: SwitchId): number {
    return levels.get(id)!;
  }

  /** The variants that have these switches as `variant` has them. */
  agreeing(variant: Variant, ids: Iterable<SwitchId>): Diagram {
    return this.cube([...ids].map((id) => ({ level: this.levelOf(id), on: variant.has(id) })));
  }

  /** A variant of a set which is not empty. */
  variantIn(set: Diagram): Variant {
    return Variant.of([...this.pick(set)].map((level) => SWITCH_IDS[level]));
  }

  /** A variant of a set which is not empty, as near to another one as any in it. */
  variantNear(set: Diagram, to: Variant): Variant {
    const on = this.nearest(set, (level) => to.has(SWITCH_IDS[level]));
    return Variant.of([...on].map((level) => SWITCH_IDS[level]));
  }

  /** The number that a function has for a variant. */
  of(f: Diagram, variant: Variant): number {
    return this.at(f, (level) => variant.has(SWITCH_IDS[level]));
  }
}
