/** docs/variant-space.md has the numbers of this model and suite. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VariantSpace } from '../model/classes/variant-space';
import { scenarioClasses } from '../model/report/scenario-classes';
import { packagePath } from '../scripts/cli/package-root';
import { loadSuite } from '../scripts/suite';
import { grouped } from '../scripts/views/grouped';
import { row, rowsIn } from '../scripts/views/variant-space-manual';

const text = readFileSync(packagePath('docs', 'variant-space.md'), 'utf8');
const rows = rowsIn(text);
const suite = loadSuite();

/** What is made anew here: scenarios with so few executions and classes take no time. */
const MOST = { executions: 20, classes: 50 };

function isSmall(line: string | undefined): boolean {
  const [all, executions] = (line ?? '')
    .split(' | ')
    .slice(-3)
    .map((cell) => Number(cell.replaceAll(',', '')));
  return executions! <= MOST.executions && all! <= MOST.classes;
}

const small = suite.filter(({ scenario }) => isSmall(rows.get(scenario.name)));

// `npm run variant-space` writes the page anew.
describe('docs/variant-space.md', () => {
  it('has every scenario of the suite', () => {
    expect([...rows.keys()]).toEqual(suite.map(({ scenario }) => scenario.name));
  });

  it('has the numbers that README tells', () => {
    const table = (name: string) =>
      /^\| \| \|\n(\|.*\n)+/m.exec(readFileSync(packagePath(name), 'utf8'))?.[0];
    expect(table('README.md')).toBeDefined();
    expect(table('README.md')).toBe(table(join('docs', 'variant-space.md')));
  });

  it('counts the valid variants', () => {
    const space = new VariantSpace();
    expect(text).toContain(`| valid variants | ${grouped(String(space.sum(space.valid)))} |`);
  });

  it.each(small.map(({ scenario, file }) => ({ name: scenario.name, scenario, file })))(
    'has the numbers of $name',
    (source) => {
      const { scenario } = scenarioClasses(source, 'user', new VariantSpace());
      expect(rows.get(source.name)).toBe(row(scenario));
    },
  );
});
