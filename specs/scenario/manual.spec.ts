/** docs/scenarios.md tells of the operations that exist. */
import { readFileSync } from 'node:fs';
import { packagePath } from '../../scripts/cli/package-root';
import { withTables } from '../../scripts/views/scenario-manual';

describe('scenario language > manual', () => {
  it('lists every operation and option as they are', () => {
    const manual = readFileSync(packagePath('docs', 'scenarios.md'), 'utf8');
    expect(withTables(manual)).toBe(manual);
  });
});
