/**
 * A short way to an outcome: a schedule with as few context switches as can be found. Schedules with
 * no switch are tried first, then with one, and so on up to one fewer than the known one has; that
 * is exact where it comes to an end. As the number of schedules grows fast, it may be cut short: the
 * best one then is a heuristic's, the known trace in the order that switches least greedily.
 */
import { dependent } from './dependence';
import type { Program, Run, ScheduleStep } from './program';
import { contextSwitches, replaySchedule } from './schedule';

export interface Minimized {
  readonly schedule: readonly ScheduleStep[];
  readonly switches: number;
  /** Whether no schedule with fewer switches leads to the outcome. */
  readonly exact: boolean;
}

/**
 * Looks for a schedule with fewer context switches that ends in the same outcome.
 *
 * @param schedule one that leads to the outcome
 * @param executions most runs of the program to spend
 * @throws ScheduleError if the schedule does not fit the program
 */
export function minimize(
  program: Program,
  schedule: readonly ScheduleStep[],
  executions = 2000,
): Minimized {
  const outcome = replaySchedule(program, schedule).outcome();
  let best = schedule;
  const reordered = reorder(program, schedule);
  if (contextSwitches(reordered) < contextSwitches(best)) best = reordered;
  const search = new BoundedSearch(program, outcome, executions);
  for (let switches = 0; switches < contextSwitches(best); switches++) {
    const found = search.find(switches);
    if (found !== undefined) return { schedule: found, switches, exact: true };
    if (search.spent) return { schedule: best, switches: contextSwitches(best), exact: false };
  }
  return { schedule: best, switches: contextSwitches(best), exact: true };
}

/** The same trace, staying with a thread as long as nothing else must come first. */
function reorder(program: Program, schedule: readonly ScheduleStep[]): ScheduleStep[] {
  const needs = predecessors(program, schedule);
  const left = new Set(schedule.keys());
  const result: ScheduleStep[] = [];
  let current = -1;
  while (left.size > 0) {
    const ready = [...left].filter((i) => needs[i]!.every((k) => !left.has(k)));
    const next = ready.find((i) => schedule[i]!.thread === current) ?? Math.min(...ready);
    left.delete(next);
    result.push(schedule[next]!);
    current = schedule[next]!.thread;
  }
  return result;
}

/** For each step, the earlier ones that must precede it. */
function predecessors(program: Program, schedule: readonly ScheduleStep[]): number[][] {
  const accesses: number[][] = [];
  const spawned: number[] = [];
  replaySchedule(program, schedule, (run) => {
    accesses.push([...run.accesses.subarray(0, run.accessCount)]);
    spawned.push(run.spawned);
  });
  return schedule.map((step, i) =>
    schedule
      .slice(0, i)
      .flatMap((earlier, k) =>
        earlier.thread === step.thread ||
        spawned[k] === step.thread ||
        accesses[k]!.some((a) => accesses[i]!.some((b) => dependent(a, b)))
          ? [k]
          : [],
      ),
  );
}

/** Depth-first search among the schedules with a given number of context switches. */
class BoundedSearch {
  spent = false;
  private readonly prefix: ScheduleStep[] = [];

  constructor(
    private readonly program: Program,
    private readonly outcome: string,
    private left: number,
  ) {}

  find(switches: number): ScheduleStep[] | undefined {
    this.prefix.length = 0;
    return this.visit(this.program.start(), -1, switches);
  }

  private visit(run: Run, current: number, switches: number): ScheduleStep[] | undefined {
    const steps = this.stepsFrom(run, current, switches);
    if (steps.length === 0) {
      const over = Array.from({ length: run.threadCount }, (_, t) => t).every(
        (t) => run.choices(t) === 0 || !run.enabled(t),
      );
      return over && run.outcome() === this.outcome ? [...this.prefix] : undefined;
    }
    let here: Run | undefined = run;
    for (const step of steps) {
      here ??= this.again();
      if (here === undefined) return undefined;
      const { thread } = step;
      here.step(thread, step.choice);
      this.prefix.push(step);
      const cost = current >= 0 && thread !== current ? 1 : 0;
      const found = this.visit(here, thread, switches - cost);
      if (found !== undefined) return found;
      this.prefix.pop();
      here = undefined;
    }
    return undefined;
  }

  private stepsFrom(run: Run, current: number, switches: number): ScheduleStep[] {
    const steps: ScheduleStep[] = [];
    for (let k = 0; k < run.threadCount; k++) {
      const thread = current < 0 ? k : (current + k) % run.threadCount;
      if (current >= 0 && thread !== current && switches === 0) continue;
      const choices = run.choices(thread);
      if (choices === 0 || !run.enabled(thread)) continue;
      for (let choice = 0; choice < choices; choice++) steps.push({ thread, choice });
    }
    return steps;
  }

  private again(): Run | undefined {
    if (this.left-- <= 0) {
      this.spent = true;
      return undefined;
    }
    const run = this.program.start();
    for (const { thread, choice } of this.prefix) run.step(thread, choice);
    return run;
  }
}
