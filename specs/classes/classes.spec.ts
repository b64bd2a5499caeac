/** All variants at once against the same variants one by one. */
import fc from 'fast-check';
import type { Condition } from '../../model/classes/condition';
import type { DecisionTree } from '../../model/classes/decision-tree';
import { exploreVariants, type VariantsExploration } from '../../model/classes/explore-variants';
import { VariantSpace } from '../../model/classes/variant-space';
import { explore } from '../../model/diff/explore';
import { switchesRead } from '../../model/features/hunk';
import { SWITCH_IDS, type SwitchId } from '../../model/features/hunk-id';
import { dependents, validate } from '../../model/features/requires';
import { NAMED_VARIANTS, type Variant } from '../../model/features/variant';
import { parseVariant } from '../../model/features/variant-name';
import { classesDocument } from '../../model/report/classes-document';
import { scenarioClasses, type ClassLeaf } from '../../model/report/scenario-classes';
import type { Scenario } from '../../model/scenario/ast';
import { parseScenario } from '../../model/scenario/parse';
import { loadSuite } from '../../scripts/suite';

const { fixed } = NAMED_VARIANTS;
const HEAD = 'scenario: x\ntitle: t\nsource: s\n';

/** No page is there, so that few switches are read. */
const empty = parseScenario(`${HEAD}setup:
  - P0: mmap a private-anon
after:
  - P0: free = madvise a FREE
  - P0: end = read a
`);

/** Two calls that ask for mmap_sem, one of them for writing. */
const locked = parseScenario(`${HEAD}setup:
  - P0: mmap a private-anon
threads:
  P0/T0: done = madvise a FREE
  P0/T1: locked = mlock a
`);

type Ends = Map<string, number>;

function oneByOne(scenario: Scenario, variant: Variant): Ends {
  const { outcomes } = explore(scenario, variant);
  return new Map(outcomes.map(({ outcome, traces }) => [JSON.stringify(outcome), traces!]));
}

function allAtOnce(space: VariantSpace, explored: VariantsExploration, variant: Variant): Ends {
  const pairs = explored.outcomes.map(
    ({ outcome, traces }) => [JSON.stringify(outcome), space.of(traces, variant)] as const,
  );
  return new Map(pairs.filter(([, traces]) => traces > 0));
}

/** A variant for every way in which those of a set can have these switches. */
function* everyWay(
  space: VariantSpace,
  read: Iterable<SwitchId>,
  set = space.valid,
): Generator<Variant> {
  const ids = [...read];
  for (let left = set; left !== space.none;) {
    const variant = space.variantIn(left);
    yield variant;
    left = space.minus(left, space.agreeing(variant, ids));
  }
}

const holds = (condition: Condition, variant: Variant): boolean =>
  condition.some(
    ({ on, off }) => on.every((id) => variant.has(id)) && !off.some((id) => variant.has(id)),
  );

type Tree = DecisionTree<ClassLeaf>;

function leafOf(tree: Tree, variant: Variant): ClassLeaf {
  return 'ask' in tree ? leafOf(variant.has(tree.ask) ? tree.on : tree.off, variant) : tree;
}

const leavesOf = (tree: Tree): ClassLeaf[] =>
  'ask' in tree ? [...leavesOf(tree.off), ...leavesOf(tree.on)] : [tree];

describe('the variants that C would compile', () => {
  const space = new VariantSpace();

  it('are 14,811,603,840 of 2^46', () => {
    expect(space.sum(space.all)).toBe(2n ** 46n);
    expect(space.sum(space.valid)).toBe(14_811_603_840n);
  });

  it('are those that the requires-relation accepts', () => {
    const ids = fc.subarray([...SWITCH_IDS]);
    fc.assert(
      fc.property(ids, ids, (on, off) => {
        const variant = fixed.minus(off).minus(dependents(on.slice(0, 3)));
        expect(space.of(space.valid, variant) === 1).toBe(validate(variant).length === 0);
      }),
    );
  });
});

describe.each([
  ['an empty mapping', empty],
  ['two threads at a lock', locked],
])('%s, explored under all variants at once', (_, scenario) => {
  const space = new VariantSpace();
  const explored = exploreVariants(scenario, space);
  const variants = [...everyWay(space, explored.read)];
  const single = new Map(variants.map((variant) => [variant, oneByOne(scenario, variant)]));

  it('has every outcome of every variant with the same number of traces, and no others', () => {
    expect(variants.length).toBeGreaterThan(300);
    for (const variant of variants) {
      expect(allAtOnce(space, explored, variant)).toEqual(single.get(variant));
    }
  });

  it('counts the executions that running each variant would take', () => {
    const each = variants.map((variant) => {
      const alike = space.times(space.valid, space.agreeing(variant, explored.read));
      const executions = [...single.get(variant)!.values()].reduce((sum, traces) => sum + traces);
      return space.sum(alike) * BigInt(executions);
    });
    const { work } = scenarioClasses({ scenario, file: 'x' }, 'user', space).scenario;
    expect(BigInt(work.oneByOne)).toBe(each.reduce((sum, count) => sum + count, 0n));
  });

  it('has classes that share out the variants, each with a condition that holds on no others', () => {
    const { classes } = scenarioClasses({ scenario, file: 'x' }, 'all', space).scenario;
    const sum = classes.reduce((all, each) => all + BigInt(each.variants), 0n);
    expect(sum).toBe(space.sum(space.valid));
    for (const variant of variants) {
      const mine = classes.filter(({ condition }) => holds(condition, variant));
      expect(mine).toHaveLength(1);
      expect(mine[0]!.outcomes).toHaveLength(single.get(variant)!.size);
    }
  });

  it('has a tree that leads each variant to its class, and shares out all of them', () => {
    const { classes, tree } = scenarioClasses({ scenario, file: 'x' }, 'all', space).scenario;
    for (const variant of variants) {
      const { class: index } = leafOf(tree, variant);
      expect(holds(classes[index]!.condition, variant)).toBe(true);
    }
    const leaves = leavesOf(tree);
    for (const [index, { variants: all }] of classes.entries()) {
      const mine = leaves.filter((leaf) => leaf.class === index);
      expect(String(mine.reduce((sum, each) => sum + BigInt(each.variants), 0n))).toBe(all);
    }
    for (const leaf of leaves) {
      const example = parseVariant(leaf.example);
      expect(validate(example)).toEqual([]);
      expect(leafOf(tree, example)).toBe(leaf);
    }
  });
});

it('the behaviours of two scenarios together are the distinct pairs of their outcome sets', () => {
  const space = new VariantSpace();
  const parts = [empty, locked].map((scenario) =>
    scenarioClasses({ scenario, file: 'x' }, 'user', space),
  );
  const read = [empty, locked].flatMap((scenario) => [...exploreVariants(scenario, space).read]);
  const pairs = new Set<string>();
  for (const variant of everyWay(space, new Set(read))) {
    const sets = [empty, locked].map((scenario) => [...oneByOne(scenario, variant).keys()].sort());
    pairs.add(JSON.stringify(sets));
  }
  expect(classesDocument(parts, 'user', space).behaviours.all).toBe(pairs.size);
});

/** Rather few hunks are taken away: most of the series in is where most happens. */
const mostlyFixed = fc
  .subarray([...SWITCH_IDS], { maxLength: 4 })
  .map((ids) => fixed.minus(dependents(ids)));

const suiteScenarios = (...names: string[]): Scenario[] =>
  loadSuite()
    .map(({ scenario }) => scenario)
    .filter(({ name }) => names.includes(name));

describe('scenarios of the suite under random valid variants', () => {
  const space = new VariantSpace();

  it.each(suiteScenarios('huge-page-is-dropped-whole', 'dontneed-and-free'))(
    '$name says the same',
    (scenario) => {
      const explored = exploreVariants(scenario, space);
      fc.assert(
        fc.property(mostlyFixed, (variant) => {
          expect(allAtOnce(space, explored, variant)).toEqual(oneByOne(scenario, variant));
        }),
        { numRuns: 10 },
      );
    },
  );
});

describe('the scenarios that take longest, under every variant in random corners of the space', () => {
  const space = new VariantSpace();
  const two = fc.tuple(fc.nat(), fc.nat());

  it.each(suiteScenarios('free-races-with-reclaim', 'ksm-races-with-free', 'rewrite-survives'))(
    '$name says the same',
    (scenario) => {
      fc.assert(
        fc.property(mostlyFixed, two, (variant, picks) => {
          explore(scenario, variant);
          const read = switchesRead();
          const free = new Set(picks.map((pick) => read[pick % read.length]!));
          const rest = SWITCH_IDS.filter((id) => !free.has(id));
          const within = space.times(space.valid, space.agreeing(variant, rest));
          const explored = exploreVariants(scenario, space, { within });
          for (const each of everyWay(space, free, within)) {
            expect(allAtOnce(space, explored, each)).toEqual(oneByOne(scenario, each));
          }
        }),
        { numRuns: 3 },
      );
    },
  );
});
