/** How fast the explorer is on a program, next to a bare loop that only runs the program. */
import { DEFAULT_STEPS, explore } from '../../model/explorer/explore';
import type { Program, ScheduleStep } from '../../model/explorer/program';
import { Search } from '../../model/explorer/search';

export interface Measurement {
  readonly program: string;
  /** Executions of the exploration: traces, if it is complete. */
  readonly executions: number;
  readonly complete: boolean;
  /** Steps of the exploration for each execution, those of replays and probes included. */
  readonly stepsPerExecution: number;
  readonly executionsPerSecond: number;
  readonly eventsPerSecond: number;
  /** Executions a second of the bare loop: it builds the program, runs a schedule, and no more. */
  readonly ceiling: number;
  readonly ratio: number;
}

/** Schedules that the bare loop runs; of a program with more traces, the first ones. */
const SCHEDULES_MOST = 2000;

/** Times that the two are measured in turn, so that a slow moment of the machine is not one's alone. */
const ROUNDS = 5;

/** CPU seconds of this process: other load on the machine hardly shows in them. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * @param seconds CPU time to spend on each of the two, at least
 * @param most executions to explore, where that is not all
 */
export function measure(
  name: string,
  program: Program,
  seconds: number,
  most?: number,
): Measurement {
  const bounds = most === undefined ? {} : { executions: most };
  const schedules = recordSchedules(program, most ?? SCHEDULES_MOST);
  const loop = (): number => {
    for (const schedule of schedules) runBare(program, schedule);
    return schedules.length;
  };
  const { executions, steps, completeness } = explore(program, bounds);
  const search = (): number => explore(program, bounds).executions;
  rate(loop, seconds / 4);
  rate(search, seconds / 4);
  let [ceiling, executionsPerSecond] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    ceiling = Math.max(ceiling, rate(loop, seconds / ROUNDS));
    executionsPerSecond = Math.max(executionsPerSecond, rate(search, seconds / ROUNDS));
  }
  const events = schedules.reduce((sum, { length }) => sum + length / 2, 0) / schedules.length;
  return {
    program: name,
    executions,
    complete: completeness.kind === 'complete',
    stepsPerExecution: steps / executions,
    executionsPerSecond,
    eventsPerSecond: executionsPerSecond * events,
    ceiling,
    ratio: executionsPerSecond / ceiling,
  };
}

/** Threads and choices, alternating, of the first schedules that the explorer takes. */
function recordSchedules(program: Program, most: number): Int32Array[] {
  const schedules: Int32Array[] = [];
  const search: Search = new Search(program, DEFAULT_STEPS, {
    onEnd: () => schedules.push(flat(search.schedule())),
  });
  while (search.advance() && schedules.length < most);
  return schedules;
}

const flat = (steps: readonly ScheduleStep[]): Int32Array =>
  Int32Array.from(steps.flatMap(({ thread, choice }) => [thread, choice]));

function runBare(program: Program, schedule: Int32Array): void {
  const run = program.start();
  for (let i = 0; i < schedule.length; i += 2) run.step(schedule[i], schedule[i + 1]);
}

/** CPU seconds that work takes: the least of as many times as fit, the first of which warm it up. */
export function leastSeconds(work: () => void, seconds: number): number {
  const end = cpuSeconds() + seconds;
  let least = Infinity;
  do {
    const began = cpuSeconds();
    work();
    least = Math.min(least, cpuSeconds() - began);
  } while (cpuSeconds() < end);
  return least;
}

/** Units of work in a CPU second, from at least one call. */
function rate(work: () => number, seconds: number): number {
  const began = cpuSeconds();
  let done = 0;
  for (;;) {
    done += work();
    const spent = cpuSeconds() - began;
    if (spent >= seconds) return done / spent;
  }
}
