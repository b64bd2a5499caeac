/**
 * A machine that takes steps back does what a machine does that runs anew: from whatever state it has been
 * taken back to, and where the code of its tasks has run before as well as where it has not.
 */
import fc from 'fast-check';
import type { Moves, Run } from '../../model/explorer/program';
import { KernelFault } from '../../model/machine/fault';
import { load, store, type Steps } from '../../model/machine/op';
import { ReversibleMachine } from '../../model/machine/reversible-machine';
import { struct } from '../../model/machine/struct';
import { lookOf, walk } from '../explorer/walks';
import { buildReversibleSections, buildSections, randomCalls } from './random-sections';

const touched = ({ accesses, looked, accessCount }: Moves & Pick<Run, 'looked'>): string =>
  `${accesses.slice(0, accessCount).join()} ${looked!.slice(0, accessCount).join()}`;

const picks = fc.array(fc.nat(1000), { maxLength: 9 });

describe('a machine that takes steps back', () => {
  it.each([
    ['does what one does that runs anew', undefined],
    ['does so where it forgets what it has learnt, too', 3],
  ])('%s', (_name, mostPlaces) => {
    fc.assert(
      fc.property(
        randomCalls,
        fc.array(fc.tuple(picks, fc.nat(9)), { minLength: 1, maxLength: 6 }),
        picks,
        (threads, walks, last) => {
          const run = buildReversibleSections(threads, mostPlaces)();
          // The steps that it has taken and not taken back.
          let taken: number[] = [];
          for (const [more, left] of walks) {
            let n = 0;
            walk(run, more, () => n++);
            taken = [...taken, ...more.slice(0, n)].slice(0, left);
            run.back(taken.length);
          }
          const seen = [lookOf(run), run.outcome()];
          walk(run, last, () => seen.push(touched(run), lookOf(run), run.outcome()));

          const anew = buildSections(threads).start();
          walk(anew, taken, () => undefined);
          const expected = [lookOf(anew), anew.outcome()];
          walk(anew, last, () => expected.push(touched(anew), lookOf(anew), anew.outcome()));
          expect(seen).toEqual(expected);
        },
      ),
      { seed: 20140314, numRuns: 1500 },
    );
  });

  function machineWith(code: (words: number) => Steps): ReversibleMachine {
    const machine = new ReversibleMachine((run) => run());
    const words = machine.arena.array(struct('word', ['value']), 2);
    machine.arena.seal();
    machine.save();
    machine.restore();
    machine.spawnFrom(() => code(words));
    return machine;
  }

  it('runs code only where no run has been', () => {
    let runs = 0;
    const machine = machineWith(function* (words) {
      const value = yield load(words);
      runs++;
      yield store(words, value + 1);
    });
    for (let n = 0; n < 3; n++) {
      machine.step(0, 0);
      machine.step(0, 0);
      expect(machine.finished(0)).toBe(true);
      expect(machine.arena.mem.includes(1)).toBe(true);
      machine.back(0);
      expect(machine.arena.mem.includes(1)).toBe(false);
    }
    expect(runs).toBe(1);
  });

  it('takes a fault back that ended a task', () => {
    const fault = { kind: 'oops', where: 'here', what: 'it' } as const;
    const machine = machineWith(function* (words) {
      yield load(words);
      throw new KernelFault(fault);
    });
    for (let n = 0; n < 2; n++) {
      machine.step(0, 0);
      expect([machine.faultOf(0), ...machine.faults]).toEqual([fault, fault]);
      machine.back(0);
      expect([machine.faultOf(0), ...machine.faults, machine.finished(0)]).toEqual([
        undefined,
        false,
      ]);
    }
  });

  it('refuses a task that does something else when it runs again', () => {
    let runs = 0;
    const machine = machineWith(function* (words) {
      runs++;
      const value = yield load(words + (runs > 1 ? 8 : 0));
      yield store(words, value);
    });
    machine.step(0, 0);
    machine.back(0);
    // Nobody has been where the word holds 5, so the code has to run again.
    machine.arena.mem.fill(5);
    expect(() => machine.step(0, 0)).toThrow(
      'machine: a task did something else when it ran again',
    );
  });

  it('refuses a task that sees what is not recorded', () => {
    const machine = machineWith(function* (words) {
      yield load(words);
      machine.inspect(words);
    });
    expect(() => machine.step(0, 0)).toThrow('machine: a task looks at the state beside see');
  });

  it('refuses a task that touches what others share before its first yield', () => {
    const machine = machineWith(function* (words) {
      yield load(words);
    });
    expect(() =>
      machine.spawnFrom(function* () {
        machine.poke(4096, 1);
        yield load(4096);
      }),
    ).toThrow('spawnFrom: a task touched shared state before its first yield');
  });
});
