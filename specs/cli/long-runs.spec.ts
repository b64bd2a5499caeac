/** Bounds, interruption and checkpoints of the commands that explore. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explorationDetail, explorationsDetail } from '../../scripts/exploration-options';
import { progressLine } from '../../scripts/cli/progress';
import { runCli } from './run-cli';

const folder = mkdtempSync(join(tmpdir(), 'lzfree-'));
const path = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const scenario = (...threads: string[]): string =>
  [
    'scenario: meeting',
    'title: two threads meet on one page',
    'source: made for this spec',
    'setup:',
    '  - P0: mmap a private-anon',
    'threads:',
    ...threads.map((operations, t) => `  P0/T${t}: ${operations}`),
  ].join('\n');

const file = path('meeting.yaml');
const other = path('other.yaml');
const large = path('large.yaml');
writeFileSync(large, scenario('write a 1', 'read a', 'madvise a FREE'));
writeFileSync(file, scenario('write a 1', 'madvise a FREE'));
writeFileSync(other, scenario('write a 2', 'madvise a FREE'));

const run = (...more: string[]) => runCli(['run', file, '--json', '--workers', '1', ...more]);

interface Document {
  readonly completeness: unknown;
  readonly scenarios: readonly { readonly executions: number }[];
}
const read = (text: string) => JSON.parse(text) as Document;

describe('long runs', () => {
  it('a run in pieces, each from the checkpoint before, ends in the same result', async () => {
    const whole = await run();
    expect(whole.code).toBe(0);
    const all = read(whole.stdout).scenarios[0].executions;
    expect(all).toBe(10);
    const checkpoint = path('pieces.json');
    const first = await run('--executions', '3', '--checkpoint', checkpoint);
    expect(read(first.stdout)).toMatchObject({
      completeness: { kind: 'bounded', bound: '3 executions' },
      scenarios: [{ executions: 3 }],
    });
    const second = await run('--executions', '6', '--checkpoint', checkpoint);
    expect(read(second.stdout).scenarios[0].executions).toBe(6);
    expect(await run('--checkpoint', checkpoint)).toEqual(whole);
    // What is over is over: nothing is explored again.
    expect(await run('--checkpoint', checkpoint, '--executions', '1')).toEqual(whole);
  });

  it('the number of workers changes nothing', async () => {
    const command = ['diff', 'original', 'fixed', file, other, '--json', '--workers'];
    const one = await runCli([...command, '1']);
    expect(await runCli([...command, '2'])).toEqual(one);
  });

  it('nor does it where one exploration is shared among them, bounded or gone on with', async () => {
    const checkpoint = path('shared.json');
    const bounded = (workers: string, executions: string, ...more: string[]) =>
      runCli(['run', large, '--json', '--workers', workers, '--executions', executions, ...more]);
    const one = await bounded('1', '700');
    expect(read(one.stdout)).toMatchObject({
      completeness: { kind: 'bounded', bound: '700 executions' },
      scenarios: [{ executions: 700 }],
    });
    await bounded('1', '600', '--checkpoint', checkpoint);
    expect(await bounded('2', '700', '--checkpoint', checkpoint)).toEqual(one);
  });

  it('an interrupted run tells what it knows, and its checkpoint goes on', async () => {
    const signal = AbortSignal.abort('SIGINT');
    const checkpoint = path('interrupted.json');
    const argv = ['run', 'half-written-page', '--json', '--workers', '1'];
    const { code, stdout } = await runCli([...argv, '--checkpoint', checkpoint], { signal });
    expect(code).toBe(130);
    expect(read(stdout)).toMatchObject({
      completeness: { kind: 'interrupted' },
      scenarios: [{ executions: 0 }],
    });
    expect(await runCli([...argv, '--checkpoint', checkpoint])).toEqual(await runCli(argv));
  });

  it('an execution that is cut off at the most steps leaves the result bounded', async () => {
    const { stdout } = await run('--steps', '12');
    expect(read(stdout).completeness).toEqual({ kind: 'bounded', bound: '12 steps' });
  });
});

describe.each([['classes'], ['matrix']])('lzfree %s', (command) => {
  const small = ['madvise-over-hole', 'zero-page-is-simply-zapped'];
  const results = path(`${command}.json`);
  const keep = ['--json', '--workers', '1', '--checkpoint', results];

  it('explores nothing again that its checkpoint has, and goes on with the rest', async () => {
    const first = await runCli([command, small[0], ...keep]);
    const signal = AbortSignal.abort('SIGINT');
    const again = await runCli([command, small[0], ...keep], { signal });
    expect(again.stdout).toBe(first.stdout);
    const part = await runCli([command, ...small, ...keep], { signal });
    expect(JSON.parse(part.stdout)).toMatchObject({
      completeness: { kind: 'interrupted' },
      scenarios: [{ name: small[0] }],
      left: [small[1]],
    });
    const words = [command, ...small, '--checkpoint', results];
    expect((await runCli(words, { signal })).stdout).toContain('1 of 2 scenarios');
    const all = await runCli([command, ...small, ...keep]);
    expect(all.stdout).toBe((await runCli([command, ...small, ...keep.slice(0, 3)])).stdout);
  });

  it.each([
    ['was cut off', (text: string) => text.slice(0, 500), 'it holds no results'],
    ['was edited', (text: string) => text.replace('executions', 'exceptions'), 'damaged'],
    ['is of a later version', (text: string) => text.replace('"version":1', '"version":9'), '9'],
    ['is of another command', (text: string) => text, `it is of '${command} --`],
  ])('refuses a checkpoint that %s', async (_what, change, reason) => {
    const copy = path('copy.json');
    writeFileSync(copy, change(readFileSync(results, 'utf8')));
    const words = [command, small[0], '--checkpoint', copy, '--executions', '7'];
    const { code, stdout, stderr } = await runCli(words);
    expect([code, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1]);
    expect(stderr).toContain(reason);
  });
});

describe('a checkpoint that does not fit is refused', () => {
  const checkpoint = path('kept.json');
  beforeAll(() => run('--executions', '3', '--checkpoint', checkpoint));

  async function refusal(...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await runCli(argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    return stderr;
  }
  const changed = (change: (text: string) => string): string => {
    const copy = path('changed.json');
    writeFileSync(copy, change(readFileSync(checkpoint, 'utf8')));
    return copy;
  };

  it.each([
    ['was cut off', (text: string) => text.slice(0, 500), 'it is not JSON'],
    ['was edited', (text: string) => text.replace('"executions":3', '"executions":4'), 'damaged'],
    ['is another document', () => '{"schema":"lzfree/run"}', 'it is no checkpoint'],
    ['is of a later version', (text: string) => text.replace('"version":2', '"version":9'), '9'],
  ])('that %s', async (_what, change, reason) => {
    expect(await refusal('run', file, '--checkpoint', changed(change))).toContain(reason);
  });

  it('that is of another scenario, variant, bound or command', async () => {
    const resume = ['--checkpoint', checkpoint];
    expect(await refusal('run', other, ...resume)).toContain(
      "'meeting' on fixed is not what it was",
    );
    expect(await refusal('run', file, '--variant', 'base', ...resume)).toContain(
      "it has 'meeting' on fixed where this command has 'meeting' on base",
    );
    expect(await refusal('run', file, '--steps', '50', ...resume)).toContain('--steps');
    expect(await refusal('diff', 'base', 'fixed', file, ...resume)).toContain(
      'with 1 exploration, and this one has 2',
    );
  });

  it('that is beyond the bound that was asked for, and not over', async () => {
    const before = readFileSync(checkpoint, 'utf8');
    expect(await refusal('run', file, '--executions', '2', '--checkpoint', checkpoint)).toBe(
      `lzfree run: cannot go on from '${checkpoint}': 'meeting' on fixed has 3 executions, and the ` +
        'bound is 2; give --executions 3 or more, or name another file\n',
    );
    expect(readFileSync(checkpoint, 'utf8')).toBe(before);
    const same = await run('--executions', '3', '--checkpoint', checkpoint);
    expect(read(same.stdout).scenarios[0].executions).toBe(3);
  });

  it('and so is a place where none can be written, before anything is explored', async () => {
    const text = await refusal('run', file, '--checkpoint', join(file, 'x.json'));
    expect(text).toMatch(/^lzfree run: cannot write .*: /);
  });
});

describe('progress of explorations', () => {
  const progress = { executions: 300, blocked: 0, estimate: 900, done: 0, total: 1 };

  it('says of one how much is left, by the estimate', () => {
    const detail = explorationDetail(progress, 10);
    expect(detail).toBe('by branches, 20 s left, 30/s, 0 blocked');
    // All of it is to be seen on a terminal of the usual width.
    expect(progressLine('run', 3000, 9000, detail).length).toBeLessThan(80);
  });

  it('says of many how much is left, by those that are over', () => {
    const detail = explorationsDetail({ ...progress, done: 2, total: 6 }, 100);
    expect(detail).toBe('300 executions, 0 blocked, 3/s, 4 min left');
  });
});
