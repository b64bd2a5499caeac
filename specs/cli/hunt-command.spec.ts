import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';
import type { Trace } from '../../model/scenario/trace';
import { huntDocument, type Finding, type HuntDocument } from '../../scripts/hunt-document';
import { emptyState } from '../../scripts/hunt';
import { sha256 } from '../../scripts/identity';
import { huntText } from '../../scripts/views/hunt-text';
import { lostWriteHunt } from '../formats/samples';
import { runCli } from './run-cli';

const folder = mkdtempSync(join(tmpdir(), 'hunt-'));
const file = (name: string) => join(folder, name);
const small = ['--until-size', '0', '--workers', '1'];

describe('lzfree hunt', () => {
  it('that looks at nothing finds nothing, says so, and leaves its state', async () => {
    const { code, stdout } = await runCli([
      'hunt',
      'fixed',
      ...small,
      '--checkpoint',
      file('state.json'),
    ]);
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'fixed: no promise was seen broken.']);
    expect(JSON.parse(readFileSync(file('state.json'), 'utf8'))).toMatchObject({
      schema: 'lzfree/hunt-state',
      identity: { variant: 'fixed', seed: 1, executions: 1000, sequential: false },
    });
    const races = await runCli([
      'hunt',
      'fixed',
      ...small,
      '--sequential',
      '--checkpoint',
      file('state.json'),
    ]);
    expect([races.code, races.stderr]).toEqual([
      2,
      expect.stringContaining('with sequential false'),
    ]);
    const plain = [...small, '--without-debug-vm', '--checkpoint', file('state.json')];
    const kernel = await runCli(['hunt', 'fixed', ...plain]);
    expect([kernel.code, kernel.stderr]).toEqual([
      2,
      expect.stringContaining('with withoutDebugVm false'),
    ]);
    const other = await runCli(['hunt', 'original', ...small, '--checkpoint', file('state.json')]);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('is of a hunt with variant fixed, not original');
  });

  it('refuses a state of another model, and a damaged one', async () => {
    const path = file('kept.json');
    const args = ['hunt', 'fixed', ...small, '--checkpoint', path];
    expect((await runCli(args)).code).toBe(0);
    const kept = readFileSync(path, 'utf8');
    writeFileSync(path, kept.replace('"done":0', '"done":7'));
    const damaged = await runCli(args);
    expect([damaged.code, damaged.stderr]).toEqual([2, expect.stringContaining('is damaged')]);
    const { model, identity, state } = JSON.parse(kept) as Record<string, unknown>;
    const other = { model: `${String(model)}0`, identity, state };
    const checksum = sha256(JSON.stringify([other.model, identity, state]));
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(kept) as object), ...other, checksum }));
    const foreign = await runCli(args);
    expect([foreign.code, foreign.stderr]).toEqual([2, expect.stringContaining('another model')]);
  });

  it('refuses a file that holds no state', async () => {
    for (const text of ['', '[]', '{"schema":"lzfree/hunt-state","version":9}']) {
      writeFileSync(file('bad.json'), text);
      const { code, stderr } = await runCli([
        'hunt',
        'fixed',
        ...small,
        '--checkpoint',
        file('bad.json'),
      ]);
      expect([code, stderr.includes('is not the checkpoint of a hunt')]).toEqual([2, true]);
    }
  });

  it('refuses a variant that does not exist', async () => {
    expect((await runCli(['hunt', 'new'])).code).toBe(2);
  });
});

it('lzfree hunt --sequential has no races, drawn or not', async () => {
  const alone = ['hunt', 'fixed', '--sequential', '--workers', '1'];
  const { code, stdout } = await runCli([...alone, '--until-size', '0', '--for', '60', '--json']);
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { sequential: true, random: { done: 0 } }]);
  const drawn = await runCli([...alone, '--random', '5']);
  expect([drawn.code, drawn.stderr]).toEqual([2, expect.stringContaining('draws races too')]);
});

describe('the hunt as text', () => {
  const document = (own: boolean): HuntDocument => ({
    ...huntDocument(
      { variant: 'original', seed: 1, executions: 10, sequential: false, withoutDebugVm: false },
      {
        ...emptyState(),
        random: { ...emptyState().random, done: 5, executions: 30 },
        interrupted: true,
      },
      NAMED_VARIANTS.original,
      null,
    ),
    findings: [
      {
        promise: 'movable',
        states: 'A page with one user can be migrated.',
        detail: 'not moved',
        base: !own,
        smallest: {
          name: 'movable-1-1',
          text: 'status: not moved',
          program: 'page written; P0 free',
          size: 1,
          how: 'bounded',
          schedule: 's1:0x3',
          scenario: '',
        },
        others: [],
        trace: {} as Trace,
        variants: ['original'],
        removals: own ? [['p3/mm/rmap/try_to_unmap_one']] : [],
      },
    ],
  });

  it("says what is the patch's, what mends it, and how to see it", () => {
    const text = huntText(document(true), 'found', 80);
    expect(text).toMatch(/^original: 1 fault against 1 promise\. The hunt was interrupted\./);
    expect(text).toContain('on original; base has it not');
    expect(text).not.toContain('--save');
    const limited = huntText({ ...document(true), bound: '60 s' }, undefined, 80);
    expect(limited).toMatch(/ The hunt was bounded \(60 s\)\.\n/);
    expect(limited).toMatch(/hunt with --save FOLDER/);
    expect(text).toContain('p3/mm/rmap/try_to_unmap_one');
    expect(text).toContain('lzfree replay found/movable-1-1.yaml s1:0x3 --variant original');
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      '5 random programs were run by 30 random schedules',
    );
  });

  it('shows how to see it: a schedule, or a command that a shell takes as it stands', () => {
    const program = '     status: not moved (not every interleaving was explored)\n';
    expect(huntText(document(true), undefined, 80)).toContain(`${program}     by s1:0x3\n`);
    const command = "lzfree replay 'a b/movable-1-1.yaml' s1:0x3 --variant";
    expect(huntText(document(true), 'a b', 80)).toContain(`\n   ${command} original`);
    const whatIf = { ...document(true), variant: 'base+p3/mm/rmap/page_get_anon_vma' };
    expect(huntText(whatIf, 'a b', 80)).toContain(`${command} ${whatIf.variant} --force`);
  });

  it('a saved program says above it what it breaks, and is still that program', () => {
    const [{ smallest }] = lostWriteHunt().findings as [Finding];
    const comment = [
      "# breaks the promise 'bystander' on original: a write by a store is lost",
      '# end_P1_a reads 0 from P1:a[0].lo instead of 1, last written by a store',
      `# by the schedule ${smallest.schedule}`,
      `scenario: ${smallest.name}`,
    ].join('\n');
    expect(smallest.scenario.startsWith(`${comment}\n`)).toBe(true);
    expect(parseScenario(smallest.scenario).name).toBe(smallest.name);
  });

  it('tells hunks that do so each alone from hunks that have to go together', () => {
    const [finding] = document(true).findings;
    const removals = (...sets: Finding['removals']): string => {
      const findings = [{ ...finding!, removals: sets }];
      return huntText({ ...document(true), findings }, undefined, 120);
    };
    const [a, b] = ['p3/mm/rmap/try_to_unmap_one', 'p3/mm/memory/zap_pte_range'] as const;
    expect(removals([a, b])).toContain(`   Goes away without\n     ${a} and ${b}\n`);
    expect(removals([a], [b])).toContain(
      `   Goes away without any one of these:\n     ${a}\n     ${b}\n`,
    );
  });

  it('blames nothing on the patch that base does too', () => {
    const text = huntText(document(false), undefined, 80);
    expect(text).toMatch(/^original: no promise was seen broken; 1 more that base has, too/);
    expect(text).toContain("base has it too: not the patch's");
    expect(text).not.toContain('Goes away');
  });
});
