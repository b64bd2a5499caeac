import { readPatch } from '../../model/patch/read-patch';
import type { PatchInput } from '../../model/patch/types';
import {
  ATTACHED,
  BASE64,
  bytes,
  crlf,
  DIFF,
  FORMAT_PATCH,
  MAIL,
  QUOTED_PRINTABLE,
  REPLY,
} from './samples';

const read = (text: string): Promise<PatchInput> => readPatch(bytes(text));

/** What two ways of sending one diff have in common. */
function contentOf({ patches }: PatchInput) {
  return patches.map(({ files }) =>
    files.map(({ oldPath, newPath, change, blobs, hunks }) => ({
      oldPath,
      newPath,
      change,
      blobs,
      hunks: hunks.map(({ position: _, ...hunk }) => hunk),
    })),
  );
}

describe('a diff', () => {
  it.each([
    ['bare', DIFF, 'diff'],
    ['bare, with CRLF', crlf(DIFF), 'diff'],
    ['bare, behind a byte order mark', `\ufeff${DIFF}`, 'diff'],
    ['in a mail', MAIL, 'mail'],
    ['in a mail with CRLF', crlf(MAIL), 'mail'],
    ['in a file of git format-patch', FORMAT_PATCH, 'mbox'],
    ['in a file of git format-patch with CRLF', crlf(FORMAT_PATCH), 'mbox'],
    ['in base64', BASE64, 'mail'],
    ['in base64 with CRLF', crlf(BASE64), 'mail'],
    ['in quoted-printable', QUOTED_PRINTABLE, 'mail'],
    ['in an attachment', ATTACHED, 'mail'],
    ['quoted by a reply with remarks in between', REPLY, 'mail'],
  ])('is the same %s', async (_, text, carrier) => {
    const [plain, wrapped] = [await read(DIFF), await read(text)];
    expect(wrapped.carrier).toBe(carrier);
    expect(contentOf(wrapped)).toEqual(contentOf(plain));
  });

  it.each([
    ['a mail', MAIL],
    ['a file of git format-patch', FORMAT_PATCH],
  ])('in %s is read with its header behind a byte order mark', async (_, text) => {
    expect(await read(`\ufeff${text}`)).toEqual(await read(text));
  });

  it('keeps tabs and blank lines as they are', async () => {
    const [patch] = (await read(DIFF)).patches;
    expect(patch.whiteSpace).toBe('kept');
    expect(patch.files[0].hunks[0].lines.slice(0, 4)).toEqual([
      { op: 'context', text: '{', quoted: true },
      { op: 'context', text: '\tint err;', quoted: true },
      { op: 'context', text: '', quoted: true },
      { op: 'added', text: '\terr = toy_check(toy);', quoted: true },
    ]);
  });

  it('may have lost the blank of blank context lines', async () => {
    const stripped = DIFF.replaceAll('\n \n', '\n\n');
    expect(contentOf(await read(stripped))).toEqual(contentOf(await read(DIFF)));
  });

  it('is whole without the index and diff lines', async () => {
    const bare = DIFF.split('\n').slice(2).join('\n');
    const [[file]] = contentOf(await read(bare));
    const [[whole]] = contentOf(await read(DIFF));
    expect(file).toEqual({ ...whole, blobs: undefined });
  });

  it('has its signature left out, with or without its blank', async () => {
    for (const mark of ['-- ', '--']) {
      const [[file]] = contentOf(await read(`${DIFF}\n${mark}\n2.1.0\n`));
      expect(file.hunks[1].lines).toHaveLength(4);
    }
  });

  it('knows a last line without line end', async () => {
    const text = `${DIFF}\n\\ No newline at end of file\n`;
    const [[file]] = contentOf(await read(text));
    expect(file.hunks[1].lines.at(-1)).toMatchObject({ text: '}', noNewline: true });
  });
});

describe('paths', () => {
  const renamed = (oldName: string, newName: string) =>
    DIFF.split('\n')
      .slice(4)
      .join('\n')
      .replace(/^/, `--- ${oldName}\n+++ ${newName}\n`);

  it.each([
    ['a/mm/toy.c', 'b/mm/toy.c'],
    ['i/mm/toy.c', 'w/mm/toy.c'],
    ['linux-3.14.orig/mm/toy.c', 'linux-3.14/mm/toy.c'],
    ['mm/toy.c', 'mm/toy.c'],
    ['a/mm/toy.c\t2014-03-14 15:37:47', 'b/mm/toy.c\t2014-03-14 15:40:00'],
  ])('lose the prefix of the diff and nothing else: %s', async (oldName, newName) => {
    const [[file]] = contentOf(await read(renamed(oldName, newName)));
    expect([file.oldPath, file.newPath]).toEqual(['mm/toy.c', 'mm/toy.c']);
  });

  it('tell a created and a deleted file', async () => {
    const created = '--- /dev/null\n+++ b/mm/new.c\n@@ -0,0 +1 @@\n+int x;\n';
    const deleted = '--- a/mm/old.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-int x;\n';
    const files = contentOf(await read(created + deleted))[0];
    expect(files.map(({ newPath, change }) => [newPath, change])).toEqual([
      ['mm/new.c', 'created'],
      ['mm/old.c', 'deleted'],
    ]);
  });

  it('tell a renamed file, with or without hunks', async () => {
    const head = 'diff --git a/mm/a.c b/mm/b.c\nsimilarity index 90%\nrename from mm/a.c\nrename to mm/b.c\n';
    const hunk = '--- a/mm/a.c\n+++ b/mm/b.c\n@@ -1 +1 @@\n-int x;\n+int y;\n';
    for (const text of [head, head + hunk]) {
      const [[file]] = contentOf(await read(text));
      expect([file.oldPath, file.newPath, file.change]).toEqual(['mm/a.c', 'mm/b.c', 'renamed']);
    }
  });
});

describe('an mbox', () => {
  it('holds several patches, each with its place in the series', async () => {
    const second = FORMAT_PATCH.replace('2/5', '3/5').replaceAll('toy.c', 'toys.c');
    const input = await read(`${FORMAT_PATCH}\n${second}`);
    expect(input.messages).toBe(2);
    expect(input.patches.map(({ number, of, subject }) => [number, of, subject])).toEqual([
      [2, 5, '[PATCH v2 2/5] toy: check before opening'],
      [3, 5, '[PATCH v2 3/5] toy: check before opening'],
    ]);
    expect(input.patches.map(({ files }) => files[0].newPath)).toEqual(['mm/toy.c', 'mm/toys.c']);
  });

  it('may begin with a cover letter, which is no patch', async () => {
    const [postmark] = FORMAT_PATCH.split('\n');
    const headers = `${postmark}\nFrom: A <a@example.org>\nSubject: [PATCH 0/5] toy`;
    const cover = `${headers}\n\nFive of them.\n\n mm/toy.c | 2 +-\n\n`;
    const input = await read(cover + FORMAT_PATCH);
    expect([input.messages, input.patches.length]).toEqual([2, 1]);
  });

  it('has positions that are lines of the file', async () => {
    const input = await read(`${FORMAT_PATCH}\n${FORMAT_PATCH.replaceAll('toy.c', 'toys.c')}`);
    const lines = `${FORMAT_PATCH}\n${FORMAT_PATCH}`.split('\n');
    const hunks = input.patches.flatMap(({ files }) => files.flatMap(({ hunks }) => hunks));
    expect(hunks).toHaveLength(4);
    for (const { position } of hunks) expect(lines[position.line - 1]).toMatch(/^@@ -/);
  });

  it('may escape a line that looks like its postmarks', async () => {
    const text = FORMAT_PATCH.replace('Check before', '>From here on check before');
    expect((await read(text)).patches).toHaveLength(1);
  });
});

describe('a mail', () => {
  it('has its diffstat read, and its headers decoded', async () => {
    const encoded = MAIL.replace('A Uthor', '=?utf-8?q?=C3=81_Uthor?=');
    const input = await read(encoded);
    expect(input.from).toBe('\u00c1 Uthor');
    expect(input.patches[0].diffstat).toEqual({
      entries: [{ path: 'mm/toy.c', changed: 2, position: { line: 10 } }],
      totals: { files: 1, added: 1, removed: 1 },
    });
  });

  it('that answers and brings a diff of its own gives both, the quoted one first', async () => {
    const own = DIFF.replace('toy_check', 'toy_verify');
    const input = await read(`${REPLY}\nBetter:\n\n${own}\n`);
    expect(input.patches.map(({ role }) => role)).toEqual(['quoted', 'reply']);
    expect(input.patches[1].files[0].hunks[0].lines[3].text).toBe('\terr = toy_verify(toy);');
  });

  it('keeps its patch in Latin-1', async () => {
    const text = MAIL.replace('Subject:', 'Content-Type: text/plain; charset=iso-8859-1\nSubject:');
    const input = await readPatch(Buffer.from(text.replace('toy_check', 'toy_ch\u00e9ck'), 'latin1'));
    expect(input.patches[0].files[0].hunks[0].lines[3].text).toBe('\terr = toy_ch\u00e9ck(toy);');
  });
});

describe('a text that has lost its white space', () => {
  const collapsed = (lines: string[]) =>
    ['--- a/mm/toy.c', '+++ b/mm/toy.c', ...lines].join('\n');

  it('has the context that its counts say', async () => {
    const text = collapsed(['@@ -1,3 +1,4 @@', 'int a;', '+int b;', 'int c;', 'int d;']);
    const { patches } = await read(text);
    expect(patches[0].whiteSpace).toBe('collapsed');
    expect(patches[0].files[0].hunks[0].lines.map(({ op }) => op)).toEqual([
      'context',
      'added',
      'context',
      'context',
    ]);
  });

  it('can have a context line that begins with an operator', async () => {
    const text = collapsed(['@@ -1,4 +1,5 @@', 'a = b;', '++a;', '+c = a;', '--b;', 'return a;']);
    const { patches } = await read(text);
    expect(patches[0].files[0].hunks[0].lines).toEqual([
      { op: 'context', text: 'a = b;', quoted: true },
      { op: 'context', text: '++a;', quoted: true },
      { op: 'added', text: 'c = a;', quoted: true },
      { op: 'context', text: '--b;', quoted: true },
      { op: 'context', text: 'return a;', quoted: true },
    ]);
  });

  it('is refused if its counts leave a choice', async () => {
    const text = collapsed(['@@ -1,3 +1,3 @@', 'a = b', '+ c', '+ d', 'int e;']);
    await expect(read(text)).rejects.toThrow('promises 3 old and 3 new lines and has 2 and 4');
  });
});
