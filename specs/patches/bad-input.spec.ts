// Whatever a file holds, reading it ends in a patch or in one line that says what is wrong and where.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { MAX_FILES, MAX_HUNKS, MAX_INPUT_BYTES, MAX_INPUT_LINES } from '../../model/patch/limits';
import { PatchError } from '../../model/patch/patch-error';
import { importPatch } from '../../model/patch/import-patch';
import { readPatch } from '../../model/patch/read-patch';
import type { PatchInput } from '../../model/patch/types';
import { ATTACHED, BASE64, bytes, DIFF, FORMAT_PATCH, MAIL, QUOTED_PRINTABLE, REPLY } from './samples';

const REAL_MAIL = readFileSync(join(__dirname, '../../patches/rfc-3of6-reply.txt'));

async function errorOf(input: string | Uint8Array): Promise<PatchError> {
  const result = await readPatch(typeof input === 'string' ? bytes(input) : input).catch(
    (error: unknown) => error,
  );
  if (!(result instanceof PatchError)) throw new Error('read without complaint');
  return result;
}

const edit = (from: string | RegExp, to: string): string => {
  const edited = DIFF.replace(from, to);
  if (edited === DIFF) throw new Error('nothing edited');
  return edited;
};

describe('a patch is refused, with line and reason,', () => {
  it.each<[string, string, number, string]>([
    ['nothing at all', '', 0, 'not a mail or diff'],
    ['prose', 'Dear all,\nplease read.\n', 0, 'not a mail or diff'],
    ['a mail without diff', 'From: a@example.org\nSubject: hi\n\nhello\n', 0, 'without a diff'],
    ['an added line too many', edit('+\terr', '+\tint x;\n+\terr'), 5, 'promises 6 old and 7 new'],
    ['a removed line too many', edit('-\ttoy', '-\tx();\n-\ttoy'), 13, 'promises 4 old and 3 new'],
    ['a context line too many', `${DIFF}\n more`, 13, 'promises 4 old and 3 new lines and has 5'],
    ['a context line too few', edit(' \tif (err)\n', ''), 5, 'has 5 and 6'],
    ['an end too early', DIFF.slice(0, DIFF.indexOf('-\ttoy')), 13, 'breaks off 3 old and 2 new'],
    ['counts of a larger hunk', edit('-10,6 +10,7', '-10,60 +10,70'), 5, 'promises 60 old'],
    ['a broken hunk header', edit('@@ -10,6 +10,7 @@', '@@ -10,6 +10,7'), 5, 'broken hunk header'],
    ['a hunk without a file', DIFF.split('\n').slice(4).join('\n'), 1, 'without a file'],
    ['one file name only', edit('+++ b/mm/toy.c\n', ''), 3, 'no +++ line'],
    ['a header without hunks', DIFF.split('\n').slice(0, 4).join('\n'), 1, 'no hunk follows'],
    ['an absolute path', DIFF.replaceAll('/mm/toy.c', '//etc/passwd'), 1, 'is absolute'],
    ['another absolute path', DIFF.replaceAll('b/mm/toy.c', '/etc/x'), 1, 'is absolute'],
    ['a drive', DIFF.replaceAll('b/mm/toy.c', 'C:/x'), 1, 'is absolute'],
    ['a path that climbs out', DIFF.replaceAll('/mm/toy.c', '/mm/../../x'), 1, 'climbs out'],
    ['one that hides it', DIFF.replaceAll('/mm/toy.c', '/mm\\..\\..\\x'), 1, 'climbs out'],
    ['a backslash in a path', DIFF.replaceAll('/mm/toy.c', '/mm\\x'), 1, 'backslash'],
    ['a very long path', DIFF.replaceAll('toy.c', 'x'.repeat(2000)), 1, 'longer than'],
    ['a binary file', edit(/^index[^]*/m, 'Binary files a/mm/toy.c and b/mm/toy.c differ\n'), 2, 'binary'],
    ['a binary patch', edit(/^---[^]*/m, 'GIT binary patch\nliteral 3\nKcmZQz\n'), 3, 'binary'],
    ['a combined diff', edit(/^diff --git.*/, 'diff --cc mm/toy.c'), 1, 'combined diff'],
    ['a NUL byte', edit('int err', 'int\0err'), 7, 'NUL byte'],
  ])('that holds %s', async (_, text, line, reason) => {
    const error = await errorOf(text);
    expect([error.position.line, error.reason]).toEqual([line, expect.stringContaining(reason)]);
    expect(error.message).toMatch(/^[\x20-\x7e]+; [\x20-\x7e]+$/);
  });

  it('in a mail, where the line is the one of the file', async () => {
    const error = await errorOf(MAIL.replace('+\terr', '+\tint x;\n+\terr'));
    expect(MAIL.split('\n')[error.position.line - 1]).toMatch(/^@@ -10,6/);
    expect(error.position.message).toBeUndefined();
    expect(error.in('x.eml')).toMatch(/^x\.eml:\d+: the hunk of b\/mm\/toy\.c promises/);
  });

  it('in an encoded mail, where the line is one of its decoded text', async () => {
    const broken = Buffer.from(DIFF.replace('+\terr', '+\tint x;\n+\terr')).toString('base64');
    const mail = `From: a@example.org\nContent-Transfer-Encoding: base64\n\n${broken}\n`;
    const error = await errorOf(mail);
    expect(error.position).toEqual({ line: 5, message: 1 });
    expect(error.in('x.eml')).toMatch(/^x\.eml: message 1, line 5 of its text: the hunk/);
  });

  it('that hides a NUL byte in base64', async () => {
    const broken = Buffer.from(DIFF.replace('int err', 'int\0err')).toString('base64');
    const error = await errorOf(`From: a@example.org\nContent-Transfer-Encoding: base64\n\n${broken}\n`);
    expect([error.position, error.reason]).toEqual([{ line: 7, message: 1 }, 'a NUL byte']);
  });

  it('that quotes a path with a line feed in it', async () => {
    const error = await errorOf(DIFF.replaceAll(/[ab]\/mm\/toy\.c/g, '"a/mm\\n/toy.c"'));
    expect(error.reason).toContain('control characters');
  });
});

describe('an input is refused by its size', () => {
  it('before any of it is looked at', async () => {
    const large = new Uint8Array(MAX_INPUT_BYTES + 1);
    const error = await errorOf(large);
    expect(error.reason).toBe('the input is larger than 16 MiB');
  });

  it('if it has more lines than any patch', async () => {
    const error = await errorOf(bytes('\n'.repeat(MAX_INPUT_LINES)));
    expect(error.reason).toContain(`more than ${MAX_INPUT_LINES} lines`);
  });

  it('if a patch touches more files than any', async () => {
    const file = '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n';
    expect((await errorOf(file.repeat(MAX_FILES + 1))).reason).toContain('files');
  });

  it('if a patch has more hunks than any', async () => {
    const text = `--- a/x\n+++ b/x\n${'@@ -1 +1 @@\n-a\n+b\n'.repeat(MAX_HUNKS + 1)}`;
    expect((await errorOf(text)).reason).toContain('hunks');
  });

  it('if it is made of postmarks', async () => {
    const postmark = 'From a@example.org Mon Sep 17 00:00:00 2001\n\n';
    const error = await errorOf(postmark.repeat(3000));
    expect(error.reason).toContain('messages');
  });

  it('if its parts are nested without end', async () => {
    const part = (depth: number) =>
      `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n`;
    const nested = Array.from({ length: 40 }, (_, depth) => part(depth)).join('');
    const error = await errorOf(`From: a@example.org\n${nested}`);
    expect(error.reason).toContain('beyond all measure');
  });
});

describe('a mail that was changed at random', () => {
  const carriers = [MAIL, FORMAT_PATCH, BASE64, QUOTED_PRINTABLE, ATTACHED, REPLY].map(bytes);

  /** Cuts a piece out and puts another in, at any places. */
  const edits = fc.array(
    fc.record({
      at: fc.nat(),
      cut: fc.nat({ max: 60 }),
      put: fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        fc
          .constantFrom('\n', '@@ -1,3 +1,4 @@\n', '> ', '+', '-', ' ', '-- \n', '--- a/x\n', '+++ b/x\n')
          .map(bytes),
      ),
    }),
    { minLength: 1, maxLength: 6 },
  );

  function apply(source: Uint8Array, changes: readonly { at: number; cut: number; put: Uint8Array }[]) {
    return changes.reduce((input, { at, cut, put }) => {
      const start = at % (input.length + 1);
      return Buffer.concat([input.subarray(0, start), put, input.subarray(start + cut)]);
    }, Buffer.from(source));
  }

  it('is read as a variant or refused, and nothing else', async () => {
    const sources = fc.constantFrom(REAL_MAIL, ...carriers);
    await fc.assert(
      fc.asyncProperty(sources, edits, async (source, changes) => {
        const result = await readPatch(apply(source, changes)).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(PatchError);
        else expect(importPatch(result as PatchInput).name).toMatch(/^[a-z]/);
      }),
      { numRuns: 250 },
    );
  });

  it('never gives a hunk whose lines are not as many as its header promises', async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const input = await readPatch(apply(REAL_MAIL, changes)).catch(() => ({ patches: [] }));
        const hunks = input.patches.flatMap(({ files }) => files.flatMap(({ hunks }) => hunks));
        for (const { lines, ...hunk } of hunks) {
          const count = (op: string) => lines.filter((line) => line.op === op).length;
          expect(count('context') + count('removed')).toBe(hunk.old.lines);
          expect(count('context') + count('added')).toBe(hunk.new.lines);
        }
      }),
      { numRuns: 250 },
    );
  });

  it('is read or refused whatever the bytes are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (input) => {
        const result = await readPatch(input).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(PatchError);
      }),
    );
  });
});
