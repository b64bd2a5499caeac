/** The option `--format` as a user gives it. */
import { runCli } from '../cli/run-cli';

const run = (...words: readonly string[]) => runCli(['run', 'madvise-kinds', ...words]);

describe('--format', () => {
  it.each([
    ['text', /^holds: 1 scenario on fixed\n/],
    ['json', /^\{\n {2}"schema": "lzfree\/run",\n {2}"version": 3,\n/],
    ['ktap', /^KTAP version 1\n1\.\.1\n# holds: 1 scenario on fixed\n {2}KTAP version 1\n/],
    ['junit', /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="lzfree run" /],
    ['sarif', /^\{\n {2}"\$schema": .*\n {2}"version": "2\.1\.0",\n/],
    ['github', /^::notice title=lzfree run::holds: 1 scenario on fixed\n$/],
    ['markdown', /^\*\*lzfree run\*\*: holds: 1 scenario on fixed\n/],
  ])('%s changes the form, and nothing else', async (format, begin) => {
    const { code, stdout, stderr } = await run('--format', format);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(begin);
  });

  it('changes no exit status', async () => {
    const { code, stdout } = await runCli([
      ...['diff', 'original', 'fixed', 'fixup-swap-slot', '--format', 'github'],
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain('::error file=specs/scenarios/fixup-swap-slot.yaml,line=1,');
  });

  it.each([
    [['--format', 'juni'], "'juni' is no --format of 'lzfree run' (did you mean 'junit'?)"],
    [['--json', '--format', 'ktap'], '--json and --format ktap contradict each other'],
  ])('refuses %j', async (words, message) => {
    const { code, stdout, stderr } = await run(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('has no form of checks for a search', async () => {
    const { code, stderr } = await runCli([
      ...['diff', 'original', 'fixed', '--search', '--format', 'ktap'],
    ]);
    expect([code, stderr]).toEqual([
      2,
      'lzfree diff: --search has no --format ktap; choose text or json\n',
    ]);
  });
});
