/** GitHub annotations: few, escaped, and honest about the rest. */
import { diffChecks } from '../../scripts/formats/diff-checks';
import { githubText } from '../../scripts/formats/github';
import { runChecks } from '../../scripts/formats/run-checks';
import { fixupDiff, hostile, mixedRun } from './samples';

const COMMAND =
  /^::(error|warning|notice) ((?:file|line|title)=[^:,]*(?:,(?:file|line|title)=[^:,]*)*)::(.*)$/;

describe('GitHub annotations', () => {
  it('begin with the answer, then one for each scenario that fails or is open', () => {
    const [notice, error, ...others] = githubText(runChecks(mixedRun())).split('\n');
    expect(notice).toBe('::notice title=lzfree run::FAILS: 1 of 2 scenarios on fixed');
    expect(error).toMatch(
      /^::error file=specs\/mixed.yaml,line=12,title=mixed on fixed::one of each%0Anever x == 1: /,
    );
    expect(others).toEqual([]);
  });

  it('warn of what a bound left open', () => {
    const lines = githubText(diffChecks(fixupDiff(1))).split('\n');
    expect(lines.map((line) => COMMAND.exec(line)![1])).toEqual(['notice', 'warning']);
    expect(lines[1]).toContain('bounded (1 execution)');
  });

  it('are one line each, whatever they carry, and at most ten of a kind', () => {
    const lines = githubText(hostile).split('\n');
    for (const line of lines) expect(line).toMatch(COMMAND);
    expect(lines).toHaveLength(11);
    expect(lines[0]).toContain(`%0A${hostile.suites.length - 10} more are not shown here`);
    expect(lines.join('\n')).not.toContain('%25%');
  });

  it('put what a program can see before what only the kernel can', () => {
    const { suites, ...report } = diffChecks(fixupDiff());
    const [{ checks, ...suite }] = suites;
    const only = (level: number, result: 'fails' | 'holds') =>
      checks.map(
        (check, index) => ({ ...check, result: index === level ? result : 'holds' }) as const,
      );
    const [, first] = githubText({
      ...report,
      suites: [
        { ...suite, name: 'kernel', checks: only(2, 'fails') },
        { ...suite, name: 'program', checks: only(0, 'fails') },
      ],
    }).split('\n');
    expect(first).toContain('title=program::');
  });
});
