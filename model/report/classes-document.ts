/** The result of `lzfree classes`: what all valid variants do, scenario by scenario and over all of them. */
import { countOf, refine, VIEWS, type View } from '../classes/partition';
import type { VariantSpace } from '../classes/variant-space';
import { weaker, type Completeness } from '../diff/completeness';
import { SWITCH_IDS } from '../features/hunk-id';
import type { ClassesPart, ScenarioClasses, ScenarioWork } from './scenario-classes';

export interface ClassesDocument {
  readonly schema: 'lzfree/classes';
  readonly version: 2;
  /** What the listed classes are told apart by. */
  readonly view: View;
  readonly completeness: Completeness;
  readonly variants: {
    readonly switches: number;
    /** How many sets of switches C would compile; a decimal number. */
    readonly valid: string;
  };
  /** How many valid variants can be told apart by the scenarios together. */
  readonly behaviours: Readonly<Record<View, number>>;
  readonly work: ScenarioWork;
  readonly scenarios: readonly ScenarioClasses[];
  /** Scenarios that an interruption left unexplored; they have no part in the numbers. */
  readonly left: readonly string[];
}

/** Puts the classes of scenarios together, exactly: by a common refinement, not by trying variants. */
export function classesDocument(
  parts: readonly ClassesPart[],
  view: View,
  space: VariantSpace,
  left: readonly string[] = [],
): ClassesDocument {
  const scenarios = parts.map(({ scenario }) => scenario);
  const all = scenarios.map(({ completeness }) => completeness);
  const start: Completeness = { kind: left.length > 0 ? 'interrupted' : 'complete' };
  return {
    schema: 'lzfree/classes',
    version: 2,
    view,
    completeness: all.reduce(weaker, start),
    variants: { switches: SWITCH_IDS.length, valid: String(space.sum(space.valid)) },
    behaviours: Object.fromEntries(
      VIEWS.map((each) => [each, countTogether(parts, each, space)]),
    ) as Record<View, number>,
    work: scenarios.map(({ work }) => work).reduce(addWork, NO_WORK),
    scenarios,
    left,
  };
}

function countTogether(parts: readonly ClassesPart[], view: View, space: VariantSpace): number {
  const together = parts
    .map(({ numbers }) => space.load(numbers[view]))
    .reduce((all, numbers) => refine(space, all, numbers), space.valid);
  return countOf(space, together);
}

const NO_WORK: ScenarioWork = { operations: 0, executions: 0, oneByOne: '0' };

const addWork = (a: ScenarioWork, b: ScenarioWork): ScenarioWork => ({
  operations: a.operations + b.operations,
  executions: a.executions + b.executions,
  oneByOne: String(BigInt(a.oneByOne) + BigInt(b.oneByOne)),
});
