/** Scenarios explored by states have the outcomes that their traces have, and keys tell them apart. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explore } from '../../model/explorer/explore';
import { Search } from '../../model/explorer/search';
import { exploreStates } from '../../model/explorer/states';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';
import { ScenarioProgram } from '../../model/scenario/program';

function programOf(name: string, variant: 'original' | 'fixed'): ScenarioProgram {
  const path = join(__dirname, '..', 'scenarios', `${name}.yaml`);
  const { [variant]: switches } = NAMED_VARIANTS;
  return new ScenarioProgram(parseScenario(readFileSync(path, 'utf8'), name), (id) =>
    switches.has(id),
  );
}

describe('scenarios that are built one after the other', () => {
  it('run each under its own switches', () => {
    const build = (variant: 'original' | 'fixed') => programOf('fixup-swap-slot', variant);
    const outcomes = (program: ScenarioProgram) => [...explore(program).outcomes.keys()].sort();
    const alone = [outcomes(build('original')), outcomes(build('fixed'))];
    const [original, fixed] = [build('original'), build('fixed')];
    expect([outcomes(original), outcomes(fixed)]).toEqual(alone);
    expect(alone[0]).not.toEqual(alone[1]);
  });
});

describe.each([
  ['dontneed-and-free', 'original'],
  ['half-written-page', 'fixed'],
  ['rewrite-survives', 'original'],
] as const)('scenario > states > %s on %s', (name, variant) => {
  const program = programOf(name, variant);

  it('has the same outcomes by states as by traces', () => {
    const byStates = exploreStates(program);
    expect(byStates.completeness).toEqual({ kind: 'complete' });
    expect([...byStates.outcomes.keys()].sort()).toEqual(
      [...explore(program).outcomes.keys()].sort(),
    );
  });

  it('has one outcome for each key of an outcome', () => {
    const outcomes = new Map<number | string, string>();
    const search: Search = new Search(program, 1000, {
      onEnd(run) {
        const key = run.outcomeKey!();
        expect(run.outcome()).toBe(outcomes.get(key) ?? run.outcome());
        outcomes.set(key, run.outcome());
      },
    });
    while (search.advance());
    expect(outcomes.size).toBeGreaterThan(0);
  });
});
