/** Every interleaving of some tasks, and what they end in. */
import { explore } from '../../../model/explorer/explore';
import type { Steps } from '../../../model/machine/op';
import type { Kernel } from '../../../model/state/kernel';

/**
 * Runs tasks concurrently from the present state, in every way that can differ, and goes back to it.
 *
 * @param observe is told what each task returned ('unfinished' if it waits for ever or died).
 * @returns the distinct observations, sorted.
 */
export function outcomesOf(
  kernel: Kernel,
  tasks: readonly (() => Steps<unknown>)[],
  observe: (results: readonly unknown[]) => string,
): string[] {
  const { machine } = kernel;
  machine.save();
  let results: unknown[] = [];
  const start = () => {
    machine.restore();
    results = tasks.map(() => 'unfinished');
    tasks.forEach((task, i) =>
      machine.spawn(
        (function* () {
          results[i] = yield* task();
        })(),
      ),
    );
    return {
      get threadCount() {
        return machine.threadCount;
      },
      choices: (thread: number) => machine.choices(thread),
      guard: (thread: number) => machine.guard(thread),
      enabled: (thread: number) => machine.enabled(thread),
      step: (thread: number, choice: number) => machine.step(thread, choice),
      get accesses() {
        return machine.accesses;
      },
      get accessCount() {
        return machine.accessCount;
      },
      spawned: -1,
      outcome: () => observe(results),
    };
  };
  const { outcomes, completeness } = explore({ start });
  machine.restore();
  if (completeness.kind !== 'complete') throw new Error('outcomesOf: not complete');
  return [...outcomes.keys()].sort();
}

/**
 * Runs two tasks so that the second runs to its end (or until it has to wait) at some point of the
 * first: one schedule for each such point. Far fewer than all interleavings, for long tasks.
 *
 * @returns the distinct observations, sorted.
 */
export function preemptedOutcomes(
  kernel: Kernel,
  tasks: readonly [() => Steps<unknown>, () => Steps<unknown>],
  observe: (results: readonly unknown[]) => string,
): string[] {
  const { machine } = kernel;
  machine.save();
  const seen = new Set<string>();
  // Ends at a point that the first task, alone, does not reach.
  for (let point = 0, reached = 0; reached >= point - 1; point++) {
    machine.restore();
    const results: unknown[] = ['unfinished', 'unfinished'];
    tasks.forEach((task, i) =>
      machine.spawn(
        (function* () {
          results[i] = yield* task();
        })(),
      ),
    );
    for (reached = 0; reached < point && machine.enabled(0); reached++) machine.step(0, 0);
    while ([1, 0].some((thread) => machine.enabled(thread))) {
      const thread = machine.enabled(1) ? 1 : 0;
      machine.step(thread, 0);
    }
    seen.add(observe(results));
  }
  machine.restore();
  return [...seen].sort();
}
