/** SARIF 2.1.0: valid against the published schema, with findings that stay the same from run to run. */
import sarifSchema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import type { CheckReport } from '../../scripts/formats/check-report';
import { checkChecks } from '../../scripts/formats/check-checks';
import { diffChecks } from '../../scripts/formats/diff-checks';
import { huntChecks } from '../../scripts/formats/hunt-checks';
import { runChecks } from '../../scripts/formats/run-checks';
import { sarifLog } from '../../scripts/formats/sarif';
import { fixupCheck, fixupDiff, hostile, mixedRun, lostWriteHunt } from './samples';

const ajv = new Ajv({ strict: false, unicodeRegExp: false });
addFormats(ajv);
const isValid = ajv.compile(sarifSchema);

const results = (report: CheckReport) => sarifLog(report).runs[0].results!;

describe('SARIF', () => {
  const run = runChecks(mixedRun(1));
  const diff = diffChecks(fixupDiff());

  it.each([
    ['a run', run],
    ['a diff', diff],
    ['a check', checkChecks(fixupCheck(), 2)],
    ['hostile names', hostile],
  ])('of %s is valid', (_, report) => {
    isValid(JSON.parse(JSON.stringify(sarifLog(report))));
    expect(isValid.errors ?? []).toEqual([]);
  });

  it('of a hunt is valid, and has a thread flow for each broken promise', () => {
    const report = huntChecks(lostWriteHunt(), 'found');
    isValid(JSON.parse(JSON.stringify(sarifLog(report))));
    expect(isValid.errors ?? []).toEqual([]);
    const [broken, ...others] = results(report).filter(({ kind }) => kind === 'fail');
    expect(others).toEqual([]);
    expect(broken).toMatchObject({ ruleId: 'broken-promise', level: 'error' });
    const [flow] = broken!.codeFlows!;
    expect(flow!.message!.text).toMatch(
      /^On original: lzfree replay found\/bystander-1-1\.yaml s1:/,
    );
    const steps = flow!.threadFlows.flatMap(({ locations }) => locations);
    expect(steps.map(({ location }) => location!.message!.text)).toContainEqual(
      expect.stringMatching(/^SetPageLazyFree: page\(P0:a\[0\]\) mapping: ANON -> ANON\|LZFREE/),
    );
  });

  it('says of what is open that it is open, and never that it failed or passed', () => {
    expect(results(run).map(({ kind, level }) => `${kind} ${level}`)).toEqual([
      'open none',
      'fail error',
      'open none',
    ]);
  });

  it('leads to the line of the expectation', () => {
    const [, { locations }] = results(run);
    expect(locations![0].physicalLocation).toEqual({
      artifactLocation: { uri: 'specs/mixed.yaml' },
      region: { startLine: 12 },
    });
  });

  it('has rules that its results point at', () => {
    const { rules } = sarifLog(diff).runs[0].tool.driver;
    for (const { ruleId, ruleIndex } of results(diff)) expect(rules![ruleIndex!].id).toBe(ruleId);
    expect(results(diff).map(({ ruleId, level }) => `${ruleId} ${level}`)).toEqual([
      'system-difference warning',
      'internal-difference note',
    ]);
  });

  it('tells findings apart by what they are about, not by where they stand', () => {
    const prints = (report: CheckReport) =>
      results(report).map(({ partialFingerprints }) => partialFingerprints!['lzfree/v1']);
    expect(prints(diff)[0]).toBe(
      'diff / system-difference / fixup-swap-slot on original and fixed / system level is equal',
    );
    const moved = { ...diff, suites: diff.suites.map((suite) => ({ ...suite, file: 'b.yaml' })) };
    expect(prints(moved)).toEqual(prints(diff));
    expect(new Set(prints(run)).size).toBe(3);
  });

  it('shows an interleaving as a thread flow for each CPU, with the order between them', () => {
    const [{ codeFlows }] = results(diff);
    const { threadFlows } = codeFlows![0];
    expect(threadFlows.map(({ id }) => id)).toEqual(['CPU0', 'CPU1']);
    const orders = threadFlows.flatMap(({ locations }) =>
      locations.map(({ executionOrder }) => executionOrder!),
    );
    expect([...orders].sort((a, b) => a - b)).toEqual(orders.map((_, index) => index + 1));
  });
});
