/**
 * A result as checks that hold, fail or are open: the one shape that every format for continuous integration
 * is made from. It is a view of a document and decides nothing.
 */
import type { Trace } from '../../model/scenario/trace';

/** `open`: only a complete exploration could say so. No format may let it look as if it held. */
export type CheckResult = 'holds' | 'fails' | 'open';

/** How much a failure matters; the level of a difference, or a broken expectation. */
export type Severity = 'high' | 'medium' | 'low';

/** What kind of check it is: the same in every run, for tools that follow findings over time. */
export type RuleId =
  | 'expectation'
  | 'user-difference'
  | 'system-difference'
  | 'internal-difference'
  | 'unknown-hunk'
  | 'uncompared-hunk'
  | 'broken-promise'
  | 'hunt-coverage';

/** An interleaving that shows why. */
export interface ShownExecution {
  readonly variant: string;
  readonly trace: Trace;
  readonly replay: string;
}

export interface Check {
  readonly rule: RuleId;
  /** What is claimed; unique within its suite. */
  readonly name: string;
  readonly result: CheckResult;
  readonly severity: Severity;
  /** Why it fails or is open, to be understood without the name; empty for one that holds. */
  readonly reason: string;
  /** More on that, a line each. */
  readonly details: readonly string[];
  /** Line in the suite's file, where the claim stands there. */
  readonly line?: number;
  readonly execution?: ShownExecution;
}

/** The checks of one scenario, or of the patch. */
export interface CheckSuite {
  /** With the variants, so that the results of several runs can stand together. */
  readonly name: string;
  readonly title: string;
  /** The file that it stands in, if it stands in one. */
  readonly file?: string;
  readonly checks: readonly Check[];
}

export interface CheckReport {
  /** The command, as in `run`. */
  readonly command: string;
  /** The first line of the text form. */
  readonly answer: string;
  readonly suites: readonly CheckSuite[];
  /** The work was stopped before its end. */
  readonly interrupted: boolean;
}

/** A failure outweighs what is open, and that what holds. */
export function suiteResult({ checks }: CheckSuite): CheckResult {
  if (checks.some(({ result }) => result === 'fails')) return 'fails';
  return checks.some(({ result }) => result === 'open') ? 'open' : 'holds';
}

const SEVERITIES: readonly Severity[] = ['high', 'medium', 'low'];

/** Orders what matters first: failures by severity, then what is open. */
export function byRelevance(a: Check, b: Check): number {
  return rank(a) - rank(b);
}

function rank({ result, severity }: Check): number {
  if (result === 'holds') return 2 * SEVERITIES.length;
  return (result === 'open' ? SEVERITIES.length : 0) + SEVERITIES.indexOf(severity);
}

/** Suites in which something fails or is open, what matters most first. */
export function notable(report: CheckReport): CheckSuite[] {
  const first = ({ checks }: CheckSuite): number => Math.min(...checks.map(rank));
  return report.suites
    .filter((suite) => suiteResult(suite) !== 'holds')
    .sort((a, b) => first(a) - first(b));
}

/** Names told apart where they are the same: the second `x` becomes `x (2)`. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let n = 2; taken.has(unique); n++) unique = `${name} (${n})`;
    taken.add(unique);
    return unique;
  });
}
