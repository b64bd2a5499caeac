import { packagePath } from '../../scripts/cli/package-root';
import { runCli } from './run-cli';

describe('lzfree bisectable', () => {
  it('refuses a variant beside a file, of which it could look at one only', async () => {
    const file = packagePath('patches', 'variants', 'whole-series.mbox');
    expect(await runCli(['bisectable', file, '--variant', 'original'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'lzfree bisectable: give a patch file or --variant, not both\n',
    });
  });

  it('takes the series with its fixup where neither is given', async () => {
    const { stdout } = await runCli(['bisectable', '--json'], { signal: AbortSignal.abort() });
    expect(JSON.parse(stdout)).toMatchObject({ variant: 'fixed' });
  });

  it('takes the steps from the messages of a file', async () => {
    const file = packagePath('patches', 'variants', 'renamed-series.mbox');
    const quick = ['--until-size', '0', '--executions', '1', '--json'];
    const { code, stdout } = await runCli(['bisectable', file, ...quick]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      variant: 'fixed',
      patches: [
        ...['base', '1/6 as posted', '2/6 as posted', '1/2', '2/2'],
        ...['4/6 as posted', '5/6 as posted', '6/6 as posted'],
      ],
      bySignature: ['p3/mm/vmscan/shrink_page_list', 'p3/mm/vmscan/shrink_inactive_list'],
    });
  });

  it('ends as interrupted where nothing was judged yet', async () => {
    const { code } = await runCli(['bisectable'], { signal: AbortSignal.abort() });
    expect(code).toBe(130);
  });
});
