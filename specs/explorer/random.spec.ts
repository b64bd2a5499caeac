/** On random small programs the explorer runs each trace of the enumerator once, and nothing else. */
import fc from 'fast-check';
import { explore } from '../../model/explorer/explore';
import { enumerate, MoreInterleavings } from '../../model/explorer/naive';
import { mutualReaders } from './programs';
import { build, randomProgram } from './random-programs';

const MOST_INTERLEAVINGS = 1000;

describe('explorer > random programs', () => {
  it.each([1, 2, 3, 4])('agrees with the enumerator on 750 programs of seed %d', (seed) => {
    let compared = 0;
    fc.assert(
      fc.property(randomProgram, (description) => {
        const program = build(description);
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
});
