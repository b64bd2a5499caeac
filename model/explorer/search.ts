/**
 * Optimal dynamic partial-order reduction: one execution for each Mazurkiewicz trace. Source sets
 * and wakeup trees after Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial order
 * reduction"; races on locks are those between two acquisitions, as a release forces its order.
 */
import { grown, small } from './arrays';
import type { AccessList } from './access-lists';
import { Execution, NOT_FORESEEN } from './execution';
import { Foresight } from './foresight';
import { GuardedRaces } from './guarded-races';
import type { OpenStates } from './open-states';
import { Placement } from './placement';
import { Depends, type Access, type Program, type Run, type ScheduleStep } from './program';
import { Reversal } from './reversal';
import { endedOtherwise } from './run-again';
import { BY_THE_WHOLE, NOT_SEEN_TO, type SeenTo } from './reversed-sequence';
import { SleepSets } from './sleep-sets';
import { NO_NODE, WakeupTrees } from './wakeup-tree';
import { Watches } from './watches';

/** One in so many executions of a reversible run, and more of the first, is compared with a run anew. */
const AGAIN_EVERY = 256;

/** Receives what the search finds. */
export interface SearchListener {
  /** An execution has come to its end: `run` and `execution` are in the final state. */
  onEnd(run: Run, execution: Execution): void;
}

/** A depth-first search that can stop after any execution, and be asked where it stands. */
export class Search {
  readonly execution: Execution;
  readonly sleep: SleepSets;
  readonly trees = new WakeupTrees();
  /** What remains to be explored from each node along the execution: a list of {@link trees}. */
  heads: Int32Array = small(64).fill(NO_NODE);
  /** Branches taken from each node so far, the current one included. */
  taken: Int32Array = small(64);
  /**
   * How many of the steps that sleep at each node answer for no sequence, those with the lowest numbers:
   * they have slept since before an unguided step, which was taken for sequences that they do not begin.
   */
  private mute: Int32Array = small(64);
  /** 1 for each event that is such a step. */
  private unguided: Int32Array = small(64);
  /** Nodes whose other branches are not explored here; what races require of them is only kept. */
  frozen = 0;
  /** Of which states something may still be asked once they lie behind; no matter if none are frozen. */
  open: OpenStates | undefined;
  executions = 0;
  /**
   * Executions that ended with nothing but redundant steps left: 0 while no more was pending than may be,
   * or the search is at fault.
   */
  blocked = 0;
  /** Executions that were cut off at the most steps. */
  cut = 0;
  /** Executions in which more threads would have begun than may. */
  crowded = 0;
  /** Steps of executions and replays. */
  private ownSteps = 0;
  run: Run;
  private readonly placement: Placement;
  private readonly reversal: Reversal;
  private readonly foresight: Foresight;
  private readonly guarded: GuardedRaces;
  /** By which events the races of each event are seen to, as long as those stay. */
  private seenTo: Int32Array = small(64);
  private readonly watches: Watches;
  /** Events at the beginning of the execution that the one before it had too. */
  private unchanged = 0;
  /** Sequences of more events are shortened; with those of few there is nothing to gain. */
  protected readonly few: number = 2;
  /** Executions that were run to where they end here, of whatever kind. */
  private finished = 0;
  /** Whether the execution ended with steps that are redundant. */
  private stuck = false;
  /** Whether the execution ended with threads that wait, as far as is known. */
  private waits = true;

  constructor(
    program: Program,
    private readonly mostSteps: number,
    private readonly listener: SearchListener,
    /** Steps pending at a time, beyond which no more than the first of a sequence is kept. */
    private readonly mostPending = Infinity,
  ) {
    this.placement = new Placement(program);
    this.run = this.placement.begin();
    this.execution = new Execution(this.run.threadCount);
    this.sleep = new SleepSets(this.execution.lists);
    this.reversal = new Reversal(this.execution);
    this.watches = new Watches(this.execution);
    this.foresight = new Foresight(
      program,
      this.placement,
      this.execution,
      this.reversal,
      this.trees,
    );
    this.guarded = new GuardedRaces(this.execution, this.reversal, {
      reverse: (i) => this.reverse(i),
      isOpenBySteps: (thread) => this.foresight.runReversal().enabled(thread),
    });
  }

  /** Steps of all executions, with those of replays, and those taken to find out what a step touches. */
  get steps(): number {
    return this.ownSteps + this.placement.steps + this.foresight.steps;
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

  /** Takes the step of a tree node, which is the first that remains at the deepest node. */
  private takeBranch(node: number): void {
    const { trees } = this;
    const i = this.execution.length;
    const child = trees.child[node]!;
    this.heads[i] = trees.sibling[node]!;
    this.takeForeseen(trees.thread[node]!, trees.choice[node]!, trees.list[node]!);
    this.heads[i + 1] = child;
    if (trees.unguided[node] === 1) this.goUnguided(i);
    trees.drop(node);
  }

  /** Takes a step that has to touch what a list says, where that is known. */
  private takeForeseen(thread: number, choice: number, list: AccessList): void {
    const { execution } = this;
    const i = execution.length;
    if (!this.run.enabled(thread)) {
      throw new Error(`explore: thread ${thread} cannot move where it did`);
    }
    this.take(thread, choice);
    if (list !== NOT_FORESEEN && execution.list[i] !== list) {
      throw new Error(
        `explore: step ${i} of thread ${thread} touched something else than foreseen: ` +
          'Run.depends must say what a step depends on, and dependent accesses must conflict',
      );
    }
  }

  /** Takes a step that is enabled. */
  take(thread: number, choice: number): void {
    const { execution } = this;
    const i = execution.length;
    if (i + 2 > this.heads.length) this.grow();
    execution.take(this.run, thread, choice);
    this.ownSteps++;
    this.sleep.inherit(i, execution);
    this.taken[i]!++;
    this.taken[i + 1] = 0;
    this.mute[i + 1] = this.mute[i]!;
    this.unguided[i] = 0;
    this.heads[i + 1] = NO_NODE;
  }

  /** Event i is the first of a sequence that was not kept: what sleeps by now is mute from there on. */
  goUnguided(i: number): void {
    this.unguided[i] = 1;
    this.mute[i + 1] = this.sleep.stepsUpTo(i);
  }

  isUnguided(i: number): boolean {
    return i < this.execution.length && this.unguided[i] === 1;
  }

  private grow(): void {
    this.heads = grown(this.heads, NO_NODE);
    this.taken = grown(this.taken);
    this.mute = grown(this.mute);
    this.unguided = grown(this.unguided);
    this.seenTo = grown(this.seenTo);
    this.watches.grow();
  }

  /** Goes on from the deepest node to the end of an execution, along the wakeup tree first. */
  private extend(): void {
    const { execution } = this;
    for (;;) {
      const i = execution.length;
      const node = this.heads[i]!;
      if (node >= 0) {
        if (i >= this.mostSteps) return this.finish(true);
        this.takeBranch(node);
        continue;
      }
      const thread = this.choose(i);
      if (thread < 0) return this.finish(false);
      if (i >= this.mostSteps) return this.finish(true);
      this.take(thread, this.chosen);
    }
  }
  /** The choice that goes with what {@link choose} gives. */
  private chosen = 0;

  /**
   * The thread to go on with where the wakeup tree prescribes none: by preference the one that moved
   * last, then the highest; -1 at the end. The order decides on no count, only on the work: programs
   * whose first thread meets many others part later if that one comes last.
   * In the second half of the most steps others go first, as the one that moved last may be spinning.
   */
  private choose(i: number): number {
    const { run, execution, sleep } = this;
    const threads = run.threadCount;
    const last = i > 0 ? execution.thread[i - 1]! : 0;
    const goesOn = i > 0 && i * 2 <= this.mostSteps;
    const noneSleeps = sleep.from[i] === sleep.to[i];
    this.stuck = false;
    this.waits = false;
    let thread = goesOn ? last : (last > 0 ? last : threads) - 1;
    for (let k = goesOn ? -1 : 0; k < threads; k++) {
      const choices = run.choices(thread);
      if (choices > 0) {
        if (!run.enabled(thread)) this.waits = true;
        else {
          this.stuck = true;
          for (let choice = 0; choice < choices; choice++) {
            if (noneSleeps || !sleep.has(i, thread, choice)) {
              this.chosen = choice;
              return thread;
            }
          }
        }
      }
      thread = (k < 0 || thread === 0 ? threads : thread) - 1;
    }
    return -1;
  }

  /** Reports the execution, and adds what its races require to the wakeup trees. */
  private finish(cut: boolean): void {
    const ended = !cut && !this.stuck && this.run.outOfBounds !== true;
    if (cut) this.cut++;
    else if (this.stuck) this.blocked++;
    else if (!ended) this.crowded++;
    else {
      this.executions++;
      this.listener.onEnd(this.run, this.execution);
    }
    this.placement.isAtEnd(this.execution);
    if (this.placement.takesBack) this.checkNowAndThen(ended);
    this.reverseRaces(cut || this.waits ? this.waiting() : []);
  }

  /** Threads that wait at the end of the execution. */
  private waiting(): { thread: number; guard: Access }[] {
    const { run } = this;
    const waiting: { thread: number; guard: Access }[] = [];
    for (let thread = 0; thread < run.threadCount; thread++) {
      if (run.choices(thread) > 0 && !run.enabled(thread)) {
        waiting.push({ thread, guard: run.guard(thread) });
      }
    }
    return waiting;
  }

  /**
   * Turns the races of the whole execution round, those of its unchanged beginning too: what follows
   * a race differs from execution to execution, and with it what the race asks for. Only where the
   * events that answered it are unchanged too, the answer still holds.
   *
   * @param waiting what waits at the end, asked beforehand as a probe ends the run
   */
  private reverseRaces(waiting: readonly { thread: number; guard: Access }[]): void {
    const { execution, seenTo } = this;
    const { raced } = execution;
    let kept = 0;
    for (let k = 0; k < execution.racedCount; k++) {
      const i = raced[k]!;
      if (!this.isSeenTo(i)) seenTo[i] = this.reverseRacesOf(i);
      if (!this.isAnswered(i)) raced[kept++] = i;
    }
    execution.racedCount = kept;
    for (const { thread, guard } of waiting) {
      const candidates = execution.candidatesOf(thread, guard);
      this.guarded.reverse(execution.length, thread, guard, candidates, 0, candidates.length);
    }
  }

  /** Whether the races of event i are seen to as long as it is there. */
  protected isAnswered(i: number): boolean {
    return this.seenTo[i]! <= i && !this.watches.any(i);
  }

  /** Whether the races of event i would ask for nothing that is not explored or will be. */
  protected isSeenTo(i: number): boolean {
    const { seenTo, unchanged, watches } = this;
    return i < unchanged && seenTo[i]! < unchanged && watches.hold(i, unchanged);
  }

  protected reverseRacesOf(i: number): SeenTo {
    const { execution, reversal } = this;
    this.watches.clear(i);
    const { race } = execution;
    const from = execution.raceFrom[i]!;
    const to = execution.raceFrom[i + 1]!;
    let seenTo = execution.choices[i]! > 1 ? this.chooseOtherwise(i) : i;
    if (from === to) return seenTo;
    const guard = execution.guard[i]!;
    if (guard >= 0) {
      const thread = execution.thread[i]!;
      return Math.max(seenTo, this.guarded.reverse(i, thread, guard, race, from, to));
    }
    let k = from;
    if (this.sleptUntil(race[k]!, i)) {
      seenTo = Math.max(seenTo, i);
      k++;
    }
    for (; k < to; k++) {
      reversal.startRace(i, k);
      seenTo = Math.max(seenTo, this.reverse(i));
    }
    return seenTo;
  }

  /**
   * Whether step i slept where its last race began, at event e, and needs nothing that came since: what is
   * asked for is explored then. Most races are such; this spares asking in earnest.
   */
  private sleptUntil(e: number, i: number): boolean {
    const { execution, sleep } = this;
    if (sleep.from[e] === sleep.to[e] || execution.depends[i] !== Depends.nothing) return false;
    const thread = execution.thread[i]!;
    const before = execution.seq[i]! - 2;
    if (before >= 0 && execution.events[thread * execution.room + before]! > e) return false;
    return sleep.has(e, thread, execution.choice[i]!);
  }

  /** Sees to it that the other choices of an event are explored, with all that does not need it. */
  private chooseOtherwise(i: number): SeenTo {
    const { execution, reversal } = this;
    let seenTo = i;
    for (let choice = 0; choice < execution.choices[i]!; choice++) {
      if (choice === execution.choice[i]) continue;
      reversal.start(i, i, execution.thread[i]!, choice);
      seenTo = Math.max(seenTo, this.reverse(i));
    }
    return seenTo;
  }

  /** Sees to it that the sequence of the reversal is explored, unless it is already. */
  private reverse(i: number): SeenTo {
    this.foresight.foreseeLast(i);
    const seenTo = this.answer();
    return this.watches.add(i, this.reversal) ? seenTo : BY_THE_WHOLE;
  }

  private answer(): SeenTo {
    const { reversal, sleep, foresight } = this;
    const isFrozen = reversal.e < this.frozen;
    // Where anything is pending, this answers sooner than what sleeps, of which there may be much.
    const pending = isFrozen ? NOT_SEEN_TO : reversal.find(this.trees, this.heads[reversal.e]!);
    if (pending !== undefined && pending !== NOT_SEEN_TO) return pending;
    const mute = this.mute[reversal.e]!;
    const asleep =
      reversal.asleep(sleep, mute) ?? (foresight.tryLast(), reversal.asleep(sleep, mute)!);
    if (asleep !== NOT_SEEN_TO) return asleep;
    // What is asked of a frozen node is handed on, to where other branches are known.
    if (isFrozen && !reversal.lastKnown) foresight.tryLast();
    return this.insert(isFrozen);
  }

  private insert(isFrozen: boolean): SeenTo {
    const { reversal, trees, heads, sleep, foresight } = this;
    const onlyFirst = reversal.isBegunByMute || trees.size >= this.mostPending;
    for (;;) {
      const seenTo = isFrozen
        ? reversal.keep(trees, heads)
        : onlyFirst
          ? reversal.insertFirst(trees, heads, sleep)
          : reversal.insert(trees, heads, sleep, this.few);
      if (seenTo !== undefined) return seenTo;
      if (reversal.unforeseen < 0) foresight.tryLast();
      else foresight.tryNode(reversal.e, reversal.takenWay(), reversal.unforeseen);
    }
  }

  /** Finds out what all steps that remain touch, for those who read the trees. */
  foreseeAll(): void {
    const { execution, heads, foresight } = this;
    const before = this.steps;
    for (let i = 0; i <= execution.length; i++) foresight.tryAll(i, heads[i]!, []);
    if (this.steps > before) this.replay();
  }

  /** Goes back to the deepest state with something left to explore. @returns false if none has. */
  private backtrack(): boolean {
    const { execution, sleep, open } = this;
    while (execution.length > this.frozen) {
      const i = execution.length - 1;
      const last = this.heads[i]! < 0;
      if (open !== undefined) open.leave(i, this.isUnguided(i));
      else if (!last) sleep.add(i, execution);
      execution.pop();
      if (!last) {
        this.unchanged = i;
        return true;
      }
    }
    return false;
  }

  /** Goes to where the search stands. */
  private replay(): void {
    this.run = this.placement.at(this.execution, this.execution.length);
  }

  /** Whether the program does what it did when it runs again, asked of a reversible run now and then. */
  private checkNowAndThen(ended: boolean): void {
    const n = this.finished++;
    // The first, the second, the third, the fifth, the ninth and so on.
    if (n % AGAIN_EVERY !== 0 && (n & (n - 1)) !== 0) return;
    const again = this.placement.anew(this.execution, this.execution.length);
    if (ended && again.outcome() !== this.run.outcome()) throw endedOtherwise(this.schedule());
  }

  /** The steps of the current execution. */
  schedule(): ScheduleStep[] {
    const { thread, choice, length } = this.execution;
    const steps: ScheduleStep[] = [];
    for (let i = 0; i < length; i++) steps.push({ thread: thread[i]!, choice: choice[i]! });
    return steps;
  }
}
