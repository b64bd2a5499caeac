/** The bound on threads leaves out what needs more threads, and nothing else. */
import fc from 'fast-check';
import { cellProgram, read, spawn, write, type ThreadBody } from '../../model/explorer/cells';
import { explore } from '../../model/explorer/explore';
import { enumerate, MoreInterleavings } from '../../model/explorer/naive';
import { explorePreemptions } from '../../model/explorer/preemptions';
import type { KeyedRun, Moves, Program, Run } from '../../model/explorer/program';
import { SharedExploration } from '../../model/explorer/shared';
import { exploreStates } from '../../model/explorer/states';
import { UnitRun } from '../../model/explorer/unit';
import { readers } from './programs';
import { build, creatingProgram } from './random-programs';

/** The program with an outcome that tells first how many threads have begun. */
function counting(program: Program): Program {
  let threads = 0;
  const started = <R extends Moves>(run: R): R => {
    threads = 0;
    for (let t = 0; t < run.threadCount; t++) if (run.choices(t) > 0) threads++;
    return Object.create(run, {
      step: {
        value(thread: number, choice: number) {
          run.step(thread, choice);
          if (run.spawned >= 0) threads++;
        },
      },
    }) as R;
  };
  return {
    start() {
      const run = program.start();
      const outcome = (): string => `${threads} threads: ${run.outcome()}`;
      return Object.create(started(run), { outcome: { value: outcome } }) as Run;
    },
    // It tells no outcome, so that those of the others are taken.
    startKeyed: () => Object.create(started(program.startKeyed!()), { outcome: {} }) as KeyedRun,
  };
}

const threadsOf = (outcome: string): number => parseInt(outcome, 10);

/** The outcomes of every interleaving, in order; undefined where there are too many. */
function enumerated(program: Program): string[] | undefined {
  try {
    return [...enumerate(program, 1000).outcomes].sort();
  } catch (error) {
    if (error instanceof MoreInterleavings) return undefined;
    throw error;
  }
}

/** Runs all units to the end, each of them as short as can be. */
function share(program: Program, threads: number) {
  const sizes = { first: 1, each: 1, most: 1, units: 4 };
  const exploration = new SharedExploration({ steps: 1000, threads, sizes });
  for (let tasks = exploration.tasks(); tasks.length > 0; tasks = exploration.tasks()) {
    for (const task of tasks) {
      const unit = new UnitRun(program, task, 1000, threads);
      unit.advance(() => false);
      exploration.put(task, unit.result());
    }
  }
  return exploration.result();
}

/** Two threads that may each create one, and never both where the second sees what the first did. */
function twoCreators(): Program {
  const child = (cell: number): ThreadBody =>
    function* () {
      yield write(cell, 1);
    };
  const creator = (own: number, awaited: number): ThreadBody =>
    function* () {
      if ((yield read(awaited)) === 0) yield spawn(own);
    };
  return cellProgram(2, [creator(0, 1), creator(1, 0)], { spawnable: [child(0), child(1)] });
}

const explorations = [
  ['explore', (program: Program, threads: number) => explore(program, { threads })],
  ['shared units', share],
  ['exploreStates', (program: Program, threads: number) => exploreStates(program, { threads })],
  [
    'explorePreemptions',
    (program: Program, threads: number) => explorePreemptions(program, 99, { threads }),
  ],
] as const;

describe('a bound on threads', () => {
  it('leaves the outcomes of every interleaving with so many threads, and says if there are others', () => {
    let partly = 0;
    const programs = fc.record({
      description: fc.oneof(creatingProgram(1), creatingProgram(2)),
      more: fc.nat(2),
    });
    fc.assert(
      fc.property(programs, ({ description, more }) => {
        const program = counting(build(description));
        const threads = description.threads.length + more;
        const all = enumerated(program);
        if (all === undefined) return;
        const expected = all.filter((outcome) => threadsOf(outcome) <= threads);
        const complete = expected.length === all.length;
        if (!complete && expected.length > 0) partly++;
        for (const [, within] of explorations) {
          const { outcomes, completeness } = within(program, threads);
          expect([...outcomes.keys()].sort()).toEqual(expected);
          expect(completeness).toEqual(
            complete ? { kind: 'complete' } : { kind: 'bounded', bound: `${threads} threads` },
          );
        }
      }),
      { numRuns: 600, seed: 20140314 },
    );
    expect(partly).toBeGreaterThan(5);
  });

  it('runs each trace within it once, where one thread creates the others', () => {
    let compared = 0;
    fc.assert(
      fc.property(creatingProgram(1), (description) => {
        const program = counting(build(description));
        const threads = description.threads.length + 1;
        const all = explore(program, { executions: 2000 });
        if (all.completeness.kind !== 'complete') return;
        const within = [...all.outcomes.values()].filter(
          ({ outcome }) => threadsOf(outcome) <= threads,
        );
        const { executions, blocked } = explore(program, { threads });
        expect(executions).toBe(within.reduce((sum, { traces }) => sum + traces, 0));
        expect(blocked).toBe(0);
        if (within.length < all.outcomes.size) compared++;
      }),
      { numRuns: 600, seed: 20140315 },
    );
    expect(compared).toBeGreaterThan(10);
  });

  it('ends a program that would create threads without end at once', () => {
    const child: ThreadBody = function* (index) {
      yield spawn(index);
    };
    const program = cellProgram(0, [child], { spawnable: new Array<ThreadBody>(100).fill(child) });
    const { steps, completeness } = explore(program, { threads: 5 });
    expect(steps).toBe(5);
    expect(completeness).toEqual({ kind: 'bounded', bound: '5 threads' });
  });
});

describe.each(explorations)('a bound on threads, by %s', (_name, within) => {
  it('finds what either of two creators can do alone', () => {
    const program = counting(twoCreators());
    const expected = [...enumerate(program).outcomes].filter((each) => threadsOf(each) <= 3);
    expect(expected).toHaveLength(2);
    const { outcomes, completeness } = within(program, 3);
    expect([...outcomes.keys()].sort()).toEqual(expected.sort());
    expect(completeness).toEqual({ kind: 'bounded', bound: '3 threads' });
  });

  it('explores nothing of a program that begins with more', () => {
    const { outcomes, completeness } = within(counting(readers(2)), 1);
    expect([...outcomes.keys()]).toEqual([]);
    expect(completeness).toEqual({ kind: 'bounded', bound: '1 thread' });
  });
});
