/** Explores a scenario on many variants, and those that cannot act differently only once. */
import { switchesRead } from '../features/hunk';
import type { SwitchId } from '../features/hunk-id';
import type { Variant } from '../features/variant';
import type { Scenario } from '../scenario/ast';
import { explore, type Exploration, type ExploreOptions } from './explore';

/** An exploration with the switches that it has read, of which some were on and the others off. */
export interface KnownExploration {
  readonly on: readonly SwitchId[];
  readonly off: readonly SwitchId[];
  readonly exploration: Exploration;
}

/**
 * The explorations of one scenario within one set of bounds. An exploration is determined by the switches
 * that it reads: a variant that agrees with an explored one on all of them does the same, bounded or not.
 */
export class SharedExplorations {
  private readonly known: KnownExploration[];

  /** @param known what is known of the same scenario within the same bounds */
  constructor(
    private readonly scenario: Scenario,
    private readonly options: ExploreOptions,
    known: readonly KnownExploration[] = [],
  ) {
    this.known = [...known];
  }

  /** What a variant does. @throws ScenarioError if the scenario cannot be set up */
  of(variant: Variant): Exploration {
    const same = this.known.find(
      ({ on, off }) => on.every((id) => variant.has(id)) && !off.some((id) => variant.has(id)),
    );
    if (same !== undefined) return same.exploration;
    const exploration = explore(this.scenario, variant, this.options);
    // One that was interrupted says nothing of what it would have read.
    if (exploration.completeness.kind !== 'interrupted') {
      const read = switchesRead();
      const on = read.filter((id) => variant.has(id));
      const off = read.filter((id) => !variant.has(id));
      this.known.push({ on, off, exploration });
    }
    return exploration;
  }

  /** All that is known, to begin with another time. */
  get all(): readonly KnownExploration[] {
    return this.known;
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
