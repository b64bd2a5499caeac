/** Everything that docs/scenarios.md offers can be used in a scenario. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explore } from '../../model/diff/explore';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { OPERATIONS } from '../../model/scenario/operations';
import { MAPPING_KINDS } from '../../model/scenario/operations/address-space';
import { parseScenario } from '../../model/scenario/parse';

const FILE = join(__dirname, 'every-operation.yaml');
const scenario = parseScenario(readFileSync(FILE, 'utf8'), FILE);
const used = scenario.setup.map(({ operation }) => operation);

describe('every-operation.yaml', () => {
  it('uses every operation of the language', () => {
    const verbs = used.map(({ verb }) => verb);
    expect(OPERATIONS.map(({ verb }) => verb).filter((verb) => !verbs.includes(verb))).toEqual([]);
  });

  it('makes every kind of mapping', () => {
    const text = readFileSync(FILE, 'utf8');
    const missing = MAPPING_KINDS.filter((kind) => !new RegExp(`mmap \\w+ ${kind}\\b`).test(text));
    expect(missing).toEqual([]);
  });

  it.each(['base', 'fixed'] as const)('runs to its end without a fault on %s', (variant) => {
    const { outcomes, completeness } = explore(scenario, NAMED_VARIANTS[variant], { file: FILE });
    expect(completeness).toEqual({ kind: 'complete' });
    expect(outcomes.map(({ outcome }) => outcome.system.faults)).toEqual([[]]);
    expect(outcomes.map(({ outcome }) => outcome.user.stuck)).toEqual([[]]);
  });
});
