/**
 * How much is pending at once: what bounds the memory of an exploration. A sequence is left to a pending
 * step that stands apart from it; without that as much was pending in some of these as there are traces.
 */
import fc from 'fast-check';
import { parseCheckpoint, type Checkpoint } from '../../model/explorer/checkpoint';
import { explore, type ExploreResult } from '../../model/explorer/explore';
import { treesIn, type Forest } from '../../model/explorer/forest';
import type { Part } from '../../model/explorer/frontier';
import type { BranchBehind } from '../../model/explorer/open-states';
import type { Program } from '../../model/explorer/program';
import { Search } from '../../model/explorer/search';
import {
  SharedExploration,
  type SharedOptions,
  type SharedResult,
} from '../../model/explorer/shared';
import { UnitRun } from '../../model/explorer/unit';
import { buildSections, type RandomSections } from '../machine/random-sections';
import * as programs from './programs';
import {
  buildPlain,
  creatingProgram,
  crowdedProgram,
  meetingProgram,
  randomProgram,
  type RandomProgram,
} from './random-programs';

interface Explored {
  readonly traces: number;
  /** The most steps that were pending at a time. */
  readonly pending: number;
}

/** Explores a program, with no bound on what is pending but the given one. */
function explored(program: Program, mostPending?: number): Explored & { readonly blocked: number } {
  const search = new Search(program, 10_000, { onEnd: () => undefined }, mostPending);
  const { trees } = search;
  const { add } = trees;
  let pending = 0;
  trees.add = (...step) => {
    const node = add.apply(trees, step);
    pending = Math.max(pending, trees.size);
    return node;
  };
  while (search.advance());
  expect(trees.size).toBe(0);
  return { traces: search.executions, pending, blocked: search.blocked };
}

it.each<[string, Program, number, number]>([
  ['ainc(7)', programs.adders(7, 1), 5040, 6],
  ['casrot(8)', programs.casrot(8), 2048, 28],
  ['casw(4)', programs.casw(4), 1200, 11],
  ['control-flow(5)', programs.controlFlow(5), 5160, 29],
  ['ninc(4)', programs.ninc(4), 576, 15],
  ['readers(4)', programs.readers(4), 16, 10],
  ['readers(8)', programs.readers(8), 256, 36],
  ['readers(12)', programs.readers(12), 4096, 78],
  ['trylock(5)', programs.trylocks(5), 1305, 28],
  ['wcas(6)', programs.wcas(6), 1522, 21],
])(
  'of %s few steps are pending at a time, beside its traces',
  (_name, program, traces, pending) => {
    expect(explored(program)).toEqual({ traces, pending, blocked: 0 });
  },
);

it('where parts are independent, steps are pending for many of their combinations', () => {
  const pending = [1, 2, 3].map((pages) => explored(programs.swaprace('original', pages)).pending);
  expect(pending).toEqual([32, 228, 1656]);
});

it.each([
  [1000, 1028, 77],
  [100, 136, 1225],
  [0, 34, 3606],
])(
  'with %i steps pending, no more than a first step is kept of what else is asked for',
  (most, pending, blocked) => {
    const program = programs.swaprace('original', 3);
    expect(explored(program, most)).toEqual({ traces: 27_000, pending, blocked });
  },
);

it.each<[string, Program, Explored & { readonly blocked: number }]>([
  ['casrot(8)', programs.casrot(8), { traces: 2048, pending: 7, blocked: 0 }],
  ['control-flow(5)', programs.controlFlow(5), { traces: 5160, pending: 12, blocked: 0 }],
  ['lastzero(10)', programs.lastzero(10), { traces: 3328, pending: 30, blocked: 0 }],
  ['readers(12)', programs.readers(12), { traces: 4096, pending: 12, blocked: 0 }],
  ['trylock(5)', programs.trylocks(5), { traces: 1305, pending: 10, blocked: 0 }],
])('%s has all its traces with nothing but first steps', (_name, program, expected) => {
  expect(explored(program, 0)).toEqual(expected);
});

const KINDS: readonly [string, number, fc.Arbitrary<RandomProgram>][] = [
  ['mixed', 1, randomProgram],
  ['crowded', 2, crowdedProgram],
  ['meeting', 3, meetingProgram],
  ['creating', 4, creatingProgram(2)],
];

it.each(KINDS)(
  '1,000 %s programs have the same traces, however few steps may be pending',
  (_, seed, kind) => {
    let blocked = 0;
    let traces = 0;
    fc.assert(
      fc.property(kind, fc.nat(12), (random, pending) => {
        const program = buildPlain(random);
        const all = explore(program, { executions: 300, pending: Infinity });
        if (all.completeness.kind !== 'complete') return;
        const some = explore(program, { pending });
        expect(some.executions).toBe(all.executions);
        expect(countsOf(some)).toEqual(countsOf(all));
        traces += all.executions;
        blocked += some.blocked;
      }),
      { seed, numRuns: 1000 },
    );
    expect(blocked).toBeGreaterThan(0);
    expect(traces).toBeGreaterThan(1000);
  },
);

/** How many traces end in each outcome. */
const countsOf = ({ outcomes }: Pick<ExploreResult, 'outcomes'>): Map<string, number> =>
  new Map([...outcomes].map(([key, { traces }]) => [key, traces]));

/**
 * The first task writes word 0 only where word 1 holds 0; what the second does first prevents that. So the
 * second's first step may not stand in for the reader of word 0: after it the first task wakes no reader.
 */
it('nothing is left to a step after which the last one may touch less', () => {
  const of = (kind: RandomSections[number][number]['kind'], value = 0, skip = 0) => ({
    ...{ kind, word: 0, value, skip },
  });
  const program = buildSections([
    [of('readLock'), of('peek', 2, 1), of('pokeSeen')],
    [of('step'), of('bumpCount'), of('step'), of('take', 0, 1), of('poke')],
    [of('step'), of('peek')],
  ]);
  expect(explored(program).traces).toBe(5);
});

/** Branches that an exploration knows to be explored. */
function branchesBehind(part: Part): number {
  if (part === null) return 0;
  const behind = (branches: readonly BranchBehind[]): number =>
    branches.reduce((sum, each) => sum + 1 + behind(each.part?.branches ?? []), 0);
  if ('path' in part) return part.path.reduce((sum, { sleep }) => sum + behind(sleep), 0);
  return part.branches.reduce((sum, branch) => sum + 1 + branchesBehind(branch.part), 0);
}

/** Steps that are pending in all units. */
function pendingSteps(part: Part): number {
  if (part === null) return 0;
  if (!('path' in part)) return sum(part.branches, (branch) => pendingSteps(branch.part));
  return sum(part.path, ({ pending }) => stepsIn(pending));
}

const stepsIn = (forest: Forest, from = 0, to = forest.length): number =>
  sum(treesIn(forest, from, to), (tree) => 1 + stepsIn(forest, tree.from, tree.to));

const sum = <T>(all: readonly T[], of: (each: T) => number): number =>
  all.reduce((total, each) => total + of(each), 0);

/** Explores in units. @param look is shown what is left after each of them */
function exploreShared(
  program: Program,
  options: Partial<SharedOptions>,
  look: (part: Part) => void = () => {},
): SharedResult {
  const exploration = new SharedExploration({ steps: 10_000, ...options });
  for (let tasks = exploration.tasks(); tasks.length > 0; tasks = exploration.tasks()) {
    for (const task of tasks) {
      const unit = new UnitRun(program, task, 10_000);
      unit.advance(() => false);
      exploration.put(task, unit.result());
    }
    look(exploration.checkpoint()?.part ?? null);
  }
  return exploration.result();
}

it('a shared exploration keeps a part of what it has explored that hardly grows', () => {
  const program = programs.swaprace('original', 4);
  const mostKept = (executions: number): number => {
    let most = 0;
    exploreShared(program, { executions }, (part) => (most = Math.max(most, branchesBehind(part))));
    return most;
  };
  expect([12_500, 100_000].map(mostKept)).toEqual([2613, 3079]);
});

it('in a shared exploration each unit has no more pending than it may have, and little more', () => {
  const program = programs.swaprace('original', 3);
  const mostPending = (pending: number): readonly number[] => {
    let most = 0;
    const look = (part: Part): number => (most = Math.max(most, pendingSteps(part)));
    const { executions, blocked } = exploreShared(program, { pending }, look);
    return [executions, blocked, most];
  };
  expect([1000, 20, 0].map(mostPending)).toEqual([
    [27_000, 45, 1911],
    [27_000, 3003, 290],
    [27_000, 3606, 56],
  ]);
});

it.each(KINDS)(
  '500 %s programs have the same traces in units, interrupted or not',
  (_, seed, kind) => {
    const small = fc.integer({ min: 1, max: 4 });
    const sizes = fc.record({ first: small, each: small, most: fc.constant(6), units: small });
    let blocked = 0;
    fc.assert(
      fc.property(kind, sizes, fc.nat(8), fc.boolean(), (random, sizes, pending, interrupted) => {
        const program = buildPlain(random);
        const all = explore(program, { executions: 200, pending: Infinity });
        if (all.completeness.kind !== 'complete') return;
        const shared = interrupted
          ? exploreInPieces(program, { sizes, pending })
          : exploreShared(program, { sizes, pending });
        expect(shared.executions).toBe(all.executions);
        expect(countsOf(shared)).toEqual(countsOf(all));
        blocked += shared.blocked;
      }),
      { seed, numRuns: 500 },
    );
    expect(blocked).toBeGreaterThan(0);
  },
);

/** Explores in units of which each run is stored, and gone on from. */
function exploreInPieces(program: Program, options: Partial<SharedOptions>): SharedResult {
  let resume: Checkpoint | undefined;
  for (;;) {
    const exploration = new SharedExploration({
      steps: 10_000,
      ...options,
      ...(resume !== undefined && { resume }),
    });
    for (const task of exploration.tasks()) {
      const unit = new UnitRun(program, structuredClone(task), 10_000);
      unit.advance(() => true);
      exploration.put(task, unit.result());
    }
    const checkpoint = exploration.checkpoint();
    if (checkpoint === undefined) return exploration.result();
    resume = parseCheckpoint(JSON.stringify(checkpoint));
  }
}
