/** A trace in another order: staying with a thread as long as nothing else must come first. */
import { conflicting } from './dependence';
import type { Program, ScheduleStep } from './program';
import { replaySchedule } from './schedule';

const MODES = 16;

/**
 * The same trace in an order that switches little, chosen greedily.
 *
 * @throws ScheduleError if the schedule does not fit the program
 */
export function withFewerSwitches(
  program: Program,
  schedule: readonly ScheduleStep[],
): ScheduleStep[] {
  const stepsOf: number[][] = [];
  schedule.forEach(({ thread }, i) => (stepsOf[thread] ??= []).push(i));
  const threads = stepsOf.length;
  const needs = needsOf(program, schedule, threads);
  const done = new Int32Array(threads);
  const isReady = (i: number): boolean =>
    done.every((count, t) => count >= needs[i * threads + t]!);
  const result: ScheduleStep[] = [];
  let current = -1;
  while (result.length < schedule.length) {
    const ready = stepsOf
      .map((steps, thread) => steps[done[thread]!])
      .filter((i): i is number => i !== undefined && isReady(i));
    const next = ready.find((i) => schedule[i]!.thread === current) ?? Math.min(...ready);
    current = schedule[next]!.thread;
    done[current]!++;
    result.push(schedule[next]!);
  }
  return result;
}

/** For step i and thread t, at `i * threads + t`: how many steps of t must come before it. */
function needsOf(program: Program, schedule: readonly ScheduleStep[], threads: number): Int32Array {
  const needs = new Int32Array(schedule.length * threads);
  const count = new Int32Array(threads);
  const touched = new LastAccesses(threads);
  /** The thread that created one, and how many steps it had taken then. */
  const creation = new Map<number, readonly [thread: number, steps: number]>();
  replaySchedule(program, schedule, ({ accesses, accessCount, spawned }, i) => {
    const { thread } = schedule[i]!;
    const needed = needs.subarray(i * threads, (i + 1) * threads);
    const steps = ++count[thread]!;
    const [creator, before] = creation.get(thread) ?? [thread, 0];
    needed[creator] = before;
    for (let k = 0; k < accessCount; k++) touched.collect(accesses[k]!, needed);
    for (let k = 0; k < accessCount; k++) touched.add(accesses[k]!, thread, steps);
    // Its own steps come in their order anyway.
    needed[thread] = 0;
    if (spawned >= 0) creation.set(spawned, [thread, steps]);
  });
  return needs;
}

/** Where each thread last touched an object in each mode: how many steps it had taken then. */
class LastAccesses {
  private readonly objects = new Map<number, Int32Array>();

  constructor(private readonly threads: number) {}

  add(access: number, thread: number, steps: number): void {
    let counts = this.objects.get(access >>> 4);
    if (counts === undefined) {
      counts = new Int32Array(MODES * this.threads);
      this.objects.set(access >>> 4, counts);
    }
    counts[(access & 15) * this.threads + thread] = steps;
  }

  /** Raises `needed` to what an access must come after. */
  collect(access: number, needed: Int32Array): void {
    const counts = this.objects.get(access >>> 4);
    if (counts === undefined) return;
    for (let mode = 0; mode < MODES; mode++) {
      if (!conflicting(mode, access & 15)) continue;
      for (let thread = 0; thread < this.threads; thread++) {
        const steps = counts[mode * this.threads + thread]!;
        if (steps > needed[thread]!) needed[thread] = steps;
      }
    }
  }
}
