import { NAMED_VARIANTS, type Variant } from '../../model/features/variant';
import { breachKey, look, type Look } from '../../model/hunt/look';
import { toScenario } from '../../model/hunt/to-scenario';
import { parseProgram } from '../../model/hunt/text';

it.each([
  ['', 'no-fault: oops: mm/rmap.c __page_check_anon_rmap: NULL pointer dereference'],
  ['without CONFIG_DEBUG_VM; ', 'bystander: a write by a store is lost'],
])('a kernel %sshows what comes of a second mapping', (kernel, key) => {
  const text = `${kernel}page shared-swapped; P0 read; P0 free; kernel swapoff`;
  const scenario = toScenario(parseProgram(text));
  const keys = (variant: Variant): string[] =>
    look(scenario, variant, { executions: 10 }).sightings.map(breachKey);
  expect(keys(NAMED_VARIANTS.original)).toEqual([key]);
  expect(keys(NAMED_VARIANTS.base)).toEqual([]);
});

describe('a look at a race', () => {
  it.each([
    ['page inactive; P0 free || kernel reclaim', 'original', 0],
    ['page huge; P0 dontneed || P0 clear-refs', 'base', 1],
    ['page huge; P0 free || P0 clear-refs', 'original', 1],
  ] as const)('sees in %s on %s by states what all executions show', (text, name, broken) => {
    const scenario = toScenario(parseProgram(text));
    const variant = NAMED_VARIANTS[name];
    const whole = look(scenario, variant, { executions: 20_000 });
    const byStates = look(scenario, variant, { executions: 2 });
    const keys = ({ sightings }: Look): string[] => sightings.map(breachKey).sort();
    expect([byStates.executions, byStates.how, byStates.freed]).toEqual([
      2,
      'complete',
      whole.freed,
    ]);
    expect(keys(byStates)).toEqual(keys(whole));
    expect(keys(whole).length).toBeGreaterThanOrEqual(broken);
  });
});
