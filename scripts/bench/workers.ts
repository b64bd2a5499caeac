/** How much faster more workers explore: many scenarios, and one. */
import { NAMED_VARIANTS } from '../../model/features/variant';
import type { Job } from '../exploration-job';
import { exploreAll } from '../explorations';
import { loadSuite } from '../suite';
import { meetingScenario } from './scenarios';

export interface WorkersRow {
  readonly work: string;
  readonly workers: number;
  readonly executions: number;
  /** From start to end by the clock on the wall, threads started included. */
  readonly seconds: number;
}

/** Executions of the one scenario to measure; it has more. */
const ONE_EXECUTIONS = 20_000;

const { original, fixed } = NAMED_VARIANTS;

/** What `lzfree review` does. */
function suite(): Job[] {
  return loadSuite().flatMap((source) => [
    { source, variant: { name: 'original', variant: original } },
    { source, variant: { name: 'fixed', variant: fixed } },
  ]);
}

function one(): Job[] {
  const scenario = meetingScenario({ threads: 4, operations: 1, pages: 1 });
  const source = { scenario, file: 'meeting.yaml', reference: 'meeting.yaml' };
  return [{ source, variant: { name: 'fixed', variant: fixed } }];
}

export async function measureWorkers(): Promise<WorkersRow[]> {
  const rows: WorkersRow[] = [];
  for (const workers of [1, 2]) {
    rows.push(await measure('the suite on original and fixed', suite(), workers));
  }
  for (const workers of [1, 2]) {
    rows.push(await measure('one scenario of four threads', one(), workers, ONE_EXECUTIONS));
  }
  return rows;
}

async function measure(
  work: string,
  jobs: readonly Job[],
  workers: number,
  executions?: number,
): Promise<WorkersRow> {
  const io = { stdin: process.stdin, signal: new AbortController().signal };
  const began = performance.now();
  const bounds = { workers, ...(executions !== undefined && { executions }) };
  const explorations = await exploreAll(jobs, bounds, io);
  const seconds = (performance.now() - began) / 1000;
  const done = explorations.reduce((sum, each) => sum + each.executions, 0);
  return { work, workers, executions: done, seconds };
}
