/** Compares two variants on one scenario, with the traces that show each difference. */
import { contextSwitches } from '../explorer/schedule';
import type { Variant } from '../features/variant';
import type { Scenario } from '../scenario/ast';
import { LEVELS, type Level } from '../scenario/outcome';
import { ScenarioProgram } from '../scenario/program';
import { recordTrace, type Trace } from '../scenario/trace';
import { alignSteps, type AlignedStep } from './align';
import { weaker, type Completeness } from './completeness';
import { explore, type ExploreOptions } from './explore';
import type { AnyExploration } from './explore-states';
import { diffBehaviours, type LevelDiff, type ObservedOutcome, type Verdict } from './outcome-diff';

export interface Comparison {
  readonly scenario: Scenario;
  readonly a: AnyExploration;
  readonly b: AnyExploration;
  /** user, system, internal, in this order. */
  readonly levels: readonly LevelDiff[];
  /** The outermost level at which the variants certainly differ; undefined if at none. */
  readonly differsAt: Level | undefined;
  readonly completeness: Completeness;
}

/** Explores a scenario on both variants and compares what was seen. */
export function compare(
  scenario: Scenario,
  a: Variant,
  b: Variant,
  options: ExploreOptions = {},
): Comparison {
  return compareExplored(scenario, explore(scenario, a, options), explore(scenario, b, options));
}

/** Compares what was seen on two variants. */
export function compareExplored(
  scenario: Scenario,
  ofA: AnyExploration,
  ofB: AnyExploration,
): Comparison {
  const levels = diffBehaviours(ofA, ofB);
  const completeness = weaker(ofA.completeness, ofB.completeness);
  const differsAt = LEVELS.find((_, i) => differs(levels[i]!.verdict));
  return { scenario, a: ofA, b: ofB, levels, differsAt, completeness };
}

/** Whether a verdict states a difference. */
export const differs = (verdict: Verdict): boolean =>
  verdict === 'gained' || verdict === 'lost' || verdict === 'changed';

export interface DifferenceWitness {
  readonly level: Level;
  /** `gained`: only the second variant does it; `lost`: only the first. */
  readonly kind: 'gained' | 'lost';
  readonly observed: ObservedOutcome;
  /** The schedule on the variant that has the outcome. */
  readonly trace: Trace;
  /**
   * The same schedule on the other variant, as far as it fits there; from then on threads run in
   * order. Absent if nothing could be run.
   */
  readonly other: Trace;
  /** Index of the first step at which the two part. */
  readonly partsAt: number;
  /** The steps of `trace` beside those of `other`. */
  readonly aligned: readonly AlignedStep[];
}

/** The shortest witness of a difference at the outermost level that has one. */
export function witnessOf(
  comparison: Comparison,
  a: Variant,
  b: Variant,
): DifferenceWitness | undefined {
  return witnessesOf(comparison, a, b).next().value;
}

/** A witness of each outcome that only one of the two has at that level, shortest first. */
export function* witnessesOf(
  comparison: Comparison,
  a: Variant,
  b: Variant,
): Generator<DifferenceWitness, undefined> {
  const found = comparison.levels.find(({ verdict }) => differs(verdict));
  if (found === undefined) return;
  const { level, gained, lost } = found;
  const candidates = [
    ...gained.map((observed) => ({ level, kind: 'gained' as const, observed })),
    ...lost.map((observed) => ({ level, kind: 'lost' as const, observed })),
  ].sort((x, y) => switches(x.observed) - switches(y.observed));
  for (const candidate of candidates) yield show(comparison.scenario, candidate, a, b);
}

function show(
  scenario: Scenario,
  candidate: Pick<DifferenceWitness, 'level' | 'kind' | 'observed'>,
  a: Variant,
  b: Variant,
): DifferenceWitness {
  const { kind, observed } = candidate;
  const [doer, lacking] = kind === 'gained' ? [b, a] : [a, b];
  const trace = traceOn(scenario, doer, observed);
  const other = traceOn(scenario, lacking, observed);
  return {
    ...candidate,
    trace,
    other,
    partsAt: parting(trace, other),
    aligned: alignSteps(trace.steps, other.steps),
  };
}

const switches = ({ schedule }: ObservedOutcome): number => contextSwitches(schedule);

function traceOn(scenario: Scenario, variant: Variant, observed: ObservedOutcome): Trace {
  const program = new ScenarioProgram(scenario, (id) => variant.has(id));
  return recordTrace(program, observed.schedule, { lenient: true });
}

function parting(a: Trace, b: Trace): number {
  const length = Math.min(a.steps.length, b.steps.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.steps[i]!, b.steps[i]!];
    const same =
      x.thread === y.thread &&
      x.object === y.object &&
      x.changes.join() === y.changes.join() &&
      x.functions.join() === y.functions.join();
    if (!same) return i;
  }
  return length;
}
