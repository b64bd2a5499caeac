/** The prefixes that a patch file's own messages make. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HUNK_IDS } from '../../model/features/hunk-id';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { prefixesOfFile } from '../../model/hunt/file-prefixes';
import { importPatch, isUsable } from '../../model/patch/import-patch';
import { readPatch } from '../../model/patch/read-patch';
import type { Patch, PatchFile, PatchInput } from '../../model/patch/types';
import { bisect, isBisectable } from '../../scripts/bisect';
import { loadSuite } from '../../scripts/suite';
import { bisectText } from '../../scripts/views/bisect-text';

const PATCHES = join(__dirname, '../../patches');
const VARIANTS = join(PATCHES, 'variants');
const { original, base } = NAMED_VARIANTS;
const NO_RUN = { scenarios: [], untilSize: 0, executions: 10, workers: 0 };

const read = (...path: string[]) => readPatch(readFileSync(join(...path)));
const load = (file: string) => read(VARIANTS, file);
const prefixesIn = (input: PatchInput) => prefixesOfFile(input, importPatch(input));
const signal = () => new AbortController().signal;

const isHeader = ({ newPath }: PatchFile) => newPath.startsWith('include/');
const isCode = (file: PatchFile) => !isHeader(file);

/** The one patch of by-signature.patch as two messages with these files of it. */
async function split(...tests: ((file: PatchFile) => boolean)[]): Promise<PatchInput> {
  const input = await load('by-signature.patch');
  const [patch] = input.patches;
  const patches = tests.map((test, index): Patch => {
    const [number, of] = [index + 1, tests.length];
    const subject = `[PATCH ${number}/${of}] mm: a part`;
    return { ...patch!, number, of, message: number, subject, files: patch!.files.filter(test) };
  });
  return { ...input, patches };
}

describe('a patch that was split into two messages', () => {
  const AROUND = [
    ['base', '1/6 as posted', '2/6 as posted'],
    ['4/6 as posted', '5/6 as posted', '6/6 as posted'],
  ] as const;
  const names = [...AROUND[0], '1/2', '2/2', ...AROUND[1]];

  it('builds after each where the definitions come first', async () => {
    const prefixes = prefixesIn(await split(isHeader, isCode));
    expect(prefixes.map(({ patch }) => patch)).toEqual(names);
    expect(prefixes.flatMap(({ missing }) => missing)).toEqual([]);
    expect(prefixes[0]!.variant.equals(base)).toBe(true);
    const headers = HUNK_IDS.filter((id) => id.startsWith('p3/include/'));
    expect(prefixes[3]!.variant.equals(prefixes[2]!.variant.plus(headers))).toBe(true);
    expect(prefixes.at(-1)!.variant.equals(original)).toBe(true);
  });

  it('does not build after the first where that has the users', async () => {
    const prefixes = prefixesIn(await split(isCode, isHeader));
    const broken = prefixes.filter(({ missing }) => missing.length > 0);
    expect(broken.map(({ patch }) => patch)).toEqual(['1/2']);
    expect(broken[0]!.missing.map(({ symbol }) => symbol)).toEqual(
      expect.arrayContaining(['MADV_FREE', 'TTU_LAZYFREE', 'PageLazyFree']),
    );
  });

  it('owes a fault to both where only the second could be run', async () => {
    const document = await bisect({
      ...NO_RUN,
      prefixes: prefixesIn(await split(isCode, isHeader)),
      scenarios: loadSuite()
        .map(({ scenario }) => scenario)
        .filter(({ name }) => name === 'fork-clean-child-loses-data'),
      signal: signal(),
    });
    expect(document.faults.map(({ course, from }) => [course, from])).toEqual([
      ['introduced', '1/2 or 2/2'],
    ]);
    expect(document.prefixes[3]).toMatchObject({ patch: '1/2', run: 0, faults: 0 });
    expect(bisectText(document, 80)).toMatch(/^original: does not build after 1\/2; 1 fault intro/);
  });
});

it('every copy of the patch ends in the variant that it is imported as', async () => {
  const files = readdirSync(VARIANTS).filter((file) => !file.endsWith('.md'));
  let judged = 0;
  for (const file of files) {
    const input = await load(file);
    const imported = importPatch(input);
    if (!isUsable(imported, { force: true })) continue;
    judged++;
    const prefixes = prefixesOfFile(input, imported);
    expect(prefixes.at(-1)!.variant.equals(imported.variant)).toBe(true);
    expect(prefixes.flatMap(({ unclear }) => unclear)).toEqual([]);
  }
  expect(judged).toBeGreaterThan(15);
});

const withoutNumber = ({ number: _, ...patch }: Patch): Patch => patch;

describe('the steps of a file', () => {
  const namesIn = (input: PatchInput) => prefixesIn(input).map(({ patch }) => patch);

  it('are its messages and nothing else where it is the whole series', async () => {
    expect(namesIn(await load('whole-series.mbox'))).toEqual([
      'base',
      ...['1/6', '2/6', '3/6', '4/6', '5/6', '6/6'],
    ]);
  });

  it('are one where the series stands in one patch', async () => {
    const input = await load('whole-series.mbox');
    const [first] = input.patches;
    const files = input.patches.flatMap((patch) => patch.files);
    const one = { ...withoutNumber(first!), subject: 'mm: all of it', files };
    expect(namesIn({ ...input, patches: [one] })).toEqual(['base', 'mm: all of it']);
  });

  it('are what a reply quotes, and then its own', async () => {
    expect(namesIn(await read(PATCHES, 'rfc-3of6-reply.txt')).slice(2, 6)).toEqual([
      '2/6 as posted',
      '3/6',
      'reply',
      '4/6 as posted',
    ]);
  });

  it('do not have a patch again that a reply quotes', async () => {
    const own = readFileSync(join(VARIANTS, 'by-signature.patch'), 'utf8');
    const reply = readFileSync(join(VARIANTS, 'reply-with-remarks.eml'), 'utf8');
    const thread = `${own}\nFrom r@example.org Tue Mar 18 10:00:00 2014\n${reply}`;
    const input = await readPatch(Buffer.from(thread));
    expect(input.patches.map(({ message, role }) => [message, role])).toEqual([
      [1, 'patch'],
      [2, 'quoted'],
    ]);
    expect(namesIn(input)).toEqual(namesIn(await load('by-signature.patch')));
  });

  it('have the place of their message in their name where two have the same', async () => {
    const input = await split(isHeader, isCode);
    const same = input.patches.map((patch) => ({ ...withoutNumber(patch), subject: 'mm: it' }));
    expect(namesIn({ ...input, patches: same }).slice(3, 5)).toEqual([
      'mm: it (message 1)',
      'mm: it (message 2)',
    ]);
  });
});

describe('of a step is said', () => {
  const textOf = async (input: PatchInput) => {
    const document = await bisect({ ...NO_RUN, prefixes: prefixesIn(input), signal: signal() });
    return { document, text: bisectText(document, 200) };
  };

  it('that it changes nothing that is modelled', async () => {
    const input = await load('renamed-series.mbox');
    const [comment] = (await load('extra-comment.patch')).patches;
    const before = importPatch(await load('extra-comment.patch')).report.hunks;
    const silent = before.findIndex(({ match }) => match === 'comments');
    const hunks = comment!.files.flatMap((file) => file.hunks.map((hunk) => ({ file, hunk })));
    const { file, hunk } = hunks[silent]!;
    const idle = { ...comment!, number: 3, of: 3, message: 3, files: [{ ...file, hunks: [hunk] }] };
    const { document, text } = await textOf({ ...input, patches: [...input.patches, idle] });
    expect(document.prefixes.map(({ message }) => message?.changes)).toEqual([
      ...[undefined, undefined, undefined, true, true],
      ...[false, undefined, undefined, undefined],
    ]);
    expect(text).toContain('\n3/3 changes nothing that lzfree models.\n');
  });

  it('that its hunk is known only together with a later one', async () => {
    const input = await load('split-hunk.patch');
    const [patch] = input.patches;
    const { hunks } = importPatch(input).report;
    const ids = hunks.map((hunk) => hunk.ids.join());
    const at = ids.findIndex((id, index) => ids.indexOf(id) !== index);
    const second = patch!.files.flatMap((file) => file.hunks)[at]!;
    const keep = (test: (isSecond: boolean) => boolean) =>
      patch!.files
        .map((file) => ({ ...file, hunks: file.hunks.filter((hunk) => test(hunk === second)) }))
        .filter((file) => file.hunks.length > 0);
    const patches: Patch[] = [
      { ...patch!, number: 1, of: 2, message: 1, files: keep((is) => !is) },
      { ...patch!, number: 2, of: 2, message: 2, files: keep((is) => is) },
    ];
    const { document, text } = await textOf({ ...input, patches });
    const unclear = document.prefixes.filter((prefix) => prefix.unclear.length > 0);
    expect(unclear).toMatchObject([{ patch: '1/2', missing: [], run: 0 }]);
    expect(isBisectable(document)).toBe(false);
    expect(text).toMatch(/^original: cannot be told after 1\/2; 0 faults/);
    expect(text).toMatch(
      /\nAfter 1\/2 nothing tells whether it builds: 1 hunk of the file is known/,
    );
    expect(text).toMatch(/\n1\/2 +\? +- +0/);
  });

  it('that its number comes out of order', async () => {
    const input = await split(isHeader, isCode);
    const said = 'The numbers of the messages do not rise.';
    const inOrder = await textOf(input);
    expect(inOrder.text).not.toContain(said);
    expect(isBisectable(inOrder.document)).toBe(true);
    const turned = { ...input, patches: [...input.patches].reverse() };
    const { document, text } = await textOf(turned);
    expect(text).toContain(said);
    expect(isBisectable(document)).toBe(false);
    expect(document.prefixes.slice(3, 5).map(({ missing }) => missing.length > 0)).toEqual([
      true,
      false,
    ]);
  });
});
