/** `--by-states` answers as exploration by traces does, without counts of traces; so does `--preemptions`. */
import type { DiffDocument } from '../../model/report/diff-document';
import type { RunDocument } from '../../model/report/run-document';
import { runCli } from './run-cli';

const NAMES = ['half-written-page', 'rewrite-survives', 'dontneed-and-free', 'fixup-swap-slot'];

async function documentOf<T>(...argv: string[]): Promise<T> {
  const { stdout } = await runCli([...argv, '--json', '--workers', '1']);
  return JSON.parse(stdout) as T;
}

const run = (...more: string[]) =>
  documentOf<RunDocument>('run', ...NAMES, '--variant', 'original', ...more);

/** What both ways to explore must agree on. */
const answers = ({ met, completeness, scenarios }: RunDocument) => ({
  met,
  completeness,
  scenarios: scenarios.map(({ name, outcomes, expectations }) => ({
    name,
    outcomes: outcomes.map(({ outcome }) => JSON.stringify(outcome)).sort(),
    expectations: expectations.map((each) => [each.condition, each.verdict, each.met]),
  })),
});

describe('run --by-states', () => {
  let byStates: RunDocument;
  beforeAll(async () => (byStates = await run('--by-states')));

  it('finds the outcomes and verdicts that traces give', async () => {
    expect(answers(byStates)).toEqual(answers(await run()));
    expect(byStates.completeness).toEqual({ kind: 'complete' });
  });

  it('tells how many states there are, and null for everything that counts traces', () => {
    for (const { executions, states, outcomes, expectations } of byStates.scenarios) {
      expect(executions).toBeNull();
      expect(states).toBeGreaterThan(0);
      for (const { traces } of outcomes) expect(traces).toBeNull();
      for (const each of expectations)
        expect([each.traces, each.tracesOfAll]).toEqual([null, null]);
    }
  });

  it('gives a schedule for each outcome that replay follows to it', async () => {
    for (const { name, outcomes } of byStates.scenarios) {
      for (const { outcome, schedule } of outcomes) {
        const argv = ['replay', name, schedule, '--variant', 'original', '--json'];
        const { code, stdout } = await runCli(argv);
        expect(code).toBe(0);
        expect((JSON.parse(stdout) as { outcome: unknown }).outcome).toEqual(outcome);
      }
    }
  });

  it('says states in text, and of how many traces nothing', async () => {
    const { stdout } = await runCli(['run', NAMES[0], '--by-states', '--workers', '1']);
    expect(stdout).toMatch(
      /^half-written-page: \d+ states, 3 outcomes with 2 different results, complete$/m,
    );
    expect(stdout).not.toMatch(/trace|null/);
  });

  it('interrupted, says so', async () => {
    const signal = AbortSignal.abort('SIGINT');
    const { code, stdout } = await runCli(['run', NAMES[0], '--by-states', '--json'], { signal });
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ completeness: { kind: 'interrupted' } });
  });
});

describe('diff --by-states', () => {
  it('finds the differences that traces show', async () => {
    const diff = (...more: string[]) =>
      documentOf<DiffDocument>('diff', 'original', 'fixed', ...NAMES, ...more);
    const verdicts = ({ differsAt, scenarios }: DiffDocument) => [
      differsAt,
      scenarios.map(({ levels }) => Object.values(levels).map(({ verdict }) => verdict)),
    ];
    const byStates = await diff('--by-states');
    expect(verdicts(byStates)).toEqual(verdicts(await diff()));
    expect(byStates.differsAt).toBe('system');
    expect(byStates.scenarios[0]).toMatchObject({ executions: null });
  });
});

describe('run --preemptions', () => {
  const within = async (n: number) => {
    const words = ['run', NAMES[0], '--variant', 'original', '--workers', '1'];
    const { stdout } = await runCli([...words, '--preemptions', `${n}`], { columns: 120 });
    return /^half-written-page: \d+ states, (.*)$/m.exec(stdout)?.[1];
  };

  it('says by which bound an outcome may be missing, and when none is', async () => {
    const all = '3 outcomes with 2 different results';
    expect(await within(0)).toBe('2 outcomes, bounded (0 preemptions)');
    expect(await within(1)).toBe(`${all}, bounded (1 preemption)`);
    expect(await within(100)).toBe(`${all}, complete`);
  });
});

describe('diff --preemptions', () => {
  const diff = (n: number) =>
    documentOf<DiffDocument>('diff', 'base', 'original', NAMES[0], '--preemptions', `${n}`);

  it('calls a difference proved only where no schedule is left out', async () => {
    const within = await diff(1);
    expect(within.completeness).toEqual({ kind: 'bounded', bound: '1 preemption' });
    expect(within.differsAt).toBeNull();
    const all = await diff(100);
    expect(all.completeness).toEqual({ kind: 'complete' });
    expect(all.differsAt).toBe('user');
  });
});

describe('--preemptions is refused', () => {
  it.each([
    ['a bound on executions', ['run', '--executions', '5'], '--preemptions counts no executions'],
    ['a checkpoint', ['run', '--checkpoint', 'x.json'], '--preemptions keeps no checkpoint'],
    ['a search', ['diff', 'original', 'fixed', '--search'], 'leave --preemptions out'],
  ])('with %s', async (_what, argv, reason) => {
    const { code, stdout, stderr } = await runCli([...argv, '--preemptions', '2']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
  });
});

describe('--by-states is refused', () => {
  it.each([
    ['a bound on executions', ['run', '--executions', '5'], 'counts no executions'],
    ['a checkpoint', ['run', '--checkpoint', 'x.json'], 'keeps no checkpoint'],
    ['a search', ['diff', 'original', 'fixed', '--search'], '--search explores by traces'],
  ])('with %s', async (_what, argv, reason) => {
    const { code, stdout, stderr } = await runCli([...argv, '--by-states']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
  });
});
