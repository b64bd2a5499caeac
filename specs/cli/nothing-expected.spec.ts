import { runCli } from './run-cli';

const SILENT = [
  'scenario: silent',
  'title: one thread reads what it wrote',
  'source: made for this spec',
  'setup:',
  '  - P0: mmap a private-anon',
  'threads:',
  '  P0: [write a 1, r = read a]',
].join('\n');

describe('lzfree run of a scenario that expects nothing', () => {
  it('does not say that it holds', async () => {
    const { code, stdout } = await runCli(['run', '-'], { stdin: SILENT });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^nothing is expected: 1 scenario on fixed\n/);
    expect(stdout).toContain('\n  nothing is expected of it\n');
  });

  it('is counted beside others, of which what they expect holds', async () => {
    const { stdout } = await runCli(['run', '-', 'madvise-kinds'], { stdin: SILENT });
    expect(stdout).toMatch(/^holds: 2 scenarios on fixed; of 1 of them nothing is expected\n/);
  });
});
