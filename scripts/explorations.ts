/** Many explorations, shared among workers: what `run`, `diff` and `review` are made of. */
import { existsSync } from 'node:fs';
import { compareExplored, type Comparison } from '../model/diff/compare';
import type { Exploration } from '../model/diff/explore';
import type { Progress } from '../model/explorer/explore';
import type { Variant } from '../model/features/variant';
import type { ScenarioSource } from '../model/report/reported-outcome';
import {
  identityOf,
  readCheckpointFile,
  writeCheckpointFile,
  type KeptExploration,
} from './checkpoint-file';
import type { Io } from './cli/command';
import type { ExploreInput, ExploreOutput, ExploreState } from './workers/explore-task';
import { workersFor } from './workers/option';
import { withPool } from './workers/pool';

/** One scenario on one variant. */
export interface Job {
  readonly source: ScenarioSource;
  readonly variant: { readonly name: string; readonly variant: Variant };
}

export interface ExploreAllOptions {
  /** Most executions, and most steps of one, of each exploration. */
  readonly executions?: number;
  readonly steps?: number;
  /** Most seconds in all. */
  readonly seconds?: number;
  /** Threads, if that was asked for. The result does not depend on it. */
  readonly workers?: number;
  /** File to keep the state in, and to go on from if it exists. */
  readonly checkpoint?: string;
  readonly onProgress?: (progress: OverallProgress) => void;
}

export interface OverallProgress extends Omit<Progress, 'milliseconds'> {
  /** Explorations that are over, and all. */
  readonly done: number;
  readonly total: number;
}

/** Explores scenarios on two variants and compares what was seen. @throws ScenarioError, UsageError */
export async function compareAll(
  scenarios: readonly ScenarioSource[],
  a: Job['variant'],
  b: Job['variant'],
  options: ExploreAllOptions,
  io: Pick<Io, 'stdin' | 'signal'>,
): Promise<Comparison[]> {
  const jobs = scenarios.flatMap((source) => [
    { source, variant: a },
    { source, variant: b },
  ]);
  const explorations = await exploreAll(jobs, options, io);
  return scenarios.map(({ scenario }, k) =>
    compareExplored(scenario, explorations[2 * k]!, explorations[2 * k + 1]!),
  );
}

/** So long this thread works alone: most commands are over by then, and workers take long to start. */
const ALONE_MS = 700;
const WRITE_MS = 5000;

/** Explores all, in the order given. @throws ScenarioError, UsageError */
export async function exploreAll(
  jobs: readonly Job[],
  options: ExploreAllOptions,
  io: Pick<Io, 'stdin' | 'signal'>,
): Promise<Exploration[]> {
  const ledger = new Ledger(jobs, options);
  await ledger.open(io);
  const { seconds } = options;
  const time = seconds === undefined ? undefined : AbortSignal.timeout(seconds * 1000);
  const signal = time === undefined ? io.signal : AbortSignal.any([io.signal, time]);
  if (options.workers === undefined) {
    const alone = AbortSignal.any([signal, AbortSignal.timeout(ALONE_MS)]);
    await work(ledger, 0, alone);
  }
  const left = ledger.unfinished().length;
  const workers = workersFor(options.workers, left);
  if (left > 0 && !signal.aborted) await work(ledger, workers === 1 ? 0 : workers, signal);
  await ledger.close();
  return ledger.results(io.signal.aborted ? undefined : seconds);
}

async function work(ledger: Ledger, workers: number, signal: AbortSignal): Promise<void> {
  const indices = ledger.unfinished();
  let next = 0;
  await withPool({ workers, signal }, async (pool) => {
    const outputs = pool.map(
      'exploreScenario',
      indices.map((index) => ledger.input(index)),
      ({ state }, k) => ledger.report(indices[k]!, state as ExploreState),
    );
    for await (const output of outputs) ledger.finish(indices[next++]!, output);
  });
}

/** What is known of each exploration, in memory and in the checkpoint file. */
class Ledger {
  private readonly kept: KeptExploration[];
  /** Bounded ones may go on within other bounds; nothing else can come of them within these. */
  private readonly over: boolean[];
  private readonly progress: Omit<Progress, 'milliseconds'>[];
  private writtenAt = performance.now();
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly jobs: readonly Job[],
    private readonly options: ExploreAllOptions,
  ) {
    this.kept = jobs.map(({ source: { scenario }, variant: { name, variant } }) => ({
      scenario: scenario.name,
      variant: name,
      identity: identityOf(scenario, variant.switches(), options.steps),
    }));
    this.over = jobs.map(() => false);
    this.progress = jobs.map(() => ({ executions: 0, blocked: 0, estimate: 0 }));
  }

  /** Takes over what the checkpoint file holds, and sees that it can be written. */
  async open(io: Pick<Io, 'stdin' | 'signal'>): Promise<void> {
    const { file } = this;
    if (file === undefined) return;
    if (existsSync(file)) {
      const kept = await readCheckpointFile(file, io, this.kept);
      kept.forEach((entry, index) => {
        this.kept[index] = entry;
        this.over[index] = entry.exploration !== undefined && entry.checkpoint === undefined;
      });
    }
    await writeCheckpointFile(file, this.kept);
  }

  unfinished(): number[] {
    return [...this.over.keys()].filter((index) => !this.over[index]);
  }

  input(index: number): ExploreInput {
    const { executions, steps } = this.options;
    const { source, variant } = this.jobs[index]!;
    const { identity, checkpoint } = this.kept[index]!;
    return {
      scenario: source.scenario,
      file: source.file,
      switches: variant.variant.switches(),
      identity,
      keep: this.file !== undefined,
      ...(executions !== undefined && { executions }),
      ...(steps !== undefined && { steps }),
      ...(checkpoint !== undefined && { resume: checkpoint }),
    };
  }

  report(index: number, { checkpoint, ...progress }: ExploreState): void {
    this.progress[index] = progress;
    if (checkpoint !== undefined) {
      const { scenario, variant, identity } = this.kept[index]!;
      this.kept[index] = { scenario, variant, identity, checkpoint };
    }
    this.tell();
  }

  finish(index: number, { exploration, checkpoint }: ExploreOutput): void {
    const { scenario, variant, identity } = this.kept[index]!;
    const rest = checkpoint !== undefined && { checkpoint };
    this.kept[index] = { scenario, variant, identity, exploration, ...rest };
    this.over[index] = exploration.completeness.kind !== 'interrupted';
    const { executions } = exploration;
    this.progress[index] = { executions, blocked: 0, estimate: executions };
    this.tell();
  }

  async close(): Promise<void> {
    await this.writing;
    if (this.file !== undefined) await writeCheckpointFile(this.file, this.kept);
  }

  /** @param seconds the time bound, unless something else has stopped the work */
  results(seconds: number | undefined): Exploration[] {
    return this.kept.map(({ exploration }) => {
      const result = exploration ?? NOTHING;
      if (seconds === undefined || result.completeness.kind !== 'interrupted') return result;
      return { ...result, completeness: { kind: 'bounded', bound: `${seconds} s` } };
    });
  }

  private get file(): string | undefined {
    return this.options.checkpoint;
  }

  private tell(): void {
    const sum = (key: 'executions' | 'blocked' | 'estimate') =>
      this.progress.reduce((total, each) => total + each[key], 0);
    this.options.onProgress?.({
      executions: sum('executions'),
      blocked: sum('blocked'),
      estimate: sum('estimate'),
      done: this.over.filter(Boolean).length,
      total: this.over.length,
    });
    if (this.file === undefined || performance.now() - this.writtenAt < WRITE_MS) return;
    this.writtenAt = performance.now();
    const [file, kept] = [this.file, [...this.kept]];
    this.writing = this.writing.then(() => writeCheckpointFile(file, kept));
    // It is awaited, and its error thrown, at the end.
    this.writing.catch(() => {});
  }
}

/** An exploration that never began. */
const NOTHING: Exploration = {
  executions: 0,
  completeness: { kind: 'interrupted' },
  outcomes: [],
};
