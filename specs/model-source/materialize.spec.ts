import { readFileSync } from 'node:fs';
import { SWITCH_IDS } from '../../model/features/hunk-id';
import { switchFacts } from '../../model/features/hunk-table';
import { without } from '../../model/features/requires';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { packagePath } from '../../scripts/cli/package-root';
import type { Sources } from '../../scripts/model-source/kernel-sources';
import { asksForSwitch } from '../../scripts/model-source/fold';
import { decided, materialize } from '../../scripts/model-source/materialize';
import { loadSuite } from '../../scripts/suite';
import { complaints } from './compile';
import { bundleSuiteRun } from './exploring-bundle';
import type * as suiteRun from './suite-run';

/** All that scenarios without concurrency have, and a beginning of the others. */
const EXECUTIONS = 20;

const { base, original, fixed } = NAMED_VARIANTS;
// Neighbours have most of their sources in common, which the compiler then looks at once.
const variants = Object.entries({ base, original, fixed }).map(([name, variant]) => ({
  name,
  variant,
}));
const texts = loadSuite().map(({ file }) => readFileSync(packagePath(file), 'utf8'));

let switched: typeof suiteRun;
let sources: Sources;
beforeAll(async () => {
  switched = await bundleSuiteRun();
});

describe.each(variants)('the model of $name', ({ variant }) => {
  beforeAll(async () => {
    sources = await materialize(variant);
  });

  it('compiles as strictly as the project, with nothing in it that is not used', () => {
    expect(complaints(sources)).toEqual([]);
  });

  it('does in every scenario what the model with switches does', async () => {
    const plain = (await bundleSuiteRun(sources)).runSuite(texts, () => false, EXECUTIONS);
    const expected = switched.runSuite(texts, (id) => variant.has(id), EXECUTIONS);
    expect(plain.flatMap(({ asked }) => asked)).toEqual([]);
    expect(expected.some(({ asked }) => asked.length > 0)).toBe(true);
    const results = (runs: readonly suiteRun.ScenarioRun[]) =>
      runs.map(({ asked: _, ...result }) => result);
    expect(results(plain)).toEqual(results(expected));
  });
});

it('a model with a mistake does not compile', () => {
  const path = 'model/mm/swap_state.ts';
  const mistaken = new Map(sources).set(path, `${sources.get(path)}\nconst unused = 0;\n`);
  expect(complaints(mistaken)).toEqual([
    "/variant/model/mm/swap_state.ts: 'unused' is declared but its value is never read.",
  ]);
});

const complete = decided(fixed);

describe.each(SWITCH_IDS.map((id) => ({ id })))('without $id', ({ id }) => {
  const variant = without(fixed, id);

  it('a model has no switch in it, and differs from that of fixed if anything taken away acts', () => {
    const model = decided(variant);
    expect([...model.values()].filter(asksForSwitch)).toEqual([]);
    const differs = [...complete].some(([path, text]) => model.get(path) !== text);
    const gone = SWITCH_IDS.filter((each) => !variant.has(each));
    expect(differs).toBe(gone.some((each) => switchFacts(each).effect !== 'none'));
  });
});
