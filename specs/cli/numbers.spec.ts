import { runCli } from './run-cli';

const NOUNS = [
  ...['behaviours', 'classes', 'executions', 'explorations', 'faults', 'hunks', 'kinds', 'moves'],
  ...['operations', 'outcomes', 'programs', 'scenarios', 'states', 'traces', 'variants'],
].join('|');

/** "1 executions" and "1 distinct behaviours", but not the end of a larger number, or "5 and 1 traces". */
const FAULT = new RegExp(`(?<![\\d,.]|and )1 (?:[a-z]+ )?(?:${NOUNS})\\b`);

describe('one thing counted', () => {
  it.each([
    'run half-written-page --executions 1',
    'run half-written-page --executions 1 --format ktap',
    'diff base original half-written-page --executions 1',
    'diff original fixed --search --size 1 --executions 1',
    'classes madvise-kinds --executions 1',
    'attribute madvise-kinds --executions 1 --largest 1',
    'matrix madvise-kinds --executions 1',
    'import patches/variants/extra-hunk.patch',
  ])('is told in the singular by %s', async (line) => {
    const { code, stdout, stderr } = await runCli(line.split(' '));
    expect(code).toBeLessThan(2);
    expect(stdout + stderr).toMatch(/(?<![\d,.])1 [a-z]/);
    expect(FAULT.exec(stdout + stderr)).toBeNull();
  });
});
