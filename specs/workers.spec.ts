import { NAMED_VARIANTS } from '../model/features/variant';
import type { Scenario } from '../model/scenario/ast';
import { parseScenario } from '../model/scenario/parse';
import { SharedExploration } from '../model/explorer/shared';
import { Claims } from '../scripts/workers/claims';
import { withCrew, type Crew } from '../scripts/workers/crew';
import type { ExploreInput, UnitNews } from '../scripts/workers/explore-task';
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

/** A unit of so many first executions. */
function unit(program: Scenario, executions: number): ExploreInput {
  const [task] = new SharedExploration({ steps: 1000 }).tasks();
  const switches = NAMED_VARIANTS.fixed.switches();
  const identity = JSON.stringify(program);
  return {
    ...{ identity, scenario: program, file: 's.yaml', switches, steps: 1000 },
    task: { ...task, executions },
  };
}

const few = (executions: number): ExploreInput => unit(slow.scenario, executions);

/** The news of the units that are over, in the order of the units. */
async function explored(crew: Crew, inputs: readonly ExploreInput[]): Promise<UnitNews[]> {
  const over: UnitNews[] = [];
  await crew.explore(inputs, (news) => {
    if (news.result !== undefined) over.push(news);
  });
  return over.sort((a, b) => a.unit - b.unit);
}

describe('the crew', () => {
  const alone = { threads: 1, signal: running, isMuch: () => true };

  it('takes the units that other threads have explored', async () => {
    const [first, ...others] = [few(Infinity), few(3), unit(quick[1].scenario, 9), few(2)];
    const stop = new AbortController();
    const over: UnitNews[] = [];
    // This thread is in the first unit until the others are over: so somebody else has explored them.
    await withCrew({ ...alone, threads: 2, signal: stop.signal }, (crew) =>
      crew.explore([first, ...others], (news) => {
        if (news.result !== undefined) over.push(news);
        if (over.length === others.length) stop.abort();
      }),
    );
    const interrupted = over.pop()!;
    expect(interrupted).toMatchObject({ unit: 0, result: { ended: false } });
    const here = await withCrew(alone, (crew) => explored(crew, others));
    expect(over).toEqual(here.map((news) => ({ ...news, unit: news.unit + 1 })));
    expect(here.map(({ result }) => result?.counts.executions)).toEqual([3, 1, 2]);
  });

  it('begins no unit after an interruption', async () => {
    const interrupted = { ...alone, signal: AbortSignal.abort() };
    expect(await withCrew(interrupted, (crew) => explored(crew, [few(1)]))).toEqual([]);
  });

  it('throws what the first failing unit threw, whoever had it, and begins none after it', async () => {
    const fails = (name: string): ExploreInput => unit(scenario(`P0/T0: write ${name} 1`), 1);
    const here = withCrew(alone, (crew) => explored(crew, [few(1), fails('b'), fails('c')]));
    const message = expect.stringContaining("no mapping is called 'b'") as string;
    await expect(here).rejects.toMatchObject({ exitCode: 2, message });
    const there = withCrew({ ...alone, threads: 2 }, (crew) =>
      explored(crew, [few(3000), fails('b'), fails('c')]),
    );
    await expect(there).rejects.toMatchObject({ exitCode: 2, message });
  });
});

describe('claims', () => {
  it('give each item to one, in order, and none once they are closed', () => {
    const memory = Claims.memory();
    const [a, b] = [new Claims(memory, 4), new Claims(memory, 4)];
    expect([a.next(), b.next(), b.next()]).toEqual([0, 1, 2]);
    b.close();
    expect([a.next(), b.next(), a.taken]).toEqual([undefined, undefined, 3]);
  });

  it('are over when every item is taken', () => {
    const claims = new Claims(Claims.memory(), 1);
    expect([claims.next(), claims.next(), claims.taken]).toEqual([0, undefined, 1]);
  });
});
