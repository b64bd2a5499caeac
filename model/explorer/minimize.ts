/**
 * A short way to an outcome: a schedule with as few context switches as can be found. Schedules with
 * no switch are tried first, then with one, and so on up to one fewer than the known one has; that
 * is exact where it comes to an end. As the number of schedules grows fast, it may be cut short: the
 * best one then is a heuristic's, the known trace in the order that switches least greedily.
 */
import { withFewerSwitches } from './fewer-switches';
import type { Program, Run, ScheduleStep } from './program';
import { contextSwitches, replaySchedule } from './schedule';
import { SeenAccesses } from './seen-accesses';

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
 * @param executions most runs of the program to spend, of 500 steps on average
 * @throws ScheduleError if the schedule does not fit the program
 */
export function minimize(
  program: Program,
  schedule: readonly ScheduleStep[],
  executions?: number,
): Minimized {
  return minimizeAll(program, [schedule], executions)[0]!;
}

/**
 * The same for several schedules in one search.
 *
 * @param executions most runs of the program to spend on all of them, of 500 steps on average
 * @throws ScheduleError if a schedule does not fit the program
 */
export function minimizeAll(
  program: Program,
  schedules: readonly (readonly ScheduleStep[])[],
  executions = 2000,
): Minimized[] {
  const best = schedules.map((schedule) => ({
    outcome: replaySchedule(program, schedule).outcome(),
    schedule: fewerSwitches(schedule, withFewerSwitches(program, schedule)),
  }));
  const search = new BoundedSearch(program, executions);
  /** With how many switches not all schedules were tried, and with fewer all were. */
  let inPart = Infinity;
  for (let tried = 0; !search.spent; tried++) {
    const open = best.filter(({ schedule }) => contextSwitches(schedule) > tried);
    if (open.length === 0) break;
    const found = search.find(
      tried,
      open.map(({ outcome }) => outcome),
    );
    for (const each of open) each.schedule = found.get(each.outcome) ?? each.schedule;
    if (search.spent || search.cut) inPart = Math.min(inPart, tried);
  }
  return best.map(({ schedule }) => {
    const switches = contextSwitches(schedule);
    return { schedule, switches, exact: switches <= inPart };
  });
}

/** Steps of a schedule beyond which it is not tried further: a thread that waits for another may spin. */
const MOST_STEPS = 2000;
/** Steps to spend for each run that may be spent. */
const STEPS_A_RUN = 500;

function fewerSwitches(a: readonly ScheduleStep[], b: readonly ScheduleStep[]) {
  return contextSwitches(b) < contextSwitches(a) ? b : a;
}

/**
 * Depth-first search among the schedules with a given number of context switches, at most. A thread is left
 * only before a step that conflicts with what another thread was seen to touch: before any other it might
 * as well be left later. What is seen for the first time may make a difference to what lies behind.
 */
class BoundedSearch {
  /** Whether it may run no more. */
  spent = false;
  /** Whether schedules were left off as they are too long. */
  cut = false;
  /** Steps that it may take. */
  private stepsLeft: number;
  private readonly seen = new SeenAccesses();
  private readonly prefix: ScheduleStep[] = [];
  private readonly found = new Map<string, readonly ScheduleStep[]>();
  /** Outcomes that are looked for, and not found yet. */
  private wanted: Set<string> = new Set();

  constructor(
    private readonly program: Program,
    private left: number,
  ) {
    this.stepsLeft = left * STEPS_A_RUN;
  }

  /** The first schedule that leads to each outcome, of those that one leads to. */
  find(
    switches: number,
    outcomes: readonly string[],
  ): ReadonlyMap<string, readonly ScheduleStep[]> {
    this.wanted = new Set(outcomes);
    this.found.clear();
    let seen: number;
    do {
      seen = this.seen.size;
      this.prefix.length = 0;
      this.visit(this.program.start(), -1, switches);
    } while (this.seen.size > seen && this.wanted.size > 0 && !this.spent);
    return this.found;
  }

  private visit(run: Run, current: number, switches: number): void {
    const steps = this.stepsFrom(run, current, switches);
    if (steps.length === 0) return this.keep(run);
    if (this.prefix.length >= MOST_STEPS) {
      this.cut = true;
      return;
    }
    let here: Run | undefined = run;
    let leaves = steps[0]!.thread !== current;
    for (const step of steps) {
      const { thread, choice } = step;
      if (thread !== current && !leaves) return;
      here ??= this.again();
      if (here === undefined || !this.spend(1)) return;
      here.step(thread, choice);
      if (this.seen.add(thread, here) && thread === current) leaves = true;
      this.prefix.push(step);
      const cost = current >= 0 && thread !== current ? 1 : 0;
      this.visit(here, thread, switches - cost);
      if (this.wanted.size === 0) return;
      this.prefix.pop();
      here = undefined;
    }
  }

  private keep(run: Run): void {
    for (let thread = 0; thread < run.threadCount; thread++) {
      if (run.choices(thread) > 0 && run.enabled(thread)) return;
    }
    const outcome = run.outcome();
    if (this.wanted.delete(outcome)) this.found.set(outcome, [...this.prefix]);
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
    if (this.left-- <= 0) this.spent = true;
    if (this.spent || !this.spend(this.prefix.length)) return undefined;
    const run = this.program.start();
    for (const { thread, choice } of this.prefix) run.step(thread, choice);
    return run;
  }

  /** @returns false if so many steps may not be taken */
  private spend(steps: number): boolean {
    this.stepsLeft -= steps;
    if (this.stepsLeft < 0) this.spent = true;
    return !this.spent;
  }
}
