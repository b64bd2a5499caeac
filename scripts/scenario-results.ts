/** One task on every scenario, by workers, leaving out those whose result is kept in a file. */
import type { ScenarioSource } from '../model/report/reported-outcome';
import type { KeptResults } from './kept-results';
import { withPool } from './workers/pool';
import type { TaskProgress } from './workers/task';
import type { TaskInput, TaskName, TaskOutput } from './workers/tasks';

/** What a task gives unless it is interrupted. */
type Result<N extends TaskName> = NonNullable<TaskOutput<N>>;

export interface ResultsRequest<T> {
  readonly sources: readonly ScenarioSource[];
  /** Threads; 0 for none but this one. */
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Results that need not be made again; new ones go there. */
  readonly kept?: KeptResults<T>;
  readonly onProgress?: (done: number, total: number, detail?: string) => void;
}

/** The results in the order of the scenarios; undefined where an interruption left one out. */
export async function scenarioResults<N extends TaskName>(
  task: N,
  inputOf: (source: ScenarioSource) => TaskInput<N>,
  { sources, workers, signal, kept, onProgress }: ResultsRequest<Result<N>>,
): Promise<(Result<N> | undefined)[]> {
  const results = sources.map((source) => kept?.of(source));
  const open = [...results.keys()].filter((index) => results[index] === undefined);
  let over = 0;
  const tell = (progress?: TaskProgress) =>
    onProgress?.(sources.length - open.length + over, sources.length, progress?.detail);
  await withPool({ workers, signal }, async (pool) => {
    const inputs = open.map((index) => inputOf(sources[index]!));
    for await (const result of pool.map(task, inputs, tell)) {
      const index = open[over++]!;
      tell();
      if (result === null) continue;
      results[index] = result as Result<N>;
      await kept?.keep(sources[index]!, result as Result<N>);
    }
  });
  return results;
}

/** Those that there are. */
export const finished = <T>(results: readonly (T | undefined)[]): T[] =>
  results.filter((result) => result !== undefined);
