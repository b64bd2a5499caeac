/** A scenario under one variant, as a program that the explorer (or any scheduler) can run. */
import type { Program, ScheduleStep } from '../explorer/program';
import {
  applySwitches,
  countAsRead,
  isApplied,
  switchesRead,
  type Switches,
} from '../features/hunk';
import type { SwitchId } from '../features/hunk-id';
import { KernelFault } from '../machine/fault';
import { EndlessWait, type Effect, type MachineState } from '../machine/machine';
import { awaitFree, unlock, type Steps } from '../machine/op';
import { LearningMachine } from '../machine/learning-machine';
import { ReversibleMachine } from '../machine/reversible-machine';
import type { Ptr } from '../machine/struct';
import { bootKernel } from '../state/boot';
import type { Cpu } from '../state/cpu';
import { enter, kernel as running, type Kernel } from '../state/kernel';
import { switch_mm } from '../arch/x86/mm/tlb';
import { entering, task_work_run } from '../kernel/task_work';
import type { Actor, Operation, Scenario } from './ast';
import { checkOperands } from './check-operands';
import { layOut, type Layout } from './layout';
import { MemoryNames } from './memory-names';
import { Observer } from './observe';
import { resultOf, SignalDelivered, stepsOf } from './operations';
import { actorsByLabel, afterLabel, isKswapd, setupLabel } from './labels';
import { levelOfActor } from './levels';
import type { Outcome, Result, Unended } from './outcome';
import { KeyedView, ReversibleView, RunView, type Performed } from './runs';
import { bornWord, doneWord, mmOf, postWord } from './world';

/** Where a scenario stands between its parts: after an operation that ran alone, or after the threads. */
export interface ScenarioState {
  readonly machine: MachineState;
  readonly results: ReadonlyMap<string, Result>;
  /** Operations and threads that a kernel fault ended. */
  readonly killed: ReadonlySet<string>;
  /** Who waits for ever; nothing comes after that. */
  readonly stuck: readonly string[];
}

/** A scenario that has been set up: {@link start} begins executions from the state after set-up. */
export class ScenarioProgram implements Program, Performed {
  readonly layout: Layout;
  readonly kernel: Kernel;
  readonly threadNames: readonly string[];
  protected readonly results = new Map<string, Result>();
  protected readonly killed = new Set<string>();
  private readonly observer: Observer;
  private readonly actors: ReadonlyMap<string, Actor>;
  /** The operation that each thread of the machine is in; the last index is what comes afterwards. */
  private readonly performing: (Operation | undefined)[] = [];
  /** Where the set-up ended, to which {@link start} returns. */
  protected begin: ScenarioState;
  /** The operation after the threads that was begun last. */
  private lastAfter = 0;
  readonly names: MemoryNames;
  private readonly view: RunView;
  private readonly isTwin: boolean;
  /** Switches that a twin has read: what it has learnt rests on them. */
  private read: readonly SwitchId[] = [];
  /** Runs that have learnt what the threads do, once they have begun. */
  private reversible: ReversibleView | undefined;
  private keyed: KeyedView | undefined;

  /**
   * Boots a kernel of this variant and runs the set-up in it.
   *
   * @param file name to report errors under
   * @param learning a machine that learns, and whose runs are on it
   */
  constructor(
    readonly scenario: Scenario,
    private readonly switches: Switches,
    private readonly file = scenario.name,
    learning?: { readonly machine: LearningMachine; readonly of: ScenarioProgram },
  ) {
    this.layout = learning?.of.layout ?? layOut(scenario, file);
    if (learning === undefined) checkOperands(scenario, this.layout);
    this.kernel = bootKernel(this.layout.config, learning?.machine);
    this.threadNames = scenario.threads.map((thread) => thread.actor.name);
    enter(this.kernel);
    if (learning === undefined) applySwitches(switches);
    this.isTwin = learning !== undefined;
    this.observer = new Observer(this.layout, this.kernel);
    this.actors = actorsByLabel(scenario);
    this.names = new MemoryNames(this.kernel.machine, learning?.of.names);
    this.view = new RunView(this, this.kernel.machine);
    if (learning === undefined) this.markUnborn();
    this.begin = learning?.of.begin ?? this.setUp();
  }

  /** @param withAfter false: only the threads; {@link RunView.afterwards} does the rest of an ended run */
  start(withAfter = true): RunView {
    this.restart(withAfter);
    return this.view;
  }

  restart(withAfter: boolean): void {
    if (this.isTwin) return this.inside(() => this.beginAnew(withAfter));
    enter(this.kernel);
    this.takeSwitches();
    this.beginAnew(withAfter);
  }

  private beginAnew(withAfter: boolean): void {
    this.performing.length = 0;
    this.restore(this.begin);
    if (this.begin.stuck.length === 0) this.spawnAll(withAfter);
  }

  /** Learning what the threads do costs about as much as so many executions. */
  get reversibleAfter(): number {
    return this.reversible === undefined ? 50 : 0;
  }

  /** Begins one that takes steps back. It has a kernel of its own, and learns what the threads do. */
  startReversible(withAfter = true): ReversibleView {
    this.reversible ??= this.learning(ReversibleMachine, ReversibleView);
    return this.reversible.restart(withAfter);
  }

  /** Begins one whose states have keys, likewise. */
  startKeyed(withAfter = true): KeyedView {
    this.keyed ??= this.learning(LearningMachine, KeyedView);
    return this.keyed.restart(withAfter);
  }

  private learning<M extends LearningMachine, V>(
    machineOf: new (inside: (run: () => void) => void) => M,
    viewOf: new (performed: Performed, machine: M) => V,
  ): V {
    const machine = new machineOf((run) => twin.inside(run));
    const { scenario, switches, file } = this;
    const before = running;
    const twin = new ScenarioProgram(scenario, switches, file, { machine, of: this });
    enter(before);
    return new viewOf(twin, machine);
  }

  /** Runs something in this kernel, of a twin, whichever is running. */
  private inside(run: () => void): void {
    const before = running;
    enter(this.kernel);
    this.takeSwitches();
    countAsRead(this.read);
    try {
      run();
    } finally {
      this.read = switchesRead();
      enter(before);
    }
  }

  /** Brings what is kept beside the memory to where it was after the first effects of a run. */
  restoreEffects(effects: readonly Effect[]): void {
    this.restoreBeside(this.begin);
    for (const effect of effects) effect();
  }

  /** Switches are shared: a program that was built since has set its own. */
  protected takeSwitches(): void {
    if (!isApplied(this.switches)) applySwitches(this.switches);
  }

  runAfter(): ScheduleStep[] {
    const { machine } = this.kernel;
    if (this.scenario.after.length === 0) return [];
    const thread = machine.spawnFrom(() => this.afterwards());
    const steps: ScheduleStep[] = [];
    while (machine.choices(thread) > 0 && machine.enabled(thread)) {
      steps.push({ thread, choice: 0 });
      machine.step(thread, 0);
    }
    return steps;
  }

  /** Results of the operations that have ended so far, the set-up's included. */
  resultsSoFar(): ReadonlyMap<string, Result> {
    return this.results;
  }

  /** The operation that a thread's next step belongs to; undefined between operations. */
  operationOf(thread: number): Operation | undefined {
    return this.performing[thread];
  }

  /** What the execution that has just come to its end leaves behind. */
  observe(): Outcome {
    return this.outcome(this.stuck());
  }

  /** The text by which the explorer tells what executions leave behind apart. */
  outcomeText(): string {
    return JSON.stringify(this.observe());
  }

  protected outcome(stuck: readonly string[]): Outcome {
    // They name counters.
    this.takeSwitches();
    const killed = [...this.killed].sort();
    const seenBy = (level: 'user' | 'system'): Unended => {
      const isSeen = (label: string): boolean =>
        levelOfActor(this.actors.get(label)!.process) === level;
      return { stuck: stuck.filter(isSeen), killed: killed.filter(isSeen) };
    };
    return this.observer.outcome(this.results, { user: seenBy('user'), system: seenBy('system') });
  }

  /** Who waits for ever: an operation of the set-up, threads, or an operation that comes after them. */
  protected stuck(): readonly string[] {
    if (this.begin.stuck.length > 0) return this.begin.stuck;
    const { machine } = this.kernel;
    const threads = this.stuckThreads();
    const last = this.threadNames.length;
    if (threads.length > 0 || machine.threadCount === last) return threads;
    return machine.finished(last) ? [] : [afterLabel(this.lastAfter)];
  }

  protected stuckThreads(): readonly string[] {
    return this.threadNames.filter((_, index) => !this.kernel.machine.finished(index));
  }

  protected spawnAll(withAfter: boolean): void {
    this.spawnThreads();
    if (withAfter && this.scenario.after.length > 0)
      this.kernel.machine.spawnFrom(() => this.afterwards());
  }

  protected spawnThreads(): void {
    this.scenario.threads.forEach(({ actor, operations }, index) => {
      this.kernel.machine.spawnFrom(() => this.thread(actor, operations, index));
    });
  }

  /** Adds a task that performs one of the operations that come after the threads. */
  protected spawnAfter(index: number): void {
    this.kernel.machine.spawnFrom(() => this.afterOperation(index, 0));
  }

  /** Equal keys, equal outcomes: all that an outcome is made of, without making it. */
  outcomeKey(): string {
    return `${this.names.memory()} ${this.stuck().join()} ${this.beside()}`;
  }

  /** What an outcome is made of beside the memory, and beside where tasks are. */
  beside(): string {
    const { faults } = this.kernel.machine;
    const { results, killed, lastAfter } = this;
    if (faults.length + killed.size + results.size + lastAfter === 0) return '';
    const texts = faults.map(({ kind, where, what }) => `${kind} ${where} ${what}`).sort();
    return [
      [...results].sort(byName).map(resultText).join(),
      [...killed].sort().join(),
      JSON.stringify(texts),
      lastAfter,
    ].join(' ');
  }

  private markUnborn(): void {
    const { mem } = this.kernel.machine.arena;
    for (const process of this.layout.forked) mem[bornWord(this.layout, process) >> 2] = -1;
    this.scenario.threads.forEach((_, index) => (mem[doneWord(this.layout, index) >> 2] = -1));
    for (const name of this.layout.posts) mem[postWord(this.layout, name) >> 2] = -1;
  }

  /** Performs the set-up; it ends early where one of its operations waits for ever. */
  protected setUp(): ScenarioState {
    for (const index of this.scenario.setup.keys()) {
      if (!this.performSetup(index)) return this.state([setupLabel(index)]);
    }
    return this.state([]);
  }

  /** Performs one operation of the set-up. @returns whether it came to its end */
  protected performSetup(index: number): boolean {
    const { actor, operation } = this.scenario.setup[index]!;
    const cpu = this.cpu(actor, actor.cpu ?? 0);
    try {
      this.kernel.machine.runAlone(this.operations(cpu, actor, [operation], setupLabel(index)));
      return true;
    } catch (error) {
      if (error instanceof EndlessWait) return false;
      throw error;
    }
  }

  protected state(stuck: readonly string[]): ScenarioState {
    const { kernel, results, killed } = this;
    return {
      machine: kernel.machine.state(),
      results: new Map(results),
      killed: new Set(killed),
      stuck,
    };
  }

  protected restore(state: ScenarioState): void {
    this.kernel.machine.restore(state.machine);
    this.restoreBeside(state);
  }

  private restoreBeside({ results, killed }: ScenarioState): void {
    this.lastAfter = 0;
    this.results.clear();
    this.killed.clear();
    for (const [name, value] of results) this.results.set(name, value);
    for (const name of killed) this.killed.add(name);
  }

  private thread(actor: Actor, operations: readonly Operation[], index: number): Steps {
    const { process } = actor;
    const cpu = this.cpu(actor, actor.cpu ?? index);
    const forked = process !== undefined && this.layout.forked.has(process);
    const born = forked ? bornWord(this.layout, process) : undefined;
    const done = doneWord(this.layout, index);
    return this.operations(cpu, actor, operations, actor.name, index, { born, done });
  }

  private *afterwards(): Steps {
    for (const index of this.scenario.threads.keys()) {
      yield awaitFree(doneWord(this.layout, index));
    }
    for (const index of this.scenario.after.keys()) {
      this.kernel.machine.note(() => (this.lastAfter = index));
      yield* this.afterOperation(index, this.scenario.threads.length);
    }
  }

  private afterOperation(index: number, thread: number): Steps {
    const { actor, operation } = this.scenario.after[index]!;
    const cpu = this.cpu(actor, actor.cpu ?? 0);
    return this.operations(cpu, actor, [operation], afterLabel(index), thread);
  }

  /**
   * Performs operations one after the other and keeps their results; a signal or a fault ends them.
   *
   * @param words of a thread: one that is free once its process is born, and one to be freed at its end
   */
  private *operations(
    cpu: Cpu,
    actor: Actor,
    operations: readonly Operation[],
    label: string,
    thread?: number,
    words?: { readonly born: Ptr | undefined; readonly done: Ptr },
  ): Steps {
    const { process } = actor;
    const { machine } = this.kernel;
    if (words?.born !== undefined) yield awaitFree(words.born);
    if (cpu.mm !== 0) yield* switch_mm(cpu, cpu.mm);
    for (const [index, operation] of operations.entries()) {
      if (thread !== undefined) this.performing[thread] = operation;
      const name = operation.result ?? (operations.length > 1 ? `${label}:${index + 1}` : label);
      try {
        const context = { cpu: entering(cpu), process, layout: this.layout, operation };
        const value = yield* stepsOf(context);
        // An access that ends in a signal has put nothing off.
        yield* task_work_run(context.cpu);
        if (value !== undefined) this.keepResult(name, resultOf(context, value));
        // Nothing but results is carried from one operation to the next.
        machine.mark(`${label}:${index}`);
      } catch (error) {
        if (error instanceof SignalDelivered) {
          this.keepResult(name, { value: error.signal, level: 'user' });
        } else if (error instanceof KernelFault) {
          machine.report(error.fault);
          machine.note(() => this.killed.add(label));
        } else {
          throw error;
        }
        break;
      }
    }
    if (words !== undefined) yield unlock(words.done);
  }

  private keepResult(name: string, result: Result): void {
    this.kernel.machine.note(() => this.results.set(name, result));
  }

  private cpu(actor: Actor, id: number): Cpu {
    const mm = actor.process === undefined ? 0 : mmOf(this.layout, actor.process);
    return { id, name: actor.name, mm, kswapd: isKswapd(actor) };
  }
}

/** Values of operations are numbers, or texts of which not all is known. */
const resultText = ([name, { value, level }]: [string, Result]): string =>
  `${name} ${level} ${typeof value === 'number' ? value : JSON.stringify(value)}`;

/** By the name that results have. */
const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
