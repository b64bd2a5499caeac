/** Whether a program still does the same, after all that an exploration did with it. */
import type { OutcomeCount } from './outcome-counts';
import type { Program, Run, ScheduleStep } from './program';
import { printSchedule } from './schedule';

/**
 * Runs the schedule of the first outcome once more. Where runs share something that they change, the
 * steps may touch the same objects and yet end otherwise.
 *
 * @throws Error if they do
 */
export function runFirstAgain(program: Program, outcomes: ReadonlyMap<string, OutcomeCount>): void {
  const [first] = outcomes.values();
  if (first === undefined) return;
  if (outcomeOf(program, first.schedule) !== first.outcome) throw endedOtherwise(first.schedule);
}

/** How a schedule ends, run from the beginning. */
export function outcomeOf(
  program: Program,
  schedule: readonly ScheduleStep[],
  tell = (run: Run): string => run.outcome(),
): string {
  const run = program.start();
  for (const { thread, choice } of schedule) run.step(thread, choice);
  return tell(run);
}

/** What to say of a schedule that does not end as it did. */
export function endedOtherwise(schedule: readonly ScheduleStep[]): Error {
  return new Error(
    `explore: the program is not deterministic: ${printSchedule(schedule)} ended otherwise when run again`,
  );
}
