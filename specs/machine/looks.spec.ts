/**
 * What a step says that it looked at spares the explorer trying it: a step does the same wherever it
 * would see the same. Here that is asked of every op from every small value, and of random programs.
 */
import fc from 'fast-check';
import { explore } from '../../model/explorer/explore';
import { enumerate, MoreInterleavings } from '../../model/explorer/naive';
import { sees } from '../../model/explorer/word-value';
import { Machine } from '../../model/machine/machine';
import { struct } from '../../model/machine/struct';
import { OPS, VALUES } from './ops';
import { buildSections, randomSections } from './random-sections';

const machine = new Machine();
const word = machine.arena.array(struct('word', ['value']), 1);
machine.arena.seal();
machine.save();

/** A step of one op, from a value of its word; undefined where it has to wait. */
function step(name: string, value: number) {
  machine.restore();
  machine.arena.mem[word >> 2] = value;
  let result: number | undefined;
  machine.spawn(
    (function* () {
      result = yield OPS[name]!(word);
    })(),
  );
  if (!machine.enabled(0)) return undefined;
  machine.step(0, 0);
  return { look: machine.looked[0]!, did: [result, machine.accesses[0]] };
}

describe('what a step looked at', () => {
  it.each(Object.keys(OPS))('%s does the same wherever it would see the same', (name) => {
    for (const a of VALUES) {
      const from = step(name, a);
      if (from === undefined) continue;
      const same = VALUES.filter((b) => sees(from.look, b) === sees(from.look, a));
      const did = same.map((b) => step(name, b)?.did).filter((each) => each !== undefined);
      expect(new Set(did.map((each) => JSON.stringify(each))).size).toBe(1);
    }
  });

  it('lets the explorer find just the traces of 400 random programs', () => {
    let compared = 0;
    fc.assert(
      fc.property(randomSections, (threads) => {
        const program = buildSections(threads);
        let expected;
        try {
          expected = enumerate(program, 800);
        } catch (error) {
          if (error instanceof MoreInterleavings) return;
          throw error;
        }
        compared++;
        const { executions, blocked, outcomes } = explore(program);
        expect({ executions, blocked }).toEqual({ executions: expected.traces.size, blocked: 0 });
        expect(new Set(outcomes.keys())).toEqual(expected.outcomes);
      }),
      { seed: 1, numRuns: 400 },
    );
    expect(compared).toBeGreaterThan(300);
  });
});
