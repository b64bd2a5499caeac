// A later patch that changes the lines of a hunk makes an edited hunk of it, which counts as absent.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPatch } from '../../model/patch/import-patch';
import { readPatch } from '../../model/patch/read-patch';
import { runCli } from '../cli/run-cli';

const POSTED = readFileSync(join(__dirname, '../../patches/variants/by-signature.patch'), 'utf8');

/** The series' patch and a bare diff of one hunk behind it. */
const onTop = (file: string, at: string, lines: readonly string[]): string =>
  [
    POSTED.trimEnd(),
    '',
    'From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001',
    'From: B Author <b@example.org>',
    'Subject: [PATCH] mm: on top',
    '',
    `--- a/${file}`,
    `+++ b/${file}`,
    `@@ ${at} @@`,
    ...lines,
    '',
  ].join('\n');

const load = async (text: string) => importPatch(await readPatch(Buffer.from(text)));
const edits = async (...hunk: Parameters<typeof onTop>) => {
  const { unknown, dropped } = await load(onTop(...hunk));
  return [unknown.map((each) => each.edits), dropped];
};

const RMAP = 'include/linux/rmap.h';
const TTU = 'p3/include/linux/rmap/TTU_LAZYFREE';
const [OLD, NEW] = ['-TTU_LAZYFREE = 3, /* free lazyfree page */', '+TTU_LAZYFREE = 4,'];
const ABOVE = ' TTU_MUNLOCK = 2, /* munlock mode */';
const BELOW = ' TTU_ACTION_MASK = 0xff,';
const ENUM = [ABOVE, OLD, NEW, BELOW];

describe('an unknown hunk of a later patch', () => {
  it.each([
    ['at its number', '-77,3 +77,3'],
    ['a few lines off', '-71,3 +71,3'],
  ])('edits the hunk whose line it changes, found %s', async (_, at) => {
    expect(await edits(RMAP, at, ENUM)).toEqual([[[TTU]], [TTU]]);
  });

  it('edits it without any context too', async () => {
    expect(await edits(RMAP, '-78,1 +78,1', [OLD, NEW])).toEqual([[[TTU]], [TTU]]);
  });

  it('edits a hunk that is known by its signature only', async () => {
    const lines = ['-\tflags = TTU_UNMAP | TTU_LAZYFREE;', '+\tflags = TTU_UNMAP | other;'];
    const id = 'p3/mm/vmscan/shrink_inactive_list';
    expect(await edits('mm/vmscan.c', '-1519,1 +1519,1', lines)).toEqual([[[id]], [id]]);
  });

  it('edits a hunk between whose lines it puts code', async () => {
    const lines = [
      ' static bool move_lazyfree(struct page *page)',
      ' {',
      '+might_sleep();',
      ' if (!trylock_page(page))',
    ];
    const id = 'p3/mm/swap_state/move_lazyfree';
    const { unknown, dropped, unmet, untold } = await load(
      onTop('mm/swap_state.c', '-263,3 +263,4', lines),
    );
    expect([unknown.map((each) => each.edits), dropped, unmet]).toEqual([[[id]], [id], []]);
    expect(untold.map(({ symbol }) => symbol)).toEqual(['move_lazyfree']);
  });

  it.each([
    ['above it', ['+TTU_OTHER = 9,', OLD.replace('-', ' ')]],
    ['below it', [OLD.replace('-', ' '), '+TTU_OTHER = 9,', BELOW]],
    ['of other lines', ['-TTU_MUNLOCK = 2, /* munlock mode */', '+TTU_MUNLOCK = 7,']],
    ['of a comment only', [OLD, '+TTU_LAZYFREE = 3, /* free it */']],
  ])('edits nothing by a change %s', async (_, lines) => {
    const [older, newer] = ['+', '-'].map((op) => lines.filter((line) => !line.startsWith(op)).length);
    const { unknown, dropped } = await load(onTop(RMAP, `-77,${older} +77,${newer}`, lines));
    expect([unknown.flatMap((each) => each.edits ?? []), dropped]).toEqual([[], []]);
  });

  it('edits nothing if no patch before it has the hunk', async () => {
    const text = onTop(RMAP, '-77,3 +77,3', ENUM);
    const { unknown } = await load(text.slice(text.indexOf('From 1111')));
    expect(unknown.map((each) => each.edits)).toEqual([undefined]);
  });

  it('is said to be an edit, and that the hunk counts as absent', async () => {
    const stdin = onTop('mm/vmscan.c', '-1519,1 +1519,1', [
      '-\tflags = TTU_UNMAP | TTU_LAZYFREE;',
      '+\tflags = TTU_UNMAP | other;',
    ]);
    const id = 'p3/mm/vmscan/shrink_inactive_list';
    const imported = await runCli(['import', '-', '--ignore-unknown'], { stdin });
    expect(imported.stdout).toContain(
      `\nIt edits ${id} of an earlier patch: edited, that counts as absent.\n`,
    );
    expect(imported.stdout).toContain(`\nNext: lzfree run SCENARIO --variant original-${id}\n`);
    const [entry] = JSON.parse((await runCli(['b4-check'], { stdin })).stdout);
    expect(entry.details).toContain(`(it edits ${id}: absent too)`);
  });
});
