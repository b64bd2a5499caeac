/** What happened in one execution, step by step, in kernel names: the data behind every trace view. */
import * as ops from '../machine/op';
import type { Change } from '../machine/machine';
import type { Run, ScheduleStep } from '../explorer/program';
import { Namer } from './names';
import type { Outcome } from './outcome';
import type { ScenarioProgram } from './program';
import type { ScenarioRun } from './runs';
import { stateChanges, StateReader, type StateCell, type StateChange } from './state-cells';
import { waitsOf, type OwnedChange, type Wait } from './waits';

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
  /** Line of the scenario's text on which the operation stands, where it has one. */
  readonly line: number | undefined;
  /** Cells of the state that it changed. */
  readonly state: readonly StateChange[];
}

export interface Trace {
  readonly threads: readonly string[];
  /** The state that the set-up left. */
  readonly start: readonly StateCell[];
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

/** A schedule that does not fit a program. */
export class MisfitError extends Error {
  constructor(
    /** The step that cannot be taken, from 0; their number where the schedule ends too early. */
    readonly step: number,
    readonly reason: string,
  ) {
    super(`does not fit at step ${step + 1}: ${reason}`);
  }
}

/** Runs a schedule and records it. @throws MisfitError if it does not fit and is not lenient */
export const recordTrace = (
  program: ScenarioProgram,
  schedule: readonly ScheduleStep[],
  options: TraceOptions = {},
): Trace => recordWithWaits(program, schedule, options).trace;

/** Likewise, and says for what threads wait in the end. @throws MisfitError likewise */
export function recordWithWaits(
  program: ScenarioProgram,
  schedule: readonly ScheduleStep[],
  options: TraceOptions = {},
): { readonly trace: Trace; readonly waits: readonly Wait[] } {
  const { machine } = program.kernel;
  ops.callSite.on = true;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  try {
    const recorder = new Recorder(program);
    const { run, steps } = recorder;
    for (const step of schedule) {
      if (fits(run, step)) recorder.take(step);
      else if (options.lenient !== true) {
        throw new MisfitError(steps.length, whyNot(program, run, step));
      }
    }
    for (let step = nextInOrder(run); step !== undefined; step = nextInOrder(run)) {
      if (options.lenient !== true) {
        const name = namesOf(program)[step.thread]!;
        throw new MisfitError(steps.length, `the schedule ends there, and ${name} can go on`);
      }
      recorder.take(step);
    }
    const { start } = recorder;
    const trace = { threads: program.threadNames, start, steps, outcome: run.observe() };
    return { trace, waits: recorder.waits() };
  } finally {
    ops.callSite.on = false;
    Error.stackTraceLimit = limit;
    machine.changes = undefined;
  }
}

/** What a schedule ends in, followed as far as it fits; from then on threads run in order. */
export function outcomeAlong(program: ScenarioProgram, schedule: readonly ScheduleStep[]): Outcome {
  const run = program.start();
  for (const step of schedule) if (fits(run, step)) run.step(step.thread, step.choice);
  for (let step = nextInOrder(run); step !== undefined; step = nextInOrder(run)) {
    run.step(step.thread, step.choice);
  }
  return run.observe();
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

/** What comes after the threads runs as one more, once they have ended. */
const namesOf = ({ threadNames }: ScenarioProgram): string[] => [...threadNames, 'after'];

function whyNot(program: ScenarioProgram, run: Run, { thread, choice }: ScheduleStep): string {
  const names = namesOf(program);
  const name = names[thread];
  if (name === undefined) {
    const all = names.map((each, index) => `${index} ${each}`).join(', ');
    return `there is no thread ${thread}; there are ${all}`;
  }
  if (thread >= run.threadCount) return `${name} has not begun`;
  if (run.choices(thread) === 0) return `${name} has already ended`;
  if (choice >= run.choices(thread)) return `${name} has no choice ${choice} there`;
  return `${name} waits for a lock there`;
}

/** One execution that is being recorded. */
class Recorder {
  readonly run: Run & ScenarioRun;
  readonly steps: TraceStep[] = [];
  readonly start: readonly StateCell[];
  private readonly owned: OwnedChange[] = [];
  private readonly namer: Namer;
  private readonly reader: StateReader;
  private state: readonly StateCell[];

  constructor(private readonly program: ScenarioProgram) {
    this.run = program.start();
    this.namer = new Namer(program.layout, program.kernel);
    this.reader = new StateReader(program.layout, program.kernel, this.namer);
    this.start = this.state = this.reader.read(program.resultsSoFar());
  }

  take({ thread, choice }: ScheduleStep): void {
    const { program, run, namer } = this;
    const { machine } = program.kernel;
    const isChoice = run.choices(thread) > 1;
    const functions = kernelNames(functionsOf(machine.siteOf(thread)));
    const line = program.operationOf(thread)?.position?.line;
    const address = machine.pendingAddress(thread);
    const changes: Change[] = [];
    machine.changes = changes;
    run.step(thread, choice);
    machine.changes = undefined;
    this.owned.push(...changes.map((change) => ({ ...change, thread })));
    this.steps.push({
      thread,
      functions,
      object: isChoice ? 'choice' : namer.object(address),
      changes: changes.flatMap((change) => namer.change(change) ?? []),
      choice: isChoice ? choice : undefined,
      line,
      state: this.readChanges(),
    });
  }

  waits(): Wait[] {
    return waitsOf(this.program, this.namer, this.owned);
  }

  private readChanges(): StateChange[] {
    const before = this.state;
    this.state = this.reader.read(this.program.resultsSoFar());
    return stateChanges(before, this.state);
  }
}

/** A function of Linux, by its name: no helper of the model is called like that (specs/linux-names.txt). */
const OF_LINUX = /_|^[A-Z]|^(?:mmput|pageout|swapoff|writepage)$/;

/** The operation that a step belongs to, and the functions of Linux on the way to it. */
const kernelNames = (functions: readonly string[]): readonly string[] =>
  functions.filter((name, index) => index === 0 || OF_LINUX.test(name));

/** Functions that build an op: between the kernel's code and the machine. */
const BUILDERS = new Set(['pack', 'wild', ...Object.keys(ops)]);

const FRAME = /^\s*at (?:async )?(?:[\w$]+\.)?([\w$]+)|^(?:[\w$]+\.)?([\w$]+)@/;

/** Functions that run a scenario: outside of the kernel's code. */
const RUNNERS = new Set(['operations', 'afterwards']);

/**
 * Names of the functions between the operation and the access in a JavaScript call stack, outermost
 * first. Names only: file names do not survive bundling. V8 writes `at name (place)`, other engines
 * `name@place`.
 */
function functionsOf(stack: string): string[] {
  const names: string[] = [];
  for (const line of stack.split('\n')) {
    // A frame of next() is no function of its own; a bundle names it after the renamed generator.
    if (/[ .]next \(|^next@/.test(line)) continue;
    const caller = FRAME.exec(line)?.slice(1).find(Boolean);
    if (caller === undefined || BUILDERS.has(caller)) continue;
    if (RUNNERS.has(caller)) return names;
    if (names[0] !== caller) names.unshift(caller);
  }
  return names;
}
