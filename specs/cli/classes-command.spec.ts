import { runCli } from './run-cli';

const scenario = `scenario: mine
title: an empty mapping can be given up
source: s
setup:
  - P0: mmap a private-anon
after:
  - P0: free = madvise a FREE
`;

const classes = (...words: string[]) =>
  runCli(['classes', '-', '--workers', '1', ...words], { stdin: scenario });

describe('lzfree classes', () => {
  it('begins with how many behaviours how many variants have', async () => {
    const { code, stdout } = await classes();
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      '14,811,603,840 valid variants have 2 distinct behaviours in 1 scenario ' +
        '(user level 2, system 1, internal 1): complete.',
    );
    expect(stdout).toContain('+p3/mm/madvise/madvise_behavior_valid');
  });

  it('gives the classes of a level as a document', async () => {
    const { stdout } = await classes('--json', '--view', 'user');
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ schema: 'lzfree/classes', version: 2, view: 'user' });
    const [{ classes: found }] = document.scenarios;
    expect(
      found.map(({ named, condition }: { named: string[]; condition: unknown }) => [
        named,
        condition,
      ]),
    ).toEqual([
      [['base'], [{ on: [], off: ['p3/mm/madvise/madvise_behavior_valid'] }]],
      [
        ['original', 'fixed', 'patch3', 'patch3-fixed'],
        [{ on: ['p3/mm/madvise/madvise_behavior_valid'], off: [] }],
      ],
    ]);
  });

  it('names what it did not explore when it is interrupted', async () => {
    const signal = AbortSignal.abort();
    const { stdout } = await runCli(['classes', 'madvise-kinds', '--json'], { signal });
    expect(JSON.parse(stdout)).toMatchObject({
      completeness: { kind: 'interrupted' },
      scenarios: [],
      left: ['madvise-kinds'],
    });
    const text = await runCli(['classes', 'madvise-kinds'], { signal });
    expect(text.stdout.replace(/\s+/g, ' ')).toMatch(
      /^No scenario was explored on the [\d,]+ valid variants: interrupted\. /,
    );
  });

  it('says that a bounded answer is bounded', async () => {
    const { stdout } = await runCli(['classes', '-', '--executions', '1', '--json'], {
      stdin: scenario.replace(
        'after:\n  - P0: free = madvise a FREE\n',
        'threads:\n  P0/T0: madvise a FREE\n  P0/T1: mlock a\n',
      ),
    });
    expect(JSON.parse(stdout).completeness).toEqual({ kind: 'bounded', bound: '1 execution' });
  });

  it('names a view that it does not have', async () => {
    const { code, stderr } = await classes('--view', 'usr');
    expect(code).toBe(2);
    expect(stderr).toContain('user');
  });
});
