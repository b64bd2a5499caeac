import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KnownExploration } from '../../model/diff/shared-explorations';
import type { AttributeDocument } from '../../model/report/attribute-document';
import { sha256 } from '../../scripts/identity';
import { runCli } from './run-cli';

const scenario = `scenario: mine
title: an empty mapping can be given up
source: s
setup:
  - P0: mmap a private-anon
after:
  - P0: free = madvise a FREE
expect:
  - always: free == 0
    variants: [fixed]
  - never: free == 0
    variants: [base]
`;

const VALID = 'p3/mm/madvise/madvise_behavior_valid';

async function attributed(words: readonly string[], stdin = ''): Promise<AttributeDocument> {
  const { code, stdout } = await runCli(['attribute', ...words, '--json'], { stdin });
  expect(code).toBe(0);
  return JSON.parse(stdout) as AttributeDocument;
}

describe('lzfree attribute', () => {
  it('finds the one hunk that the answer of a call is owed to', async () => {
    const document = await attributed(['-', '--largest', '1'], scenario);
    expect(document).toMatchObject({
      schema: 'lzfree/attribute',
      scenario: 'mine',
      completeness: { kind: 'complete' },
      conditions: [
        {
          condition: 'free == 0',
          onFixed: 'always',
          onBase: 'never',
          removals: { sets: [{ switches: [VALID], with: [], verdict: 'never' }], open: 0 },
          additions: {
            sets: [
              {
                switches: [VALID],
                with: ['p3/include/uapi/asm-generic/mman-common/MADV_FREE'],
                verdict: 'always',
              },
            ],
            open: 0,
          },
        },
      ],
    });
    const [{ removals, additions }] = document.conditions as [AttributeDocument['conditions'][0]];
    expect([removals, additions].map((each) => [each?.tried, each?.leftOut])).toEqual([
      [44, 1],
      [45, 0],
    ]);
  });

  it('finds a pair where it takes two, and leaves out what holds a found set', async () => {
    const outcome = 'end == 0 && vmstat.pswpout == 0';
    const { conditions } = await attributed(['freed-page-is-discarded', '--outcome', outcome]);
    const [{ removals, additions }] = conditions as [AttributeDocument['conditions'][0]];
    expect(additions?.sets.map(({ switches }) => switches)).toEqual([
      ['p3/mm/madvise/madvise_dontneed', VALID],
    ]);
    expect(removals.sets).toHaveLength(9);
    expect(removals.sets.filter(({ switches }) => switches.includes(VALID))).toHaveLength(1);
    expect([removals.tried, removals.leftOut]).toEqual([400, 570]);
    expect([additions?.tried, additions?.leftOut]).toEqual([968, 2]);
  });

  it('adds nothing where base does the same', async () => {
    const { conditions } = await attributed(
      ['-', '--outcome', 'fault', '--largest', '1'],
      scenario,
    );
    expect(conditions).toMatchObject([{ onFixed: 'never', onBase: 'never', additions: null }]);
  });

  it('says that a bound leaves the verdict open', async () => {
    const words = ['half-written-page', '--executions', '1', '--largest', '1'];
    const { completeness, conditions } = await attributed(words);
    expect(completeness).toEqual({ kind: 'bounded', bound: '1 execution' });
    expect(conditions[0]).toMatchObject({ onFixed: 'unknown', removals: { sets: [], tried: 0 } });
  });

  it('answers in text with the verdicts first', async () => {
    const { stdout } = await runCli(['attribute', '-'], { stdin: scenario });
    expect(stdout).toContain('free == 0\n  on fixed: always; on base: never\n');
    expect(stdout).toContain(`    ${VALID}: never\n`);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(81);
  });

  it.each([
    [['mine']],
    [['-', '--outcome', 'r9 == 0']],
    [['-', '--outcome', 'free * 2']],
    [['-', '--outcome', 'page(P0, a)']],
    [['-', '--outcome', '']],
    [['-', '--largest', '9']],
    [[]],
  ])('refuses %j in one line', async (words) => {
    const { code, stdout, stderr } = await runCli(['attribute', ...words], { stdin: scenario });
    expect([code, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1]);
  });

  it('asks for a condition where the scenario has none', async () => {
    const stdin = scenario.slice(0, scenario.indexOf('expect:'));
    const { code, stderr } = await runCli(['attribute', '-'], { stdin });
    expect([code, stderr]).toEqual([2, expect.stringContaining('--outcome')]);
  });

  it('lists no sets where a bound leaves open what fixed does', async () => {
    const { stdout } = await runCli(['attribute', 'fixup-swap-slot', '--executions', '1']);
    expect(stdout).toContain('no set was tried: a bound leaves open what fixed itself does');
    expect(stdout).not.toContain('0 tried');
  });

  it('says that it was interrupted', async () => {
    const signal = AbortSignal.abort();
    const { stdout } = await runCli(['attribute', 'half-written-page', '--json'], { signal });
    expect(JSON.parse(stdout)).toMatchObject({ completeness: { kind: 'interrupted' } });
  });
});

describe('a checkpoint of lzfree attribute', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lzfree-attribute-'));
  const path = join(folder, 'kept.json');
  const words = ['attribute', '-', '--largest', '1', '--json'];
  const run = (...more: string[]) => runCli([...words, ...more], { stdin: scenario });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('lets an interrupted search go on to the same result, and explore nothing twice', async () => {
    const interrupted = { stdin: scenario, signal: AbortSignal.abort() };
    await runCli([...words, '--checkpoint', path], interrupted);
    const whole = await run();
    expect(await run('--checkpoint', path)).toEqual(whole);
    // What the file says of one exploration is what is told of it, so it was not run.
    const body = JSON.parse(readFileSync(path, 'utf8'));
    delete body.checksum;
    const [known] = Object.values<KnownExploration[]>(body.results);
    Object.assign(known![0]!.exploration, { executions: 1001 });
    writeFileSync(path, JSON.stringify({ ...body, checksum: sha256(JSON.stringify(body)) }));
    const { work } = JSON.parse(whole.stdout) as AttributeDocument;
    const again = JSON.parse((await run('--checkpoint', path)).stdout) as AttributeDocument;
    expect(again.work).toEqual({ ...work, executions: work.executions + 1000 });
  });

  it('is refused where another condition or size was asked for', async () => {
    for (const more of [
      ['--outcome', 'fault'],
      ['--largest', '2'],
    ]) {
      const others = words.filter((word) => word !== '--largest' && word !== '1');
      const { code, stderr } = await runCli([...others, ...more, '--checkpoint', path], {
        stdin: scenario,
      });
      expect([code, stderr]).toEqual([2, expect.stringContaining(`it is of 'attribute --`)]);
    }
  });
});
