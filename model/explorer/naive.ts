/** The oracle of the explorer: every interleaving, one by one, and their traces. */
import { dependent } from './dependence';
import type { Program, Run, ScheduleStep } from './program';

export interface Enumeration {
  readonly interleavings: number;
  /** Canonical forms of the Mazurkiewicz traces. */
  readonly traces: ReadonlySet<string>;
  readonly outcomes: ReadonlySet<string>;
}

/** A program has more interleavings than the caller wants to see. */
export class MoreInterleavings extends Error {
  constructor(most: number) {
    super(`enumerate: more than ${most} interleavings`);
  }
}

interface SeenStep extends ScheduleStep {
  readonly accesses: readonly number[];
  readonly spawned: number;
}

/** Enumerates every interleaving of a program. @throws MoreInterleavings if more than `most` */
export function enumerate(program: Program, most = 1_000_000): Enumeration {
  const traces = new Set<string>();
  const outcomes = new Set<string>();
  let interleavings = 0;
  const steps: SeenStep[] = [];
  /** Goes on from the state of `run`, which the steps so far have led to. */
  const visit = (run: Run): void => {
    const alternatives = alternativesOf(run);
    if (alternatives.length === 0) {
      if (++interleavings > most) throw new MoreInterleavings(most);
      traces.add(canonical(steps));
      outcomes.add(run.outcome());
      return;
    }
    const depth = steps.length;
    let current: Run | undefined = run;
    for (const alternative of alternatives) {
      current ??= again(program, steps);
      steps.push(take(current, alternative));
      visit(current);
      steps.length = depth;
      current = undefined;
    }
  };
  visit(program.start());
  return { interleavings, traces, outcomes };
}

function again(program: Program, steps: readonly ScheduleStep[]): Run {
  const run = program.start();
  for (const { thread, choice } of steps) run.step(thread, choice);
  return run;
}

function take(run: Run, { thread, choice }: ScheduleStep): SeenStep {
  run.step(thread, choice);
  const accesses = [...run.accesses.subarray(0, run.accessCount)];
  return { thread, choice, accesses, spawned: run.spawned };
}

function alternativesOf(run: Run): ScheduleStep[] {
  const alternatives: ScheduleStep[] = [];
  for (let thread = 0; thread < run.threadCount; thread++) {
    const choices = run.choices(thread);
    if (choices === 0 || !run.enabled(thread)) continue;
    for (let choice = 0; choice < choices; choice++) alternatives.push({ thread, choice });
  }
  return alternatives;
}

/** A trace's normal form: always the lowest thread among the steps that nothing left must precede. */
function canonical(steps: readonly SeenStep[]): string {
  const left = [...steps];
  const form: string[] = [];
  while (left.length > 0) {
    let best = 0;
    for (let i = 1; i < left.length; i++) {
      if (left[i]!.thread < left[best]!.thread && isFree(left, i)) best = i;
    }
    const [step] = left.splice(best, 1);
    form.push(`${step!.thread}.${step!.choice}`);
  }
  return form.join(' ');
}

function isFree(left: readonly SeenStep[], i: number): boolean {
  for (let k = 0; k < i; k++) if (ordered(left[k]!, left[i]!)) return false;
  return true;
}

function ordered(a: SeenStep, b: SeenStep): boolean {
  if (a.thread === b.thread || a.spawned === b.thread) return true;
  return a.accesses.some((x) => b.accesses.some((y) => dependent(x, y)));
}
