/**
 * The diamond property: two neighbouring steps of different threads that the explorer holds for
 * independent can be taken in either order, with the same accesses, the same values seen and the same
 * state at the end. Where that fails, the explorer loses interleavings.
 */
import { rangesDependent } from '../../model/explorer/dependence';
import type { Run } from '../../model/explorer/program';
import type { Machine } from '../../model/machine/machine';

/** A program over a machine. */
export interface Subject {
  readonly machine: Machine;
  start(): Run;
}

/** One step as it was taken. */
interface Taken {
  readonly thread: number;
  readonly choice: number;
  readonly choices: number;
  readonly accesses: Int32Array;
  /** Hash of all that the thread has seen, this step included. */
  readonly history: number;
}

/** A whole execution and the state that it left. */
interface Execution {
  readonly steps: readonly Taken[];
  readonly memory: Int32Array;
  readonly outcome: string;
}

export interface Diamonds {
  /** Neighbouring steps of different threads that are independent, each taken in both orders. */
  pairs: number;
  /** Pairs for which the order mattered after all, as text. */
  readonly broken: string[];
}

/** Longest execution that is followed, in steps. */
const MOST_STEPS = 4000;

function take(subject: Subject, run: Run, thread: number, choice: number): Taken {
  const choices = run.choices(thread);
  run.step(thread, choice);
  const accesses = run.accesses.slice(0, run.accessCount);
  return { thread, choice, choices, accesses, history: subject.machine.histories[thread]! };
}

function finish({ machine }: Subject, run: Run, steps: readonly Taken[]): Execution {
  return { steps, memory: machine.arena.mem.slice(), outcome: run.outcome() };
}

/** One execution under a scheduler that asks `pick(n)` for each decision. */
function execute(subject: Subject, pick: (n: number) => number): Execution {
  const run = subject.start();
  const steps: Taken[] = [];
  for (;;) {
    const ready: number[] = [];
    for (let thread = 0; thread < run.threadCount; thread++) {
      if (run.choices(thread) > 0 && run.enabled(thread)) ready.push(thread);
    }
    if (ready.length === 0 || steps.length === MOST_STEPS) return finish(subject, run, steps);
    const thread = ready[pick(ready.length)]!;
    const choices = run.choices(thread);
    steps.push(take(subject, run, thread, choices === 1 ? 0 : pick(choices)));
  }
}

const independent = (a: Taken, b: Taken): boolean =>
  a.thread !== b.thread &&
  !rangesDependent(a.accesses, 0, a.accesses.length, b.accesses, 0, b.accesses.length);

/** Where pairs of independent neighbours begin, from `from` on, without overlaps. */
function swappable(steps: readonly Taken[], from: number): number[] {
  const pairs: number[] = [];
  for (let i = from; i + 1 < steps.length; i++) {
    if (independent(steps[i]!, steps[i + 1]!)) pairs.push(i++);
  }
  return pairs;
}

/** The same execution with the given pairs swapped. @returns what went differently, if anything did */
function replaySwapped(
  subject: Subject,
  original: Execution,
  pairs: readonly number[],
): string | undefined {
  const order = original.steps.slice();
  for (const i of pairs) [order[i], order[i + 1]] = [order[i + 1]!, order[i]!];
  const run = subject.start();
  for (const step of order) {
    if (run.choices(step.thread) !== step.choices) return 'a step offers other choices';
    if (!run.enabled(step.thread)) return 'a step has to wait';
    const again = take(subject, run, step.thread, step.choice);
    if (again.accesses.join() !== step.accesses.join()) return 'a step touches something else';
    if (again.history !== step.history) return 'a step sees another value';
  }
  const end = finish(subject, run, order);
  const word = end.memory.findIndex((value, cell) => value !== original.memory[cell]);
  if (word >= 0) return `${subject.machine.arena.describe(word * 4)} ends otherwise`;
  return end.outcome === original.outcome ? undefined : 'the outcome differs';
}

/** Names the pair that went wrong, and what it touched. */
function explain(subject: Subject, original: Execution, pairs: readonly number[]): string {
  const culprit = pairs.find((pair) => replaySwapped(subject, original, [pair]) !== undefined);
  if (culprit === undefined) return 'several pairs together: the order mattered';
  const text = [culprit, culprit + 1].map((i) => {
    const { thread, accesses } = original.steps[i]!;
    const touched = [...accesses].map(
      (access) => `${subject.machine.arena.describe((access >>> 4) * 4)} mode ${access & 15}`,
    );
    return `thread ${thread} (${touched.join(', ')})`;
  });
  return `${text.join(' and ')}: ${replaySwapped(subject, original, [culprit])!}`;
}

/** Swaps the independent neighbours of one execution, and notes where that changed something. */
export function checkExecution(
  subject: Subject,
  pick: (n: number) => number,
  into: Diamonds,
): void {
  const original = execute(subject, pick);
  const first = swappable(original.steps, 0);
  // Every second pair overlaps one of the first round; those get a round of their own.
  const second = swappable(original.steps, (first[0] ?? 0) + 1);
  for (const pairs of [first, second]) {
    into.pairs += pairs.length;
    if (pairs.length > 0 && replaySwapped(subject, original, pairs) !== undefined) {
      into.broken.push(explain(subject, original, pairs));
    }
  }
}
