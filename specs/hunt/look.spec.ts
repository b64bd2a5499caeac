import { NAMED_VARIANTS } from '../../model/features/variant';
import { breachKey, look, type Look } from '../../model/hunt/look';
import { toScenario } from '../../model/hunt/program';
import { parseProgram } from '../../model/hunt/text';

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
