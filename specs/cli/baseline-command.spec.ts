import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../scripts/identity';
import { packagePath } from '../../scripts/cli/package-root';
import { runCli } from './run-cli';

const folder = mkdtempSync(join(tmpdir(), 'lzfree-baseline-'));
const base = join(folder, 'base.json');
const variant = (name: string) => packagePath('patches', 'variants', name);
const check = (...words: string[]) => runCli(['check', '--baseline', base, ...words]);

beforeAll(async () => {
  // Twice, and it is there once.
  const scenario = ['--scenario', 'madvise-over-hole', '--scenario', 'madvise-over-hole'];
  const words = ['--variant', 'fixed', ...scenario, '-o', base];
  const { code, stdout } = await runCli(['baseline', ...words]);
  expect(code).toBe(0);
  expect(stdout).toContain('what fixed does in 1 scenario\n');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The baseline with something changed in it, its digest renewed. */
function changed(change: (document: Record<string, unknown>) => void): string {
  const body = JSON.parse(readFileSync(base, 'utf8')) as Record<string, unknown>;
  delete body['digest'];
  change(body);
  const path = join(folder, 'changed.json');
  writeFileSync(path, JSON.stringify({ ...body, digest: sha256(JSON.stringify(body)) }));
  return path;
}

describe('lzfree baseline', () => {
  it('is one that check takes, in whatever order its scenarios were named', async () => {
    const file = join(folder, 'order.json');
    const scenarios = ['zero-page-is-simply-zapped', 'madvise-over-hole'];
    const words = scenarios.flatMap((name) => ['--scenario', name]);
    await runCli(['baseline', '--variant', 'fixed', ...words, '-o', file]);
    const { code, stdout } = await runCli(['check', '-b', file, '--variant', 'fixed']);
    expect([code, stdout.split(':')[0]]).toEqual([0, 'unchanged']);
  });

  it('holds scenarios of the suite only, as check knows no others', async () => {
    const path = packagePath('specs', 'scenarios', 'madvise-over-hole.yaml');
    const words = ['--variant', 'fixed', '--scenario', path, '-o', join(folder, 'other.json')];
    const { code, stderr } = await runCli(['baseline', ...words]);
    expect([code, stderr]).toEqual([
      2,
      `lzfree baseline: no scenario of the suite is called '${path}'; 'lzfree run' has all of its names\n`,
    ]);
  });
});

describe('lzfree check', () => {
  it('answers 0 where the behaviour is the same', async () => {
    const { code, stdout } = await check('--variant', 'fixed');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^unchanged: the same behaviour in the one scenario/);
  });

  it('takes a patch file for the variant that it is', async () => {
    const { stdout } = await check(variant('squashed-fixup.patch'), '--json');
    const { before, now, added } = JSON.parse(stdout);
    expect(before.variant).toBe('fixed');
    expect(now.patch).toMatch(/^[0-9a-f]{64}$/);
    expect(added).toEqual([]);
  });

  it('answers 1 and says what changed, and who can see it', async () => {
    const { code, stdout } = await check('--variant', 'base');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^changed: in 1 of 1 scenario; a program can see it/);
    expect(stdout).toContain('This can happen no more:');
  });

  it('claims no more than is certain where a bound cut the new side off', async () => {
    const file = join(folder, 'truncate.json');
    const scenario = ['--scenario', 'truncate-reads-uninitialised-member'];
    await runCli(['baseline', '--variant', 'base', ...scenario, '-o', file]);
    const words = ['--baseline', file, '--variant', 'original', '--executions'];
    const bounded = await runCli(['check', ...words, '3']);
    expect(bounded.stdout).toMatch(
      /^changed: in 1 of 1 scenario; no program is known to see it, an administrator\scan\.\n/,
    );
    expect(bounded.stdout).toContain('This can happen now');
    expect(bounded.stdout).not.toContain('This can happen no more');
    const complete = await runCli(['check', ...words, '100']);
    expect(complete.stdout).toMatch(/^changed: in 1 of 1 scenario; a program can see it\.\n/);
  });

  it('says which class the patch has left for which, and the hunks that it is owed to', async () => {
    const valid = 'p3/mm/madvise/madvise_behavior_valid';
    const { stdout } = await check('--variant', 'base', '--json');
    const [{ classChange }] = JSON.parse(stdout).scenarios;
    expect(classChange).toEqual({
      left: expect.arrayContaining([
        expect.objectContaining({ on: expect.arrayContaining([valid]) }),
      ]),
      entered: [{ on: [], off: [valid] }],
      owedTo: [['p3/include/uapi/asm-generic/mman-common/MADV_FREE', valid]],
    });
    const text = (await check('--variant', 'base')).stdout;
    expect(text).toContain(
      'for the class of those with\n    -p3/mm/madvise/madvise_behavior_valid\n',
    );
    for (const line of text.split('\n')) expect(line.length).toBeLessThan(81);
  });

  it('has no class for what C would not compile', async () => {
    const lost = 'fixed-p3/include/uapi/asm-generic/mman-common/MADV_FREE';
    const { code, stdout, stderr } = await check('--variant', lost, '--force', '--json');
    expect([code, stderr]).toEqual([1, expect.stringContaining('what-if')]);
    expect(JSON.parse(stdout).scenarios[0].classChange).toMatchObject({
      entered: null,
      owedTo: [['p3/include/uapi/asm-generic/mman-common/MADV_FREE']],
    });
  });

  it.each([
    ['no JSON', 'is no JSON', '{'],
    ['no baseline', 'its schema is', '{"schema":"lzfree/run"}'],
    ['another version', 'of version 9', '{"schema":"lzfree/baseline","version":9}'],
    ['damaged', 'its digest does not fit', '{"schema":"lzfree/baseline","version":6}'],
  ])('refuses a file that is %s', async (_, reason, text) => {
    const path = join(folder, 'bad.json');
    writeFileSync(path, text);
    const { code, stderr } = await runCli(['check', '--baseline', path, '--variant', 'fixed']);
    expect(code).toBe(2);
    expect(stderr).toContain(reason);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses a baseline of another model, with what differs and how to renew it', async () => {
    const path = changed((document) => {
      document['identity'] = { ...(document['identity'] as object), model: 'f'.repeat(64) };
    });
    const { code, stderr } = await runCli(['check', '--baseline', path, '--variant', 'fixed']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/rests on another model \(f{12}, now [0-9a-f]{12}\)/);
    expect(stderr).toContain('lzfree baseline');
  });
});
