/** Many explorations by states, shared among workers. */
import type { StatesExploration } from '../model/diff/explore-states';
import type { Io } from './cli/command';
import { limitedBy, stopAfter } from './cli/stop-after';
import type { ExploreAllOptions, Job } from './exploration-job';
import { workersFor } from './workers/option';
import { withPool } from './workers/pool';

/**
 * Explores all, in the order given, each as a whole: in workers, even one, so that it can be interrupted.
 *
 * @throws ScenarioError, ReturningState
 */
export async function exploreAllByStates(
  jobs: readonly Job[],
  { seconds, workers, steps, preemptions, onProgress }: ExploreAllOptions,
  io: Pick<Io, 'signal'>,
): Promise<StatesExploration[]> {
  const signal = stopAfter(seconds, io.signal);
  const results: StatesExploration[] = [];
  const states = jobs.map(() => 0);
  const tell = (index: number, count: number): void => {
    states[index] = count;
    onProgress?.({
      executions: 0,
      blocked: 0,
      estimate: 0,
      states: states.reduce((sum, each) => sum + each, 0),
      done: results.length,
      total: jobs.length,
    });
  };
  await withPool({ workers: workersFor(workers, jobs.length), signal }, async (pool) => {
    const inputs = jobs.map(({ source: { scenario, file }, variant: { variant } }) => ({
      scenario,
      file,
      switches: variant.switches(),
      ...(steps !== undefined && { steps }),
      ...(preemptions !== undefined && { preemptions }),
    }));
    const outputs = pool.map('exploreStates', inputs, ({ done }, index) => tell(index, done));
    for await (const output of outputs) {
      results.push(output);
      tell(results.length - 1, output.states);
    }
  });
  return jobs.map((_, index) => limitedBy(results[index] ?? NOTHING, seconds, io.signal));
}

/** An exploration that never began. */
const NOTHING: StatesExploration = {
  executions: null,
  states: 0,
  completeness: { kind: 'interrupted' },
  outcomes: [],
};
