/**
 * Schedules as text, and their strict replay. `s1:0x12.1x3.0c1` is version 1: twelve steps of thread
 * 0, three of thread 1, and one of thread 0 that takes choice 1.
 */
import type { Program, Run, ScheduleStep } from './program';

const VERSION = 's1:';
/** Longer texts are refused rather than filling the memory (a count may stand for any length). */
const MOST_STEPS = 1_000_000;

/** A text that is no schedule, or a schedule that does not fit the program. */
export class ScheduleError extends Error {
  constructor(
    message: string,
    /** The step that does not fit, from 0; undefined if the text itself is at fault. */
    readonly step?: number,
  ) {
    super(message);
  }
}

export function printSchedule(steps: readonly ScheduleStep[]): string {
  const parts: string[] = [];
  for (let i = 0; i < steps.length;) {
    const { thread, choice } = steps[i]!;
    let end = i + 1;
    while (end < steps.length && sameStep(steps[end]!, steps[i]!)) end++;
    const count = end - i > 1 ? `x${end - i}` : '';
    parts.push(`${thread}${choice > 0 ? `c${choice}` : ''}${count}`);
    i = end;
  }
  return VERSION + parts.join('.');
}

const sameStep = (a: ScheduleStep, b: ScheduleStep): boolean =>
  a.thread === b.thread && a.choice === b.choice;

/** Reads what {@link printSchedule} wrote. @throws ScheduleError saying which part is wrong */
export function parseSchedule(text: string): ScheduleStep[] {
  if (!text.startsWith(VERSION)) {
    throw new ScheduleError(`a schedule starts with '${VERSION}', not with '${text.slice(0, 8)}'`);
  }
  const steps: ScheduleStep[] = [];
  const rest = text.slice(VERSION.length);
  for (const part of rest === '' ? [] : rest.split('.')) {
    const match = /^(\d{1,4})(?:c(\d{1,5}))?(?:x(\d{1,7}))?$/.exec(part);
    if (match === null) {
      throw new ScheduleError(
        `'${part}' in a schedule is no thread with a choice (c) or a count of steps (x); ` +
          `${VERSION}0x3.1 is three steps of thread 0 and one of thread 1`,
      );
    }
    const step = { thread: Number(match[1]), choice: Number(match[2] ?? 0) };
    const count = Number(match[3] ?? 1);
    if (steps.length + count > MOST_STEPS) {
      throw new ScheduleError(`the schedule has more than ${MOST_STEPS} steps`);
    }
    for (let n = 0; n < count; n++) steps.push(step);
  }
  return steps;
}

/**
 * Runs a program along a whole schedule.
 *
 * @param onStep called after each step, with its index
 * @returns the run, in which no thread can move any more
 * @throws ScheduleError at the first step that does not fit, or if the schedule ends too early
 */
export function replaySchedule(
  program: Program,
  steps: readonly ScheduleStep[],
  onStep?: (run: Run, index: number) => void,
): Run {
  const run = program.start();
  steps.forEach((step, index) => {
    const reason = misfit(run, step);
    if (reason !== undefined) {
      throw new ScheduleError(`step ${index} of the schedule does not fit: ${reason}`, index);
    }
    run.step(step.thread, step.choice);
    onStep?.(run, index);
  });
  const movable = threadsOf(run).filter((thread) => run.choices(thread) > 0 && run.enabled(thread));
  if (movable.length > 0) {
    throw new ScheduleError(
      `the schedule ends after ${steps.length} steps, but thread ${movable[0]} can still move`,
      steps.length,
    );
  }
  return run;
}

/** Why a step cannot be taken, or undefined if it can. */
export function misfit(run: Run, { thread, choice }: ScheduleStep): string | undefined {
  if (thread >= run.threadCount) return `there is no thread ${thread}`;
  const choices = run.choices(thread);
  if (choices === 0) return `thread ${thread} has no step to take`;
  if (!run.enabled(thread)) return `thread ${thread} has to wait`;
  if (choice >= choices) {
    return `thread ${thread} has ${choices} choices, so there is no choice ${choice}`;
  }
  return undefined;
}

/** How often a schedule goes from one thread to another. */
export function contextSwitches(steps: readonly ScheduleStep[]): number {
  let switches = 0;
  for (let i = 1; i < steps.length; i++) if (steps[i]!.thread !== steps[i - 1]!.thread) switches++;
  return switches;
}

function threadsOf(run: Run): number[] {
  return Array.from({ length: run.threadCount }, (_, thread) => thread);
}
