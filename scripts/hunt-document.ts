/** The document of `lzfree hunt`: causes that belong together, and what was covered. */
import { parseSchedule } from '../model/explorer/schedule';
import type { Variant } from '../model/features/variant';
import type { Cause } from '../model/hunt/cause';
import { PROMISES } from '../model/promises/judge';
import { printScenario } from '../model/scenario/print';
import { ScenarioProgram } from '../model/scenario/program';
import { recordTrace, type Trace } from '../model/scenario/trace';
import type { HuntResult, HuntState } from './hunt';
import type { HuntIdentity } from './hunt-state';

/** Everything that breaks one promise in one way and is mended by the same hunks. */
export interface Finding {
  readonly promise: string;
  /** The promise in words. */
  readonly states: string;
  readonly detail: string;
  /** Linux without the series does the same: not the patch's. */
  readonly base: boolean;
  /** The smallest program of all, and the others that need moves of their own. */
  readonly smallest: Way;
  readonly others: readonly Way[];
  /** What the smallest program does by its schedule. */
  readonly trace: Trace;
  readonly variants: readonly string[];
  readonly removals: Cause['removals'];
}

export interface Way {
  readonly name: string;
  readonly text: string;
  readonly program: string;
  readonly size: number;
  readonly how: Cause['how'];
  readonly schedule: string;
  /** The program in the scenario language; a comment says what it breaks. */
  readonly scenario: string;
}

export interface HuntDocument {
  readonly schema: 'lzfree/hunt';
  readonly version: 5;
  readonly variant: string;
  readonly seed: number;
  readonly executions: number;
  /** Whether it had programs only whose moves come one after the other. */
  readonly sequential: boolean;
  /** Whether its kernel had no CONFIG_DEBUG_VM. */
  readonly withoutDebugVm: boolean;
  readonly findings: readonly Finding[];
  readonly sizes: HuntState['sizes'];
  readonly random: { readonly done: number; readonly executions: number };
  readonly unjudged: HuntState['unjudged'];
  /** Whether it was stopped before its end: by a signal, or by its time limit. */
  readonly interrupted: boolean;
  /** The time limit, such as `60 s`, where that has stopped it. */
  readonly bound: string | null;
}

export function huntDocument(
  identity: HuntIdentity,
  result: HuntResult,
  on: Variant,
  bound: string | null,
): HuntDocument {
  const { sizes, unjudged, interrupted } = result;
  const { done, executions } = result.random;
  const findings = findingsOf(result.causes, on, identity.variant);
  const about = { schema: 'lzfree/hunt', version: 5, ...identity } as const;
  return { ...about, findings, sizes, random: { done, executions }, unjudged, interrupted, bound };
}

function findingsOf(causes: readonly Cause[], on: Variant, variant: string): Finding[] {
  const groups = new Map<string, Cause[]>();
  for (const cause of causes) {
    const key = JSON.stringify([cause.promise, cause.detail, cause.base, cause.removals]);
    groups.set(key, [...(groups.get(key) ?? []), cause]);
  }
  return [...groups.values()].sort(inOrder).map((group, index) => {
    const sorted = [...group].sort((a, b) => a.size - b.size);
    const [first] = sorted as [Cause, ...Cause[]];
    const ways = sorted.map((cause, i) =>
      way(cause, `${cause.promise}-${index + 1}-${i + 1}`, variant),
    );
    return {
      promise: first.promise,
      states: PROMISES.find(({ id }) => id === first.promise)!.text,
      detail: first.detail,
      base: first.base,
      smallest: ways[0]!,
      others: ways.slice(1),
      trace: traceOf(sorted[0]!, on),
      variants: first.variants,
      removals: first.removals,
    };
  });
}

function traceOf({ scenario, schedule }: Cause, on: Variant): Trace {
  const program = new ScenarioProgram(scenario, (id) => on.has(id));
  return recordTrace(program, parseSchedule(schedule), { lenient: true });
}

/** What is the patch's first, then in the order of the promises. */
function inOrder([a]: Cause[], [b]: Cause[]): number {
  const rank = ({ promise }: Cause): number => PROMISES.findIndex(({ id }) => id === promise);
  return Number(a!.base) - Number(b!.base) || rank(a!) - rank(b!) || a!.size - b!.size;
}

function way(cause: Cause, name: string, variant: string): Way {
  const { text, program, size, how, schedule } = cause;
  const scenario = breachComment(cause, variant) + printScenario({ ...cause.scenario, name });
  return { name, text, program, size, how, schedule, scenario };
}

/** What stands above the program, as no expectation says it. */
const breachComment = ({ promise, detail, text, schedule }: Cause, variant: string): string =>
  [`breaks the promise '${promise}' on ${variant}: ${detail}`, text, `by the schedule ${schedule}`]
    .map((line) => `# ${line.replace(/\s+/g, ' ')}\n`)
    .join('');
