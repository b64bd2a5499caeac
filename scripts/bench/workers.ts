/** How much faster more workers explore: many scenarios, and one. Each row is a process of its own. */
import { NAMED_VARIANTS } from '../../model/features/variant';
import type { Job } from '../exploration-job';
import { exploreAll } from '../explorations';
import { loadSuite } from '../suite';
import { measureInProcess } from './own-process';
import { meetingScenario } from './scenarios';

export interface WorkersRow {
  readonly work: string;
  readonly workers: number;
  readonly executions: number;
  /** From start to end by the clock on the wall, threads started included. */
  readonly seconds: number;
  /** Of all threads, the engine's included. */
  readonly cpuSeconds: number;
}

const { original, fixed } = NAMED_VARIANTS;

interface Work {
  readonly name: string;
  readonly jobs: () => Job[];
  /** Most executions, where that is not all. */
  readonly executions?: number;
  /** Runs, of which the fastest counts. */
  readonly runs: number;
}

const WORKS: readonly Work[] = [
  // What `lzfree review` does.
  { name: 'the suite on original and fixed', jobs: suite, runs: 5 },
  // Each thread compiles the model for itself, and learns what the tasks do: a second of its time.
  { name: 'three threads on two pages', jobs: () => one(3, 2), runs: 2 },
  { name: 'four threads on one page', jobs: () => one(4, 1), executions: 1_000_000, runs: 1 },
];

function suite(): Job[] {
  return loadSuite().flatMap((source) => [
    { source, variant: { name: 'original', variant: original } },
    { source, variant: { name: 'fixed', variant: fixed } },
  ]);
}

function one(threads: number, pages: number): Job[] {
  const scenario = meetingScenario({ threads, operations: 1, pages });
  const source = { scenario, file: 'meeting.yaml', reference: 'meeting.yaml' };
  return [{ source, variant: { name: 'fixed', variant: fixed } }];
}

/** The fastest run of each work for each number of workers; the runs take turns. */
export function measureWorkers(): WorkersRow[] {
  return WORKS.flatMap(({ runs }, work) => {
    const rows: WorkersRow[][] = [[], []];
    for (let run = 0; run < runs; run++) {
      rows.forEach((those, k) =>
        those.push(measureInProcess<WorkersRow>(`workers,${work},${k + 1}`)),
      );
    }
    return rows.map((those) => those.reduce((a, b) => (a.seconds < b.seconds ? a : b)));
  });
}

/** Measures a work, by its number, with so many workers. */
export async function measureWork(work: number, workers: number): Promise<WorkersRow> {
  const { name, jobs, executions } = WORKS[work]!;
  const all = jobs();
  const io = { stdin: process.stdin, signal: new AbortController().signal };
  const began = performance.now();
  const cpu = process.cpuUsage();
  const bounds = executions === undefined ? {} : { executions };
  const explorations = await exploreAll(all, { workers, ...bounds }, io);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    work: name,
    workers,
    executions: explorations.reduce((sum, each) => sum + each.executions, 0),
    seconds,
    cpuSeconds: (user + system) / 1e6,
  };
}
