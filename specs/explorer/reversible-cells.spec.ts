/** Runs over cells whose steps are taken back, instead of those before them being run again. */
import fc from 'fast-check';
import { cellProgram, read, write } from '../../model/explorer/cells';
import { explore } from '../../model/explorer/explore';
import type { Program, Run } from '../../model/explorer/program';
import { lastzero, readers } from './programs';
import { buildForgetful, buildPlain, creatingProgram, randomProgram } from './random-programs';
import { lookOf, walk } from './walks';

const lookAll = (run: Run): string =>
  [lookOf(run), run.outcome(), run.accesses.slice(0, run.accessCount).join(), run.spawned].join(
    ' ',
  );

describe('explorer > reversible cells', () => {
  const walks = fc.tuple(
    fc.oneof(randomProgram, creatingProgram(2)),
    fc.array(fc.nat(1000), { maxLength: 14 }),
    fc.array(fc.nat(1000), { maxLength: 14 }),
    fc.nat(14),
  );

  it.each([
    ['as a run from the beginning does', buildPlain],
    ['even where it has been and has forgotten it', buildForgetful],
  ])('go on from where steps were taken back, %s', (_how, build) => {
    fc.assert(
      fc.property(walks, ([random, picks, more, most]) => {
        const program = build(random);
        const run = program.startReversible!();
        let steps = 0;
        walk(run, picks, () => steps++);
        const left = Math.min(most, steps);
        run.back(left);
        const seen: string[] = [lookOf(run), run.outcome()];
        walk(run, more, () => seen.push(lookAll(run)));
        const other = program.start();
        walk(other, picks.slice(0, left), () => undefined);
        const expected: string[] = [lookOf(other), other.outcome()];
        walk(other, more, () => expected.push(lookAll(other)));
        expect(seen).toEqual(expected);
      }),
      { seed: 20140314, numRuns: 300 },
    );
  });

  it.each([
    ['readers(8)', readers(8), 9],
    ['lastzero(7)', lastzero(7), 15],
  ])('spare %s a fifth of its steps or more', (_name, program, events) => {
    const { executions, steps } = explore(program);
    expect(steps).toBeLessThan(executions * events * 0.8);
  });

  it('are refused where threads share what is in no cell', () => {
    let shared = 0;
    const program = cellProgram(2, [
      function* () {
        yield write(0, 1);
        shared = 1;
        yield write(0, 0);
        shared = 0;
      },
      function* () {
        yield read(0);
        yield write(shared, 2);
      },
    ]);
    expect(() => explore(program)).toThrow(/not deterministic: step \d touched something else/);
  });

  it.each([1, 3, 5])(
    'are refused where every run of a thread but the first %i is another',
    (same) => {
      let runs = 0;
      const program = cellProgram(2, [
        function* () {
          const other = ++runs > same ? 1 : 0;
          const seen = yield read(0);
          yield write(other, seen + 2);
        },
        function* () {
          yield write(0, 1);
          yield read(1);
          yield write(0, 2);
        },
      ]);
      expect(() => explore(program)).toThrow(/not deterministic/);
    },
  );

  it('fail in every exploration of a program one thread of which fails', () => {
    const program: Program = cellProgram(1, [
      function* () {
        if ((yield read(0)) === 1) throw new RangeError('seen');
      },
      function* () {
        yield write(0, 1);
      },
    ]);
    const fails = (): unknown => explore(program);
    expect(fails).toThrow(/seen/);
    expect(fails).toThrow(/seen/);
  });
});
