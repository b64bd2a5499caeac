import { runCli } from './run-cli';

describe('lzfree run', () => {
  it('prints the text of a kernel fault under the outcome that it belongs to', async () => {
    const { stdout } = await runCli(
      ['run', 'two-reclaimers-one-page', '--variant', 'fixed-p3/mm/rmap/try_to_unmap_one'],
      { columns: 100 },
    );
    expect(stdout).toContain(
      '    1 x  after:1 waits for ever  system: x=0  direct ended by a kernel fault\n' +
        '         BUG: mm/rmap.c try_to_unmap_one: TTU_ACTION(flags) != TTU_MIGRATION\n',
    );
  });

  it('says how many lines there are where outcomes have the same results', async () => {
    const { stdout } = await runCli(['run', 'half-written-page']);
    expect(stdout).toContain(' 3 outcomes with 2 different results, complete\n');
    expect(stdout.match(/^ +\d+ x /gm)).toHaveLength(2);
  });

  it('says nothing of it where each outcome has a line', async () => {
    const variant = 'fixed-p3/mm/vmscan/shrink_inactive_list';
    const { stdout } = await runCli(['run', 'half-written-page', '--variant', variant]);
    expect(stdout).toContain(' 3 outcomes, complete\n');
    expect(stdout.match(/^ +\d+ x /gm)).toHaveLength(3);
  });
});
