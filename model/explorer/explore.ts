/**
 * Optimal dynamic partial-order reduction: one execution for each Mazurkiewicz trace. Source sets
 * and wakeup trees after Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial order
 * reduction"; races on locks are those between two acquisitions, as a release forces its order.
 */
import { rangesDependent } from './dependence';
import { Execution } from './execution';
import type { Program, Run, ScheduleStep } from './program';
import { insert, StepSequence, type KnownStep, type TreeNode } from './wakeup-tree';

export interface ExploreOptions {
  /** Most executions. */
  readonly executions?: number;
  /** Most steps of one execution; a longer one is cut off. */
  readonly steps?: number;
  /** Most milliseconds in all, by {@link now}. */
  readonly milliseconds?: number;
  /** A clock in milliseconds; without one there is no time bound, and progress shows no time. */
  readonly now?: () => number;
  readonly signal?: AbortSignal;
  /** Called now and then. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly executions: number;
  readonly blocked: number;
  /**
   * Executions in all, from the part of the tree that lies behind the current branch (each branch
   * of a node weighed alike; branches not yet discovered are missing, so it tends to be low).
   */
  readonly estimate: number;
  readonly milliseconds: number;
}

export interface OutcomeCount {
  readonly outcome: string;
  /** Traces that end in it. */
  traces: number;
  /** The first schedule that led to it. */
  readonly schedule: readonly ScheduleStep[];
}

export type Completeness =
  | { readonly kind: 'complete' }
  | { readonly kind: 'bounded'; readonly bound: string }
  | { readonly kind: 'interrupted' };

export interface ExploreResult {
  readonly executions: number;
  /** Executions that ended with nothing but redundant steps left; 0, or the search is at fault. */
  readonly blocked: number;
  /** Steps of all executions, replayed ones included. */
  readonly steps: number;
  readonly outcomes: ReadonlyMap<string, OutcomeCount>;
  readonly completeness: Completeness;
}

const DEFAULT_STEPS = 100_000;
const PROGRESS_EVERY = 256;

/** Explores every trace of a program. @throws Error if the program is not deterministic. */
export function explore(program: Program, options: ExploreOptions = {}): ExploreResult {
  return new Search(program, options).result();
}

/** The state before an event: what must not be explored from it again, and what must. */
interface SearchNode {
  readonly sleep: KnownStep[];
  readonly pending: TreeNode[];
  /** Branches taken so far, the current one included. */
  taken: number;
}

class Search {
  private readonly execution = new Execution();
  private readonly nodes: SearchNode[] = [{ sleep: [], pending: [], taken: 0 }];
  private readonly outcomes = new Map<string, OutcomeCount>();
  private readonly sequence = new StepSequence();
  private kept: Uint8Array = new Uint8Array(256);
  private run: Run;
  private executions = 0;
  private blocked = 0;
  private steps = 0;
  private cut = false;
  private readonly now: () => number;
  private readonly began: number;

  constructor(
    private readonly program: Program,
    private readonly options: ExploreOptions,
  ) {
    this.run = program.start();
    this.now = options.now ?? (() => 0);
    this.began = this.now();
  }

  result(): ExploreResult {
    const completeness = this.search();
    return {
      executions: this.executions,
      blocked: this.blocked,
      steps: this.steps,
      outcomes: this.outcomes,
      completeness,
    };
  }

  private search(): Completeness {
    for (;;) {
      this.extend();
      if (!this.backtrack()) {
        return this.cut
          ? { kind: 'bounded', bound: `${this.mostSteps()} steps` }
          : { kind: 'complete' };
      }
      const stop = this.mustStop();
      if (stop !== undefined) return stop;
      this.replay();
    }
  }

  private mustStop(): Completeness | undefined {
    const { executions, milliseconds, signal, onProgress } = this.options;
    if (signal?.aborted === true) return { kind: 'interrupted' };
    if (executions !== undefined && this.executions + this.blocked >= executions) {
      return { kind: 'bounded', bound: `${executions} executions` };
    }
    if (milliseconds !== undefined && this.now() - this.began > milliseconds) {
      return { kind: 'bounded', bound: `${milliseconds} ms` };
    }
    if (onProgress !== undefined && this.executions % PROGRESS_EVERY === 0) {
      onProgress(this.progress());
    }
    return undefined;
  }

  private progress(): Progress {
    let behind = 0;
    let weight = 1;
    for (const node of this.nodes) {
      const branches = node.taken + node.pending.length;
      if (branches === 0) break;
      behind += (weight * (node.taken - 1)) / branches;
      weight /= branches;
    }
    const done = Math.max(behind, weight);
    return {
      executions: this.executions,
      blocked: this.blocked,
      estimate: Math.max(this.executions, Math.round(this.executions / done)),
      milliseconds: this.now() - this.began,
    };
  }

  private mostSteps(): number {
    return this.options.steps ?? DEFAULT_STEPS;
  }

  /** Goes on from the deepest node to the end of an execution, along the wakeup tree first. */
  private extend(): void {
    for (;;) {
      const node = this.nodes[this.nodes.length - 1]!;
      const branch = node.pending.shift() ?? this.choose(node);
      if (branch === undefined) return this.finish();
      if (this.execution.length >= this.mostSteps()) {
        this.cut = true;
        return this.finish();
      }
      this.take(node, branch);
    }
  }

  private take(node: SearchNode, branch: TreeNode): void {
    const { execution, run } = this;
    const { thread, choice } = branch;
    if (!run.enabled(thread))
      throw new Error(`explore: thread ${thread} is not enabled where it was`);
    const guard = run.guard(thread);
    const conditional = run.conditional?.(thread) ?? true;
    run.step(thread, choice);
    this.steps++;
    execution.append(run, thread, choice, guard, conditional);
    node.taken++;
    const i = execution.length - 1;
    const from = execution.accFrom[i]!;
    const to = execution.accFrom[i + 1]!;
    const sleep = node.sleep.filter(
      (asleep) =>
        asleep.thread !== thread &&
        !rangesDependent(asleep.accesses, 0, asleep.accesses.length, execution.acc, from, to),
    );
    this.nodes.push({ sleep, pending: branch.children, taken: 0 });
  }

  /** A step to go on with where the wakeup tree prescribes none; undefined at the end. */
  private choose(node: SearchNode): TreeNode | undefined {
    const { run, execution } = this;
    let anyEnabled = false;
    const threads = run.threadCount;
    const latest = execution.length > 0 ? execution.thread[execution.length - 1]! : 0;
    for (let k = 0; k < threads; k++) {
      const thread = (latest + k) % threads;
      const choices = run.choices(thread);
      if (choices === 0 || !run.enabled(thread)) continue;
      anyEnabled = true;
      const awake: TreeNode[] = [];
      for (let choice = 0; choice < choices; choice++) {
        if (!isAsleep(node.sleep, thread, choice)) {
          awake.push({ thread, choice, accesses: NOTHING, children: [] });
        }
      }
      const first = awake.shift();
      if (first === undefined) continue;
      node.pending.push(...awake);
      return first;
    }
    if (anyEnabled) this.blocked++;
    this.redundant = anyEnabled;
    return undefined;
  }
  private redundant = false;

  /** Counts the execution and adds what its races require to the wakeup trees. */
  private finish(): void {
    if (this.redundant) {
      this.redundant = false;
    } else {
      this.executions++;
      const outcome = this.run.outcome();
      const known = this.outcomes.get(outcome);
      if (known !== undefined) known.traces++;
      else this.outcomes.set(outcome, { outcome, traces: 1, schedule: this.schedule() });
    }
    this.reverseRaces();
  }

  private schedule(): ScheduleStep[] {
    const { thread, choice, length } = this.execution;
    return Array.from({ length }, (_, i) => ({ thread: thread[i]!, choice: choice[i]! }));
  }

  private reverseRaces(): void {
    const { execution, run } = this;
    const waiting: { thread: number; guard: number }[] = [];
    for (let thread = 0; thread < run.threadCount; thread++) {
      if (run.choices(thread) > 0 && !run.enabled(thread)) {
        waiting.push({ thread, guard: run.guard(thread) });
      }
    }
    if (this.kept.length < execution.length) this.kept = new Uint8Array(execution.length * 2);
    for (let i = 0; i < execution.length; i++) {
      const races = execution.races[i]!;
      if (races.length === 0) continue;
      if (execution.guard[i]! >= 0)
        this.reverseGuarded(i, execution.thread[i]!, execution.guard[i]!, races);
      else for (const e of races) this.reverse(e, i);
    }
    for (const { thread, guard } of waiting) {
      const candidates = execution.candidatesOf(thread, guard);
      this.reverseGuarded(execution.length, thread, guard, candidates);
    }
  }

  /** Of the candidates, those without which the guard is open are races; each hides what it follows. */
  private reverseGuarded(i: number, thread: number, guard: number, candidates: number[]): void {
    const { execution } = this;
    execution.startCover(thread, i);
    for (const e of candidates) {
      if (execution.isCovered(e)) continue;
      this.keep(e);
      if (!execution.guardOpen(guard, e, this.kept)) continue;
      execution.cover(e);
      this.reverse(e, i, thread, guard);
    }
  }

  /** Marks the events after `e` that do not happen after it. */
  private keep(e: number): void {
    const { execution, kept } = this;
    kept[e] = 0;
    for (let k = e + 1; k < execution.length; k++) kept[k] = execution.happensBefore(e, k) ? 0 : 1;
  }

  /**
   * Sees to it that an execution is explored in which event i (or the waiting access of a thread)
   * comes before event e.
   */
  private reverse(e: number, i: number, thread = this.execution.thread[i]!, guard = -1): void {
    const { execution, sequence } = this;
    sequence.clear();
    for (let k = e + 1; k < execution.length; k++) {
      if (execution.happensBefore(e, k)) continue;
      sequence.push(
        execution.thread[k]!,
        execution.choice[k]!,
        execution.acc,
        execution.accFrom[k]!,
        execution.accFrom[k + 1]!,
      );
    }
    const node = this.nodes[e]!;
    if (i >= execution.length) {
      this.offer(node, thread, 0, Int32Array.of(guard));
      return;
    }
    const recorded = execution.acc.subarray(execution.accFrom[i]!, execution.accFrom[i + 1]!);
    const choice = execution.choice[i]!;
    if (execution.conditional[i] === 0) {
      this.offer(node, thread, choice, recorded);
    } else if (this.wouldAdd(node, thread, choice, recorded)) {
      this.offer(node, thread, choice, this.probe(e, thread, choice));
    }
  }

  /** Adds the sequence with the last step to a node's wakeup tree, unless it is explored already. */
  private offer(node: SearchNode, thread: number, choice: number, accesses: Int32Array): void {
    const { sequence } = this;
    sequence.push(thread, choice, accesses, 0, accesses.length);
    if (!node.sleep.some((asleep) => sequence.canBegin(asleep, false)))
      insert(node.pending, sequence);
  }

  /** The same question for a last step of which only the objects are known, not how it touches them. */
  private wouldAdd(
    node: SearchNode,
    thread: number,
    choice: number,
    recorded: Int32Array,
  ): boolean {
    const { sequence } = this;
    const strongest = recorded.map((access) => (access & ~15) | 1);
    sequence.push(thread, choice, strongest, 0, strongest.length);
    const asleep = node.sleep.some((step) => sequence.canBegin(step, false));
    sequence.length--;
    return !asleep;
  }

  /** What a step touches when it follows the events before `e` and those of the sequence. */
  private probe(e: number, thread: number, choice: number): Int32Array {
    const { execution } = this;
    const run = this.program.start();
    for (let k = 0; k < execution.length; k++) {
      if (k >= e && (k === e || execution.happensBefore(e, k))) continue;
      run.step(execution.thread[k]!, execution.choice[k]!);
      this.steps++;
    }
    run.step(thread, Math.min(choice, run.choices(thread) - 1));
    return run.accesses.slice(0, run.accessCount);
  }

  /** Goes back to the deepest state with something left to explore. @returns false if none has. */
  private backtrack(): boolean {
    const { execution, nodes } = this;
    while (execution.length > 0) {
      const i = execution.length - 1;
      nodes.pop();
      const node = nodes[i]!;
      node.sleep.push({
        thread: execution.thread[i]!,
        choice: execution.choice[i]!,
        accesses: execution.acc.slice(execution.accFrom[i]!, execution.accFrom[i + 1]!),
      });
      execution.pop();
      if (node.pending.length > 0) return true;
    }
    return false;
  }

  /** Runs the program again up to where the search stands. */
  private replay(): void {
    const { execution } = this;
    this.run = this.program.start();
    for (let i = 0; i < execution.length; i++) {
      this.run.step(execution.thread[i]!, execution.choice[i]!);
      this.steps++;
      this.checkSame(i);
    }
  }

  /** The same schedule must touch the same objects: all nondeterminism is the explorer's. */
  private checkSame(i: number): void {
    const { execution, run } = this;
    const from = execution.accFrom[i]!;
    let same = run.accessCount === execution.accFrom[i + 1]! - from;
    for (let k = 0; same && k < run.accessCount; k++)
      same = run.accesses[k] === execution.acc[from + k];
    if (!same) {
      throw new Error(
        `explore: the program is not deterministic: step ${i} touched something else when run again`,
      );
    }
  }
}

const NOTHING = new Int32Array(0);

function isAsleep(sleep: readonly KnownStep[], thread: number, choice: number): boolean {
  return sleep.some((step) => step.thread === thread && step.choice === choice);
}
