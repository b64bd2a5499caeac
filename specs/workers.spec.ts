import { NAMED_VARIANTS } from '../model/features/variant';
import type { Scenario } from '../model/scenario/ast';
import { parseScenario } from '../model/scenario/parse';
import { withPool, type Pool } from '../scripts/workers/pool';
import type { TaskInput } from '../scripts/workers/tasks';

type Input = TaskInput<'searchProgram'>;

const running = new AbortController().signal;

function scenario(...threads: string[]): Scenario {
  const text = ['scenario: s', 'title: t', 'source: s', 'setup:', '  - P0: mmap a private-anon'];
  return parseScenario([...text, 'threads:', ...threads.map((t) => `  ${t}`)].join('\n'), 's.yaml');
}

const input = (program: Scenario): Input => ({
  scenario: program,
  a: NAMED_VARIANTS.base.switches(),
  b: NAMED_VARIANTS.fixed.switches(),
  executions: 100_000,
});

const faulting = input(scenario('P0/T0: write b 1'));
const slow = input(scenario(...[0, 1, 2, 3, 4].map((i) => `P0/T${i}: [write a ${i}, read a]`)));
const quick = [
  input(scenario('P0/T0: write a 1')),
  input(scenario('P0/T0: [write a 1, madvise a FREE]')),
  input(scenario('P0/T0: read a')),
];

async function all(pool: Pool, inputs: Iterable<Input>) {
  const results = [];
  for await (const result of pool.map('searchProgram', inputs)) results.push(result);
  return results;
}

describe('the worker pool', () => {
  it('gives the same results in the order of the inputs for every number of workers', async () => {
    const of = (workers: number) =>
      withPool({ workers, signal: running }, (pool) => all(pool, quick));
    const here = await of(0);
    expect(here.map(({ differences }) => differences[0]?.level)).toEqual([
      undefined,
      'user',
      undefined,
    ]);
    expect(await of(2)).toEqual(here);
  });

  it('throws what the task of the first bad input threw, exit code included', async () => {
    const bad = [...quick, faulting, ...quick];
    const work = withPool({ workers: 2, signal: running }, (pool) => all(pool, bad));
    await expect(work).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("no mapping is called 'b'"),
    });
  });

  it('an interruption reaches the tasks under way, and no input is handed out after it', async () => {
    const stop = new AbortController();
    const inputs = function* () {
      yield slow;
      yield slow;
      stop.abort();
      yield slow;
    };
    const results = await withPool({ workers: 2, signal: stop.signal }, (pool) =>
      all(pool, inputs()),
    );
    expect(results).toMatchObject(Array(2).fill({ completeness: { kind: 'interrupted' } }));
  });
});
