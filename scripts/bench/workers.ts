/** How much faster more workers explore the suite: what `lzfree review` does. */
import { NAMED_VARIANTS } from '../../model/features/variant';
import { exploreAll, type Job } from '../explorations';
import { loadSuite } from '../suite';

export interface WorkersRow {
  readonly workers: number;
  readonly executions: number;
  /** From start to end by the clock on the wall, threads started included. */
  readonly seconds: number;
}

export async function measureWorkers(workers: number): Promise<WorkersRow> {
  const { original, fixed } = NAMED_VARIANTS;
  const jobs: Job[] = loadSuite().flatMap((source) => [
    { source, variant: { name: 'original', variant: original } },
    { source, variant: { name: 'fixed', variant: fixed } },
  ]);
  const io = { stdin: process.stdin, signal: new AbortController().signal };
  const began = performance.now();
  const explorations = await exploreAll(jobs, { workers }, io);
  const seconds = (performance.now() - began) / 1000;
  const executions = explorations.reduce((sum, each) => sum + each.executions, 0);
  return { workers, executions, seconds };
}
