/** Compares two variants on one program of the search. */
import { differs } from '../diff/compare';
import { weaker, type Completeness } from '../diff/completeness';
import { exploreSwitches, type ExploreOptions } from '../diff/explore';
import { exploreByStates } from '../diff/explore-states';
import { diffBehaviours, type Behaviour, type ObservedOutcome } from '../diff/outcome-diff';
import { ifWhole } from '../explorer/states';
import { switchesRead } from '../features/hunk';
import type { Variant } from '../features/variant';
import type { Scenario } from '../scenario/ast';
import type { Level } from '../scenario/outcome';
import { ScenarioProgram } from '../scenario/program';
import { outcomeAlong } from '../scenario/trace';
import { changedPaths } from './paths';
import { differingSwitches } from './gate';

/** One way in which a program tells two variants apart, at the outermost level at which it does. */
export interface Difference {
  readonly level: Level;
  /** `gained`: only the second variant does it; `lost`: only the first. */
  readonly direction: 'gained' | 'lost';
  /** What differs, without names of pages and slots: `vmstat nr_file_pages`, `freeSwap`. */
  readonly paths: readonly string[];
}

/** What looking at one program told. */
export interface Finding {
  readonly completeness: Completeness;
  /** Executions on both variants; of one that is explored by states, those before that. */
  readonly executions: number;
  /** Whether it has more executions than it may on a variant, which was explored by states then. */
  readonly byStates: boolean;
  /** Whether some execution reads a switch in which the variants differ; if not, they are equal. */
  readonly reached: boolean;
  readonly differences: readonly Difference[];
}

/**
 * Most steps of one execution. Programs of few operations take some hundreds; one that takes more goes round
 * in a loop that another thread keeps up (a fault that puts back a page, and the zap that comes back to it).
 */
export const STEPS_MOST = 2000;

/** Most states of a program on a variant, unless told otherwise; one that has more is left incomplete. */
export const STATES_MOST = 1_000_000;

export interface LookOptions extends ExploreOptions {
  /** Most states, where there are more than the most executions. */
  readonly states?: number;
}

/** What a variant does on a program, and how that was found. */
export type Looked = Behaviour & Pick<Finding, 'completeness' | 'executions' | 'byStates'>;

/** Explores a program by its traces, and if it has more than it may have executions, by its states. */
export function exploreProgram(
  scenario: Scenario,
  variant: Variant,
  { states = STATES_MOST, ...options }: LookOptions,
): Looked {
  const bounds = { steps: STEPS_MOST, ...options };
  const byTraces = exploreSwitches(scenario, (id) => variant.has(id), bounds);
  if (byTraces.completeness.kind !== 'bounded') return { ...byTraces, byStates: false };
  const { signal } = options;
  const statesBounds = { states, steps: STEPS_MOST, wholly: true, ...(signal && { signal }) };
  const byStates = ifWhole(() => exploreByStates(scenario, variant, statesBounds));
  if (byStates === undefined) return { ...byTraces, byStates: false };
  return { ...byStates, executions: byTraces.executions, byStates: true };
}

/** Compares two variants on one program. */
export function lookAt(scenario: Scenario, a: Variant, b: Variant, options: LookOptions): Finding {
  const ofA = exploreProgram(scenario, a, options);
  const read = new Set(switchesRead());
  const reached = differingSwitches(a, b).some((id) => read.has(id));
  // As long as no such switch is read both variants take the same steps, so one exploration is both.
  if (!reached) return { ...pick(ofA), reached, differences: [] };
  const ofB = exploreProgram(scenario, b, options);
  return {
    completeness: weaker(ofA.completeness, ofB.completeness),
    executions: ofA.executions + ofB.executions,
    byStates: ofA.byStates || ofB.byStates,
    reached,
    differences: differencesOf(
      scenario,
      { variant: a, behaviour: ofA },
      { variant: b, behaviour: ofB },
    ).map(({ difference }) => difference),
  };
}

const pick = ({ completeness, executions, byStates }: Looked) => ({
  completeness,
  executions,
  byStates,
});

/** An outcome that only one of two variants has, and what it differs in. */
export interface OddOutcome {
  readonly difference: Difference;
  readonly observed: ObservedOutcome;
}

/**
 * What is certain of how two variants differ on a program, with an outcome for each difference. An
 * outcome that only one has is held against what the other does on the same schedule, so that what
 * differs is what the difference causes.
 */
export function differencesOf(scenario: Scenario, a: Explored, b: Explored): readonly OddOutcome[] {
  const level = diffBehaviours(a.behaviour, b.behaviour).find(({ verdict }) => differs(verdict));
  if (level === undefined) return [];
  const found = new Map<string, OddOutcome>();
  const collect = (
    direction: 'gained' | 'lost',
    odd: readonly ObservedOutcome[],
    other: Explored,
  ) => {
    if (odd.length === 0) return;
    const program = new ScenarioProgram(scenario, (id) => other.variant.has(id));
    for (const observed of odd) {
      const answer = outcomeAlong(program, observed.schedule);
      const paths = changedPaths(observed.outcome[level.level], answer[level.level]);
      const difference = { level: level.level, direction, paths };
      const key = differenceKey(difference);
      if (!found.has(key)) found.set(key, { difference, observed });
    }
  };
  collect('gained', level.gained, a);
  collect('lost', level.lost, b);
  return [...found.values()];
}

/** A variant with what it was seen to do. */
export interface Explored {
  readonly variant: Variant;
  readonly behaviour: Behaviour;
}

/** Equal for differences of one kind. */
export const differenceKey = ({ level, direction, paths }: Difference): string =>
  `${level} ${direction} ${paths.join(', ')}`;
