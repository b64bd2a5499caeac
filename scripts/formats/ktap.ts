/**
 * KTAP version 1, as the kernel's Documentation/dev-tools/ktap.rst describes it.
 *
 * What is open is `not ok` with the directive TIMEOUT: the check ran and a limit ended it before there was an
 * answer, which is what that directive says. SKIP would let the suite pass, and a parser that does not know
 * TIMEOUT falls back to `not ok`.
 */
import { traceLines } from '../../model/report/trace-text';
import { printable } from '../views/printable';
import { suiteResult, uniqueNames, type Check, type CheckReport } from './check-report';

const VERSION = 'KTAP version 1';
const LEVEL = '  ';
const TRACE_WIDTH = 76;

/** A block with a subtest for each suite. */
export function ktapText(report: CheckReport): string {
  const names = uniqueNames(report.suites.map(({ name }) => description(name)));
  const suites = report.suites.flatMap((suite, index) => {
    const number = index + 1;
    const about = [diagnostic(suite.title)];
    if (suite.checks.length === 0)
      return [...about, `ok ${number} ${names[index]} # SKIP nothing is expected of it`];
    const failed = suiteResult(suite) !== 'holds';
    return [
      ...checkLines(suite.checks).map((line) => LEVEL + line),
      ...about,
      `${failed ? 'not ok' : 'ok'} ${number} ${names[index]}`,
    ];
  });
  const interrupted = report.interrupted ? [diagnostic('interrupted before its end')] : [];
  return [
    VERSION,
    `1..${report.suites.length}`,
    diagnostic(report.answer),
    ...interrupted,
    ...suites,
  ].join('\n');
}

function checkLines(checks: readonly Check[]): string[] {
  const names = uniqueNames(checks.map(({ name }) => description(name)));
  const results = checks.flatMap((check, index) => [
    ...diagnostics(check),
    result(check, index + 1, names[index]),
  ]);
  return [VERSION, `1..${checks.length}`, ...results];
}

function result({ result, reason }: Check, number: number, name: string): string {
  switch (result) {
    case 'holds':
      return `ok ${number} ${name}`;
    case 'fails':
      return `not ok ${number} ${name}`;
    case 'open':
      return `not ok ${number} ${name} # TIMEOUT ${description(reason)}`;
  }
}

/** They stand before the result that they are about. */
function diagnostics({ result, reason, details, execution }: Check): string[] {
  if (result === 'holds') return [];
  const trace = execution === undefined ? [] : traceLines(execution.trace, TRACE_WIDTH);
  return [...(result === 'fails' ? [reason] : []), ...details, ...trace].map(diagnostic);
}

const diagnostic = (text: string): string => `# ${printable(text)}`.trimEnd();

/** A description is one line and has no number sign, which begins a directive. */
function description(text: string): string {
  const line = printable(text).replaceAll('#', '\\u{23}').replace(/ +/g, ' ').trim();
  return line === '' ? 'unnamed' : line;
}
