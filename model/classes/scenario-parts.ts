/**
 * A scenario cut where only one task is at work: between the operations of its set-up, before and after its
 * threads, and between the operations that come after them. Where it stands there is a state without local
 * variables, so that variants which come to the same state need not be told apart from there on.
 */
import { explore, type Completeness, type ExploreOptions } from '../explorer/explore';
import type { Scenario } from '../scenario/ast';
import type { Outcome } from '../scenario/outcome';
import { afterLabel, setupLabel } from '../scenario/labels';
import { ScenarioProgram, type ScenarioState } from '../scenario/program';
import { enter } from '../state/kernel';

/** One operation of the set-up, all threads, or one operation of those that come after them. */
export type Part =
  { readonly kind: 'setup' | 'after'; readonly index: number } | { readonly kind: 'threads' };

/** What a part leads to. */
export interface PartResult {
  readonly ends: readonly { readonly state: ScenarioState; readonly traces: number }[];
  readonly executions: number;
  readonly completeness: Completeness;
}

export class ScenarioParts extends ScenarioProgram {
  /** The parts in their order. */
  readonly parts: readonly Part[];
  /** Every state that was come to; equal ones are one object. */
  private readonly states = new Map<string, ScenarioState>();
  /** The operation of the set-up that waits for ever, while it is looked at. */
  private waiting: readonly string[] = [];
  private part: Part = { kind: 'threads' };

  /** @param file name to report errors in the scenario under */
  constructor(scenario: Scenario, file?: string) {
    super(scenario, () => undefined, file);
    this.parts = [
      ...scenario.setup.map((_, index) => ({ kind: 'setup' as const, index })),
      ...(scenario.threads.length > 0 ? [{ kind: 'threads' as const }] : []),
      ...scenario.after.map((_, index) => ({ kind: 'after' as const, index })),
    ];
  }

  /** The state after boot, before the first part. */
  get beginning(): ScenarioState {
    return this.begin;
  }

  /**
   * Runs a part from a state, under the switches that are set, over every interleaving and choice.
   *
   * @throws ScenarioError if the scenario cannot be performed
   */
  run(part: Part, from: ScenarioState, options: ExploreOptions = {}): PartResult {
    this.part = part;
    this.begin = from;
    if (part.kind === 'setup') return this.performAlone(part.index);
    // Tasks differ from part to part, and switches from call to call: nothing can be learnt of them.
    const { outcomes, executions, completeness } = explore({ start: () => this.start() }, options);
    const ends = [...outcomes].map(([key, { traces }]) => ({
      state: this.states.get(key)!,
      traces,
    }));
    return { ends, executions, completeness };
  }

  /** The outcome of a scenario that ends in a state. The switches matter: they name counters. */
  outcomeAt(state: ScenarioState): Outcome {
    enter(this.kernel);
    this.restore(state);
    return this.outcome(state.stuck);
  }

  /** Leaves the set-up to {@link run}. */
  protected override setUp(): ScenarioState {
    return this.state([]);
  }

  /** Leaves the switches to whoever calls {@link run}. */
  protected override takeSwitches(): void {}

  protected override spawnAll(): void {
    if (this.part.kind === 'after') this.spawnAfter(this.part.index);
    else this.spawnThreads();
  }

  protected override stuck(): readonly string[] {
    switch (this.part.kind) {
      case 'setup':
        return this.waiting;
      case 'threads':
        return this.stuckThreads();
      case 'after':
        return this.kernel.machine.finished(0) ? [] : [afterLabel(this.part.index)];
    }
  }

  /** The explorer tells the ends of this part apart, not the outcomes of the scenario. */
  override outcomeText(): string {
    const key = this.outcomeKey();
    if (!this.states.has(key)) this.states.set(key, this.state(this.stuck()));
    return key;
  }

  private performAlone(index: number): PartResult {
    enter(this.kernel);
    this.restore(this.begin);
    this.waiting = this.performSetup(index) ? [] : [setupLabel(index)];
    const state = this.states.get(this.outcomeText())!;
    return { ends: [{ state, traces: 1 }], executions: 0, completeness: { kind: 'complete' } };
  }
}
