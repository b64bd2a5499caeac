/** What happened in one execution, step by step, in kernel names: the data behind every trace view. */
import * as ops from '../machine/op';
import type { Change } from '../machine/machine';
import type { Run, ScheduleStep } from '../explorer/program';
import { Namer } from './names';
import type { Outcome } from './outcome';
import type { ScenarioProgram, ScenarioRun } from './program';

export interface TraceStep {
  readonly thread: number;
  /** Kernel (and hardware) functions that the thread is in, outermost first. */
  readonly functions: readonly string[];
  /** What the step touched first, in kernel names: `page P0:a[0] PG_locked`. */
  readonly object: string;
  /** Words that changed, as `pte P0:a[0]: present young dirty -> present`. */
  readonly changes: readonly string[];
  /** The choice taken, where there was one. */
  readonly choice: number | undefined;
}

export interface Trace {
  readonly threads: readonly string[];
  readonly steps: readonly TraceStep[];
  readonly outcome: Outcome;
}

export interface TraceOptions {
  /**
   * Follows the schedule as far as it fits, thread by thread, and then runs the threads in order;
   * for showing what another variant does in the same situation.
   */
  readonly lenient?: boolean;
}

/** Runs a schedule and records it. @throws if the schedule does not fit and is not lenient. */
export function recordTrace(
  program: ScenarioProgram,
  schedule: readonly ScheduleStep[],
  options: TraceOptions = {},
): Trace {
  const { machine } = program.kernel;
  ops.callSite.on = true;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  try {
    const run = program.start();
    const namer = new Namer(program.layout, program.kernel);
    const steps: TraceStep[] = [];
    for (const step of schedule) {
      if (fits(run, step)) steps.push(recordStep(program, run, namer, step));
      else if (options.lenient !== true) throw new Error(misfit(program, run, step, steps.length));
    }
    for (let step = nextInOrder(run); step !== undefined; step = nextInOrder(run)) {
      if (options.lenient !== true) throw new Error(`schedule: ends before the threads do`);
      steps.push(recordStep(program, run, namer, step));
    }
    return { threads: program.threadNames, steps, outcome: run.observe() };
  } finally {
    ops.callSite.on = false;
    Error.stackTraceLimit = limit;
    machine.changes = undefined;
  }
}

function fits(run: Run, { thread, choice }: ScheduleStep): boolean {
  return thread < run.threadCount && choice < run.choices(thread) && run.enabled(thread);
}

function nextInOrder(run: Run): ScheduleStep | undefined {
  for (let thread = 0; thread < run.threadCount; thread++) {
    if (fits(run, { thread, choice: 0 })) return { thread, choice: 0 };
  }
  return undefined;
}

function misfit(program: ScenarioProgram, run: Run, step: ScheduleStep, at: number): string {
  const name = program.threadNames[step.thread] ?? `thread ${step.thread}`;
  const why =
    step.thread >= run.threadCount || run.choices(step.thread) === 0
      ? 'has already ended'
      : step.choice >= run.choices(step.thread)
        ? `has no choice ${step.choice} there`
        : 'waits for a lock there';
  return `schedule: does not fit at step ${at + 1}: ${name} ${why}`;
}

function recordStep(
  program: ScenarioProgram,
  run: Run & ScenarioRun,
  namer: Namer,
  { thread, choice }: ScheduleStep,
): TraceStep {
  const { machine } = program.kernel;
  const isChoice = run.choices(thread) > 1;
  const functions = functionsOf(machine.siteOf(thread));
  const address = machine.pendingAddress(thread);
  const changes: Change[] = [];
  machine.changes = changes;
  run.step(thread, choice);
  machine.changes = undefined;
  return {
    thread,
    functions,
    object: isChoice ? 'choice' : namer.object(address),
    changes: changes.flatMap((change) => namer.change(change) ?? []),
    choice: isChoice ? choice : undefined,
  };
}

/** Functions that build an op: between the kernel's code and the machine. */
const BUILDERS = new Set(['pack', 'wild', ...Object.keys(ops)]);

/**
 * Names of the functions between the operation and the access in a JavaScript call stack, outermost
 * first. Names only: file names do not survive bundling.
 */
function functionsOf(stack: string): string[] {
  const names: string[] = [];
  for (const line of stack.split('\n')) {
    // A frame of next() is no function of its own; a bundle names it after the renamed generator.
    if (line.includes('.next (')) continue;
    const caller = /^\s*at (?:async )?(?:[\w$]+\.)?([\w$]+)/.exec(line)?.[1];
    if (caller === undefined || BUILDERS.has(caller)) continue;
    if (caller === 'perform') return names;
    if (names[0] !== caller) names.unshift(caller);
  }
  return names;
}
