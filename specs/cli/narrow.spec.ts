import { runCli } from './run-cli';

const COLUMNS = 50;

describe('a terminal of 50 columns', () => {
  it.each([
    'run ksm-races-with-free',
    'diff base original half-written-page',
    'replay half-written-page s1: --lenient',
    'classes half-written-page',
    'hunks',
    'patches',
  ])('is wide enough for %s', async (line) => {
    const { stdout } = await runCli(line.split(' '), { columns: COLUMNS });
    // A command is one line, so that it can be copied.
    const lines = stdout.split('\n').filter((text) => !text.includes('lzfree replay '));
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((text) => text.length > COLUMNS)).toEqual([]);
  });
});
