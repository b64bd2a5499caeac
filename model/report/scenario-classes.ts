/** One scenario's part of the result of `lzfree classes`. */
import { smallestCondition, type Condition } from '../classes/condition';
import { decisionTree, type DecisionTree } from '../classes/decision-tree';
import type { Diagram, StoredDiagram } from '../classes/diagram';
import { exploreVariants, type VariantsOptions, type Work } from '../classes/explore-variants';
import {
  behaviours,
  countOf,
  setsOf,
  sightsOf,
  VIEWS,
  type Sight,
  type View,
} from '../classes/partition';
import type { VariantSpace } from '../classes/variant-space';
import type { Completeness } from '../diff/completeness';
import type { SwitchId } from '../features/hunk-id';
import { NAMED_VARIANTS, VARIANT_NAMES, type VariantName } from '../features/variant';
import { variantName } from '../features/variant-name';
import type { ScenarioSource } from './reported-outcome';

/** Something that the variants of a class can end in. */
export interface ClassOutcome {
  /** The part of the outcome that the view shows; an index into the scenario's list of them. */
  readonly seen: number;
  /** Traces that end so: of the variant with the fewest, and of the one with the most. */
  readonly traces: { readonly least: number; readonly most: number };
}

/** Variants that can do the same, as far as the view shows it. How many traces do it is not looked at. */
export interface BehaviourClass {
  /** How many valid variants there are in it; a decimal number, as it may be a large one. */
  readonly variants: string;
  readonly named: readonly VariantName[];
  readonly condition: Condition;
  readonly outcomes: readonly ClassOutcome[];
}

/** Variants of one class that a tree's answers lead to. */
export interface ClassLeaf {
  /** An index into the scenario's list of classes. */
  readonly class: number;
  /** How many valid variants come here; a decimal number. */
  readonly variants: string;
  readonly named: readonly VariantName[];
  /** One of them, as a command line names it: one with a name, or one that is near to `fixed`. */
  readonly example: string;
}

export interface ScenarioWork extends Work {
  /** Executions that running each valid variant would have taken; a decimal number. */
  readonly oneByOne: string;
}

export interface ScenarioClasses {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly completeness: Completeness;
  readonly work: ScenarioWork;
  /** How many classes there are at each level, and at all three together. */
  readonly behaviours: Readonly<Record<View, number>>;
  /** What can be seen at the end, by the view that the classes are listed for. */
  readonly seen: readonly unknown[];
  /** The largest class first. */
  readonly classes: readonly BehaviourClass[];
  /** The same classes, by asking for one switch after the other. */
  readonly tree: DecisionTree<ClassLeaf>;
}

/** The classes of a scenario, with what it takes to put them together with those of others. */
export interface ClassesPart {
  readonly scenario: ScenarioClasses;
  /** Switches that were read; nothing depends on the others. */
  readonly read: readonly SwitchId[];
  /** A number for each behaviour, by view. */
  readonly numbers: Readonly<Record<View, StoredDiagram>>;
}

/** Explores a scenario under every valid variant. @throws ScenarioError if it cannot be set up */
export function scenarioClasses(
  source: Pick<ScenarioSource, 'scenario' | 'file'>,
  view: View,
  space: VariantSpace,
  options: Omit<VariantsOptions, 'file'> = {},
): ClassesPart {
  const { scenario, file } = source;
  const explored = exploreVariants(scenario, space, { ...options, file });
  const sights = sightsOf(space, explored.outcomes, view);
  const numbers = byView((each) => {
    const seen = each === view ? sights : sightsOf(space, explored.outcomes, each);
    return behaviours(
      space,
      seen.map(({ variants }) => variants),
    );
  });
  const sorted = setsOf(space, numbers[view])
    .map((set) => ({ set, each: behaviourClass(space, set, sights, explored.read) }))
    .sort((a, b) => largestFirst(a.each, b.each));
  return {
    scenario: {
      name: scenario.name,
      title: scenario.title,
      file,
      completeness: explored.completeness,
      work: { ...explored.work, oneByOne: String(tracesOf(space, sights)) },
      behaviours: byView((each) => countOf(space, numbers[each])),
      seen: sights.map(({ seen }) => seen),
      classes: sorted.map(({ each }) => each),
      tree: decisionTree(
        space,
        sorted.map(({ set }) => set),
        explored.read,
        (variants, index) => classLeaf(space, variants, index),
      ),
    },
    read: [...explored.read],
    numbers: byView((each) => space.store(numbers[each])),
  };
}

function byView<T>(of: (view: View) => T): Record<View, T> {
  return Object.fromEntries(VIEWS.map((view) => [view, of(view)])) as Record<View, T>;
}

const tracesOf = (space: VariantSpace, sights: readonly Sight[]): bigint =>
  sights.reduce((sum, { traces }) => sum + space.sum(traces), 0n);

function behaviourClass(
  space: VariantSpace,
  set: Diagram,
  sights: readonly Sight[],
  read: ReadonlySet<SwitchId>,
): BehaviourClass {
  const one = space.variantIn(set);
  const outcomes = sights.flatMap(({ variants, traces }, seen) => {
    if (space.of(variants, one) === 0) return [];
    const counts = space.values(space.times(traces, set)).filter((count) => count > 0);
    return [{ seen, traces: { least: Math.min(...counts), most: Math.max(...counts) } }];
  });
  return {
    variants: String(space.sum(set)),
    named: namedIn(space, set),
    condition: smallestCondition(space, set, read),
    outcomes,
  };
}

function classLeaf(space: VariantSpace, set: Diagram, index: number): ClassLeaf {
  const named = namedIn(space, set);
  const example = named[0] ?? variantName(space.variantNear(set, NAMED_VARIANTS.fixed));
  return { class: index, variants: String(space.sum(set)), named, example };
}

const namedIn = (space: VariantSpace, set: Diagram): VariantName[] =>
  VARIANT_NAMES.filter((name) => space.of(set, NAMED_VARIANTS[name]) === 1);

function largestFirst(a: BehaviourClass, b: BehaviourClass): number {
  const [x, y] = [BigInt(a.variants), BigInt(b.variants)];
  return x === y
    ? JSON.stringify(a.condition) < JSON.stringify(b.condition)
      ? -1
      : 1
    : x < y
      ? 1
      : -1;
}
