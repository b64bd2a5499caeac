/** Every scenario of the suite on every named variant: no expectation may be contradicted. */
import { explore } from '../model/diff/explore';
import { isSequential } from '../model/diff/pins';
import { judge } from '../model/diff/verdict';
import { NAMED_VARIANTS, VARIANT_NAMES } from '../model/features/variant';
import { loadSuite } from '../scripts/suite';

/** More than any scenario with one thread has; the others may stay bounded here. */
const EXECUTIONS = 60;

const suite = loadSuite();
const sequential = suite.filter(({ scenario }) => isSequential(scenario));
const cases = VARIANT_NAMES.map((variant) => ({ variant }));

describe.each(suite)('$scenario.name', ({ scenario, file }) => {
  it.each(cases)('is not contradicted on $variant', ({ variant }) => {
    const options = { file, executions: EXECUTIONS };
    const exploration = explore(scenario, NAMED_VARIANTS[variant], options);
    const verdicts = judge(scenario, variant, exploration);
    expect(verdicts.filter(({ met }) => met === 'no')).toEqual([]);
  });

  it('states for at least one variant more than that nothing crashes', () => {
    expect(scenario.expect.some(({ condition }) => condition !== 'fault')).toBe(true);
  });

  it('names the kernel text that it rests on, and only variants that have a name', () => {
    expect(scenario.source.trim()).not.toBe('');
    const named = scenario.expect.flatMap(({ variants }) => variants ?? []);
    expect(named.filter((name) => !VARIANT_NAMES.some((known) => known === name))).toEqual([]);
  });
});

it.each(sequential)('$scenario.name, which runs alone, is complete', ({ scenario }) => {
  const { completeness } = explore(scenario, NAMED_VARIANTS.fixed, { executions: EXECUTIONS });
  expect(completeness).toEqual({ kind: 'complete' });
});
