/** One variant on every scenario of the suite. */
import { explore, type Exploration } from '../model/diff/explore';
import type { Variant } from '../model/features/variant';
import type { ScenarioSource } from '../model/report/reported-outcome';
import type { Io } from './cli/command';
import { startProgress } from './cli/progress';

/** Explores the scenarios one after the other; interrupted, the rest is left out. */
export function exploreSuite(
  title: string,
  variant: Variant,
  sources: readonly ScenarioSource[],
  executions: number,
  io: Io,
): Exploration[] {
  const progress = startProgress(io, title);
  const explored: Exploration[] = [];
  for (const [index, { scenario, file }] of sources.entries()) {
    if (io.signal.aborted) break;
    progress.update(index, sources.length, scenario.name);
    explored.push(explore(scenario, variant, { file, executions, signal: io.signal }));
  }
  progress.end();
  return explored;
}
