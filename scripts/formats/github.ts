/**
 * Annotations of GitHub Actions: workflow commands on stdout. Of more than ten errors and ten warnings in a
 * step the rest vanishes without a word, so there is one for a scenario, what matters most comes first, and a
 * notice says how many were left out.
 */
import { printable } from '../views/printable';
import {
  byRelevance,
  notable,
  suiteResult,
  type CheckReport,
  type CheckSuite,
} from './check-report';

const MOST_OF_A_KIND = 10;

export function githubText(report: CheckReport): string {
  const suites = notable(report);
  const failing = suites.filter((suite) => suiteResult(suite) === 'fails');
  const open = suites.filter((suite) => suiteResult(suite) === 'open');
  const shown = [
    ...failing.slice(0, MOST_OF_A_KIND).map((suite) => annotation('error', suite)),
    ...open.slice(0, MOST_OF_A_KIND).map((suite) => annotation('warning', suite)),
  ];
  const left = suites.length - shown.length;
  const message = left === 0 ? report.answer : `${report.answer}\n${left} more are not shown here`;
  return [command('notice', { title: `lzfree ${report.command}` }, message), ...shown].join('\n');
}

function annotation(kind: 'error' | 'warning', { name, title, file, checks }: CheckSuite): string {
  const open = checks.filter(({ result }) => result !== 'holds').sort(byRelevance);
  const lines = open.flatMap(({ reason, details }) => [reason, ...details]);
  const line = open.find((check) => check.line !== undefined)?.line ?? 1;
  const place = file === undefined || file === '-' ? {} : { file, line: String(line) };
  return command(kind, { ...place, title: name }, [title, ...lines].join('\n'));
}

/** `::error file=a,line=1,title=t::message`, escaped as GitHub's toolkit does. */
function command(
  kind: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string>>,
  message: string,
): string {
  const words = Object.entries(properties).map(([key, value]) => `${key}=${property(value)}`);
  return `::${kind} ${words.join(',')}::${data(message.split('\n').map(printable).join('\n'))}`;
}

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string =>
  data(printable(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
