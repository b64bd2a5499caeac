/** An exploration cut into units finds what one search finds, whoever runs the units in what order. */
import fc from 'fast-check';
import { parseCheckpoint, type Checkpoint } from '../../model/explorer/checkpoint';
import { explore } from '../../model/explorer/explore';
import { enumerate, MoreInterleavings } from '../../model/explorer/naive';
import type { Program } from '../../model/explorer/program';
import {
  SharedExploration,
  type SharedResult,
  type NumberedTask,
  type SharedOptions,
  type Sizes,
} from '../../model/explorer/shared';
import { UnitRun, type UnitResult } from '../../model/explorer/unit';
import { cas, cellProgram, read, write } from '../../model/explorer/cells';
import * as programs from './programs';
import { build, buildPlain, meetingProgram, randomProgram, steadyProgram } from './random-programs';

const STEPS = 100_000;
/** Cuts as often as can be. */
const SMALL: Sizes = { first: 1, each: 1, most: 1, units: 4 };

interface Options extends Partial<SharedOptions> {
  /** How many units to run at a time, of which the last one begins first. */
  readonly workers?: number;
  /** Executions after which a unit pauses, to be given out again. */
  readonly pause?: number;
}

function run(program: Program, task: NumberedTask, executions = Infinity): UnitResult {
  const unit = new UnitRun(program, structuredClone(task), STEPS);
  let left = executions;
  unit.advance(() => --left === 0);
  return unit.result();
}

/** Runs units to the end. */
function share(program: Program, { workers = 1, pause, ...options }: Options = {}): SharedResult {
  const exploration = new SharedExploration({ steps: STEPS, sizes: SMALL, ...options });
  for (;;) {
    const tasks = exploration.tasks();
    if (tasks.length === 0) return exploration.result();
    for (let k = 0; k < tasks.length; k += workers) {
      for (const task of tasks.slice(k, k + workers).reverse()) {
        exploration.put(task, run(program, task, pause));
      }
    }
  }
}

const summary = ({ executions, blocked, completeness, outcomes }: SharedResult) => ({
  executions,
  blocked,
  completeness,
  outcomes: [...outcomes.values()],
});
/** The same whatever schedule stands for an outcome. */
const counts = (result: SharedResult) => ({
  ...summary(result),
  outcomes: new Map([...result.outcomes.values()].map(({ outcome, traces }) => [outcome, traces])),
});

describe('explorer > sharing', () => {
  const table: [string, Program, number][] = [
    ['readers(9)', programs.readers(9), 512],
    ['lastzero(7)', programs.lastzero(7), 320],
    ['indexer(13)', programs.indexer(13), 64],
    ['filesystem(17)', programs.filesystem(17), 16],
    ['ainc(5)', programs.adders(5, 1), 120],
    ['binc(4)', programs.adders(4, 2), 576],
    ['cinc(3)', programs.adders(3, 3), 216],
    ['ninc(4)', programs.ninc(4), 576],
    ['casrot(7)', programs.casrot(7), 523],
    ['casw(3)', programs.casw(3), 66],
    ['fib(2)', programs.fib(2), 140],
    ['control-flow(3)', programs.controlFlow(3), 90],
    ['trylock(5)', programs.trylocks(5), 1305],
    ['coarse trylock(4)', programs.trylocks(4, { coarseTrylock: true }), 192],
    ['ordered(6)', programs.orderedLocks(6), 62],
    ['phil(6)', programs.philosophers(6), 63],
    ['wcas(5)', programs.wcas(5), 437],
    ['swaprace(original, 2)', programs.swaprace('original', 2), 900],
    ['swaprace(fixed, 2)', programs.swaprace('fixed', 2), 144],
  ];
  it.each(table)('%s has its number of traces for each way to cut it', (_name, program, traces) => {
    const whole = counts(explore(program));
    for (const sizes of [
      SMALL,
      { first: 5, each: 3, most: 3, units: 7 },
      { first: 2, each: 20, most: 20, units: 2 },
      { first: 4, each: 1, most: 30, units: 5 },
    ]) {
      const shared = counts(share(program, { workers: 3, sizes }));
      expect(shared).toEqual(whole);
      expect(shared.executions).toBe(traces);
    }
  });

  it.each([
    ['mixed', 1, randomProgram],
    ['mixed', 2, randomProgram],
    ['steady', 3, steadyProgram],
  ])('agrees with the enumerator on 400 %s programs, seed %i', (_kind, seed, kind) => {
    fc.assert(
      fc.property(kind, fc.nat(3), fc.nat(3), fc.nat(6), (description, first, each, units) => {
        const program = build(description);
        let expected;
        try {
          expected = enumerate(program, 1000);
        } catch (error) {
          if (error instanceof MoreInterleavings) return;
          throw error;
        }
        const sizes = { first: first + 1, each: each + 1, most: 2 * each + 1, units: units + 1 };
        const { executions, blocked, completeness, outcomes } = share(program, {
          workers: 2,
          sizes,
        });
        expect({ executions, blocked, completeness }).toEqual({
          executions: expected.traces.size,
          blocked: 0,
          completeness: { kind: 'complete' },
        });
        expect(new Set(outcomes.keys())).toEqual(expected.outcomes);
      }),
      { seed, numRuns: 400 },
    );
  });

  it('agrees with one search on 1000 programs of six threads', () => {
    const sizes = fc.record({
      first: fc.integer({ min: 1, max: 4 }),
      each: fc.integer({ min: 1, max: 4 }),
      most: fc.constant(6),
      units: fc.integer({ min: 2, max: 6 }),
    });
    fc.assert(
      fc.property(meetingProgram, sizes, (description, sizes) => {
        const program = buildPlain(description);
        const { executions, completeness } = explore(program, { executions: 300 });
        if (completeness.kind !== 'complete') return;
        expect(share(program, { sizes }).executions).toBe(executions);
      }),
      { seed: 6, numRuns: 1000 },
    );
  });

  /**
   * What a unit asks of a state before it may be seen to by a branch that the unit does not know. So a longer
   * sequence has to be asked for too, where that branch would not see to it.
   */
  it('of two sequences that a unit asks for, one does not stand in for the other', () => {
    const program = cellProgram(2, [
      function* () {
        yield read(1);
      },
      function* () {
        if ((yield read(0)) !== 0) yield read(0);
      },
      function* () {
        yield write(1, 0);
      },
      function* () {
        yield write(0, 1);
        yield read(1);
      },
      function* () {
        yield read(1);
      },
      function* () {
        yield write(0, 2);
        yield cas(0, 1, 2);
      },
    ]);
    const { executions } = explore(program);
    expect(executions).toBe(120);
    for (const each of [1, 2, 3]) {
      const sizes = { first: 2, each, most: 4, units: 3 };
      expect(share(program, { sizes }).executions).toBe(executions);
    }
  });

  /**
   * What an execution asks for, a later one with the same beginning may have to ask for with more: what
   * follows need not need the step that is turned round, nor go with the branch that the first has led to.
   */
  it('a unit asks again once an execution has more to ask for', () => {
    const reader = (cell: number) =>
      function* () {
        yield read(cell);
      };
    const program = cellProgram(2, [
      function* () {
        yield write(1, 0);
        yield cas(0, 0, 1);
      },
      reader(0),
      reader(1),
      function* () {
        yield cas(0, 0, 1);
        yield read(0);
      },
      function* () {
        yield read(1);
        yield write(1, 0);
      },
      reader(0),
    ]);
    const { executions } = explore(program);
    const sizes = { first: 1, each: 2, most: 6, units: 4 };
    expect(share(program, { sizes }).executions).toBe(executions);
  });

  it.each(table)(
    '%s gives the same for each number of workers and each interruption',
    (_n, program) => {
      const sizes = { first: 3, each: 2, most: 12, units: 5 };
      const alone = summary(share(program, { sizes }));
      expect(summary(share(program, { sizes, workers: 2 }))).toEqual(alone);
      expect(summary(share(program, { sizes, workers: 3, pause: 3 }))).toEqual(alone);
    },
  );

  it('is not cut, and is what one search does, where there is little to explore', () => {
    const program = programs.trylocks(4);
    expect(summary(share(program, { sizes: { ...SMALL, first: 149 } }))).toEqual(
      summary(explore(program)),
    );
  });

  it('a bound leaves the first executions in the order of units, for each number of workers', () => {
    const program = programs.trylocks(4);
    const sizes = { first: 5, each: 7, most: 20, units: 4 };
    let before = 0;
    for (const executions of [1, 5, 6, 17, 40, 147]) {
      const alone = share(program, { sizes, executions });
      expect(alone.executions).toBe(executions);
      const bound = executions === 1 ? '1 execution' : `${executions} executions`;
      expect(alone.completeness).toEqual({ kind: 'bounded', bound });
      expect(summary(share(program, { sizes, executions, workers: 3, pause: 2 }))).toEqual(
        summary(alone),
      );
      expect(alone.outcomes.size).toBeGreaterThanOrEqual(before);
      before = alone.outcomes.size;
    }
    expect(share(program, { sizes, executions: 148 }).completeness).toEqual({ kind: 'complete' });
  });

  it('the units of a round that a bound ends have equal shares of it, so that they run side by side', () => {
    const program = programs.trylocks(4);
    const sizes = { first: 6, each: 16, most: 16, units: 4 };
    const exploration = new SharedExploration({ steps: STEPS, executions: 6 + 20, sizes });
    const shares: number[][] = [];
    for (let tasks = exploration.tasks(); tasks.length > 0; tasks = exploration.tasks()) {
      shares.push(tasks.map(({ executions }) => executions));
      for (const task of tasks) exploration.put(task, run(program, task));
    }
    expect(shares.slice(0, 2)).toEqual([[6], [2, 2, 2, 2]]);
    expect(exploration.result().executions).toBe(26);
  });

  it('an execution that is cut off leaves the result bounded', () => {
    const exploration = new SharedExploration({ steps: 4, sizes: SMALL });
    for (let tasks = exploration.tasks(); tasks.length > 0; tasks = exploration.tasks()) {
      for (const task of tasks) {
        const unit = new UnitRun(programs.lastzero(3), task, 4);
        unit.advance(() => false);
        exploration.put(task, unit.result());
      }
    }
    expect(exploration.result().completeness).toEqual({ kind: 'bounded', bound: '4 steps' });
  });

  it('estimates the number of executions between what is done and all of them, in the end exactly', () => {
    const exploration = new SharedExploration({
      steps: STEPS,
      sizes: { first: 50, each: 20, most: 20, units: 4 },
    });
    for (let tasks = exploration.tasks(); tasks.length > 0; tasks = exploration.tasks()) {
      for (const task of tasks) {
        exploration.put(task, run(programs.readers(9), task));
        const { executions, estimate } = exploration.progress();
        expect(estimate).toBeGreaterThanOrEqual(executions);
      }
    }
    expect(exploration.progress()).toEqual({ executions: 512, blocked: 0, estimate: 512 });
  });
});

/** Explores in pieces of so many executions, each from the text of the checkpoint before. */
function inPieces(program: Program, pieces: readonly number[], sizes: Sizes): SharedResult {
  let resume: Checkpoint | undefined;
  for (let done = 0, k = 0; ; k++) {
    const exploration = new SharedExploration({
      steps: STEPS,
      identity: 'it',
      sizes,
      executions: (done += pieces[k % pieces.length]!),
      ...(resume !== undefined && { resume }),
    });
    for (let tasks = exploration.tasks(); tasks.length > 0; tasks = exploration.tasks()) {
      for (const task of tasks) exploration.put(task, run(program, task));
    }
    const checkpoint = exploration.checkpoint();
    if (checkpoint === undefined) return exploration.result();
    resume = parseCheckpoint(JSON.stringify(checkpoint));
  }
}

describe('explorer > checkpoints', () => {
  const sizes = { first: 10, each: 5, most: 15, units: 3 };

  it.each([
    ['lastzero(6)', programs.lastzero(6)],
    ['casw(3)', programs.casw(3)],
    ['trylock(4)', programs.trylocks(4)],
    ['swaprace(original, 1)', programs.swaprace('original', 1)],
  ])('%s interrupted anywhere ends in the same result', (_name, program) => {
    expect(summary(inPieces(program, [1, 2, 7], sizes))).toEqual(
      summary(share(program, { sizes })),
    );
  });

  it('a random program interrupted after every execution ends in the same result', () => {
    fc.assert(
      fc.property(randomProgram, (description) => {
        const program = build(description);
        if (explore(program, { executions: 60 }).completeness.kind !== 'complete') return;
        expect(summary(inPieces(program, [1], SMALL))).toEqual(summary(share(program)));
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  it('an interrupted exploration says so, with what all of its units have found', () => {
    const program = programs.trylocks(4);
    const exploration = new SharedExploration({ steps: STEPS, sizes });
    for (const task of exploration.tasks()) exploration.put(task, run(program, task));
    const tasks = exploration.tasks();
    expect(tasks).toHaveLength(3);
    exploration.put(tasks[2]!, run(program, tasks[2]!, 2));
    const { executions, completeness } = exploration.result();
    expect({ executions, completeness }).toEqual({
      executions: 12,
      completeness: { kind: 'interrupted' },
    });
    const resume = exploration.checkpoint()!;
    expect(summary(share(program, { sizes, resume }))).toEqual(summary(share(program, { sizes })));
  });

  const begun = new SharedExploration({ steps: STEPS, executions: 5, identity: 'trylock 3' });
  for (const task of begun.tasks()) begun.put(task, run(programs.trylocks(3), task));
  const text = JSON.stringify(begun.checkpoint());
  const resume = (from: string, identity = 'trylock 3', program = programs.trylocks(3)) =>
    share(program, { identity, resume: parseCheckpoint(from) });

  it.each([
    ['half of the text', () => resume(text.slice(0, 100)), /not JSON/],
    ['another document', () => resume('{"a":1}'), /format is not/],
    ['a later version', () => resume(text.replace('"version":5', '"version":6')), /version is 6/],
    ['an edited count', () => resume(text.replace('"executions":5', '"executions":4')), /damaged/],
    ['another identity', () => resume(text, 'trylock 4'), /another program \('trylock 3'/],
    [
      'a program that moves otherwise',
      () => resume(text, undefined, programs.readers(1)),
      /does not fit|something else/,
    ],
  ])('%s is refused', (_what, act, reason) => {
    expect(act).toThrow(reason);
  });
});
