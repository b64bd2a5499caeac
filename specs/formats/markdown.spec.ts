/** The summary for a merge request: the answer first, and no text turns into markup. */
import { diffChecks } from '../../scripts/formats/diff-checks';
import { huntChecks } from '../../scripts/formats/hunt-checks';
import { markdownText } from '../../scripts/formats/markdown';
import { runChecks } from '../../scripts/formats/run-checks';
import { fixupDiff, hostile, lostWriteHunt, mixedRun } from './samples';

describe('the Markdown summary', () => {
  it('begins with the answer and a table of what fails or is open', () => {
    const lines = markdownText(runChecks(mixedRun(1))).split('\n');
    expect(lines.slice(0, 8)).toEqual([
      '**lzfree run**: FAILS: 1 of 2 scenarios on fixed',
      '',
      '| check | result | what |',
      '| --- | --- | --- |',
      expect.stringMatching(
        /^\| mixed on fixed \| \*open\* \| always x == 1: not settled, bounded/,
      ),
      expect.stringMatching(/^\| mixed on fixed \| \*\*fails\*\* \| never x == 1: does not hold/),
      expect.stringMatching(/^\| mixed on fixed \| \*open\* \| sometimes x == 7: not settled/),
      '',
    ]);
  });

  it('folds the interleaving and its replay command away', () => {
    const text = markdownText(diffChecks(fixupDiff()));
    expect(text).toContain('<details><summary>fixup-swap-slot on original and fixed</summary>');
    expect(text).toContain('\nlzfree replay fixup-swap-slot s1:');
    expect(text).toContain('CPU1 P0/T1');
    expect(text).toMatch(/Nothing to see in 1<\/summary>\n\n- madvise/);
  });

  it('says once in a fold what fails', () => {
    for (const [report, reason] of [
      [runChecks(mixedRun(1)), 'always x == 1'],
      [diffChecks(fixupDiff()), 'system level'],
      [huntChecks(lostWriteHunt(), 'found'), 'a write by a store is lost'],
    ] as const) {
      const line = markdownText(report)
        .split('\n')
        .find((text) => text.startsWith(reason));
      expect(line!.split(reason)).toHaveLength(2);
    }
  });

  it('keeps tables, fences and folds whole whatever the names are', () => {
    const text = markdownText(hostile);
    const fences = text.match(/^`{3,}$/gm)!;
    expect(new Set(fences)).toEqual(new Set(['`'.repeat(4)]));
    expect(fences.length % 2).toBe(0);
    const outside = text.split(/^`{4}$/m).filter((_, index) => index % 2 === 0);
    const lines = outside.join('').split('\n');
    const rows = lines.filter((line) => line.startsWith('| '));
    expect(rows.length).toBeGreaterThan(hostile.suites.length);
    for (const row of rows) expect(row.replace(/\\./g, '').split('|')).toHaveLength(5);
    const opened = lines.filter((line) => line.startsWith('<details>')).length;
    expect(lines.filter((line) => line === '</details>')).toHaveLength(opened);
    expect(lines.join('\n').replace(/<\/?(details|summary)>/g, '')).not.toContain('<');
  });
});
