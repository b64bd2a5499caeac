/** The model does what real kernels did: observations.json, 28 scenarios on three kernels. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';
import { resultsOf, type Outcome } from '../../model/scenario/outcome';
import { ScenarioProgram } from '../../model/scenario/program';
import { compare, type Comparison, type Looks, type ObservationRecord } from './compare';
import { NOT_EXPRESSED } from './not-expressed';

const VARIANT_OF = {
  base: NAMED_VARIANTS.base,
  'rfc-original': NAMED_VARIANTS.original,
  'rfc-fixed': NAMED_VARIANTS.fixed,
} as const;

type Kernel = keyof typeof VARIANT_OF;

const { records } = JSON.parse(readFileSync(join(__dirname, 'observations.json'), 'utf8')) as {
  records: ObservationRecord[];
};
const fileOf = (scenario: string): string => `${scenario.replaceAll('_', '-')}.yaml`;

function run(scenarioName: string, kernel: Kernel): Looks & { outcome: Outcome } {
  const file = fileOf(scenarioName);
  const scenario = parseScenario(readFileSync(join(__dirname, file), 'utf8'), file);
  const variant = VARIANT_OF[kernel];
  const program = new ScenarioProgram(scenario, (id) => variant.has(id));
  const outcome = program.start().observe();
  return { scenario, layout: program.layout, results: resultsOf(outcome), outcome };
}

const ran = new Map<string, ReturnType<typeof run>>();

function runOnce(scenario: string, kernel: Kernel) {
  const key = `${scenario} ${kernel}`;
  const known = ran.get(key) ?? run(scenario, kernel);
  ran.set(key, known);
  return known;
}

const entriesFor = (record: ObservationRecord, path: string) =>
  NOT_EXPRESSED.filter(
    (entry) =>
      (entry.scenario === undefined || entry.scenario === record.scenario) && entry.path.test(path),
  );

describe.each(records)('$scenario on $kernel', (record) => {
  let outcome: Outcome;
  let all: Comparison[];
  let compared: Comparison[];

  beforeAll(() => {
    const done = runOnce(record.scenario, record.kernel);
    outcome = done.outcome;
    all = compare(record, done);
    compared = all.filter(({ modelled }) => modelled !== undefined);
  });

  it('is what the model does', () => {
    const show = (side: 'observed' | 'modelled') =>
      Object.fromEntries(compared.map((one) => [one.path, one[side]]));
    expect(show('modelled')).toEqual(show('observed'));
  });

  it('leaves no observed value out without a reason', () => {
    const left = all.filter(({ modelled }) => modelled === undefined).map(({ path }) => path);
    expect(left.filter((path) => entriesFor(record, path).length !== 1)).toEqual([]);
    const both = compared.filter(({ path }) => entriesFor(record, path).length > 0);
    expect(both).toEqual([]);
  });

  it('ends as the real program did, without a kernel fault', () => {
    expect(record.end).toBe('exit 0');
    const { user, system } = outcome;
    expect([system.faults, user.killed, system.killed]).toEqual([[], [], []]);
  });
});

describe('the records', () => {
  it('have a scenario each, and no scenario is without a record', () => {
    const files = readdirSync(__dirname).filter((file) => file.endsWith('.yaml'));
    expect([...new Set(records.map(({ scenario }) => fileOf(scenario)))].sort()).toEqual(
      files.sort(),
    );
    expect(records).toHaveLength(3 * files.length);
  });

  it('use every reason for not expressing a value', () => {
    const paths = records.flatMap((record) =>
      Object.entries(record.observed).flatMap(([key, value]) => {
        const fields =
          typeof value === 'object' ? Object.keys(value).map((f) => `${key}.${f}`) : [];
        return [key, ...fields].map((path) => entriesFor(record, path));
      }),
    );
    expect(NOT_EXPRESSED.filter((entry) => !paths.flat().includes(entry))).toEqual([]);
  });

  it('of kernels without the series are not taken for those of kernels with it', () => {
    const alike = records
      .filter(({ kernel }) => kernel === 'base')
      .filter((record) =>
        compare(record, runOnce(record.scenario, 'rfc-fixed')).every(
          ({ observed, modelled }) =>
            modelled === undefined || JSON.stringify(observed) === JSON.stringify(modelled),
        ),
      );
    expect(alike.map(({ scenario }) => scenario)).toEqual([
      // Only calls that are no part of the series, and no counter of its own.
      'nonlinear_dontneed_compare',
      'swapped_out_dontneed_compare',
      'ksm_control',
    ]);
  });
});
