// Source of truth: patches/rfc-3of6-reply.txt, the mail as it was archived. Line numbers are the mail's.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HUNK_IDS, PARTS, SWITCH_IDS } from '../../model/features/hunk-id';
import { announcedCount, checkDiffstat } from '../../model/patch/diffstat';
import { readPatch } from '../../model/patch/read-patch';
import { countLines } from '../../model/patch/types';
import type { Patch, PatchInput } from '../../model/patch/types';
import { buildTable, switchIds } from '../../scripts/hunk-facts';

const PATCHES = join(__dirname, '../../patches');
const MAIL = readFileSync(join(PATCHES, 'rfc-3of6-reply.txt'));

let input: PatchInput;
let parent: Patch;
let reply: Patch;

beforeAll(async () => {
  input = await readPatch(MAIL);
  [parent, reply] = input.patches;
});

function hunksOf(patch: Patch, path?: string) {
  return patch.files
    .filter((file) => path === undefined || file.newPath === path)
    .flatMap((file) => file.hunks);
}

describe('the mail', () => {
  it('is kept byte for byte', () => {
    expect(createHash('sha256').update(MAIL).digest('hex')).toBe(
      '1798b06a25b2442098c1fb5a03bb908602b8a05395bd2b1ba4eafd0205c8aeab',
    );
  });

  it('is an archived reply that quotes 3/6 and brings a diff of its own', () => {
    expect(input.carrier).toBe('archived mail');
    expect(input.patches.map(({ role, number, of }) => [role, number, of])).toEqual([
      ['quoted', 3, 6],
      ['reply', undefined, undefined],
    ]);
  });

  it('has lost its white space', () => {
    expect(parent.whiteSpace).toBe('collapsed');
  });
});

describe('hunks of the mail', () => {
  it('are 21 quoted in nine files, and one in the reply', () => {
    expect(parent.files).toHaveLength(9);
    expect(hunksOf(parent)).toHaveLength(21);
    expect(hunksOf(reply)).toHaveLength(1);
  });

  it('have as many old and new lines as their headers promise', () => {
    for (const hunk of [...hunksOf(parent), ...hunksOf(reply)]) {
      const count = (op: string) => hunk.lines.filter((line) => line.op === op).length;
      expect(count('context') + count('removed')).toBe(hunk.old.lines);
      expect(count('context') + count('added')).toBe(hunk.new.lines);
    }
  });

  it('chain by blob names: the fixup starts where 3/6 left mm/swap_state.c', () => {
    const before = parent.files.find((file) => file.newPath === 'mm/swap_state.c');
    expect(before?.blobs).toEqual({ old: 'e76ace30d436', new: '0718ecd166dc' });
    expect(reply.files[0].blobs).toEqual({ old: '0718ecd166dc', new: '882f1c8e5bd2' });
  });

  it('keep a blank context line that the archive left without any character', () => {
    const [hunk] = hunksOf(parent, 'include/asm-generic/tlb.h');
    expect(hunk.lines.filter((line) => line.op === 'context' && line.text === '')).toHaveLength(1);
  });

  it('name the line of the mail on which they stand', () => {
    const lines = MAIL.toString().split('\n');
    for (const hunk of [...hunksOf(parent), ...hunksOf(reply)]) {
      expect(lines[hunk.position.line - 1]).toMatch(/^(> )?@@ -/);
    }
  });
});

describe('the hunk that the mail breaks off', () => {
  it('is the last quoted one, and the only one that is not quoted whole', () => {
    const [, , last] = hunksOf(parent, 'mm/swap_state.c');
    expect(hunksOf(parent).filter((hunk) => hunk.status !== 'quoted')).toEqual([last]);
    expect(last.status).toBe('completed');
  });

  it('gets its three missing added lines from the old side of the fixup', () => {
    const [, , last] = hunksOf(parent, 'mm/swap_state.c');
    const recovered = last.lines.filter((line) => !line.quoted && line.text !== null);
    const [fixup] = hunksOf(reply);
    expect(recovered).toEqual(
      fixup.lines.slice(-3).map(({ text }) => ({ op: 'added', text, quoted: false })),
    );
  });

  it('has three last context lines that stay unknown', () => {
    const [, , last] = hunksOf(parent, 'mm/swap_state.c');
    expect(last.lines.slice(-3)).toEqual(
      Array.from({ length: 3 }, () => ({ op: 'context', text: null, quoted: false })),
    );
  });

  it('cannot be completed without the fixup', async () => {
    const text = MAIL.toString();
    const withoutReply = text.slice(0, text.indexOf('Oops'));
    await expect(readPatch(Buffer.from(withoutReply))).rejects.toMatchObject({
      name: 'PatchError',
      position: { line: 364 },
      reason: expect.stringContaining('breaks off 3 old and 6 new lines'),
    });
  });

  it('cannot be completed from a fixup to another blob', async () => {
    const text = MAIL.toString().replace('index 0718ecd166dc..882f', 'index 1718ecd166dc..882f');
    await expect(readPatch(Buffer.from(text))).rejects.toThrow('breaks off');
  });
});

describe('the diffstat', () => {
  it('agrees with the hunks of every quoted file, with the completed one once it is completed', () => {
    const verdicts = Object.fromEntries(
      checkDiffstat(parent).map(({ path, verdict, short }) => [path, [verdict, short]]),
    );
    expect(verdicts).toEqual({
      'include/asm-generic/tlb.h': ['agrees', 0],
      'include/linux/mm.h': ['agrees', 0],
      'include/linux/rmap.h': ['agrees', 0],
      'include/linux/swap.h': ['agrees', 0],
      'include/uapi/asm-generic/mman-common.h': ['agrees', 0],
      'mm/madvise.c': ['agrees', 0],
      'mm/memory.c': ['agrees', 0],
      'mm/rmap.c': ['agrees', 0],
      'mm/swap_state.c': ['completed', 3],
      'mm/vmscan.c': ['announced', 22],
    });
  });

  it('leaves 21 added lines and a removed one for mm/vmscan.c', () => {
    expect(announcedCount(parent)).toEqual({ path: 'mm/vmscan.c', added: 21, removed: 1 });
  });

  it('has totals that are the sum of its lines', () => {
    const { entries = [], totals } = parent.diffstat ?? {};
    const sum = entries.reduce((all, entry) => all + entry.changed, 0);
    expect(totals).toEqual({ files: entries.length, added: 163, removed: 8 });
    expect(sum).toBe(163 + 8);
  });

  it('is found wrong when a hunk is missing', async () => {
    const text = MAIL.toString();
    const start = text.indexOf('> @@ -1276,7');
    const end = text.indexOf('> diff --git a/mm/rmap.c');
    const edited = await readPatch(Buffer.from(text.slice(0, start) + text.slice(end)));
    const check = checkDiffstat(edited.patches[0]).find(({ path }) => path === 'mm/memory.c');
    expect(check).toMatchObject({ verdict: 'differs', announced: 12, short: 3 });
  });
});

describe('what is generated from the mail', () => {
  it('is current', async () => {
    const { table, hunks } = await buildTable();
    const stored: unknown = JSON.parse(readFileSync(join(PATCHES, 'hunks.json'), 'utf8'));
    expect(stored).toEqual(JSON.parse(JSON.stringify(table)));
    expect(HUNK_IDS).toEqual(hunks.map(({ id }) => id));
    expect(SWITCH_IDS).toEqual(hunks.flatMap(switchIds));
    expect(Object.keys(PARTS)).toEqual(
      hunks.filter(({ switches }) => switches.length > 1).map(({ id }) => id),
    );
  });

  it('has no id with a number sign, a blank or a line number', () => {
    for (const id of [...HUNK_IDS, ...SWITCH_IDS]) expect(id).toMatch(/^[a-z0-9]+(\/[\w.-]+)+$/i);
  });

  it('counts the lines of both patches as the hunks have them', () => {
    expect(countLines(hunksOf(parent))).toEqual({ added: 142, removed: 7 });
    expect(countLines(hunksOf(reply))).toEqual({ added: 1, removed: 3 });
  });
});
