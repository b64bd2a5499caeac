/** Explores a scenario under every valid variant at once. */
import { weaker } from '../diff/completeness';
import type { SwitchId } from '../features/hunk-id';
import type { Completeness, StopSignal } from '../explorer/explore';
import type { Scenario } from '../scenario/ast';
import type { Outcome } from '../scenario/outcome';
import type { ScenarioState } from '../scenario/program';
import { cover } from './cover';
import type { Diagram } from './diagram';
import { ScenarioParts, type Part } from './scenario-parts';
import type { VariantSpace } from './variant-space';

export interface VariantsOptions {
  /** Name to report errors in the scenario under. */
  readonly file?: string;
  /** Explore no others than these. */
  readonly within?: Diagram;
  /** Most executions of one part under one variant; reaching it makes the result bounded. */
  readonly executions?: number;
  readonly signal?: StopSignal;
  /** Called now and then with the work done so far, and where it is. */
  readonly onProgress?: (work: Work, at: Whereabouts) => void;
}

/** What was run. */
export interface Work {
  /** Operations performed alone, and looks at what is left at the end. */
  operations: number;
  /** Executions of the scenario's threads, or of what comes after them. */
  executions: number;
}

/** How far an exploration is. */
export interface Whereabouts {
  /** The part that it is in, from 0, and how many there are. */
  readonly part: number;
  readonly parts: number;
  /** Share of the variants that are through with that part, from 0 to 1. */
  readonly covered: number;
}

/** An outcome, and how many traces of each variant end in it. */
export interface VariantsOutcome {
  readonly outcome: Outcome;
  readonly traces: Diagram;
}

/** All that the valid variants can do in a scenario. */
export interface VariantsExploration {
  readonly outcomes: readonly VariantsOutcome[];
  readonly work: Work;
  /** Switches that were read; nothing depends on the others. */
  readonly read: ReadonlySet<SwitchId>;
  /** Weaker than complete: for some of the variants something may be missing. */
  readonly completeness: Completeness;
}

/**
 * Explores a scenario under every valid variant, part by part. Between two parts variants that have
 * come to the same state go on together. @throws ScenarioError if the scenario cannot be set up
 */
export function exploreVariants(
  scenario: Scenario,
  space: VariantSpace,
  options: VariantsOptions = {},
): VariantsExploration {
  return new Exploration(scenario, space, options).result();
}

/** States, and how many traces of each variant come to them. */
type Reached = ReadonlyMap<ScenarioState, Diagram>;

class Exploration {
  private readonly parts: ScenarioParts;
  private readonly read = new Set<SwitchId>();
  private readonly work: Work = { operations: 0, executions: 0 };
  private completeness: Completeness = { kind: 'complete' };

  constructor(
    scenario: Scenario,
    private readonly space: VariantSpace,
    private readonly options: VariantsOptions,
  ) {
    this.parts = new ScenarioParts(scenario, options.file);
  }

  result(): VariantsExploration {
    const { valid } = this.space;
    const { within = valid } = this.options;
    const all = this.space.times(valid, within);
    let reached: Reached = new Map([[this.parts.beginning, all]]);
    for (const [index, part] of this.parts.parts.entries()) reached = this.go(reached, part, index);
    const outcomes = this.look(reached);
    const { work, read, completeness } = this;
    return { outcomes, work, read, completeness };
  }

  /** Goes on by a part from every state that is not the end for those in it. */
  private go(reached: Reached, part: Part, index: number): Reached {
    const { space, parts, options, work } = this;
    const next = new Map<ScenarioState, Diagram>();
    const add = (state: ScenarioState, traces: Diagram): void => {
      next.set(state, space.plus(next.get(state) ?? space.none, traces));
    };
    const share = new Share(space, [...reached.values()]);
    for (const [state, traces] of reached) {
      if (state.stuck.length > 0) {
        add(state, traces);
        continue;
      }
      const compute = () => parts.run(part, state, this.bounds());
      for (const { variants, value } of cover(space, space.support(traces), this.read, compute)) {
        if (part.kind === 'setup') work.operations++;
        work.executions += value.executions;
        this.completeness = weaker(this.completeness, value.completeness);
        if (this.interrupted()) return next;
        options.onProgress?.(work, {
          part: index,
          parts: parts.parts.length,
          covered: share.with(variants),
        });
        const here = space.times(traces, variants);
        for (const end of value.ends) add(end.state, space.times(here, space.constant(end.traces)));
      }
    }
    return next;
  }

  /** The outcomes of all end states. */
  private look(reached: Reached): VariantsOutcome[] {
    const { space, parts, work } = this;
    const found = new Map<string, VariantsOutcome>();
    for (const [state, traces] of reached) {
      const compute = () => parts.outcomeAt(state);
      for (const { variants, value: outcome } of cover(
        space,
        space.support(traces),
        this.read,
        compute,
      )) {
        if (this.interrupted()) return [];
        work.operations++;
        const key = JSON.stringify(outcome);
        const known = found.get(key)?.traces ?? space.none;
        found.set(key, { outcome, traces: space.plus(known, space.times(traces, variants)) });
      }
    }
    return [...found.values()];
  }

  private bounds() {
    const { executions, signal } = this.options;
    return {
      ...(executions !== undefined && { executions }),
      ...(signal !== undefined && { signal }),
    };
  }

  private interrupted(): boolean {
    if (this.options.signal?.aborted !== true) return false;
    this.completeness = { kind: 'interrupted' };
    return true;
  }
}

/** Which share of some sets, taken together, has been gone through. */
class Share {
  private readonly all: number;
  private done = 0;

  /** @param functions whose supports are the sets */
  constructor(
    private readonly space: VariantSpace,
    functions: readonly Diagram[],
  ) {
    this.all = functions.reduce((sum, each) => sum + this.size(space.support(each)), 0);
  }

  /** The share, once these are gone through too. */
  with(variants: Diagram): number {
    this.done += this.size(variants);
    return this.done / this.all;
  }

  private size(set: Diagram): number {
    return Number(this.space.sum(set));
  }
}
