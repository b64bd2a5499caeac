/** Exploration by states finds what exploration by traces finds, and does not pay for independence. */
import fc from 'fast-check';
import {
  awaitFree,
  cellProgram,
  choose,
  lock,
  mark,
  read,
  readLock,
  unlock,
  write,
  type ThreadBody,
} from '../../model/explorer/cells';
import { explore } from '../../model/explorer/explore';
import { ReturningState } from '../../model/explorer/explored-states';
import { enumerate } from '../../model/explorer/naive';
import type { KeyedRun, Program, Run } from '../../model/explorer/program';
import { exploreStates } from '../../model/explorer/states';
import { buildSections, randomSections } from '../machine/random-sections';
import * as programs from './programs';
import {
  build,
  buildPlain,
  crowdedProgram,
  randomProgram,
  type Instruction,
  type RandomProgram,
} from './random-programs';

const MOST = 400;

/** The outcomes of every interleaving; undefined where there are too many. */
function enumerated(program: Program): string[] | undefined {
  try {
    return [...enumerate(program, MOST).outcomes].sort();
  } catch {
    return undefined;
  }
}

const examples: readonly [string, Program][] = [
  ['lastzero(4)', programs.lastzero(4)],
  ['indexer(12)', programs.indexer(12)],
  ['filesystem(16)', programs.filesystem(16)],
  ['casw(4)', programs.casw(4)],
  ['control-flow(3)', programs.controlFlow(3)],
  ['trylock(4)', programs.trylocks(4)],
  ['ordered(5)', programs.orderedLocks(5)],
  ['phil(5)', programs.philosophers(5)],
  ['swaprace(original, 2)', programs.swaprace('original', 2)],
  ['mutual readers', programs.mutualReaders()],
];

/** One thread that goes to and fro between two states. */
const pendulum = {
  start(): Run & KeyedRun {
    let state = 0;
    return {
      threadCount: 1,
      choices: () => 1,
      guard: () => -1,
      enabled: () => true,
      step: () => void (state = 1 - state),
      accesses: new Int32Array(0),
      accessCount: 0,
      spawned: -1,
      outcome: () => '',
      stateKey: () => state,
    };
  },
  startKeyed(): KeyedRun {
    return this.start();
  },
};

/** Instructions as `kind cell value skip`, of which the numbers are 0 where they are left out. */
const body = (...instructions: readonly string[]): Instruction[] =>
  instructions.map((text) => {
    const [kind, ...numbers] = text.split(' ');
    const [cell = 0, value = 0, skip = 0] = numbers.map(Number);
    return { kind: kind as Instruction['kind'], cell, value, skip };
  });

const threads = (...bodies: readonly (readonly string[])[]): RandomProgram => ({
  threads: bodies.map((each) => body(...each)),
  spawnable: [],
  creators: 1,
  commutingAdds: false,
  coarseTrylock: false,
});

describe('exploration by states', () => {
  it('refuses a program that can get back into a state', () => {
    expect(() => exploreStates(pendulum)).toThrow(ReturningState);
  });

  it.each(examples)('%s has the outcomes that its traces have', (_name, program) => {
    const { outcomes, completeness } = exploreStates(program);
    expect(completeness).toEqual({ kind: 'complete' });
    expect([...outcomes.keys()].sort()).toEqual([...explore(program).outcomes.keys()].sort());
  });

  const counts: readonly [string, Program, number, number][] = [
    ['readers(8)', programs.readers(8), 512, 766],
    ['lastzero(6)', programs.lastzero(6), 671, 782],
    ['trylock(4)', programs.trylocks(4), 422, 524],
    ['casw(3)', programs.casw(3), 91, 153],
    ['ordered(6)', programs.orderedLocks(6), 974, 1027],
    ['phil(4)', programs.philosophers(4), 111, 123],
    ['swaprace(original, 1)', programs.swaprace('original', 1), 148, 174],
    ['swaprace(original, 2)', programs.swaprace('original', 2), 441, 522],
    ['swaprace(original, 3)', programs.swaprace('original', 3), 1024, 1213],
  ];
  it.each(counts)(
    '%s has so many states and steps between them',
    (_name, program, states, transitions) => {
      expect(exploreStates(program)).toMatchObject({ states, transitions });
    },
  );

  it.each<[string, fc.Arbitrary<Program>]>([
    ['of cells, told with what threads have seen', randomProgram.map(build)],
    ['of cells, told by these alone', randomProgram.map(buildPlain)],
    ['of four or five threads', crowdedProgram.map(build)],
    ['of tasks that touch several words in one step', randomSections.map(buildSections)],
  ])('random programs have the outcomes of all their interleavings: %s', (_kind, random) => {
    let compared = 0;
    fc.assert(
      fc.property(random, (program) => {
        const expected = enumerated(program);
        if (expected === undefined) return;
        compared++;
        expect([...exploreStates(program).outcomes.keys()].sort()).toEqual(expected);
      }),
      { numRuns: 400, seed: 20140314 },
    );
    expect(compared).toBeGreaterThan(200);
  });

  // Found among random programs for explorations that were wrong in the way that each line tells.
  it.each<[string, RandomProgram]>([
    [
      'what a step conflicts with, after one that was passed over, is not asked',
      threads(['read 0', 'open 1', 'read 0'], ['trylock 1 2 1', 'add 0', 'read 0'], ['open 1']),
    ],
    [
      'what conflicts with a step that is passed over is not asked',
      {
        ...threads(['spawn 0', 'writeSeen 0'], ['read 0'], ['read 0']),
        spawnable: [body('cas 0 1')],
      },
    ],
    [
      'a known state is taken to cover what was passed over from there on',
      threads(['read 0'], ['write 0'], ['writeSeen 0', 'write 0 1', 'read 0']),
    ],
    [
      'a state is not told what was passed over after it',
      threads(
        ['read 0 0 1', 'readLock 0', 'read 1', 'read 0'],
        ['writeSeen 0', 'read 0'],
        ['trylock 0', 'read 0'],
      ),
    ],
    ['nothing wakes a step', threads(['read 0'], ['cas 0', 'read 0'])],
    [
      'what has come before is taken to have to come before',
      threads(
        ['readTrylock 0', 'read 0'],
        ['read 1 0 1', 'lock 0'],
        ['writeSeen 1', 'await 0', 'read 0'],
      ),
    ],
    [
      'the same of those that were created',
      {
        ...threads(['spawn 0 1', 'open 1', 'read 1', 'read 0'], ['awaitGate 1', 'read 1']),
        spawnable: [body('read 0'), body('choose 0', 'add 1')],
      },
    ],
    [
      'what comes after something that a thread has done is taken to come after what it does',
      threads(
        ['write 1 1', 'read 0 0 1', 'lock 0'],
        ['readTrylock 0', 'read 0'],
        ['await 0', 'read 1 0 1', 'write 0 1', 'read 0'],
      ),
    ],
    [
      'what was passed over in turn, after a step that is passed over, is not asked',
      threads(['write 1 1', 'write 0 1'], ['read 0'], ['read 0 0 1', 'read 1'], ['write 0 1']),
    ],
    [
      'the same of a trylock',
      threads(['read 0 0 1', 'trylock 0'], ['read 0'], ['write 0 1'], ['trylock 0 0 1', 'write 0']),
    ],
    [
      'the same where threads meet in two cells',
      threads(
        ['write 1 1', 'write 1'],
        ['read 0'],
        ['read 0 0 1', 'read 1'],
        ['read 1 0 1', 'write 0 1'],
      ),
    ],
  ])('sleep sets hide no outcome: not where %s', (_wrong, random) => {
    const expected = enumerated(build(random));
    expect(expected).toBeDefined();
    expect([...exploreStates(build(random)).outcomes.keys()].sort()).toEqual(expected);
  });

  it.each([
    ['swaprace(original, 1)', programs.swaprace('original', 1)],
    ['trylock(4)', programs.trylocks(4)],
  ])('a schedule leads to each outcome of %s', (_name, program) => {
    for (const [outcome, schedule] of exploreStates(program).outcomes) {
      const run = program.start();
      for (const { thread, choice } of schedule) run.step(thread, choice);
      expect(run.outcome()).toBe(outcome);
    }
  });

  it('pages that are independent of one another multiply traces, and outcomes, but not the work', () => {
    const states = [1, 2, 3, 4].map((pages) => {
      const result = exploreStates(programs.swaprace('original', pages));
      expect(result.outcomes.size).toBe(2 ** pages);
      return result.states;
    });
    for (const [i, count] of states.entries()) expect(count).toBeLessThan(300 * 2.5 ** (i + 1));
    expect(states[3]).toBeLessThan(30 ** 3);
  });

  it('a lock that is held for reading, and dropped by another thread, lets one go on that waits', () => {
    const [rw, data] = [0, 1];
    const seen = [0];
    const program = cellProgram(
      2,
      [
        function* () {
          yield unlock(rw);
        },
        function* () {
          yield readLock(rw);
          seen[0] = yield read(data);
          yield awaitFree(rw);
        },
        function* () {
          yield lock(rw);
          yield write(data, 1);
        },
      ],
      { outcome: (cells) => `${cells.join(' ')} ${seen.join()}` },
    );
    const start = (): Run => {
      seen[0] = -1;
      return program.start();
    };
    const cleared = { ...program, start };
    expect([...exploreStates(cleared).outcomes.keys()].sort()).toEqual(enumerated(cleared));
  });

  it('threads with long ways to where they meet are explored', () => {
    const far = 20_000;
    const goes: ThreadBody = function* () {
      const which = yield choose(2);
      for (let k = 0; k < far; k++) yield write(2, 0);
      yield write(which, 1);
    };
    const stays: ThreadBody = function* () {
      yield write(0, 2);
      yield write(1, 2);
    };
    const program = cellProgram(3, [goes, stays]);
    const outcomes = [...exploreStates(program).outcomes.keys()].sort();
    expect(outcomes).toEqual(['1 2 0', '2 1 0', '2 2 0']);
  });

  it('a bound on states makes the result bounded', () => {
    const { completeness, states } = exploreStates(programs.lastzero(5), { states: 20 });
    expect(completeness).toEqual({ kind: 'bounded', bound: '20 states' });
    expect(states).toBeLessThanOrEqual(20);
  });

  it('a bound on steps makes the result bounded', () => {
    const { completeness } = exploreStates(programs.lastzero(5), { steps: 4 });
    expect(completeness).toEqual({ kind: 'bounded', bound: '4 steps' });
  });

  it('an aborted signal interrupts', () => {
    const { completeness } = exploreStates(programs.lastzero(5), { signal: AbortSignal.abort() });
    expect(completeness).toEqual({ kind: 'interrupted' });
  });

  it('a program without state keys is refused', () => {
    const program = programs.readers(1);
    expect(() => exploreStates({ start: () => program.start() })).toThrow(/no state keys/);
  });

  it('a program that gets back into a state is refused', () => {
    const spins = cellProgram(1, [
      function* () {
        do yield mark(1);
        while ((yield read(0)) === 0);
      },
      function* () {
        yield write(0, 1);
      },
    ]);
    expect(() => exploreStates(spins)).toThrow(/get back into a state/);
  });
});
