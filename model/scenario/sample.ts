/** Runs a scenario under a seeded random scheduler: a quick look, never a proof. */
import type { ScenarioProgram } from './program';
import type { Outcome } from './outcome';
import type { ScheduleStep } from '../explorer/program';

/** Longest execution that sampling follows, in steps. */
const MOST_STEPS = 20_000;

export interface Sample {
  readonly outcome: Outcome;
  readonly schedule: readonly ScheduleStep[];
}

/** One execution; `pick(n)` chooses among n possibilities. @throws if it does not end. */
export function execute(program: ScenarioProgram, pick: (n: number) => number): Sample {
  const run = program.start();
  const schedule: ScheduleStep[] = [];
  for (;;) {
    const ready: number[] = [];
    for (let thread = 0; thread < run.threadCount; thread++) {
      if (run.choices(thread) > 0 && run.enabled(thread)) ready.push(thread);
    }
    if (ready.length === 0) return { outcome: run.observe(), schedule };
    if (schedule.length === MOST_STEPS)
      throw new Error(`execute: no end after ${MOST_STEPS} steps`);
    const thread = ready[ready.length === 1 ? 0 : pick(ready.length)]!;
    const choices = run.choices(thread);
    const choice = choices === 1 ? 0 : pick(choices);
    schedule.push({ thread, choice });
    run.step(thread, choice);
  }
}

/** The execution in which every thread runs to its end before the next begins. */
export function executeInOrder(program: ScenarioProgram): Sample {
  return execute(program, () => 0);
}

/** A small generator with a 32-bit seed (xorshift): the same seed, the same schedules. */
export function randomPick(seed: number): (n: number) => number {
  let state = seed | 0 || 1;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}
