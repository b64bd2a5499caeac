/** Explores a scenario on many variants, and those that cannot act differently only once. */
import { switchesRead } from '../features/hunk';
import type { SwitchId } from '../features/hunk-id';
import type { Variant } from '../features/variant';
import type { Scenario } from '../scenario/ast';
import { explore, type Exploration, type ExploreOptions } from './explore';

interface Known {
  readonly variant: Variant;
  /** The switches that the exploration has read. */
  readonly read: readonly SwitchId[];
  readonly exploration: Exploration;
}

/**
 * The explorations of one scenario within one set of bounds. An exploration is determined by the switches
 * that it reads: a variant that agrees with an explored one on all of them does the same, bounded or not.
 */
export class SharedExplorations {
  private readonly known: Known[] = [];

  constructor(
    private readonly scenario: Scenario,
    private readonly options: ExploreOptions,
  ) {}

  /** What a variant does. @throws ScenarioError if the scenario cannot be set up */
  of(variant: Variant): Exploration {
    const same = this.known.find((each) =>
      each.read.every((id) => each.variant.has(id) === variant.has(id)),
    );
    if (same !== undefined) return same.exploration;
    const exploration = explore(this.scenario, variant, this.options);
    // One that was interrupted says nothing of what it would have read.
    if (exploration.completeness.kind !== 'interrupted') {
      this.known.push({ variant, read: switchesRead(), exploration });
    }
    return exploration;
  }

  /** Explorations that were run. */
  get explored(): number {
    return this.known.length;
  }

  /** Executions that they took. */
  get executions(): number {
    return this.known.reduce((sum, { exploration }) => sum + exploration.executions, 0);
  }
}
