/** The oracle of the explorer: every interleaving, one by one, and their traces. */
import { dependent } from './dependence';
import type { Program, ScheduleStep } from './program';

export interface Enumeration {
  readonly interleavings: number;
  /** Canonical forms of the Mazurkiewicz traces. */
  readonly traces: ReadonlySet<string>;
  readonly outcomes: ReadonlySet<string>;
}

interface SeenStep extends ScheduleStep {
  readonly accesses: readonly number[];
  readonly spawned: number;
}

/** Enumerates every interleaving of a program. @throws when there are more than `most` */
export function enumerate(program: Program, most = 1_000_000): Enumeration {
  const traces = new Set<string>();
  const outcomes = new Set<string>();
  let interleavings = 0;
  const prefix: ScheduleStep[] = [];
  const visit = (): void => {
    const { alternatives, steps, outcome } = runTo(program, prefix);
    if (alternatives.length === 0) {
      if (++interleavings > most) throw new Error(`enumerate: more than ${most} interleavings`);
      traces.add(canonical(steps));
      outcomes.add(outcome!);
      return;
    }
    for (const alternative of alternatives) {
      prefix.push(alternative);
      visit();
      prefix.pop();
    }
  };
  visit();
  return { interleavings, traces, outcomes };
}

function runTo(program: Program, prefix: readonly ScheduleStep[]) {
  const run = program.start();
  const steps: SeenStep[] = prefix.map(({ thread, choice }) => {
    run.step(thread, choice);
    const accesses = [...run.accesses.subarray(0, run.accessCount)];
    return { thread, choice, accesses, spawned: run.spawned };
  });
  const alternatives: ScheduleStep[] = [];
  for (let thread = 0; thread < run.threadCount; thread++) {
    const choices = run.choices(thread);
    if (choices === 0 || !run.enabled(thread)) continue;
    for (let choice = 0; choice < choices; choice++) alternatives.push({ thread, choice });
  }
  const outcome = alternatives.length === 0 ? run.outcome() : undefined;
  return { alternatives, steps, outcome };
}

/** A trace's normal form: always the lowest thread among the steps that nothing left must precede. */
function canonical(steps: readonly SeenStep[]): string {
  const left = [...steps];
  const form: string[] = [];
  while (left.length > 0) {
    let best = -1;
    for (let i = 0; i < left.length; i++) {
      const free = left.slice(0, i).every((earlier) => !ordered(earlier, left[i]!));
      if (free && (best < 0 || left[i]!.thread < left[best]!.thread)) best = i;
    }
    const [step] = left.splice(best, 1);
    form.push(`${step!.thread}.${step!.choice}`);
  }
  return form.join(' ');
}

function ordered(a: SeenStep, b: SeenStep): boolean {
  if (a.thread === b.thread || a.spawned === b.thread) return true;
  return a.accesses.some((x) => b.accesses.some((y) => dependent(x, y)));
}
