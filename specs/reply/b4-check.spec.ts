/** The check command of b4: a JSON array whatever the mail is, and an error only where there is no mail. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckEntry } from '../../scripts/reply/b4-check';
import { READ_REMARKS, REMARKS } from '../../scripts/reply/remarks';
import { runCli } from '../cli/run-cli';

const [, , , ...BODY] = readFileSync(
  join(__dirname, '../../patches/rfc-3of6-reply.txt'),
  'utf8',
).split('\n');
const HEADER = 'From: a@example.org\nSubject: [RFC 3/6] mm: support madvise(MADV_FREE)\n\n';

async function check(stdin: string): Promise<CheckEntry[]> {
  const { code, stdout, stderr } = await runCli(['b4-check'], { stdin });
  expect([code, stderr]).toEqual([0, '']);
  const entries = JSON.parse(stdout) as CheckEntry[];
  for (const entry of entries) {
    expect(Object.keys(entry)).toEqual(['tool', 'status', 'summary', 'details']);
    expect(entry.summary).not.toContain('\n');
  }
  return entries;
}

const diff = (file: string, hunk: string): string =>
  `${HEADER}diff --git a/${file} b/${file}\n--- a/${file}\n+++ b/${file}\n${hunk}\n`;

describe('b4-check', () => {
  it('warns of what there is to ask, with the commands that show it', async () => {
    const questions = REMARKS.length + READ_REMARKS.length;
    const [entry, ...others] = await check(`${HEADER}${BODY.join('\n')}`);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ tool: 'lzfree', status: 'warn' });
    expect(entry.summary).toMatch(
      new RegExp(`^of (\\d+) hunks \\1 known by text, ${questions} questions$`),
    );
    for (const { scenario } of REMARKS)
      expect(entry.details).toContain(`lzfree replay ${scenario} `);
    for (const { hunk, finding } of READ_REMARKS)
      expect(entry.details).toContain(`${hunk}: by reading: ${finding}\n`);
  });

  it.each([
    ['a cover letter', `${HEADER}Hello\n`],
    ['a patch of another subsystem', diff('net/core/dev.c', '@@ -1,1 +1,1 @@\n-a\n+b')],
  ])('has nothing to say to %s', async (_, mail) => {
    expect(await check(mail)).toEqual([]);
  });

  it('says that a patch was not checked if it cannot be read', async () => {
    const [entry] = await check(diff('mm/rmap.c', '@@ -1,one +1 @@\n-a\n+b'));
    expect(entry.status).toBe('warn');
    expect(entry.summary).toMatch(/^not checked: line \d+: a broken hunk header/);
  });

  it.each([
    ['nothing', ''],
    ['no mail', 'one\ntwo\n'],
    ['a binary file', '\0\u0001'],
  ])('given %s it fails without any JSON', async (_, stdin) => {
    const { code, stdout, stderr } = await runCli(['b4-check'], { stdin });
    expect([code, stdout, stderr.split('\n').length]).toEqual([2, '', 2]);
  });
});
