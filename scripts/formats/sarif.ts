/**
 * SARIF 2.1.0. Only what fails or is open is a result; what is open is of kind `open`, which the standard has
 * for "not enough information to decide". An interleaving is a code flow with a thread flow for each CPU.
 */
import type { CodeFlow, Location, Log, ReportingDescriptor, Result, ThreadFlow } from 'sarif';
import packageJson from '../../package.json';
import type { TraceStep } from '../../model/scenario/trace';
import { printable } from '../views/printable';
import type {
  Check,
  CheckReport,
  CheckSuite,
  RuleId,
  Severity,
  ShownExecution,
} from './check-report';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

const RULES: Readonly<Record<RuleId, string>> = {
  expectation: 'An expectation of a scenario holds on the variant.',
  'user-difference': 'Two variants look alike to a program.',
  'system-difference': 'Two variants look alike to an administrator.',
  'internal-difference': 'Two variants leave the kernel in the same state.',
  'unknown-hunk': 'Every hunk of the patch is modelled.',
  'uncompared-hunk':
    'No hunk of the patch is recognised by its signature only, its text not compared.',
  'broken-promise': 'No program breaks a promise of the kernel that the base keeps.',
  'hunt-coverage': 'Every program that was meant was looked at, by every interleaving.',
};

const LEVELS = { high: 'error', medium: 'warning', low: 'note' } as const;

/** Part of every fingerprint: changes if what makes a finding the same one changes. */
const FINGERPRINT = 'lzfree/v1';

/** The log as an object, ready to be written as JSON. */
export function sarifLog(report: CheckReport): Log {
  const rules = Object.keys(RULES) as RuleId[];
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: packageJson.name,
            version: packageJson.version,
            rules: rules.map(ruleDescriptor),
          },
        },
        automationDetails: { id: `lzfree/${report.command}/` },
        invocations: [
          {
            executionSuccessful: !report.interrupted,
            toolExecutionNotifications: [
              { level: 'note', message: { text: printable(report.answer) } },
            ],
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: report.suites.flatMap((suite) =>
          suite.checks
            .filter(({ result }) => result !== 'holds')
            .map((check) => resultOf(report.command, suite, check, rules.indexOf(check.rule))),
        ),
      },
    ],
  };
}

function ruleDescriptor(id: RuleId): ReportingDescriptor {
  return {
    id,
    name: id.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: RULES[id] },
  };
}

function resultOf(command: string, suite: CheckSuite, check: Check, ruleIndex: number): Result {
  const location = locationOf(suite, check);
  const lines = [`${suite.name}: ${check.reason}`, suite.title, ...check.details];
  return {
    ruleId: check.rule,
    ruleIndex,
    ...kindOf(check.result === 'open', check.severity),
    message: { text: lines.map(printable).join('\n') },
    ...(location && { locations: [location] }),
    partialFingerprints: {
      [FINGERPRINT]: [command, check.rule, suite.name, check.name].map(printable).join(' / '),
    },
    ...(check.execution && { codeFlows: [codeFlow(check.execution)] }),
  };
}

/** A result that is no failure has no level. */
function kindOf(open: boolean, severity: Severity): Pick<Result, 'kind' | 'level'> {
  return open ? { kind: 'open', level: 'none' } : { kind: 'fail', level: LEVELS[severity] };
}

function locationOf({ file }: CheckSuite, { line }: Check): Location | undefined {
  if (file === undefined || file === '-') return undefined;
  return {
    physicalLocation: {
      artifactLocation: { uri: fileUri(file) },
      region: { startLine: line ?? 1 },
    },
  };
}

/** A relative path stays relative, for the host to find in its copy of the tree. */
function fileUri(file: string): string {
  const path = printable(file.replaceAll('\\', '/'));
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}

function codeFlow({ variant, trace, replay }: ShownExecution): CodeFlow {
  const threads = [...new Set(trace.steps.map(({ thread }) => thread))].sort((a, b) => a - b);
  return {
    message: { text: printable(`On ${variant}: ${replay}`) },
    threadFlows: threads.map((thread): ThreadFlow => ({
      id: `CPU${thread}`,
      message: { text: printable(`CPU${thread} ${trace.threads[thread] ?? 'after'}`) },
      locations: trace.steps.flatMap((step, index) =>
        step.thread === thread ? flowLocation(step, index) : [],
      ),
    })),
  };
}

/** Each step with its place in the interleaving: the order between CPUs is what a viewer needs. */
function flowLocation({ functions, object, changes, choice }: TraceStep, index: number) {
  const effects = [...(choice === undefined ? [] : [`choice ${choice}`]), ...changes];
  const inner = functions.at(-1) ?? 'program';
  const text = `${inner}: ${effects.length > 0 ? effects.join('; ') : `looks at ${object}`}`;
  return [
    {
      executionOrder: index + 1,
      importance: effects.length > 0 ? ('important' as const) : ('unimportant' as const),
      location: {
        message: { text: printable(text) },
        logicalLocations: [
          { kind: 'function', name: inner, fullyQualifiedName: functions.join('/') || inner },
        ],
      },
    },
  ];
}
