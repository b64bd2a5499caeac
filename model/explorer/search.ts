/**
 * Optimal dynamic partial-order reduction: one execution for each Mazurkiewicz trace. Source sets
 * and wakeup trees after Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial order
 * reduction"; races on locks are those between two acquisitions, as a release forces its order.
 */
import { Execution } from './execution';
import { GuardedRaces } from './guarded-races';
import { lockStateAfter, UNCHANGED, UNKNOWN } from './lock-state';
import { Depends, type Access, type Program, type Run, type ScheduleStep } from './program';
import { Reversal } from './reversal';
import { SleepSets } from './sleep-sets';
import { NO_CHILDREN, type TreeNode } from './wakeup-tree';

/** Receives what the search finds. */
export interface SearchListener {
  /** An execution has come to its end: `run` and `execution` are in the final state. */
  onEnd(run: Run, execution: Execution): void;
}

/** A depth-first search that can stop after any execution, and be asked where it stands. */
export class Search {
  readonly execution: Execution;
  readonly sleep = new SleepSets();
  /** What remains to be explored from each node along the execution: `pending[i][next[i] ..]`. */
  readonly pending: TreeNode[][] = [[]];
  readonly next: number[] = [0];
  /** Branches taken from each node so far, the current one included. */
  readonly taken: number[] = [0];
  /** Nodes whose other branches are not explored here; what races require of them is only kept. */
  frozen = 0;
  executions = 0;
  /** Executions that ended with nothing but redundant steps left: 0, or the search is at fault. */
  blocked = 0;
  /** Executions that were cut off at the most steps. */
  cut = 0;
  /** Steps of all executions, replayed ones included. */
  steps = 0;
  run: Run;
  private readonly reversal: Reversal;
  private readonly guarded: GuardedRaces;
  private readonly own: TreeNode[][] = [];

  constructor(
    private readonly program: Program,
    private readonly mostSteps: number,
    private readonly listener: SearchListener,
  ) {
    this.run = program.start();
    this.execution = new Execution(this.run.threadCount);
    this.reversal = new Reversal(this.execution);
    this.guarded = new GuardedRaces(this.execution, this.reversal, (thread) =>
      this.isOpenBySteps(thread),
    );
  }

  /**
   * Runs one execution to its end, and goes back to where the next one parts.
   *
   * @returns false after the last.
   */
  advance(): boolean {
    this.extend();
    if (!this.backtrack()) return false;
    this.replay();
    return true;
  }

  /** Takes a step from the deepest node, whose accesses are known or empty. */
  take(branch: TreeNode): void {
    const { execution } = this;
    const { thread, choice, from, to, children } = branch;
    const i = execution.length;
    execution.take(this.run, thread, choice);
    this.steps++;
    if (from < to && !sameAccesses(execution, i, branch)) {
      throw new Error(
        `explore: step ${i} of thread ${thread} touched something else than foreseen: ` +
          'Run.depends must say what a step depends on, and dependent accesses must conflict',
      );
    }
    this.sleep.inherit(i, execution);
    this.taken[i]!++;
    this.taken[i + 1] = 0;
    this.next[i + 1] = 0;
    this.pending[i + 1] = children.length > 0 ? children : this.emptyList(i + 1);
  }

  private emptyList(i: number): TreeNode[] {
    const list = (this.own[i] ??= []);
    if (list.length > 0) list.length = 0;
    return list;
  }

  /** Goes on from the deepest node to the end of an execution, along the wakeup tree first. */
  private extend(): void {
    const { execution, pending, next } = this;
    for (;;) {
      const i = execution.length;
      if (next[i]! < pending[i]!.length) {
        if (i >= this.mostSteps) return this.finish(true);
        const branch = pending[i]![next[i]!++]!;
        this.take(branch);
        continue;
      }
      const step = this.choose(i);
      if (step === undefined) return this.finish(false);
      if (i >= this.mostSteps) return this.finish(true);
      this.take(step);
    }
  }

  /**
   * A step to go on with where the wakeup tree prescribes none, by preference one of the thread that
   * moved last; undefined at the end.
   * In the second half of the most steps others go first, as that thread may be spinning.
   */
  private choose(i: number): TreeNode | undefined {
    const { run, execution, sleep } = this;
    const threads = run.threadCount;
    let thread = i > 0 ? execution.thread[i - 1]! : 0;
    if (i * 2 > this.mostSteps) thread = (thread + 1) % threads;
    let anyEnabled = false;
    for (let k = 0; k < threads; k++) {
      const choices = run.choices(thread);
      if (choices > 0 && run.enabled(thread)) {
        anyEnabled = true;
        for (let choice = 0; choice < choices; choice++) {
          if (!sleep.has(i, thread, choice)) return freeStep(thread, choice);
        }
      }
      if (++thread === threads) thread = 0;
    }
    this.stuck = anyEnabled;
    return undefined;
  }
  private stuck = false;

  /** Reports the execution, and adds what its races require to the wakeup trees. */
  private finish(cut: boolean): void {
    if (cut) {
      this.cut++;
    } else if (this.stuck) {
      this.stuck = false;
      this.blocked++;
    } else {
      this.executions++;
      this.listener.onEnd(this.run, this.execution);
    }
    this.reverseRaces();
  }

  /**
   * Turns the races of the whole execution round, those of its unchanged beginning too: what follows
   * a race differs from execution to execution, and with it what the race asks for.
   */
  private reverseRaces(): void {
    const { execution, run, reversal } = this;
    // A probe ends the run, so what waits at its end must be known before.
    const waiting: { thread: number; guard: Access }[] = [];
    for (let thread = 0; thread < run.threadCount; thread++) {
      if (run.choices(thread) > 0 && !run.enabled(thread)) {
        waiting.push({ thread, guard: run.guard(thread) });
      }
    }
    const { race, raceFrom, guard, choices } = execution;
    for (let i = 0; i < execution.length; i++) {
      if (choices[i]! > 1) this.chooseOtherwise(i);
      const from = raceFrom[i]!;
      const to = raceFrom[i + 1]!;
      if (from === to) continue;
      const thread = execution.thread[i]!;
      if (guard[i]! >= 0) {
        this.reverseGuarded(i, thread, guard[i]!, race.subarray(from, to));
        continue;
      }
      for (let k = from; k < to; k++) {
        reversal.start(race[k]!, i, thread, execution.choice[i]!);
        this.reverse(i);
      }
    }
    for (const { thread, guard } of waiting) {
      const candidates = execution.candidatesOf(thread, guard);
      this.reverseGuarded(execution.length, thread, guard, candidates);
    }
  }

  /** Sees to it that the other choices of an event are explored, with all that does not need it. */
  private chooseOtherwise(i: number): void {
    const { execution, reversal } = this;
    for (let choice = 0; choice < execution.choices[i]!; choice++) {
      if (choice === execution.choice[i]) continue;
      reversal.start(i, i, execution.thread[i]!, choice);
      this.reverse(i);
    }
  }

  private reverseGuarded(
    i: number,
    thread: number,
    guard: Access,
    candidates: ArrayLike<number>,
  ): void {
    this.guarded.forEach(i, thread, guard, candidates, () => this.reverse(i));
  }

  /** Sees to it that the sequence of the reversal is explored, unless it is already. */
  private reverse(i: number): void {
    const { reversal, sleep } = this;
    const { e } = reversal;
    const known = this.foreseeLast(i);
    let asleep = reversal.isAsleep(sleep);
    if (asleep === true) return;
    if (!known) {
      this.probe();
      asleep = reversal.isAsleep(sleep);
      if (asleep === true) return;
    }
    reversal.insert(this.pending[e]!, this.next[e]!);
  }

  /** Tells the reversal what its last step touches, if that is known without trying. */
  private foreseeLast(i: number): boolean {
    const { execution, reversal } = this;
    if (i >= execution.length) return false;
    const { depends } = execution;
    if (depends[i] === Depends.anything) return false;
    const from = execution.accFrom[i]!;
    if (depends[i] === Depends.lock) {
      const state = lockStateAfter(execution, execution.acc[from]! >>> 4, this.keeps);
      if (state === UNKNOWN) return false;
      if (state !== UNCHANGED) {
        const column = i * 3 + (state === 0 ? 0 : state < 0 ? 1 : 2);
        reversal.setLast(execution.foreseen, column, column + 1);
        return true;
      }
    }
    reversal.setLast(execution.acc, from, execution.accFrom[i + 1]!);
    return true;
  }
  private readonly keeps = (event: number): boolean => this.reversal.keeps(event);

  /** Runs the sequence of the reversal without its last step. */
  private runReversal(): Run {
    const { execution, reversal } = this;
    const run = this.program.start();
    for (let k = 0; k < execution.length; k++) {
      if (!reversal.keeps(k)) continue;
      run.step(execution.thread[k]!, execution.choice[k]!);
      this.steps++;
    }
    return run;
  }

  /** Finds out what the last step of the reversal touches, by taking it. */
  private probe(): void {
    const { reversal } = this;
    const run = this.runReversal();
    run.step(reversal.thread, reversal.choice);
    reversal.setLast(run.accesses.slice(0, run.accessCount), 0, run.accessCount);
  }

  private isOpenBySteps(thread: number): boolean {
    return this.runReversal().enabled(thread);
  }

  /** Goes back to the deepest state with something left to explore. @returns false if none has. */
  private backtrack(): boolean {
    const { execution, pending, next, sleep } = this;
    while (execution.length > this.frozen) {
      const i = execution.length - 1;
      sleep.add(i, execution);
      execution.pop();
      if (next[i]! < pending[i]!.length) {
        this.forgetTaken(i);
        return true;
      }
    }
    return false;
  }

  /** Keeps a long list of branches from holding those that are explored. */
  private forgetTaken(i: number): void {
    if (this.next[i]! < 64) return;
    this.pending[i]!.splice(0, this.next[i]!);
    this.next[i] = 0;
  }

  /** Runs the program again up to where the search stands. */
  private replay(): void {
    const { execution } = this;
    const run = (this.run = this.program.start());
    const { length, thread, choice } = execution;
    this.steps += length;
    for (let i = 0; i < length; i++) {
      run.step(thread[i]!, choice[i]!);
      if (!execution.agrees(i, run)) {
        throw new Error(
          `explore: the program is not deterministic: step ${i} touched something else when run again`,
        );
      }
    }
  }

  /** The steps of the current execution. */
  schedule(): ScheduleStep[] {
    const { thread, choice, length } = this.execution;
    return Array.from({ length }, (_, i) => ({ thread: thread[i]!, choice: choice[i]! }));
  }
}

const NOTHING = new Int32Array(0);

/** A step of which nothing is known yet. */
const freeStep = (thread: number, choice: number): TreeNode => ({
  thread,
  choice,
  acc: NOTHING,
  from: 0,
  to: 0,
  children: NO_CHILDREN,
});

function sameAccesses(execution: Execution, i: number, { acc, from, to }: TreeNode): boolean {
  const own = execution.accFrom[i]!;
  if (execution.accFrom[i + 1]! - own !== to - from) return false;
  for (let k = from; k < to; k++) if (execution.acc[own + k - from] !== acc[k]) return false;
  return true;
}
