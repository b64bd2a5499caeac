/** Holds a run against every promise. */
import type { Outcome } from '../scenario/outcome';
import { callPromises } from './call-promises';
import { dataPromises } from './data-promises';
import { kernelPromises } from './kernel-promises';
import { JudgedRun, type Breach, type JudgedScenario, type KernelPromise } from './promise';

/** Every promise, the ones that a program can see first. */
export const PROMISES: readonly KernelPromise[] = [
  ...dataPromises,
  ...callPromises,
  ...kernelPromises,
];

/** The promises that a run broke; each way of breaking one is told once. */
export function breachesOf(judged: JudgedScenario, outcome: Outcome): Breach[] {
  const run = new JudgedRun(judged, outcome);
  const found = new Map<string, Breach>();
  for (const promise of PROMISES) {
    for (const breach of promise.judge(run)) {
      const key = `${promise.id}: ${breach.detail}`;
      if (!found.has(key)) found.set(key, { promise: promise.id, ...breach });
    }
  }
  return [...found.values()];
}
