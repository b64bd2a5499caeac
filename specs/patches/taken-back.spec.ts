// Hunks with their sides swapped: a revert behind the series, and a diff the wrong way round.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { importPatch } from '../../model/patch/import-patch';
import { readPatch } from '../../model/patch/read-patch';
import type { HunkLine, Patch, PatchFile, PatchHunk } from '../../model/patch/types';
import { runCli } from '../cli/run-cli';

const FIXUP = 'fixup/mm/swap_state/free_pages_and_swap_cache';
const load = (file: string) =>
  readPatch(readFileSync(join(__dirname, '../../patches/variants', file)));

const SWAPPED = { context: 'context', added: 'removed', removed: 'added' } as const;
const swap = (hunk: PatchHunk): PatchHunk => ({
  ...hunk,
  old: hunk.new,
  new: hunk.old,
  lines: hunk.lines.map((line) => ({ ...line, op: SWAPPED[line.op] })),
});

/** A patch that takes one hunk back. */
const revert = (file: PatchFile, hunk: PatchHunk): Patch => ({
  subject: 'Revert',
  role: 'patch',
  whiteSpace: 'kept',
  files: [{ ...file, hunks: [swap(hunk)] }],
});

const MARKERS = { context: ' ', added: '+', removed: '-' } as const;
const print = ({ op, text }: HunkLine): string => `${MARKERS[op]}${text ?? ''}\n`;

/** A diff of one hunk as text. */
function asText({ newPath }: PatchFile, { header, old, new: now, lines }: PatchHunk): string {
  const at = `@@ -${old.start},${old.lines} +${now.start},${now.lines} @@ ${header}`;
  return `--- a/${newPath}\n+++ b/${newPath}\n${at}\n${lines.map(print).join('')}`;
}

async function hunksOf(file: string): Promise<(readonly [PatchFile, PatchHunk])[]> {
  const { patches } = await load(file);
  return patches.flatMap(({ files }) =>
    files.flatMap((each) => each.hunks.map((hunk) => [each, hunk] as const)),
  );
}

describe('a later patch that takes a hunk back', () => {
  it('leaves the series without it, whichever it is, with text or without', async () => {
    const input = await load('by-signature.patch');
    const { report } = importPatch(input);
    const hunks = await hunksOf('by-signature.patch');
    const named = report.hunks.map(({ ids, match }, at) => ({ ids, match, hunk: hunks[at]! }));
    expect(named.filter(({ match }) => match === 'by-signature')).toHaveLength(2);
    for (const { ids, hunk } of named) {
      const after = importPatch({ ...input, patches: [...input.patches, revert(...hunk)] });
      const last = after.report.hunks.at(-1)!;
      expect([last.match, last.ids, after.dropped]).toEqual(['takes-back', ids, ids]);
      expect(after.variant.equals(NAMED_VARIANTS.original.minus(ids))).toBe(true);
      expect(after.unknown).toEqual([]);
    }
  });

  it('makes the original of the fixed series when it is the fixup', async () => {
    const input = await load('renamed-series.mbox');
    const [hunk] = (await hunksOf('renamed-series.mbox')).slice(-1);
    const { name, given } = importPatch({
      ...input,
      patches: [...input.patches, revert(...hunk!)],
    });
    expect([name, given]).toEqual(['original', ['3/6', 'fixup']]);
  });

  it('counts only behind the patch that has the hunk', async () => {
    const input = await load('renamed-series.mbox');
    const [hunk] = (await hunksOf('renamed-series.mbox')).slice(-1);
    const first = importPatch({ ...input, patches: [revert(...hunk!), ...input.patches] });
    expect([first.name, first.unknown.map(({ reverses }) => reverses)]).toEqual([
      'fixed',
      [[FIXUP]],
    ]);
  });

  it('can take one part of a hunk', async () => {
    const input = await load('by-signature.patch');
    const [file, hunk] = (await hunksOf('by-signature.patch')).find(([, { lines }]) =>
      lines.some(({ op, text }) => op === 'added' && text === 'if (vma->vm_file)'),
    )!;
    const isPart = ({ op, text }: HunkLine) =>
      op === 'added' && /^(if \(vma->vm_file\)|return -EINVAL;)$/.test(text ?? '');
    const lines = hunk.lines
      .filter(({ op }) => op !== 'removed')
      .map((line) => (isPart(line) ? line : { ...line, op: 'context' as const }));
    expect(lines.filter(isPart)).toHaveLength(2);
    const { name, report } = importPatch({
      ...input,
      patches: [...input.patches, revert(file, { ...hunk, lines })],
    });
    const part = 'p3/mm/madvise/madvise_dontneed.2/vm_file';
    const last = report.hunks.at(-1)!;
    expect([name, last.match, last.switches]).toEqual([`original-${part}`, 'takes-back', [part]]);
  });

  it('can be followed by one that brings it again, and that by another', async () => {
    const input = await load('renamed-series.mbox');
    const [[file, hunk]] = (await hunksOf('renamed-series.mbox')).slice(-1) as [[PatchFile, PatchHunk]];
    const away = revert(file, hunk);
    const again: Patch = { ...away, subject: 'Again', files: [{ ...file, hunks: [hunk] }] };
    const { patches } = input;
    const after = (...more: readonly Patch[]) =>
      importPatch({ ...input, patches: [...patches, ...more] });
    expect([after(away, again).name, after(away, again, away).name]).toEqual(['fixed', 'original']);
    expect(() => after(again)).toThrow(/is given twice/);
    expect(() => after(away, away)).toThrow(/is given twice/);
  });

  it('is unknown where it changes more than that', async () => {
    const input = await load('by-signature.patch');
    const [file, hunk] = (await hunksOf('by-signature.patch'))[0]!;
    const more: HunkLine = { op: 'added', text: '\tpr_info("gone");', quoted: true };
    const edited = { ...hunk, lines: [more, ...hunk.lines] };
    const { patches } = input;
    const { unknown, name } = importPatch({
      ...input,
      patches: [...patches, { ...revert(file, hunk), files: [{ ...file, hunks: [swap(edited)] }] }],
    });
    const id = 'p3/include/asm-generic/tlb/tlb_madvfree_page';
    expect([name, unknown.map(({ match, reverses, edits }) => [match, reverses, edits])]).toEqual([
      `original-${id}`,
      [['unknown', undefined, [id]]],
    ]);
  });
});

describe('a diff the wrong way round', () => {
  it('is refused with what it is, and how to mend it', async () => {
    const hunks = await hunksOf('by-signature.patch');
    const stdin = hunks.slice(0, 3).map(([file, hunk]) => asText(file, swap(hunk)));
    const imported = await runCli(['import', '-'], { stdin: stdin.join('') });
    expect(imported.code).toBe(1);
    expect(imported.stdout).toContain(
      'It takes back p3/include/asm-generic/tlb/tlb_madvfree_page, which no patch before it has.',
    );
    const reviewed = await runCli(['review', '-'], { stdin: stdin.join('') });
    expect([reviewed.code, reviewed.stdout]).toEqual([2, '']);
    expect(reviewed.stderr).toMatch(/takes hunks of the series back: swap its sides, or give it/);
  });
});
