/** A race that the search passes over, as it is seen to already, would indeed ask for nothing new. */
import fc from 'fast-check';
import type { Program } from '../../model/explorer/program';
import { Search } from '../../model/explorer/search';
import { casw, controlFlow, fib, lastzero, swaprace, wcas } from './programs';
import { buildSections, randomSections } from '../machine/random-sections';
import { build, randomProgram } from './random-programs';

const EXECUTIONS_MOST = 300;

/** A search that asks all the same, and counts what it is told. */
class Doubting extends Search {
  passedOver = 0;
  wrongly = 0;

  protected override isAnswered(): boolean {
    return false;
  }

  protected override isSeenTo(i: number): boolean {
    if (!super.isSeenTo(i)) return false;
    const { trees } = this;
    const { add } = trees;
    this.passedOver++;
    trees.add = (...step) => {
      this.wrongly++;
      return add.apply(trees, step);
    };
    this.reverseRacesOf(i);
    trees.add = add;
    return true;
  }
}

function doubt(program: Program): Doubting {
  const search = new Doubting(program, 10_000, { onEnd: () => undefined });
  for (let n = 0; n < EXECUTIONS_MOST && search.advance(); n++);
  return search;
}

it.each([
  ['casw(4)', casw(4)],
  ['control-flow(3)', controlFlow(3)],
  ['fib(2)', fib(2)],
  ['lastzero(8)', lastzero(8)],
  ['swaprace(original, 2)', swaprace('original', 2)],
  ['wcas(5)', wcas(5)],
])('nothing is passed over wrongly in %s', (_name, program) => {
  const { passedOver, wrongly } = doubt(program);
  expect(wrongly).toBe(0);
  expect(passedOver).toBeGreaterThan(30);
});

it.each<[string, fc.Arbitrary<Program>, number, number]>([
  ['2000 random programs', randomProgram.map(build), 2000, 2700],
  ['300 random programs of the machine', randomSections.map(buildSections), 300, 700],
])('none is passed over wrongly in %s', (_name, programs, numRuns, atLeast) => {
  let passedOver = 0;
  fc.assert(
    fc.property(programs, (program) => {
      const search = doubt(program);
      passedOver += search.passedOver;
      expect(search.wrongly).toBe(0);
    }),
    { seed: 5, numRuns },
  );
  expect(passedOver).toBeGreaterThan(atLeast);
});
