/** docs/scenarios.md tells of the operations that exist, and its example does what it says. */
import { readFileSync } from 'node:fs';
import { explore } from '../../model/diff/explore';
import { allMet, judge } from '../../model/diff/verdict';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';
import { packagePath } from '../../scripts/cli/package-root';
import { withTables } from '../../scripts/views/scenario-manual';

const manual = readFileSync(packagePath('docs', 'scenarios.md'), 'utf8');

describe('scenario language > manual', () => {
  it('lists every operation and option as they are', () => {
    expect(withTables(manual)).toBe(manual);
  });

  // mm/rmap.c try_to_unmap_one keeps a dirty page; without the check what was written is lost.
  it('begins with an example that holds on fixed and is explored whole', () => {
    const scenario = parseScenario(/```yaml\n([^`]*)```/.exec(manual)![1]!);
    const explored = explore(scenario, NAMED_VARIANTS.fixed, { executions: 1000 });
    expect(explored.completeness.kind).toBe('complete');
    expect(allMet(judge(scenario, 'fixed', explored))).toBe('yes');
  });
});
