/** What of a patch its variant does not stand for: every command that takes one says so, in every form. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packagePath } from '../../scripts/cli/package-root';
import { FORMATS, type Format } from '../../scripts/formats/format';
import { runCli } from './run-cli';

const folder = mkdtempSync(join(tmpdir(), 'lzfree-doubts-'));
const base = join(folder, 'base.json');
const read = (name: string) => readFileSync(packagePath('patches', 'variants', name), 'utf8');

/** Another count in shrink_page_list(): lzfree has no text to hold it against. */
const OTHER = read('by-signature.patch').replace(
  'page_freeze_refs(page, 1)',
  'page_freeze_refs(page, 2)',
);
const SIGNED = ['p3/mm/vmscan/shrink_page_list', 'p3/mm/vmscan/shrink_inactive_list'];
const SENTENCE =
  '2 hunks were recognised by signature only, their text was not compared: ' + SIGNED.join(', ');

/** A hunk of the series is edited here, and below there is one more. */
const EDITED = read('edited-hunk.patch');
const ABSENT =
  '1 hunk is unknown and counts as absent: mm/rmap.c, line 282 (nearest: p3/mm/rmap/try_to_unmap_one)';
const LONGER = read('extra-hunk.patch');
const LEFT_OUT = /1 hunk is unknown and counts as absent: mm\/oom_kill\.c, line \d+/;

const run = (stdin: string, ...words: readonly string[]) => runCli(words, { stdin });
const check = (stdin: string, ...words: readonly string[]) =>
  run(stdin, 'check', '-', '--baseline', base, ...words);
const review = (stdin: string, ...words: readonly string[]) =>
  run(stdin, 'review', '-', '--search-size', '0', '--executions', '1', ...words);
const onOneLine = (text: string): string => text.replace(/(?<!\n)\n(?!\n)/g, ' ');

/** What a format has for a test that is open. */
const OPEN: Readonly<Record<Exclude<Format, 'text' | 'json'>, (reason: string) => string>> = {
  ktap: (reason) => ` # TIMEOUT ${reason}`,
  junit: (reason) => `<error message="${reason}`,
  sarif: (reason) =>
    ['"kind": "open",', '"level": "none",', '"message": {', `  "text": "the patch: ${reason}`].join(
      '\n          ',
    ),
  github: (reason) => `::warning title=the patch::What the patch holds%0A${reason}`,
  markdown: (reason) => `| the patch | *open* | ${reason.replaceAll('_', '\\_')}`,
};
const CI = FORMATS.filter((format) => format in OPEN) as (keyof typeof OPEN)[];

beforeAll(async () => {
  const words = ['--variant', 'original', '--scenario', 'madvise-over-hole', '-o', base];
  expect((await runCli(['baseline', ...words])).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a hunk that is recognised by its signature only', () => {
  it('is named behind the answer of import', async () => {
    const { code, stdout } = await run(OTHER, 'import', '-');
    expect([code, onOneLine(stdout)]).toEqual([
      0,
      expect.stringMatching(
        `^Standard input is original, but for the text of 2 hunks\\.\n\n${SENTENCE}\\.\n\n`,
      ),
    ]);
  });

  it('is named behind the answer of review, and not called quoted', async () => {
    const { code, stdout } = await review(EDITED, '--ignore-unknown');
    expect(code).toBe(0);
    expect(onOneLine(stdout)).toMatch(
      /^original -> \S+, but for 1 hunk that is not modelled and the text of 2 hunks: a program/,
    );
    expect(onOneLine(stdout).split('\n\n').slice(1, 3)).toEqual([`${ABSENT}.`, `${SENTENCE}.`]);
    expect(stdout).toContain('\n\n23 hunks: 19 exact, 1 moved, 2 by signature, 1 unknown.\n');
    expect(stdout).toMatch(/ p3\/mm\/vmscan\/shrink_page_list +\+19 -0 +by-signature\n/);
    expect(stdout).not.toContain('quoted');
  });

  it('makes check say for what its answer holds', async () => {
    const { code, stdout } = await check(OTHER);
    expect(code).toBe(0);
    expect(onOneLine(stdout)).toBe(
      'unchanged in what was recognised of the patch: the same behaviour in the one scenario.\n\n' +
        `${SENTENCE}. `,
    );
    expect(JSON.parse((await check(OTHER, '--json')).stdout)).toMatchObject({
      version: 6,
      otherUncompared: false,
      before: { bySignature: [] },
      now: { unknown: [], bySignature: SIGNED },
    });
  });

  it('is kept by baseline, which says so, and check tells it of the baseline', async () => {
    const path = join(folder, 'other.json');
    const kept = await run(OTHER, 'baseline', '-', '--scenario', 'madvise-over-hole', '-o', path);
    expect(onOneLine(kept.stdout)).toContain(`in 1 scenario\n\n${SENTENCE}.`);
    const words = ['check', '--variant', 'original', '--baseline', path];
    expect(onOneLine((await runCli(words)).stdout)).toContain(
      `\n\nIn the patch of the baseline: ${SENTENCE}.`,
    );
    const { stdout } = await runCli([...words, '--format', 'ktap']);
    expect(stdout).toMatch(/\nnot ok 1 the patch of the baseline\n/);
  });

  it('makes check exit with 1 where it is not the one in the patch of the baseline', async () => {
    const path = join(folder, 'signed.json');
    const signed = read('by-signature.patch');
    await run(signed, 'baseline', '-', '--scenario', 'madvise-over-hole', '-o', path);
    const words = ['check', '-', '--baseline', path];
    const other = await run(OTHER, ...words);
    expect([other.code, onOneLine(other.stdout)]).toEqual([
      1,
      expect.stringContaining(
        'unknown: the same behaviour in the one scenario, but hunks differ whose text lzfree does not ' +
          'compare.',
      ),
    ]);
    const moved = signed.replace('@@ -850,0 +850,19 @@', '@@ -852,0 +852,19 @@');
    expect(moved).not.toBe(signed);
    for (const same of [signed, moved]) expect((await run(same, ...words)).code).toBe(0);
  });

  it.each(CI)('is open in what check prints as %s', async (format) => {
    const { code, stdout } = await check(OTHER, '--format', format);
    expect([code, stdout]).toEqual([0, expect.stringContaining(OPEN[format](SENTENCE))]);
  });

  it('is open in what review prints, as in what check does', async () => {
    const { code, stdout } = await review(EDITED, '--ignore-unknown', '--format', 'ktap');
    expect([code, stdout]).toEqual([0, expect.stringContaining(OPEN.ktap(SENTENCE))]);
    expect(stdout).toContain(OPEN.ktap(ABSENT));
  });

  it('keeps b4-check from passing a mail that there is nothing to ask about', async () => {
    const series = read('whole-series.mbox');
    const last = series.slice(series.lastIndexOf('\nFrom 0000') + 1);
    const [entry] = JSON.parse((await run(last, 'b4-check')).stdout);
    expect(entry).toMatchObject({
      status: 'warn',
      summary: 'of 3 hunks 0 known by text, 3 by signature only, 0 questions',
    });
    expect(entry.details).toContain(
      'only, their text was not compared: p6/mm/ksm/get_mergeable_page,',
    );
  });
});

describe('an unknown hunk that is ignored', () => {
  it('makes check say for what its answer holds', async () => {
    const { code, stdout } = await check(LONGER, '--ignore-unknown');
    expect([code, onOneLine(stdout)]).toEqual([0, expect.stringMatching(LEFT_OUT)]);
    expect(stdout).toMatch(/^unchanged in what was recognised of the patch:/);
    const { now } = JSON.parse((await check(LONGER, '--ignore-unknown', '--json')).stdout);
    expect(now.unknown).toMatchObject([{ file: 'mm/oom_kill.c', nearest: null }]);
  });

  it.each(CI)('is open in what check prints as %s', async (format) => {
    const { code, stdout } = await check(LONGER, '--ignore-unknown', '--format', format);
    const [sentence] = LEFT_OUT.exec(stdout.replaceAll('\\_', '_'))!;
    expect([code, stdout]).toEqual([0, expect.stringContaining(OPEN[format](sentence))]);
  });

  it('that was edited counts as absent for baseline, which says so', async () => {
    const path = join(folder, 'edited.json');
    const words = ['--ignore-unknown', '--scenario', 'madvise-over-hole', '-o', path];
    const { code, stdout } = await run(EDITED, 'baseline', '-', ...words);
    expect([code, onOneLine(stdout)]).toEqual([0, expect.stringContaining(`\n\n${ABSENT}.`)]);
  });
});
