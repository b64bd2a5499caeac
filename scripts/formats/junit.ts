/**
 * JUnit XML. What is open is an `error`, which says that a test could not be decided; `skipped` would count
 * as success nearly everywhere. XML cannot hold most control characters, so they are spelled out.
 */
import { XMLBuilder } from 'fast-xml-parser';
import { traceLines } from '../../model/report/trace-text';
import { printable } from '../views/printable';
import { uniqueNames, type Check, type CheckReport, type CheckSuite } from './check-report';

const TRACE_WIDTH = 100;

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  format: true,
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
});

export function junitText(report: CheckReport): string {
  const names = uniqueNames(report.suites.map(({ name }) => printable(name)));
  const suites = report.suites.map((suite, index) => suiteElement(report, suite, names[index]));
  const document = {
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: {
      '@name': `lzfree ${report.command}`,
      ...counts(report.suites),
      testsuite: suites,
    },
  };
  return builder.build(document).trimEnd();
}

function suiteElement({ command }: CheckReport, suite: CheckSuite, name: string): object {
  const names = uniqueNames(suite.checks.map((check) => printable(check.name)));
  const place = {
    '@classname': `lzfree.${command}.${name}`,
    ...(suite.file !== undefined && { '@file': printable(suite.file) }),
  };
  const cases = suite.checks.map((check, index) => ({
    '@name': names[index],
    ...place,
    ...resultElement(check),
  }));
  const nothing = { '@name': 'nothing is expected of it', ...place, skipped: {} };
  return {
    '@name': name,
    ...counts([suite]),
    testcase: cases.length > 0 ? cases : [nothing],
  };
}

function resultElement({ result, rule, reason, details, execution }: Check): object {
  const trace = execution === undefined ? [] : ['', ...traceLines(execution.trace, TRACE_WIDTH)];
  const text = [...details, ...trace].map(printable).join('\n');
  switch (result) {
    case 'holds':
      return {};
    case 'fails':
      return { failure: { '@message': printable(reason), '@type': rule, '#text': text } };
    case 'open':
      return { error: { '@message': printable(reason), '@type': 'open', '#text': text } };
  }
}

function counts(suites: readonly CheckSuite[]): Record<string, number> {
  const checks = suites.flatMap((suite) => suite.checks);
  const empty = suites.filter((suite) => suite.checks.length === 0).length;
  const count = (wanted: Check['result']): number =>
    checks.filter(({ result }) => result === wanted).length;
  return {
    '@tests': checks.length + empty,
    '@failures': count('fails'),
    '@errors': count('open'),
    '@skipped': empty,
  };
}
