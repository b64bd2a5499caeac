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

  it('ends as interrupted where nothing was judged yet', async () => {
    const { code } = await runCli(['bisectable'], { signal: AbortSignal.abort() });
    expect(code).toBe(130);
  });
});
