/** The result of `lzfree check`: how a variant's behaviour differs from a stored one. */
import type { VariantSpace } from '../classes/variant-space';
import { weaker, type Completeness } from '../diff/completeness';
import type { Exploration } from '../diff/explore';
import { differs } from '../diff/compare';
import { diffBehaviours, type ObservedOutcome, type Verdict } from '../diff/outcome-diff';
import { parseSchedule } from '../explorer/schedule';
import { SWITCH_IDS, type SwitchId } from '../features/hunk-id';
import { EDITS, type Variant } from '../features/variant';
import { LEVELS, type Level } from '../scenario/outcome';
import type { BaselineDocument, BaselineScenario, BaselineSubject } from './baseline-document';
import { classChange, type ClassChange } from './class-change';
import { reportOutcome, type ReportedOutcome, type ScenarioSource } from './reported-outcome';

export interface CheckedLevel {
  readonly verdict: Verdict;
  /** What can certainly happen now and could not, and the other way round. */
  readonly gained: readonly ReportedOutcome[];
  readonly lost: readonly ReportedOutcome[];
}

export interface CheckedScenario {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly completeness: Completeness;
  readonly levels: Readonly<Record<Level, CheckedLevel>>;
  /** The outermost level at which it certainly changed. */
  readonly changedAt: Level | null;
  /** The classes at that level; null where nothing changed, or where the baseline has no classes. */
  readonly classChange: ClassChange | null;
}

/** The variant that is checked, and the one that it is held against. */
export interface CheckedVariants {
  readonly space: VariantSpace;
  readonly before: Variant;
  readonly now: Variant;
}

export interface CheckDocument {
  readonly schema: 'lzfree/check';
  readonly version: 6;
  readonly before: BaselineSubject;
  readonly now: BaselineSubject;
  /** Switches that were off and are on, and the other way round. */
  readonly added: readonly SwitchId[];
  readonly removed: readonly SwitchId[];
  /** Whether both are patches, and differ in hunks whose text lzfree compares with none. */
  readonly otherUncompared: boolean;
  /** The outermost level at which any scenario changed. */
  readonly changedAt: Level | null;
  readonly completeness: Completeness;
  readonly scenarios: readonly CheckedScenario[];
}

/** One scenario now, against what is stored of it. */
export function checkedScenario(
  { scenario, file }: ScenarioSource,
  before: BaselineScenario,
  now: Exploration,
  variants: CheckedVariants,
): CheckedScenario {
  const stored = { completeness: before.completeness, outcomes: before.outcomes.map(observed) };
  const levels = diffBehaviours(stored, now);
  const [user, system, internal] = levels.map(({ verdict, gained, lost }) => ({
    verdict,
    gained: gained.map(reportOutcome),
    lost: lost.map(reportOutcome),
  }));
  const changedAt = LEVELS.find((_, index) => differs(levels[index]!.verdict)) ?? null;
  return {
    name: scenario.name,
    title: scenario.title,
    file,
    completeness: weaker(before.completeness, now.completeness),
    levels: { user: user!, system: system!, internal: internal! },
    changedAt,
    classChange: changedAt && classesOf(before, changedAt, variants),
  };
}

function classesOf(
  { classes }: BaselineScenario,
  level: Level,
  { space, before, now }: CheckedVariants,
): ClassChange | null {
  // The classes of a baseline that was made without an edit say nothing of variants with it.
  const isEdited = EDITS.some((id) => now.has(id) && !before.has(id));
  if (classes === null || isEdited) return null;
  const changed = SWITCH_IDS.filter((id) => before.has(id) !== now.has(id));
  return classChange(space, classes, level, before, now, changed);
}

const observed = ({ outcome, traces, schedule }: ReportedOutcome): ObservedOutcome => ({
  outcome,
  traces,
  schedule: parseSchedule(schedule),
});

/** All scenarios. */
export function checkDocument(
  { subject: before }: BaselineDocument,
  now: BaselineSubject,
  scenarios: readonly CheckedScenario[],
): CheckDocument {
  return {
    schema: 'lzfree/check',
    version: 6,
    before,
    now,
    added: now.switches.filter((id) => !before.switches.includes(id)),
    removed: before.switches.filter((id) => !now.switches.includes(id)),
    otherUncompared:
      before.patch !== null && now.patch !== null && before.uncompared !== now.uncompared,
    changedAt: LEVELS.find((level) => scenarios.some((each) => each.changedAt === level)) ?? null,
    completeness: scenarios.map((each) => each.completeness).reduce(weaker, { kind: 'complete' }),
    scenarios,
  };
}
