/** JUnit XML: valid against a schema of the form that CI servers read, and honest about what is open. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { validateXML } from 'xmllint-wasm';
import type { CheckReport } from '../../scripts/formats/check-report';
import { checkChecks } from '../../scripts/formats/check-checks';
import { diffChecks } from '../../scripts/formats/diff-checks';
import { huntChecks } from '../../scripts/formats/hunt-checks';
import { junitText } from '../../scripts/formats/junit';
import { runChecks } from '../../scripts/formats/run-checks';
import { fixupCheck, fixupDiff, hostile, mixedRun, lostWriteHunt } from './samples';

const schema = {
  fileName: 'junit.xsd',
  contents: readFileSync(join(__dirname, 'junit.xsd'), 'utf8'),
};

async function faults(report: CheckReport): Promise<string[]> {
  const xml = [{ fileName: 'report.xml', contents: junitText(report) }];
  const { errors } = await validateXML({ xml, schema: [schema] });
  return errors.map(({ message }) => message);
}

const parser = new XMLParser({
  ignoreAttributes: false,
  isArray: (name) => /^test(suite|case)$/.test(name),
});
const read = (report: CheckReport) => parser.parse(junitText(report)).testsuites;

describe('JUnit XML', () => {
  const run = runChecks(mixedRun(1));
  const nothing: CheckReport = {
    ...hostile,
    suites: [{ name: 'a', title: 'b', file: 'c', checks: [] }],
  };

  it.each([
    ['a run', run],
    ['a diff', diffChecks(fixupDiff())],
    ['a check', checkChecks(fixupCheck(), 2)],
    ['hostile names', hostile],
    ['a scenario that expects nothing', nothing],
    ['no scenario at all', { ...hostile, suites: [] }],
  ])('of %s is valid', async (_, report) => {
    expect(await faults(report)).toEqual([]);
  });

  it('of a hunt is valid', async () => {
    expect(await faults(huntChecks(lostWriteHunt(), undefined))).toEqual([]);
  });

  it('is refused by the schema where a name stands twice', async () => {
    const xml = junitText(run).replace('madvise-kinds on fixed"', 'mixed on fixed"');
    const result = await validateXML({ xml: [{ fileName: 'a', contents: xml }], schema: [schema] });
    expect(result.valid).toBe(false);
  });

  it('counts what is open as an error, and says why', () => {
    const report = read(run);
    expect(report).toMatchObject({ '@_failures': '1', '@_errors': '2', '@_skipped': '0' });
    const [always, never] = report.testsuite[0].testcase;
    expect(always.error['@_message']).toContain('not settled, bounded (1 execution)');
    expect(never.failure['#text']).toMatch(/^lzfree replay specs\/mixed.yaml s1:/);
  });

  it('skips what expects nothing', () => {
    expect(read(nothing)).toMatchObject({ '@_tests': '1', '@_skipped': '1', '@_errors': '0' });
  });
});
