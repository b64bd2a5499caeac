import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HUNK_IDS, SWITCH_IDS } from '../../model/features/hunk-id';
import type { PatchReport } from '../../model/patch/patch-report';
import { runCli } from '../cli/run-cli';
import { DIFF } from './samples';

const MAIL = readFileSync(join(__dirname, '../../patches/rfc-3of6-reply.txt'));

async function reportOf(argv: string[], stdin?: string | Uint8Array): Promise<PatchReport> {
  const { stdout } = await runCli(['patches', ...argv, '--json'], stdin === undefined ? {} : { stdin });
  return JSON.parse(stdout) as PatchReport;
}

describe('lzfree patches', () => {
  it('answers on its first line how much of the text there is', async () => {
    const { code, stdout, stderr } = await runCli(['patches']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')[0]).toBe(
      '21 quoted hunks of 3/6 (1 completed), 1 in the fixup, 2 announced.',
    );
  });

  it('fits 80 columns', async () => {
    const { stdout } = await runCli(['patches']);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('names every hunk of the mail and of no other', async () => {
    const { stdout } = await runCli(['patches']);
    const named = HUNK_IDS.filter((id) => new RegExp(`  ${id.replaceAll('.', '\\.')} `).test(stdout));
    expect(named).toEqual(HUNK_IDS.filter((id) => /^(p3|fixup)\//.test(id)));
  });

  it('gives the document lzfree/patches, version 2', async () => {
    const { stdout } = await runCli(['patches', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'lzfree/patches', version: 3 });
  });

  it('gives every hunk with its ranges, lines, status and switches', async () => {
    const { hunks } = await reportOf([]);
    const ids = hunks.flatMap((hunk) => hunk.ids);
    expect(ids).toEqual(HUNK_IDS.filter((id) => /^(p3|fixup)\//.test(id)));
    expect(hunks.flatMap(({ switches }) => switches)).toEqual(
      SWITCH_IDS.filter((id) => /^(p3|fixup)\//.test(id)),
    );
    const last = hunks.find(({ status }) => status === 'completed');
    expect(last).toMatchObject({
      ids: ['p3/mm/swap_state/free_pages_and_swap_cache'],
      file: 'mm/swap_state.c',
      text: {
        header: 'void free_pages_and_swap_cache(struct page **pages, int nr)',
        old: { start: 269, lines: 7 },
        new: { start: 298, lines: 14 },
        added: 8,
        removed: 1,
        context: 6,
        recovered: 3,
        unknown: 3,
      },
    });
    expect(hunks.filter(({ status }) => status === 'announced').map(({ text }) => text)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('says the same of the mail when it is given as a file', async () => {
    const own = await reportOf([]);
    expect(await reportOf(['-'], MAIL)).toEqual(own);
    expect(own.hunks.filter(({ match }) => match === 'exact')).toHaveLength(22);
  });

  it('says of a strange patch that it is unknown', async () => {
    const { code, stdout } = await runCli(['patches', '-'], { stdin: DIFF });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2 hunks: 2 unknown\.\n/);
  });

  it.each([
    ['a file that is no patch', 'hello\n', 'standard input: not a mail or diff; give an mbox'],
    ['a broken patch', DIFF.replace(' {\n', ''), 'standard input:5: the hunk of b/mm/toy.c promises'],
    ['a path that climbs out', DIFF.replaceAll('mm/', '../'), "1: the path 'a/../toy.c' climbs out"],
  ])('refuses %s on one line', async (_, stdin, reason) => {
    const { code, stdout, stderr } = await runCli(['patches', '-'], { stdin });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(reason);
    expect(stderr).toMatch(/^lzfree patches: [^\n]+\n$/);
  });

  it('says of a patch that only renames a file that it has no hunk', async () => {
    const rename = 'similarity index 100%\nrename from mm/a.c\nrename to mm/b.c\n';
    const stdin = `diff --git a/mm/a.c b/mm/b.c\n${rename}`;
    const { code, stdout } = await runCli(['patches', '-'], { stdin });
    expect([code, stdout.split('\n')[0]]).toEqual([0, '0 hunks.']);
  });

  it('refuses a file that is not there', async () => {
    const { code, stderr } = await runCli(['patches', join(__dirname, 'nothing.mbox')]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('no such file')]);
  });
});
