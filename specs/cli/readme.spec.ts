/** What README.md shows is what the tool prints now. */
import { readFileSync } from 'node:fs';
import { packagePath } from '../../scripts/cli/package-root';
import { loadSuite } from '../../scripts/suite';
import { runCli } from './run-cli';

const README = readFileSync(packagePath('README.md'), 'utf8');

/** The shown text that begins so. */
function sample(beginning: string): string {
  const texts = README.split(/^```$/m).map((text) => text.trim());
  return texts.find((text) => text.startsWith(beginning))!;
}

describe('README', () => {
  it('shows a run as it is', async () => {
    const { stdout } = await runCli(['run', 'half-written-page']);
    expect(`${sample('holds: ')}\n`).toBe(stdout);
  });

  it('shows how a hunt begins', async () => {
    const { stdout } = await runCli(['hunt', 'original', '--until-size', '1']);
    expect(stdout.slice(0, sample('original: ').length)).toBe(sample('original: '));
  }, 120_000);

  it('tells how many scenarios the suite has', () => {
    const [, count] = /suite's (\d+) scenarios/.exec(sample('original -> fixed: no program'))!;
    expect(Number(count)).toBe(loadSuite().length);
  });
});
