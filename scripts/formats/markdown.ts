/** A summary for a merge request, in GitHub's and GitLab's Markdown. */
import { traceLines } from '../../model/report/trace-text';
import { printable } from '../views/printable';
import {
  notable,
  suiteResult,
  type Check,
  type CheckReport,
  type CheckResult,
  type CheckSuite,
} from './check-report';

const TRACE_WIDTH = 100;
const WORDS: Readonly<Record<CheckResult, string>> = {
  holds: 'holds',
  fails: '**fails**',
  open: '*open*',
};

export function markdownText(report: CheckReport): string {
  const suites = notable(report);
  const quiet = report.suites.filter((suite) => suiteResult(suite) === 'holds');
  return [
    `**lzfree ${report.command}**: ${prose(report.answer)}`,
    ...(report.interrupted ? ['Interrupted before its end: this is only a part.'] : []),
    ...(suites.length > 0 ? [table(suites)] : []),
    ...suites.map(section),
    ...(quiet.length > 0 ? [quietList(quiet)] : []),
  ].join('\n\n');
}

function table(suites: readonly CheckSuite[]): string {
  const rows = suites.flatMap(({ name, checks }) =>
    checks
      .filter(({ result }) => result !== 'holds')
      .map(({ result, reason }) => `| ${prose(name)} | ${WORDS[result]} | ${prose(reason)} |`),
  );
  return ['| check | result | what |', '| --- | --- | --- |', ...rows].join('\n');
}

/** What shows it, folded away. */
function section({ name, title, checks }: CheckSuite): string {
  const lines = checks.filter(({ result }) => result !== 'holds').flatMap(checkLines);
  return [
    `<details><summary>${html(name)}</summary>`,
    prose(title),
    fenced(lines),
    '</details>',
  ].join('\n\n');
}

function checkLines({ reason, details, execution }: Check): string[] {
  const trace = execution === undefined ? [] : ['', ...traceLines(execution.trace, TRACE_WIDTH)];
  return [reason, ...details, ...trace];
}

function quietList(suites: readonly CheckSuite[]): string {
  const items = suites.map(({ name, checks }) =>
    checks.length === 0 ? `- ${prose(name)} (nothing is expected of it)` : `- ${prose(name)}`,
  );
  return [
    `<details><summary>Nothing to see in ${suites.length}</summary>`,
    items.join('\n'),
    '</details>',
  ].join('\n\n');
}

/** Longer than any run of back quotes inside, so that nothing inside ends it. */
function fenced(lines: readonly string[]): string {
  const text = lines.map(printable).join('\n');
  const runs = [...text.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = '`'.repeat(Math.max(3, ...runs.map((length) => length + 1)));
  return [fence, text, fence].join('\n');
}

/** Text as it is, on one line: nothing in it is markup, a mention, or the end of a table's cell. */
function prose(text: string): string {
  return html(text)
    .replace(/[\\`*_{}[\]()#!|~$]/g, '\\$&')
    .replace(/^([-+=]|\d+[.)])/, '\\$1')
    .replaceAll('@', '@&#8203;');
}

/** For a place that is HTML already. */
function html(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
