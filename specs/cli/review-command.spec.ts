/** `lzfree review`: what the suite and the search together let it say. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Completeness } from '../../model/diff/completeness';
import type { SearchDocument } from '../../model/report/search-document';
import { reviewChecks } from '../../scripts/formats/diff-checks';
import type { ReviewDocument } from '../../scripts/review';
import { reviewAnswer } from '../../scripts/views/review-answer';
import { reviewText } from '../../scripts/views/review-text';
import { runCli } from './run-cli';

const folder = mkdtempSync(join(tmpdir(), 'lzfree-review-'));
afterAll(() => rmSync(folder, { recursive: true }));
const checkpoint = join(folder, 'review.json');

let review: ReviewDocument;
/** Of the one beginning that shows the fixup. */
let search: SearchDocument;
let plain: string;
beforeAll(async () => {
  const words = ['review', '--search-size', '1', '--workers', '1', '--checkpoint', checkpoint];
  const ran = await runCli([...words, '--json']);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  plain = ran.stdout;
  review = JSON.parse(plain) as ReviewDocument;
  const only = ['--size', '2', '--beginning', 'merged-swap-cached', '--workers', '1'];
  const searched = await runCli(['diff', 'original', 'fixed', '--search', ...only, '--json']);
  search = JSON.parse(searched.stdout) as SearchDocument;
});

const saidOf = (change: Partial<ReviewDocument>): string => reviewAnswer({ ...review, ...change });
const bounded: Completeness = { kind: 'bounded', bound: '9 s' };
const cutOff = (): SearchDocument => {
  const [one, two] = search.sizes;
  return { ...search, completeness: bounded, sizes: [one!, { ...two!, done: 1 }] };
};

describe('lzfree review', () => {
  it('searches what diff --search does, and keeps both parts where a checkpoint says', async () => {
    const words = ['diff', 'original', 'fixed', '--search', '--size', '1', '--workers', '1'];
    const { stdout } = await runCli([...words, '--json']);
    expect(review.search).toEqual(JSON.parse(stdout));
    expect(review.completeness).toEqual({ kind: 'complete' });
    expect([checkpoint, `${checkpoint}.search`].map(existsSync)).toEqual([true, true]);
    const again = ['review', '--search-size', '1', '--checkpoint', checkpoint, '--json'];
    expect((await runCli(again)).stdout).toBe(plain);
  });

  it('says first who sees the difference where, and within which bounds', () => {
    expect(saidOf({ search })).toBe(
      'original -> fixed: no program sees a difference; an administrator sees one in 1 scenario, ' +
        "and in programs from 2 operations on. Every interleaving of the suite's 72 scenarios: " +
        'complete; of all 95 programs of up to 2 operations: complete.',
    );
    const first = reviewText({ ...review, search }, 80).split('\n\n')[0]!;
    expect(first.replaceAll('\n', ' ')).toBe(saidOf({ search }));
  });

  it('tells further levels where more of it shows', () => {
    const scenarios = review.scenarios.map((each, k) =>
      k === 0 ? { ...each, differsAt: 'user' as const } : each,
    );
    expect(saidOf({ scenarios, search })).toContain(
      'fixed: a program sees a difference in 1 scenario, but in no searched program; an ' +
        'administrator in 2 scenarios, and in programs from 2 operations on. Every',
    );
  });

  it('says of a search that was left out that nothing is known beyond the suite', () => {
    expect(saidOf({ search: null })).toBe(
      'original -> fixed: no program sees a difference; an administrator sees one in 1 scenario. ' +
        "Every interleaving of the suite's 72 scenarios: complete; no other program was searched.",
    );
    expect(reviewText({ ...review, search: null }, 80)).not.toContain('In all');
  });

  it('claims of what a bound cut off only that nothing is known', () => {
    expect(saidOf({ search: cutOff() })).toContain('no program is known to see a difference;');
    expect(saidOf({ search: cutOff() })).toContain('of up to 2 operations: bounded (9 s).');
    expect(saidOf({ completeness: bounded })).toContain('no program is known to see a difference;');
    const scenarios = review.scenarios.filter(({ differsAt }) => differsAt === null);
    expect(saidOf({ scenarios })).toContain('original -> fixed: no difference. Every');
    const none = { ...cutOff(), levels: review.search!.levels };
    expect(saidOf({ scenarios, search: none })).toContain('no difference is known. Every');
    expect(saidOf({ scenarios, search })).toContain(
      'sees one in no scenario, but in programs from 2 operations on. Every',
    );
  });

  it('names each bound that left something open', () => {
    const left = { ...search, completeness: bounded, incomplete: ['x', 'y'] };
    expect(saidOf({ search: left })).toContain(
      ': bounded (2 programs at 1000000 states or 2000 steps).',
    );
    const both = { ...cutOff(), incomplete: ['x'] };
    expect(saidOf({ search: both })).toContain(
      ': bounded (9 s; 1 program at 1000000 states or 2000 steps).',
    );
  });

  it('tells of each searched kind with its smallest program, and does not tell a witness twice', () => {
    const text = reviewText({ ...review, search }, 200);
    expect(text).toMatch(
      /\n1\. system level, only fixed: what fixup-swap-slot shows above; in 1 program, the smallest /,
    );
    expect(text.replaceAll(/\n +/g, ' ')).toMatch(
      / of 2 operations: page a merged by KSM, .*; P0: madvise a FREE \|\| P0: /,
    );
    expect(text).toContain(`\n2. system level, only original: ${search.kinds[1]!.paths[0]}`);
  });

  it('has a check for each level of the searched programs', () => {
    const of = (change: Partial<ReviewDocument>) =>
      reviewChecks({ ...review, ...change })
        .suites.at(-1)!
        .checks.map(({ result }) => result);
    expect(of({ search })).toEqual(['holds', 'fails', 'fails']);
    const levels = Object.fromEntries(
      Object.keys(search.levels).map((level) => [level, { equalUpTo: 1, differsFrom: null }]),
    ) as unknown as SearchDocument['levels'];
    expect(of({ search: { ...cutOff(), levels } })).toEqual(['open', 'open', 'open']);
  });

  it('refuses a bound that the search has not', async () => {
    const { code, stderr } = await runCli(['review', '--steps', '5']);
    expect([code, stderr]).toEqual([
      2,
      'lzfree review: the search has no --steps; leave it out, or add --search-size 0\n',
    ]);
  });
});
