// Edited hunks count as absent, and yet what they define is there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPatch, isUsable, variantToRun } from '../../model/patch/import-patch';
import { readPatch } from '../../model/patch/read-patch';
import type { HunkLine } from '../../model/patch/types';
import { declaresName } from '../../model/patch/matching/declared-names';
import { runCli } from '../cli/run-cli';

const POSTED = readFileSync(join(__dirname, '../../patches/variants/by-signature.patch'), 'utf8');

function edited(from: string | RegExp, to: string): string {
  const text = POSTED.replace(from, to);
  expect(text).not.toBe(POSTED);
  return text;
}

const load = async (text: string) => importPatch(await readPatch(Buffer.from(text)));

describe('what an edited hunk defines', () => {
  const EDITS: readonly (readonly [string, string, string, string])[] = [
    ['a constant', '#define MADV_FREE 5', '#define MADV_FREE 8', 'MADV_FREE'],
    ['an enumerator', 'TTU_LAZYFREE = 3,', 'TTU_LAZYFREE = 4,', 'TTU_LAZYFREE'],
    ['a function', '+if (!trylock_page(page))', '+if (trylock_page(page))', 'move_lazyfree'],
    ['a member', '+int lazy_free;', '+bool lazy_free;', 'zap_details.lazy_free'],
    ['a parameter', '+int behavior)', '+long behavior)', 'madvise_dontneed.behavior'],
    ['a branch', '== SWAP_AGAIN) {', '== SWAP_AGAIN || unmapped == SWAP_MLOCK) {', "shrink_page_list's"],
  ];

  it.each(EDITS)('is not called missing where it is %s', async (_, from, to, symbol) => {
    const imported = await load(edited(from, to));
    expect(imported.unknown).toHaveLength(1);
    expect(imported.unmet).toEqual([]);
    expect(imported.untold.map((need) => need.symbol).join()).toContain(symbol);
    expect(isUsable(imported, { ignoreUnknown: true })).toBe(false);
    expect(() => variantToRun(imported, { ignoreUnknown: true })).toThrow(
      /^the patch: what it needs is in an unknown hunk, which is not modelled: .* needs /,
    );
    const forced = variantToRun(imported, { ignoreUnknown: true, force: true });
    expect(forced.equals(imported.variant)).toBe(true);
  });

  it('is missing where it has another name', async () => {
    const imported = await load(edited('#define MADV_FREE 5', '#define MADV_LAZY 5'));
    expect([imported.untold, imported.unmet.map(({ symbol }) => symbol)]).toEqual([
      [],
      ['MADV_FREE', 'MADV_FREE', 'MADV_FREE', 'MADV_FREE'],
    ]);
  });

  it('keeps b4-check from saying that the patch does not build', async () => {
    const check = async (stdin: string) => JSON.parse((await runCli(['b4-check'], { stdin })).stdout);
    const [entry] = await check(edited('#define MADV_FREE 5', '#define MADV_FREE 8'));
    expect(entry).toMatchObject({
      status: 'warn',
      summary: 'not checked: what it needs is in an unknown hunk, which is not modelled',
    });
    expect(entry.details).toMatch(/ needs MADV_FREE from .*\n1 hunk is unknown/s);
    const [other] = await check(edited('#define MADV_FREE 5', '#define MADV_LAZY 5'));
    expect(other).toMatchObject({ status: 'fail', summary: expect.stringMatching(/^does not build: /) });
  });

  it('is a what-if for reply, which has no answer to it, and is said by import', async () => {
    const stdin = edited('#define MADV_FREE 5', '#define MADV_FREE 8');
    const answered = await runCli(['reply', '-', '--ignore-unknown'], { stdin });
    expect([answered.code, answered.stdout]).toEqual([2, '']);
    expect(answered.stderr).toContain('what it needs is in an unknown hunk, which is not modelled:');
    const words = ['import', '-', '--ignore-unknown', '--force', '--json'];
    const { known, whatIf, untold } = JSON.parse((await runCli(words, { stdin })).stdout);
    expect([known, whatIf, untold.length]).toEqual([true, true, 4]);
  });
});

describe('a declaration in a fragment', () => {
  const added = (text: string): HunkLine[] =>
    text.split('\n').map((line) => ({ op: 'added', text: line, quoted: true }));

  it.each([
    ['static int f(int a)\n{', 'a.c'],
    ['struct page *f(void);', 'a.c'],
    ['#define f(x) (x)', 'a.c'],
    ['f,', 'a.h'],
    ['A, B, f,', 'a.h'],
    ['int f;', 'a.h'],
    ['unsigned f : 1;', 'a.h'],
    ['int f(int a,', 'a.c'],
  ])('is %s', (text, file) => {
    expect(declaresName(added(text), 'added', 'f', file)).toBe(true);
  });

  it.each([
    ['return f(x);', 'a.c'],
    ['if (f(x)) {', 'a.c'],
    ['else f(x);', 'a.c'],
    ['x = f;', 'a.c'],
    ['g(a | f, b);', 'a.h'],
    ['f,', 'a.c'],
    ['/* int f; */', 'a.h'],
    ['#ifdef f', 'a.h'],
  ])('is not %s', (text, file) => {
    expect(declaresName(added(text), 'added', 'f', file)).toBe(false);
  });

  it('is none where the line was there before', () => {
    const context = added('int f;').map((line) => ({ ...line, op: 'context' as const }));
    expect(declaresName(context, 'added', 'f', 'a.h')).toBe(false);
  });
});
