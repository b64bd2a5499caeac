/** A bound on preemptions leaves out the schedules that have more of them, and nothing else. */
import fc from 'fast-check';
import { cellProgram, read, write } from '../../model/explorer/cells';
import { explore } from '../../model/explorer/explore';
import { explorePreemptions } from '../../model/explorer/preemptions';
import type { Program, Run, ScheduleStep } from '../../model/explorer/program';
import * as programs from './programs';
import { build, randomProgram } from './random-programs';

const MOST_INTERLEAVINGS = 2000;

function movesOf(run: Run): ScheduleStep[] {
  const moves: ScheduleStep[] = [];
  for (let thread = 0; thread < run.threadCount; thread++) {
    if (run.choices(thread) === 0 || !run.enabled(thread)) continue;
    for (let choice = 0; choice < run.choices(thread); choice++) moves.push({ thread, choice });
  }
  return moves;
}

function runTo(program: Program, schedule: readonly ScheduleStep[]): Run {
  const run = program.start();
  for (const { thread, choice } of schedule) run.step(thread, choice);
  return run;
}

/** Steps of a schedule before which another thread could have gone on. */
function preemptionsOf(program: Program, schedule: readonly ScheduleStep[]): number {
  const run = program.start();
  let last: number | undefined;
  let count = 0;
  for (const { thread, choice } of schedule) {
    const canGoOn = last !== undefined && movesOf(run).some((move) => move.thread === last);
    if (canGoOn && thread !== last) count++;
    run.step(thread, choice);
    last = thread;
  }
  return count;
}

/** The fewest preemptions to each outcome, of all interleavings; undefined where there are too many. */
function fewestOf(program: Program): Map<string, number> | undefined {
  const fewest = new Map<string, number>();
  const open: ScheduleStep[][] = [[]];
  let ends = 0;
  for (let schedule = open.pop(); schedule !== undefined; schedule = open.pop()) {
    const run = runTo(program, schedule);
    const moves = movesOf(run);
    for (const move of moves) open.push([...schedule, move]);
    if (moves.length > 0) continue;
    if (++ends > MOST_INTERLEAVINGS) return undefined;
    const outcome = run.outcome();
    const count = preemptionsOf(program, schedule);
    fewest.set(outcome, Math.min(count, fewest.get(outcome) ?? count));
  }
  return fewest;
}

describe('exploration within a number of preemptions', () => {
  it('finds, in random programs, the outcomes of the interleavings with at most so many', () => {
    let compared = 0;
    let bounded = 0;
    fc.assert(
      fc.property(randomProgram, (description) => {
        const program = build(description);
        const fewest = fewestOf(program);
        if (fewest === undefined) return;
        compared++;
        for (const most of [0, 1, 2, 3]) {
          const { outcomes, completeness } = explorePreemptions(program, most);
          const expected = [...fewest].filter(([, count]) => count <= most).map(([text]) => text);
          expect([...outcomes.keys()].sort()).toEqual(expected.sort());
          if (outcomes.size < fewest.size) {
            expect(completeness.kind).toBe('bounded');
            bounded++;
          }
        }
      }),
      { numRuns: 400, seed: 20140314 },
    );
    expect(compared).toBeGreaterThan(200);
    expect(bounded).toBeGreaterThan(30);
  });

  it.each<[string, Program]>([
    ['lastzero(3)', programs.lastzero(3)],
    ['trylock(3)', programs.trylocks(3)],
    ['phil(3)', programs.philosophers(3)],
    ['swaprace(original, 1)', programs.swaprace('original', 1)],
    ['mutual readers', programs.mutualReaders()],
  ])('%s, where no schedule needs more, is complete and has all outcomes', (_name, program) => {
    const { outcomes, completeness } = explorePreemptions(program, 1000);
    expect(completeness).toEqual({ kind: 'complete' });
    expect([...outcomes.keys()].sort()).toEqual([...explore(program).outcomes.keys()].sort());
  });

  it('gives each outcome a schedule with the fewest preemptions', () => {
    const program = programs.mutualReaders();
    const fewest = fewestOf(program)!;
    for (const [outcome, schedule] of explorePreemptions(program, 9).outcomes) {
      expect(runTo(program, schedule).outcome()).toBe(outcome);
      expect(preemptionsOf(program, schedule)).toBe(fewest.get(outcome));
    }
  });

  const readsTwice = () => {
    const seen: number[] = [];
    const reader = function* () {
      seen.length = 0;
      seen.push(yield read(0));
      seen.push(yield read(0));
    };
    const writer = function* () {
      yield write(0, 1);
    };
    return cellProgram(1, [reader, writer], { outcome: () => seen.join(' ') });
  };

  it('without any, threads run until they end or wait', () => {
    const { outcomes, completeness } = explorePreemptions(readsTwice(), 0);
    expect([...outcomes.keys()].sort()).toEqual(['0 0', '1 1']);
    expect(completeness).toEqual({ kind: 'bounded', bound: '0 preemptions' });
  });

  it('with one, a thread is interrupted between two reads', () => {
    const { outcomes, completeness } = explorePreemptions(readsTwice(), 1);
    expect([...outcomes.keys()].sort()).toEqual(['0 0', '0 1', '1 1']);
    expect(completeness).toEqual({ kind: 'complete' });
  });

  it('keeps to bounds on states and steps, and to a signal', () => {
    const program = programs.lastzero(5);
    const completenessOf = (options: Parameters<typeof explorePreemptions>[2]) =>
      explorePreemptions(program, 1000, options).completeness;
    expect(completenessOf({ states: 20 })).toEqual({ kind: 'bounded', bound: '20 states' });
    expect(completenessOf({ steps: 4 })).toEqual({ kind: 'bounded', bound: '4 steps' });
    expect(completenessOf({ signal: AbortSignal.abort() })).toEqual({ kind: 'interrupted' });
  });
});
