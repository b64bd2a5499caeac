/**
 * How much faster more workers explore: many scenarios, and one. Each row is a process of its own, but the
 * last ones: two processes that each do the whole work, at the same time. They share nothing but the
 * machine, so that two workers can hardly be faster.
 */
import { NAMED_VARIANTS } from '../../model/features/variant';
import type { Job } from '../exploration-job';
import { exploreAll } from '../explorations';
import { loadSuite } from '../suite';
import { measureAtOnce, measureInProcess } from './own-process';
import { meetingScenario } from './scenarios';

export interface WorkersRow {
  readonly work: string;
  /** Processes at the same time; what follows is of all of them. */
  readonly processes: number;
  /** Of each process. */
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
  // So long that this is a small share.
  { name: 'four threads on one page', jobs: () => one(4, 1), executions: 4_000_000, runs: 2 },
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

/** The fastest run of each work in each way; the runs take turns. */
export async function measureWorkers(): Promise<WorkersRow[]> {
  const fastest: WorkersRow[] = [];
  for (const [work, { runs }] of WORKS.entries()) {
    const rows: WorkersRow[][] = [[], [], []];
    for (let run = 0; run < runs; run++) {
      rows[0]!.push(measureInProcess(rowOf(work, 1)));
      rows[1]!.push(measureInProcess(rowOf(work, 2)));
      rows[2]!.push(together(await measureAtOnce(rowOf(work, 1), 2)));
    }
    fastest.push(...rows.map((those) => those.reduce((a, b) => (a.seconds < b.seconds ? a : b))));
  }
  return fastest;
}

const rowOf = (work: number, workers: number): string => `workers,${work},${workers}`;

/** What processes did that ran at the same time. */
const together = (rows: readonly WorkersRow[]): WorkersRow => ({
  ...rows[0]!,
  processes: rows.length,
  executions: rows.reduce((sum, { executions }) => sum + executions, 0),
  seconds: Math.max(...rows.map(({ seconds }) => seconds)),
  cpuSeconds: rows.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
});

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
    processes: 1,
    workers,
    executions: explorations.reduce((sum, each) => sum + each.executions, 0),
    seconds,
    cpuSeconds: (user + system) / 1e6,
  };
}
