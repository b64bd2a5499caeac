/** On random small programs the explorer runs each trace of the enumerator once, and nothing else. */
import fc from 'fast-check';
import {
  cellProgram,
  lock,
  read,
  readLock,
  readTrylock,
  spawn,
  unlock,
  write,
} from '../../model/explorer/cells';
import { explore } from '../../model/explorer/explore';
import { enumerate, MoreInterleavings } from '../../model/explorer/naive';
import type { Program } from '../../model/explorer/program';
import { mutualReaders } from './programs';
import { build, buildForgetful, buildPlain, randomProgram, steadyProgram } from './random-programs';

const MOST_INTERLEAVINGS = 1000;

describe('explorer > random programs', () => {
  const kinds: [string, number, fc.Arbitrary<Program>][] = [
    ['mixed', 1, randomProgram.map(build)],
    ['mixed', 2, randomProgram.map(build)],
    ['mixed', 3, randomProgram.map(build)],
    ['steady', 4, steadyProgram.map(build)],
    ['steady', 5, steadyProgram.map(build)],
    // Their steps are taken back.
    ['mixed', 6, randomProgram.map(buildPlain)],
    ['mixed', 7, randomProgram.map(buildPlain)],
    ['mixed', 8, randomProgram.map(buildForgetful)],
  ];
  it.each(kinds)('agrees with the enumerator on 750 %s ones, seed %i', (_kind, seed, programs) => {
    let compared = 0;
    fc.assert(
      fc.property(programs, (program) => {
        let expected;
        try {
          expected = enumerate(program, MOST_INTERLEAVINGS);
        } catch (error) {
          if (error instanceof MoreInterleavings) return;
          throw error;
        }
        compared++;
        const { executions, blocked, completeness, outcomes } = explore(program);
        expect({ executions, blocked, completeness }).toEqual({
          executions: expected.traces.size,
          blocked: 0,
          completeness: { kind: 'complete' },
        });
        expect(new Set(outcomes.keys())).toEqual(expected.outcomes);
      }),
      { seed, numRuns: 750 },
    );
    expect(compared).toBeGreaterThan(600);
  });

  it('finds the trace in which a writer precedes two readers that need each other', () => {
    const program = mutualReaders();
    expect(explore(program).executions).toBe(enumerate(program).traces.size);
  });

  it('leaves out whoever holds a lock for reading, where a plain write has touched it too', () => {
    const program = cellProgram(1, [
      function* () {
        yield lock(0);
      },
      function* () {
        yield unlock(0);
        yield readTrylock(0);
      },
      function* () {
        yield readTrylock(0);
      },
    ]);
    expect(explore(program).executions).toBe(enumerate(program).traces.size);
  });

  it('does not let a thread take a lock without what its creator did before creating it', () => {
    const program = cellProgram(
      2,
      [
        function* () {
          yield read(1);
          yield readTrylock(0);
          yield spawn(0);
        },
        function* () {
          yield write(1, 1);
        },
        function* () {
          yield readLock(0);
        },
      ],
      {
        spawnable: [
          function* () {
            yield lock(0);
          },
        ],
      },
    );
    expect(explore(program).executions).toBe(enumerate(program).traces.size);
  });
});
