/** Whether a program still does the same, after all that an exploration did with it. */
import type { OutcomeCount } from './outcome-counts';
import type { Program, ScheduleStep } from './program';
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
  const run = program.start();
  for (const { thread, choice } of first.schedule) run.step(thread, choice);
  if (run.outcome() === first.outcome) return;
  throw endedOtherwise(first.schedule);
}

/** What to say of a schedule that does not end as it did. */
export function endedOtherwise(schedule: readonly ScheduleStep[]): Error {
  return new Error(
    `explore: the program is not deterministic: ${printSchedule(schedule)} ended otherwise when run again`,
  );
}
