/** Schedules as text: what is printed reads back, fits strictly, and is refused with the reason. */
import fc from 'fast-check';
import { cellProgram, choose, lock, read, unlock, write } from '../../model/explorer/cells';
import { explore } from '../../model/explorer/explore';
import { minimize, minimizeAll } from '../../model/explorer/minimize';
import {
  contextSwitches,
  parseSchedule,
  printSchedule,
  replaySchedule,
} from '../../model/explorer/schedule';
import { enumerate, MoreInterleavings } from '../../model/explorer/naive';
import type { Program, Run } from '../../model/explorer/program';
import { swaprace, trylocks } from './programs';
import {
  build,
  creatingProgram,
  randomProgram,
  type Instruction,
  type RandomProgram,
} from './random-programs';

/** A choice, then a lock that a second thread wants too. */
const program = cellProgram(2, [
  function* () {
    const value = yield choose(2);
    yield lock(0);
    yield write(1, value);
    yield unlock(0);
  },
  function* () {
    yield lock(0);
    yield read(1);
    yield unlock(0);
  },
]);

/** By every interleaving, if they are not too many: the fewest context switches to each outcome. */
function fewestSwitches(of: Program): Map<string, number> | undefined {
  const counting: Program = {
    start() {
      const run = of.start();
      let [last, switches] = [-1, 0];
      return Object.assign(Object.create(run) as Run, {
        step(thread: number, choice: number) {
          if (last >= 0 && thread !== last) switches++;
          last = thread;
          run.step(thread, choice);
        },
        outcome: () => `${switches} ${run.outcome()}`,
      });
    },
  };
  const fewest = new Map<string, number>();
  let outcomes: ReadonlySet<string>;
  try {
    ({ outcomes } = enumerate(counting, 1500));
  } catch (error) {
    if (error instanceof MoreInterleavings) return undefined;
    throw error;
  }
  for (const ended of outcomes) {
    const [, switches, outcome] = /^(\d+) (.*)$/s.exec(ended)!;
    fewest.set(outcome!, Math.min(Number(switches), fewest.get(outcome!) ?? Infinity));
  }
  return fewest;
}

/** Expects the fewest switches for every outcome of a program, if its interleavings are not too many. */
function expectFewestSwitches(description: RandomProgram): void {
  const program = build(description);
  const fewest = fewestSwitches(program);
  if (fewest === undefined) return;
  const outcomes = [...explore(program).outcomes.values()];
  const schedules = outcomes.map(({ schedule }) => schedule);
  const minimal = minimizeAll(program, schedules, Infinity);
  expect(minimal.map(({ switches, exact }) => [switches, exact])).toEqual(
    outcomes.map(({ outcome }) => [fewest.get(outcome), true]),
  );
}

const replay = (text: string) => replaySchedule(program, parseSchedule(text));

describe('explorer > schedule text', () => {
  it('encodes runs of the same step, and choices', () => {
    const steps = parseSchedule('s1:0x12.1x3.0c1');
    expect(steps).toHaveLength(16);
    expect(steps[15]).toEqual({ thread: 0, choice: 1 });
    expect(printSchedule(steps)).toBe('s1:0x12.1x3.0c1');
  });

  it('reads back whatever it prints', () => {
    const step = fc.record({ thread: fc.nat(12), choice: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        expect(parseSchedule(printSchedule(steps))).toEqual(steps);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it.each([
    ['', /starts with 's1:'/],
    ['s2:0', /starts with 's1:'/],
    ['s1:0..1', /'' in a schedule/],
    ['s1:a', /'a' in a schedule/],
    ['s1:0x9999999', /more than 1000000 steps/],
  ])('refuses %j', (text, reason) => {
    expect(() => parseSchedule(text)).toThrow(reason);
  });
});

describe('explorer > replay', () => {
  it('ends in the outcome of the schedule', () => {
    expect(replay('s1:0c1.0x3.1x3').outcome()).toBe('0 1');
  });

  it.each([
    ['s1:0x2.1', /step 2 .* thread 1 has to wait/],
    ['s1:0c2', /step 0 .* 2 choices, so there is no choice 2/],
    ['s1:7', /step 0 .* there is no thread 7/],
    ['s1:0x4.1x4', /step 7 .* thread 1 has no step to take/],
    ['s1:0x4', /ends after 4 steps, but thread 1 can still move/],
  ])('refuses %s', (text, reason) => {
    expect(() => replay(text)).toThrow(reason);
  });
});

describe('explorer > minimize', () => {
  it('finds the fewest context switches to every outcome of a small program', () => {
    const { outcomes } = explore(trylocks(2));
    const switches = [...outcomes.values()].map(({ schedule }) => minimize(trylocks(2), schedule));
    expect(switches.every(({ exact }) => exact)).toBe(true);
    // One thread after the other; or the second fails while the first holds the lock.
    expect(new Set(switches.map((found) => found.switches))).toEqual(new Set([1, 2]));
  });

  it('finds in one search for several outcomes what it finds for each', () => {
    const schedules = [...explore(swaprace('original', 1)).outcomes.values()].map(
      (o) => o.schedule,
    );
    const together = minimizeAll(swaprace('original', 1), schedules, 100_000);
    expect(together.map(({ switches }) => switches)).toEqual(
      schedules.map((each) => minimize(swaprace('original', 1), each, 100_000).switches),
    );
    expect(together.every(({ exact }) => exact)).toBe(true);
    expect(minimizeAll(swaprace('original', 1), [])).toEqual([]);
  });

  it.each<[string, fc.Arbitrary<RandomProgram>]>([
    ['programs', randomProgram],
    ['programs that create threads', creatingProgram(2)],
  ])('needs as few switches as any interleaving of random %s does', (_what, random) => {
    fc.assert(fc.property(random, expectFewestSwitches), { seed: 7, numRuns: 300 });
  });

  it('looks again at what it passed over before it saw that threads meet there', () => {
    const step = (kind: string, cell: number) => ({ kind, cell, value: 0, skip: 0 }) as Instruction;
    expectFewestSwitches({
      threads: [
        [step('open', 0), step('await', 1), step('read', 0)],
        [step('read', 0), step('awaitGate', 0), step('trylock', 1), step('read', 0)],
      ],
      ...{ spawnable: [], creators: 1, commutingAdds: false, coarseTrylock: false },
    });
  });

  it('never makes a schedule worse or lead elsewhere, however little it may run', () => {
    fc.assert(
      fc.property(randomProgram, fc.constantFrom(0, 3, 500), (description, executions) => {
        const random = build(description);
        for (const { outcome, schedule } of explore(random, { executions: 5 }).outcomes.values()) {
          const found = minimize(random, schedule, executions);
          expect(replaySchedule(random, found.schedule).outcome()).toBe(outcome);
          expect(found.switches).toBe(contextSwitches(found.schedule));
          expect(found.switches).toBeLessThanOrEqual(contextSwitches(schedule));
        }
      }),
      { seed: 6, numRuns: 100 },
    );
  });

  it('leaves a thread that spins alone, and is not sure then', () => {
    const spinning = cellProgram(1, [
      function* () {
        yield write(0, 1);
      },
      function* () {
        while ((yield read(0)) === 0);
      },
    ]);
    expect(minimize(spinning, parseSchedule('s1:1.0.1'))).toEqual({
      schedule: parseSchedule('s1:0.1'),
      switches: 1,
      exact: false,
    });
  });

  it('puts a schedule in order that is too long to look for another', () => {
    const reader = function* () {
      for (let n = 0; n < 5000; n++) yield read(0);
    };
    const apart = cellProgram(1, [reader, reader]);
    const alternating = Array.from({ length: 10_000 }, (_, n) => ({ thread: n % 2, choice: 0 }));
    const { schedule, exact } = minimize(apart, alternating);
    expect([printSchedule(schedule), exact]).toEqual(['s1:0x5000.1x5000', false]);
  });

  it('says when it gave up before it could be sure', () => {
    const race = swaprace('original', 1);
    const found = [...explore(race).outcomes.values()].map(({ schedule }) =>
      minimize(race, schedule, 1),
    );
    expect(found.some(({ exact }) => !exact)).toBe(true);
  });
});
