/**
 * The explorer meets the known numbers of traces (benchmark programs of Abdulla et al., "Optimal
 * dynamic partial order reduction", and of other stateless checkers; lock programs counted by hand).
 */
import { explore } from '../../model/explorer/explore';
import { enumerate } from '../../model/explorer/naive';
import type { Program } from '../../model/explorer/program';
import * as programs from './programs';

const COARSE = { coarseTrylock: true };

/** A program of each size, and its number of traces. */
type Row = readonly [string, (n: number) => Program, Readonly<Record<number, number>>];

const table: Row[] = [
  [
    'readers',
    programs.readers,
    { 1: 2, 2: 4, 3: 8, 4: 16, 5: 32, 6: 64, 7: 128, 8: 256, 9: 512, 11: 2048 },
  ],
  [
    'lastzero',
    programs.lastzero,
    { 1: 2, 2: 5, 3: 12, 4: 28, 5: 64, 6: 144, 7: 320, 9: 1536, 10: 3328, 11: 7168 },
  ],
  ['indexer', programs.indexer, { 1: 1, 2: 1, 6: 1, 10: 1, 11: 1, 12: 8, 14: 512 }],
  [
    'filesystem',
    programs.filesystem,
    { 1: 1, 2: 1, 8: 1, 13: 1, 14: 2, 15: 4, 16: 8, 17: 16, 19: 64, 20: 128 },
  ],
  ['ainc', (n) => programs.adders(n, 1), { 3: 6, 6: 720, 7: 5040 }],
  ['binc', (n) => programs.adders(n, 2), { 2: 4, 3: 36, 4: 576 }],
  ['cinc', (n) => programs.adders(n, 3), { 2: 8, 3: 216, 4: 13824 }],
  ['ninc', programs.ninc, { 2: 4, 3: 36, 4: 576 }],
  ['casrot', programs.casrot, { 2: 2, 3: 5, 4: 14, 5: 43, 6: 144, 7: 523, 8: 2048 }],
  ['casw', programs.casw, { 2: 6, 3: 66, 4: 1200 }],
  ['fib', programs.fib, { 1: 11, 2: 140 }],
  ['control-flow', programs.controlFlow, { 3: 90, 5: 5160 }],
  ['trylock', programs.trylocks, { 1: 1, 2: 4, 3: 21, 4: 148, 5: 1305, 6: 13806 }],
  ['coarse trylock', (n) => programs.trylocks(n, COARSE), { 1: 1, 2: 4, 3: 24, 4: 192, 5: 1920 }],
  ['ordered', programs.orderedLocks, { 2: 2, 3: 6, 4: 14, 5: 30, 6: 62 }],
  ['phil', programs.philosophers, { 2: 3, 3: 7, 4: 15, 5: 31, 6: 63 }],
  ['wcas', programs.wcas, { 1: 3, 2: 10, 3: 35, 4: 124, 5: 437, 6: 1522, 7: 5231 }],
  ['swaprace original', (n) => programs.swaprace('original', n), { 1: 30, 2: 900 }],
  ['swaprace fixed', (n) => programs.swaprace('fixed', n), { 1: 12, 2: 144 }],
  [
    'swaprace original, coarse',
    (n) => programs.swaprace('original', n, COARSE),
    { 1: 33, 2: 1089 },
  ],
  ['swaprace fixed, coarse', (n) => programs.swaprace('fixed', n, COARSE), { 1: 13, 2: 169 }],
];

const cases = table.flatMap(([name, program, sizes]) =>
  Object.entries(sizes).map(
    ([n, traces]) => [`${name}(${n})`, program(Number(n)), traces] as const,
  ),
);

describe('explorer > optimal counts', () => {
  test.each(cases)('%s has its known number of traces', (_name, program, traces) => {
    const { executions, blocked, completeness } = explore(program);
    expect({ executions, blocked, completeness }).toEqual({
      executions: traces,
      blocked: 0,
      completeness: { kind: 'complete' },
    });
  });
});

describe('explorer > interleavings', () => {
  const counted: [string, Program, number, number][] = [
    ['trylock(2)', programs.trylocks(2), 20, 4],
    ['trylock(3)', programs.trylocks(3), 708, 21],
    ['ordered(2)', programs.orderedLocks(2), 2, 2],
    ['ordered(3)', programs.orderedLocks(3), 758, 6],
    ['phil(2)', programs.philosophers(2), 6, 3],
    ['phil(3)', programs.philosophers(3), 168, 7],
    ['phil(4)', programs.philosophers(4), 98184, 15],
    ['swaprace(fixed, 1)', programs.swaprace('fixed', 1), 632, 12],
  ];
  test.each(counted)('%s has its known number of them', (_name, program, interleavings, traces) => {
    const found = enumerate(program);
    expect([found.interleavings, found.traces.size]).toEqual([interleavings, traces]);
  });
});

describe('explorer > outcomes', () => {
  const cells = (outcome: string): number[] => outcome.split(' ').map(Number);
  /** Traces of a one-page race by what they end in. */
  function tally(variant: 'original' | 'fixed', test: (cells: number[]) => boolean): number {
    const { outcomes } = explore(programs.swaprace(variant, 1));
    return [...outcomes.values()]
      .filter(({ outcome }) => test(cells(outcome)))
      .reduce((sum, { traces }) => sum + traces, 0);
  }

  it('the swap race ends in each of its ways as often as is known', () => {
    const freed = ([, , sc, , , dirty]: number[]): boolean => sc === 0 && dirty === 1;
    const kept = ([, , sc, , , , map]: number[]): boolean => sc === 1 && map === 0;
    expect([tally('original', freed), tally('fixed', freed)]).toEqual([18, 5]);
    expect([tally('original', kept), tally('fixed', kept)]).toEqual([12, 7]);
  });

  it('exactly one trace of the philosophers is the deadlock', () => {
    const { outcomes } = explore(programs.philosophers(4));
    expect(outcomes.get('-1 -1 -1 -1')?.traces).toBe(1);
  });
});

describe('a compare-and-swap', () => {
  it.each<[string, Program, number]>([
    ['casrot(7)', programs.casrot(7), 7],
    ['casw(4)', programs.casw(4), 8],
    ['wcas(6)', programs.wcas(6), 8],
  ])('of %s is foreseen, so that no step is taken to try it', (_name, program, events) => {
    const { executions, steps } = explore({ start: () => program.start() });
    expect(steps).toBe(executions * events);
  });
});

/** A program that does not tell what its steps depend on. */
function reticent(program: Program): Program {
  return {
    start: () => {
      const run = program.start();
      return {
        ...{ threadCount: run.threadCount, accesses: run.accesses },
        choices: (thread) => run.choices(thread),
        guard: (thread) => run.guard(thread),
        enabled: (thread) => run.enabled(thread),
        step: (thread, choice) => run.step(thread, choice),
        outcome: () => run.outcome(),
        get accessCount() {
          return run.accessCount;
        },
        get spawned() {
          return run.spawned;
        },
      };
    },
  };
}

describe('a step of which is not told what it depends on', () => {
  it.each<[string, Program, number, number]>([
    ['readers(4)', programs.readers(4), 16, 117],
    ['ninc(3)', programs.ninc(3), 36, 252],
    ['lastzero(4)', programs.lastzero(4), 28, 493],
    ['ordered(4)', programs.orderedLocks(4), 14, 487],
  ])('of %s is tried only where the answer matters', (_name, program, traces, taken) => {
    const { executions, steps } = explore(reticent(program));
    expect([executions, steps]).toEqual([traces, taken]);
  });
});
