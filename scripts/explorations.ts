/** Many explorations, shared among workers: what `run`, `diff` and `review` are made of. */
import { existsSync } from 'node:fs';
import { compareExplored, type Comparison } from '../model/diff/compare';
import { explored, type Exploration } from '../model/diff/explore';
import type { AnyExploration } from '../model/diff/explore-states';
import { DEFAULT_STEPS } from '../model/explorer/explore';
import type { Checkpoint } from '../model/explorer/checkpoint';
import { SharedExploration, type NumberedTask } from '../model/explorer/shared';
import type { UnitResult } from '../model/explorer/unit';
import type { ScenarioSource } from '../model/report/reported-outcome';
import {
  identityOf,
  readCheckpointFile,
  writeCheckpointFile,
  type ExplorationName,
  type KeptExploration,
} from './checkpoint-file';
import type { Io } from './cli/command';
import { limitedBy, stopAfter } from './cli/stop-after';
import type { ExploreInput } from './workers/explore-task';
import { inParallel } from './workers/in-parallel';
import type { ExploreAllOptions, Job } from './exploration-job';
import { exploreAllByStates } from './state-explorations';
import { workersFor } from './workers/option';
import { withPool, type Pool } from './workers/pool';

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
  const explorations = await exploreJobs(jobs, options, io);
  return scenarios.map(({ scenario }, k) =>
    compareExplored(scenario, explorations[2 * k]!, explorations[2 * k + 1]!),
  );
}

/** Explores all by traces or by states, in the order given. @throws as each of the two does */
export function exploreJobs(
  jobs: readonly Job[],
  options: ExploreAllOptions,
  io: Pick<Io, 'stdin' | 'signal'>,
): Promise<AnyExploration[]> {
  return options.byStates === true
    ? exploreAllByStates(jobs, options, io)
    : exploreAll(jobs, options, io);
}

/** So long this thread works alone: most commands are over by then, and workers take long to start. */
const ALONE_MS = 700;
const WRITE_MS = 5000;

/** Explores all by traces, in the order given. @throws ScenarioError, UsageError */
export async function exploreAll(
  jobs: readonly Job[],
  options: ExploreAllOptions,
  io: Pick<Io, 'stdin' | 'signal'>,
): Promise<Exploration[]> {
  const ledger = new Ledger(jobs, options);
  await ledger.open(io);
  const { seconds } = options;
  const signal = stopAfter(seconds, io.signal);
  if (options.workers === undefined) {
    const alone = stopAfter(ALONE_MS / 1000, signal);
    await work(ledger, 0, alone);
  }
  const left = ledger.unfinished().length;
  const workers = workersFor(options.workers);
  if (left > 0 && !signal.aborted) await work(ledger, workers === 1 ? 0 : workers, signal);
  await ledger.close();
  return ledger.results().map((result) => limitedBy(result, seconds, io.signal));
}

/** Explorations under way at a time, for each worker: their last units leave workers idle. */
const UNDER_WAY = 2;

async function work(ledger: Ledger, workers: number, signal: AbortSignal): Promise<void> {
  await withPool({ workers, signal }, (pool) =>
    // Without workers one after the other, as programs in one thread share their switches.
    inParallel(ledger.unfinished(), Math.max(1, workers * UNDER_WAY), (index) =>
      workOn(index, ledger, pool, signal),
    ),
  );
}

async function workOn(index: number, ledger: Ledger, pool: Pool, signal: AbortSignal) {
  const exploration = ledger.explorations[index]!;
  while (!signal.aborted) {
    const tasks = exploration.tasks();
    if (tasks.length === 0) return ledger.finish(index);
    let done = 0;
    const results = pool.map(
      'exploreUnit',
      tasks.map((task) => ledger.input(index, task)),
      (progress, k) => ledger.report(tasks[k]!, progress.done),
    );
    for await (const result of results) ledger.put(index, tasks[done++]!, result);
  }
}

/** What is known of each exploration, in memory and in the checkpoint file. */
class Ledger {
  readonly explorations: SharedExploration[];
  /** Those that are over, or have reached a bound. */
  private readonly ended = new Set<number>();
  /** Of those with nothing left to explore. */
  private readonly over: (Exploration | undefined)[];
  private readonly names: readonly ExplorationName[];
  private readonly underWay = new Map<NumberedTask, number>();
  private writtenAt = performance.now();
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly jobs: readonly Job[],
    private readonly options: ExploreAllOptions,
  ) {
    this.names = jobs.map(({ source: { scenario }, variant: { name, variant } }) => ({
      scenario: scenario.name,
      variant: name,
      identity: identityOf(scenario, variant.switches(), options.steps),
    }));
    this.over = jobs.map(() => undefined);
    this.explorations = this.names.map(({ identity }) => this.begin(identity));
  }

  private begin(identity: string, resume?: Checkpoint): SharedExploration {
    const { executions, steps = DEFAULT_STEPS } = this.options;
    return new SharedExploration({
      identity,
      steps,
      ...(executions !== undefined && { executions }),
      ...(resume !== undefined && { resume }),
    });
  }

  /** Takes over what the checkpoint file holds, and sees that it can be written. */
  async open(io: Pick<Io, 'stdin' | 'signal'>): Promise<void> {
    const { file } = this;
    if (file === undefined) return;
    if (existsSync(file)) {
      const kept = await readCheckpointFile(file, io, this.names);
      kept.forEach(({ identity, exploration, checkpoint }, index) => {
        this.over[index] = exploration;
        if (exploration !== undefined) this.ended.add(index);
        this.explorations[index] = this.begin(identity, checkpoint);
      });
    }
    await writeCheckpointFile(file, this.entries());
  }

  unfinished(): number[] {
    return [...this.over.keys()].filter((index) => this.over[index] === undefined);
  }

  input(index: number, task: NumberedTask): ExploreInput {
    const { source, variant } = this.jobs[index]!;
    return {
      scenario: source.scenario,
      file: source.file,
      switches: variant.variant.switches(),
      steps: this.options.steps ?? DEFAULT_STEPS,
      task,
    };
  }

  /** Told while a task is under way: how many executions it has come to. */
  report(task: NumberedTask, executions: number): void {
    this.underWay.set(task, executions);
    this.tell();
  }

  put(index: number, task: NumberedTask, result: UnitResult): void {
    this.underWay.delete(task);
    this.explorations[index]!.put(task, result);
    this.tell();
  }

  finish(index: number): void {
    const exploration = this.explorations[index]!;
    this.ended.add(index);
    if (exploration.isExhausted) this.over[index] = explored(exploration.result());
    this.tell();
  }

  async close(): Promise<void> {
    await this.writing;
    if (this.file !== undefined) await writeCheckpointFile(this.file, this.entries());
  }

  results(): Exploration[] {
    return this.over.map((over, index) => over ?? explored(this.explorations[index]!.result()));
  }

  private tell(): void {
    const progress = this.explorations.map((exploration) => exploration.progress());
    const more = [...this.underWay.values()].reduce((total, each) => total + each, 0);
    const sum = (key: 'executions' | 'blocked' | 'estimate') =>
      progress.reduce((total, each) => total + each[key], 0);
    this.options.onProgress?.({
      executions: sum('executions') + more,
      blocked: sum('blocked'),
      estimate: sum('estimate') + more,
      done: this.ended.size,
      total: this.over.length,
    });
    if (this.file === undefined || performance.now() - this.writtenAt < WRITE_MS) return;
    this.writtenAt = performance.now();
    const [file, kept] = [this.file, this.entries()];
    this.writing = this.writing.then(() => writeCheckpointFile(file, kept));
    // It is awaited, and its error thrown, at the end.
    this.writing.catch(() => {});
  }

  private get file(): string | undefined {
    return this.options.checkpoint;
  }

  private entries(): KeptExploration[] {
    return this.names.map((name, index) => {
      const exploration = this.over[index];
      if (exploration !== undefined) return { ...name, exploration };
      const checkpoint = this.explorations[index]!.checkpoint();
      return { ...name, ...(checkpoint !== undefined && { checkpoint }) };
    });
  }
}
