/**
 * Of what a race asks for, only that is prescribed which the next execution must begin with. It must be
 * enough: no execution may turn out redundant, and no trace be lost. Here every sequence is shortened.
 */
import fc from 'fast-check';
import { cas, cellProgram, read, write } from '../../model/explorer/cells';
import { enumerate, MoreInterleavings } from '../../model/explorer/naive';
import type { Program } from '../../model/explorer/program';
import { Search } from '../../model/explorer/search';
import { buildSections, randomSections } from '../machine/random-sections';
import { controlFlow, filesystem, indexer, lastzero, swaprace, wcas } from './programs';
import { build, randomProgram } from './random-programs';

class Shortening extends Search {
  protected override readonly few: number = 0;
}

class Whole extends Search {
  protected override readonly few: number = Infinity;
}

function counts(program: Program, kind: typeof Search = Shortening) {
  const search = new kind(program, 10_000, { onEnd: () => undefined });
  while (search.advance());
  return { executions: search.executions, blocked: search.blocked };
}

/** Up to five threads; where `if` reads 0 the next `skip` events are passed over. */
const instruction = fc.record({
  kind: fc.constantFrom('read', 'write', 'if', 'cas'),
  cell: fc.nat(2),
  skip: fc.integer({ min: 1, max: 2 }),
});
type Instruction = typeof instruction extends fc.Arbitrary<infer T> ? T : never;
const wideProgram = fc.array(fc.array(instruction, { minLength: 1, maxLength: 3 }), {
  minLength: 3,
  maxLength: 5,
});

const wide = (threads: readonly (readonly Instruction[])[]): Program =>
  cellProgram(
    3,
    threads.map(
      (instructions) =>
        function* () {
          for (let n = 0; n < instructions.length; n++) {
            const { kind, cell, skip } = instructions[n]!;
            let passes = true;
            if (kind === 'read') yield read(cell);
            else if (kind === 'write') yield write(cell, 1);
            else if (kind === 'cas') passes = (yield cas(cell, 0, 1)) === 0;
            else passes = (yield read(cell)) !== 0;
            if (!passes) n += skip;
          }
        },
    ),
  );

it.each([
  ['control-flow(5)', controlFlow(5), 5160],
  ['filesystem(19)', filesystem(19), 64],
  ['indexer(14)', indexer(14), 512],
  ['lastzero(9)', lastzero(9), 1536],
  ['swaprace(original, 2)', swaprace('original', 2), 900],
  ['wcas(6)', wcas(6), 1522],
])('%s has its traces, each once', (_name, program, executions) => {
  expect(counts(program)).toEqual({ executions, blocked: 0 });
});

function expectTraces(program: Program): void {
  let expected;
  try {
    expected = enumerate(program, 600);
  } catch (error) {
    if (error instanceof MoreInterleavings) return;
    throw error;
  }
  expect(counts(program)).toEqual({ executions: expected.traces.size, blocked: 0 });
}

it('1500 random programs over cells have their traces, each once', () => {
  const property = fc.property(randomProgram, (description) => expectTraces(build(description)));
  fc.assert(property, { seed: 21, numRuns: 1500 });
});

it('300 random programs over a machine have their traces, each once', () => {
  const property = fc.property(randomSections, (threads) => expectTraces(buildSections(threads)));
  fc.assert(property, { seed: 22, numRuns: 300 });
});

it('300 random programs of up to five threads have as many as with whole sequences', () => {
  const property = fc.property(wideProgram, (threads) => {
    expect(counts(wide(threads))).toEqual(counts(wide(threads), Whole));
  });
  fc.assert(property, { seed: 23, numRuns: 300 });
});

it('what sleeps is woken, even where the last step does not need what wakes it', () => {
  const program = cellProgram(3, [
    function* () {
      if ((yield cas(2, 0, 1)) === 0 && (yield cas(0, 0, 1)) === 0) yield read(0);
    },
    function* () {
      yield read(1);
    },
    function* () {
      yield read(2);
    },
    function* () {
      yield write(1, 1);
      yield cas(2, 0, 1);
    },
    function* () {
      yield read(0);
      yield read(1);
    },
  ]);
  expect(counts(program)).toEqual(counts(program, Whole));
});
