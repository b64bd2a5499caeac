import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hunkFacts } from '../../model/features/hunk-table';
import { runCli } from '../cli/run-cli';

const run = (...argv: string[]) => runCli(['materialize', ...argv]);

const folder = mkdtempSync(join(tmpdir(), 'lzfree-materialize-'));
afterAll(() => rmSync(folder, { recursive: true }));
const place = (name: string) => join(folder, name);

/** The changed lines of a patch on one file, without their indentation. */
const changed = (patch: string) =>
  patch
    .split('\n')
    .filter((line) => /^[+-](?![+-]{2} )/.test(line))
    .map((line) => line[0] + line.slice(1).trim());

describe('lzfree materialize a b --diff', () => {
  it('reads for original and fixed as the fixup does', async () => {
    const { code, stdout, stderr } = await run('original', 'fixed', '--diff');
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      '--- a/model/mm/swap_state.ts',
      '+++ b/model/mm/swap_state.ts',
    ]);
    expect(stdout).toMatch(/^@@ -\d+,\d+ \+\d+,\d+ @@ .*\bfree_pages_and_swap_cache\(/m);
    const move = 'yield* move_lazyfree(cpu, pagep[i]!)';
    expect(changed(stdout)).toEqual([
      `-if (!(${move})) {`,
      '-// What was not moved leaves the swap cache as any other page does.',
      '-yield* free_swap_cache(cpu, pagep[i]!);',
      '-}',
      `+${move};`,
    ]);
    expect([code, stderr]).toEqual([1, '1 file changed: 1 line added, 4 removed\n']);
  });

  it('has as many added lines as the fixup, and as many removed but for a brace', async () => {
    const { stdout } = await run('original', 'fixed', '--diff', '--json');
    const { added, removed } = JSON.parse(stdout) as { added: number; removed: number };
    const fixup = hunkFacts('fixup/mm/swap_state/free_pages_and_swap_cache');
    expect([added, removed - 1]).toEqual([fixup.added, fixup.removed]);
  });

  it('shows a function that a hunk defines, and what the hunk that needs it does with it', async () => {
    const { stdout } = await run(
      'base+p2/include/linux/mm_inline/add_page_to_lru_list_tail',
      'base',
      '--diff',
    );
    expect(changed(stdout)).toContain(
      '-export function add_page_to_lru_list_tail(page: PagePtr, lru: LruList): void {',
    );
  });

  it('prints nothing and exits with 0 where nothing differs', async () => {
    const { code, stdout } = await run('fixed', 'fixed', '--diff');
    expect([code, stdout]).toEqual([0, '']);
  });
});

describe('lzfree materialize variant --out', () => {
  it('writes a model that has no switch in it, and says what it is', async () => {
    const { code, stdout } = await run('base', '--out', place('base'), '--json');
    const { files, variant } = JSON.parse(stdout) as { files: string[]; variant: string };
    expect([code, variant]).toEqual([0, 'base']);
    const found = readdirSync(place('base'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => !found.includes(join(file)))).toEqual([]);
    const asking = files.filter((file) =>
      /\bhunk\(/.test(readFileSync(join(place('base'), file), 'utf8')),
    );
    expect(asking).toEqual([]);
    const marker = JSON.parse(
      readFileSync(join(place('base'), 'materialized.json'), 'utf8'),
    ) as object;
    expect(marker).toMatchObject({ schema: 'lzfree/materialized', variant: 'base', switches: [] });
  });

  it('leaves nothing beside the directory', () => {
    expect(readdirSync(folder)).toEqual(['base']);
  });

  it('replaces an earlier output, and not one that was changed', async () => {
    expect((await run('patch3', '--out', place('base'))).code).toBe(0);
    writeFileSync(join(place('base'), 'model', 'mm', 'rmap.ts'), 'mine');
    const { code, stderr } = await run('base', '--out', place('base'));
    expect([code, stderr.split('\n').length]).toEqual([2, 2]);
    expect(stderr).toContain('is not empty');
    expect(readFileSync(join(place('base'), 'model', 'mm', 'rmap.ts'), 'utf8')).toBe('mine');
  });

  it('takes an empty directory, and none that holds something else', async () => {
    mkdirSync(place('empty'));
    expect((await run('base', '--out', place('empty'))).code).toBe(0);
    mkdirSync(place('other'));
    writeFileSync(
      join(place('other'), 'materialized.json'),
      '{"schema":"lzfree/materialized","files":{}}',
    );
    writeFileSync(join(place('other'), 'note.txt'), 'mine');
    expect((await run('base', '--out', place('other'))).code).toBe(2);
    expect(readdirSync(place('other')).sort()).toEqual(['materialized.json', 'note.txt']);
  });
});

describe('lzfree materialize refuses', () => {
  it.each([
    ['a place that is a file', ['base', '--out', __filename], 'cannot write'],
    [
      'a variant that C would not compile',
      ['fixed-p3/mm/rmap/is_anon_vma', '--out', 'x'],
      'needs is_anon_vma',
    ],
    ['a variant that has no name', ['fixd', '--out', 'x'], "no variant is called 'fixd'"],
    ['one variant without a place', ['base'], '--out'],
    ['two variants without --diff', ['base', 'fixed', '--out', 'x'], '--diff'],
    ['--diff with one variant', ['base', '--diff'], 'two variants'],
    ['--diff with a place', ['base', 'fixed', '--diff', '--out', 'x'], '--out'],
  ])('%s, in one line', async (_, argv, reason) => {
    const { code, stdout, stderr } = await run(...argv);
    expect([code, stdout, stderr.split('\n').length]).toEqual([2, '', 2]);
    expect(stderr).toContain(reason);
  });
});
