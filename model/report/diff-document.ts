/** The result of `lzfree diff`: where two variants differ, at which levels, and what shows it. */
import type { AlignedStep } from '../diff/align';
import {
  compareExplored,
  witnessesOf,
  type Comparison,
  type DifferenceWitness,
} from '../diff/compare';
import { weaker, type Completeness } from '../diff/completeness';
import type { AnyExploration } from '../diff/explore-states';
import type { LevelDiff, Verdict } from '../diff/outcome-diff';
import { withShortSchedules } from '../diff/short-schedules';
import { printSchedule } from '../explorer/schedule';
import type { Variant } from '../features/variant';
import { LEVELS, type Level } from '../scenario/outcome';
import type { Trace } from '../scenario/trace';
import { valueDifferences, type ValueDifference } from './differences';
import { replayCommand } from './replay-command';
import { reportOutcome, type ReportedOutcome, type ScenarioSource } from './reported-outcome';

/** What was seen at one level. */
export interface ReportedLevel {
  readonly verdict: Verdict;
  /** Outcomes that for certain only the second variant has, and only the first. */
  readonly gained: readonly ReportedOutcome[];
  readonly lost: readonly ReportedOutcome[];
}

/** An execution of one variant that the other has not. */
export interface ReportedDifference {
  readonly level: Level;
  /** `gained`: only the second variant does it; `lost`: only the first. */
  readonly kind: 'gained' | 'lost';
  /** The variant that does it, and the one that does not. */
  readonly variant: string;
  readonly otherVariant: string;
  /** Traces that end in this outcome; null where they were not counted. */
  readonly traces: number | null;
  readonly schedule: string;
  readonly trace: Trace;
  /** The same schedule on the other variant, as far as it fits; from then on threads run in order. */
  readonly other: Trace;
  /** The first step at which the two traces part, from 0. */
  readonly partsAt: number;
  /** The steps of `trace` beside those of `other`, by index. */
  readonly aligned: readonly AlignedStep[];
  /** What differs at this level when both have ended. */
  readonly differences: readonly ValueDifference[];
}

/** One more outcome that only one of the two variants has, without its traces. */
export type FurtherDifference = Omit<
  ReportedDifference,
  'level' | 'trace' | 'other' | 'partsAt' | 'aligned'
> & {
  /** The command that shows the execution. */
  readonly replay: string;
};

export interface ReportedWitness extends ReportedDifference {
  /** The command that shows the execution again. */
  readonly replay: string;
}

export interface ComparedScenario {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly completeness: Completeness;
  /** Executions, which is traces, of each side; null where they were explored by states. */
  readonly executions: { readonly a: number; readonly b: number } | null;
  /** States of each side; null where they were explored by traces. */
  readonly states: { readonly a: number; readonly b: number } | null;
  readonly levels: Readonly<Record<Level, ReportedLevel>>;
  /** The outermost level at which the variants certainly differ. */
  readonly differsAt: Level | null;
  readonly witness: ReportedWitness | null;
  /** The other outcomes that only one of the two has at the witness's level. */
  readonly further: readonly FurtherDifference[];
}

/** What `diff` and `review` both tell of two variants. */
export interface VariantComparison {
  readonly a: string;
  readonly b: string;
  /** The outermost level at which any scenario certainly differs. */
  readonly differsAt: Level | null;
  /** The weakest of all scenarios: `equal` is proved only if it is `complete`. */
  readonly completeness: Completeness;
  readonly scenarios: readonly ComparedScenario[];
}

export interface DiffDocument extends VariantComparison {
  readonly schema: 'lzfree/diff';
  readonly version: 4;
}

interface Named {
  readonly name: string;
  readonly variant: Variant;
}

/** What a comparison of two variants on one scenario says. */
export function comparedScenario(
  { scenario, file, reference }: ScenarioSource,
  a: Named,
  b: Named,
  comparison: Comparison,
): ComparedScenario {
  const short = withShortComparison(comparison, a.variant, b.variant);
  const [user, system, internal] = short.levels.map(reportLevel);
  const [witness, ...further] = Array.from(witnessesOf(short, a.variant, b.variant), (each) =>
    withReplay(reportDifference(each, a.name, b.name), reference),
  );
  return {
    name: scenario.name,
    title: scenario.title,
    file,
    completeness: comparison.completeness,
    ...countsOf(comparison.a, comparison.b),
    levels: { user: user!, system: system!, internal: internal! },
    differsAt: comparison.differsAt ?? null,
    witness: witness ?? null,
    further: further.map(briefly),
  };
}

/** A comparison whose differences are shown by short schedules. */
function withShortComparison(comparison: Comparison, a: Variant, b: Variant): Comparison {
  if (comparison.differsAt === undefined) return comparison;
  const { scenario } = comparison;
  return compareExplored(
    scenario,
    withShortSchedules(scenario, a, comparison.a),
    withShortSchedules(scenario, b, comparison.b),
  );
}

function countsOf(a: AnyExploration, b: AnyExploration) {
  return a.executions === null || b.executions === null
    ? { executions: null, states: { a: a.states!, b: b.states! } }
    : { executions: { a: a.executions, b: b.executions }, states: null };
}

function briefly(difference: ReportedWitness): FurtherDifference {
  const { kind, variant, otherVariant, traces, schedule, differences, replay } = difference;
  return { kind, variant, otherVariant, traces, schedule, differences, replay };
}

function withReplay(difference: ReportedDifference, reference: string): ReportedWitness {
  const { schedule, variant } = difference;
  return { ...difference, replay: replayCommand(reference, schedule, variant) };
}

const reportLevel = ({ verdict, gained, lost }: LevelDiff): ReportedLevel => ({
  verdict,
  gained: gained.map(reportOutcome),
  lost: lost.map(reportOutcome),
});

/** A difference in the names that a reader knows. */
export function reportDifference(
  witness: DifferenceWitness,
  a: string,
  b: string,
): ReportedDifference {
  const { level, kind, observed, trace, other, partsAt, aligned } = witness;
  return {
    level,
    kind,
    variant: kind === 'gained' ? b : a,
    otherVariant: kind === 'gained' ? a : b,
    traces: observed.traces,
    schedule: printSchedule(observed.schedule),
    trace,
    other,
    partsAt,
    aligned,
    differences: valueDifferences(trace.outcome[level], other.outcome[level]),
  };
}

/** Two variants over all scenarios. */
export function variantComparison(
  a: string,
  b: string,
  scenarios: readonly ComparedScenario[],
): VariantComparison {
  return {
    a,
    b,
    differsAt: LEVELS.find((level) => scenarios.some((each) => each.differsAt === level)) ?? null,
    completeness: scenarios.map((each) => each.completeness).reduce(weaker, { kind: 'complete' }),
    scenarios,
  };
}

/** The document of two variants. */
export function diffDocument(
  a: string,
  b: string,
  scenarios: readonly ComparedScenario[],
): DiffDocument {
  return { schema: 'lzfree/diff', version: 4, ...variantComparison(a, b, scenarios) };
}
