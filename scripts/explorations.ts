/** Many explorations, shared among workers: what `run`, `diff` and `review` are made of. */
import { compareExplored, type Comparison } from '../model/diff/compare';
import { explored, type Exploration } from '../model/diff/explore';
import type { AnyExploration } from '../model/diff/explore-states';
import { DEFAULT_STEPS } from '../model/explorer/explore';
import type { Checkpoint } from '../model/explorer/checkpoint';
import { SharedExploration, type NumberedTask } from '../model/explorer/shared';
import type { ScenarioSource } from '../model/report/reported-outcome';
import {
  identityOf,
  readCheckpointFile,
  writeCheckpointFile,
  type ExplorationName,
  type KeptExploration,
} from './checkpoint-file';
import { UsageError, type Io } from './cli/command';
import { limitedBy, stopAfter } from './cli/stop-after';
import { isCheckpointThere } from './cli/write-target';
import { withCrew } from './workers/crew';
import type { ExploreInput, UnitNews } from './workers/explore-task';
import type { ExploreAllOptions, Job } from './exploration-job';
import { exploreAllByStates } from './state-explorations';
import { workersFor } from './workers/option';

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
  const threads = workersFor(options.workers);
  await withCrew({ threads, signal, isMuch: () => ledger.isMuchLeft() }, async (crew) => {
    while (!signal.aborted) {
      const units = ledger.nextUnits();
      if (units.length === 0) break;
      const inputs = units.map((unit) => ledger.input(unit));
      await crew.explore(inputs, (news) => ledger.take(units[news.unit]!, news));
    }
  });
  await ledger.close();
  return ledger.results().map((result) => limitedBy(result, seconds, io.signal));
}

/** A unit of one of the explorations. */
interface LedgerUnit {
  readonly index: number;
  readonly task: NumberedTask;
}

/** Units to have under way: of one exploration, or of many, so that no thread is idle for long. */
const UNITS = 48;
/** Other threads help where so much is left: they compile the model anew, each for itself. */
const MUCH_MS = 2000;
/** So is it where this thread has come to no end of a unit for so long. */
const UNKNOWN_MS = 500;

/** What is known of each exploration, in memory and in the checkpoint file. */
class Ledger {
  readonly explorations: SharedExploration[];
  /** Those that are over, or have reached a bound. */
  private readonly ended = new Set<number>();
  /** Of those with nothing left to explore. */
  private readonly over: (Exploration | undefined)[];
  private readonly names: readonly ExplorationName[];
  private readonly underWay = new Map<NumberedTask, number>();
  private readonly began = performance.now();
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
    if (isCheckpointThere(file)) {
      const kept = await readCheckpointFile(file, io, this.names);
      kept.forEach(({ identity, exploration, checkpoint }, index) => {
        this.over[index] = exploration;
        if (exploration !== undefined) this.ended.add(index);
        this.explorations[index] = this.begin(identity, checkpoint);
      });
      this.refuseBeyondBound(file);
    }
    await writeCheckpointFile(file, this.entries());
  }

  /** What is over is known as a whole; but what has more than the bound is no result within it. */
  private refuseBeyondBound(file: string): void {
    const most = this.options.executions ?? Infinity;
    for (const [index, exploration] of this.explorations.entries()) {
      const { executions } = exploration.progress();
      if (this.ended.has(index) || executions <= most) continue;
      const { scenario, variant } = this.names[index]!;
      throw new UsageError(
        `cannot go on from '${file}': '${scenario}' on ${variant} has ${executions} executions, and the ` +
          `bound is ${most}; give --executions ${executions} or more, or name another file`,
      );
    }
  }

  /** Units of the first explorations that are not over. */
  nextUnits(): LedgerUnit[] {
    const units: LedgerUnit[] = [];
    for (const [index, exploration] of this.explorations.entries()) {
      if (this.ended.has(index)) continue;
      const tasks = exploration.tasks();
      if (tasks.length === 0) this.finish(index);
      units.push(...tasks.map((task) => ({ index, task })));
      if (units.length >= UNITS) break;
    }
    return units;
  }

  input({ index, task }: LedgerUnit): ExploreInput {
    const { source, variant } = this.jobs[index]!;
    return {
      identity: this.names[index]!.identity,
      scenario: source.scenario,
      file: source.file,
      switches: variant.variant.switches(),
      steps: this.options.steps ?? DEFAULT_STEPS,
      task,
    };
  }

  /** Told while a unit is under way, and when it is over. */
  take({ index, task }: LedgerUnit, { executions, result }: UnitNews): void {
    if (result === undefined) this.underWay.set(task, executions);
    else {
      this.underWay.delete(task);
      this.explorations[index]!.put(task, result);
    }
    this.tell();
    this.keep();
  }

  /** Whether much is left to do, at the pace so far. */
  isMuchLeft(): boolean {
    const spent = performance.now() - this.began;
    const shares = this.explorations.map((exploration, index) => {
      if (this.ended.has(index)) return 1;
      const { executions, estimate } = exploration.progress();
      return executions / (Math.min(estimate, this.options.executions ?? Infinity) || 1);
    });
    const share = shares.reduce((sum, each) => sum + each, 0) / shares.length;
    return share === 0 ? spent > UNKNOWN_MS : (spent * (1 - share)) / share > MUCH_MS;
  }

  private finish(index: number): void {
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
    const { onProgress } = this.options;
    if (onProgress === undefined) return;
    const progress = this.explorations.map((exploration) => exploration.progress());
    const more = [...this.underWay.values()].reduce((total, each) => total + each, 0);
    const sum = (key: 'executions' | 'blocked' | 'estimate') =>
      progress.reduce((total, each) => total + each[key], 0);
    onProgress({
      executions: sum('executions') + more,
      blocked: sum('blocked'),
      estimate: sum('estimate') + more,
      done: this.ended.size,
      total: this.over.length,
    });
  }

  /** Writes the file, now and then. */
  private keep(): void {
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
