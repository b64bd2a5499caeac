/** Runs over cells with keys: one key for each state, and a way to any state that had one. */
import fc from 'fast-check';
import { cellProgram, mark, read, write, type ThreadBody } from '../../model/explorer/cells';
import type { KeyedRun, Program, StateKey } from '../../model/explorer/program';
import { build, creatingProgram, randomProgram } from './random-programs';
import { lookOf, walk } from './walks';

const keyed = (program: Program): KeyedRun => program.startKeyed!();

describe('explorer > keyed cells', () => {
  const walks = fc.tuple(
    fc.oneof(randomProgram, creatingProgram(2)),
    fc.array(fc.array(fc.nat(1000), { maxLength: 14 }), { minLength: 2, maxLength: 6 }),
  );

  it('run as others do', () => {
    fc.assert(
      fc.property(walks, ([description, [picks]]) => {
        const program = build(description);
        const looks: string[] = [];
        const run = program.start();
        walk(run, picks, () => looks.push(lookOf(run), run.accesses.join(), `${run.spawned}`));
        const other = keyed(program);
        walk(other, picks, () => {
          expect(lookOf(other)).toBe(looks.shift());
          expect(other.accesses.join()).toBe(looks.shift());
          expect(`${other.spawned}`).toBe(looks.shift());
        });
        expect(looks).toHaveLength(0);
      }),
      { seed: 20140314, numRuns: 300 },
    );
  });

  it('go on from a state that they go to as from one that they came to', () => {
    fc.assert(
      fc.property(walks, ([description, [picks, more, ...others]]) => {
        const program = build(description);
        const run = keyed(program);
        const keys: StateKey[] = [run.stateKey()];
        walk(run, picks, () => keys.push(run.stateKey()));
        for (const each of others) walk(keyed(program), each, () => undefined);
        for (const [n, key] of keys.entries()) {
          const came = keyed(program);
          walk(came, picks.slice(0, n), () => undefined);
          expect(came.stateKey()).toBe(key);
          const expected: unknown[] = [lookOf(came)];
          walk(came, more, () => expected.push(came.stateKey(), lookOf(came)));
          const went = keyed(program);
          went.goTo!(key);
          const found: unknown[] = [lookOf(went)];
          walk(went, more, () => found.push(went.stateKey(), lookOf(went)));
          expect(found).toEqual(expected);
        }
      }),
      { seed: 20140315, numRuns: 300 },
    );
  });

  it('run no body where one has been, and after a mark not where any has been', () => {
    let runs = 0;
    const body: ThreadBody = function* () {
      for (const round of [0, 1]) {
        const seen = yield read(0);
        runs++;
        yield write(1, seen);
        yield mark(round);
      }
    };
    const writer: ThreadBody = function* () {
      yield write(0, 7);
    };
    const program = cellProgram(2, [body, writer]);
    const runsIn = (...threads: number[]): number => {
      const before = runs;
      const run = keyed(program);
      for (const thread of threads) run.step(thread, 0);
      return runs - before;
    };
    expect(runsIn(0, 0, 0)).toBeGreaterThan(0);
    expect(runsIn(0, 0, 0)).toBe(0);
    expect(runsIn(1, 0, 0, 0)).toBeGreaterThan(0);
    // After the mark it sees 7, as it has when it saw it before the mark too.
    expect(runsIn(0, 0, 1, 0)).toBe(0);
  });
});
