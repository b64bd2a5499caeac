/** A scenario under one variant, as a program that the explorer (or any scheduler) can run. */
import type { KeyedRun, Program, ReversibleRun, Run, ScheduleStep } from '../explorer/program';
import { applySwitches, isApplied, type Switches } from '../features/hunk';
import { KernelFault } from '../machine/fault';
import { EndlessWait, type Effect, type Machine, type MachineState } from '../machine/machine';
import { awaitFree, unlock, type Steps } from '../machine/op';
import { ReversibleMachine } from '../machine/reversible-machine';
import type { Ptr } from '../machine/struct';
import { bootKernel } from '../state/boot';
import type { Cpu } from '../state/cpu';
import { enter, kernel as running, type Kernel } from '../state/kernel';
import { switch_mm } from '../arch/x86/mm/tlb';
import type { Actor, Operation, Scenario } from './ast';
import { layOut, type Layout } from './layout';
import { Observer } from './observe';
import { resultOf, SignalDelivered, stepsOf } from './operations';
import { actorsByLabel, afterLabel, setupLabel } from './labels';
import { levelOfActor } from './levels';
import type { Outcome, Result, Unended } from './outcome';
import { StateNames } from './state-names';
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
export class ScenarioProgram implements Program {
  readonly reversibleAfter = 50;
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
  private readonly names: StateNames;
  private readonly view: RunView;
  /** The run that takes steps back, once there was one; it has learnt what the threads do. */
  private reversible: ReversibleView | undefined;

  /**
   * Boots a kernel of this variant and runs the set-up in it.
   *
   * @param file name to report errors under
   * @param reversible a machine for runs that take steps back, and whose they are
   */
  constructor(
    readonly scenario: Scenario,
    private readonly switches: Switches,
    private readonly file = scenario.name,
    reversible?: { readonly machine: ReversibleMachine; readonly of: ScenarioProgram },
  ) {
    this.layout = layOut(scenario, file);
    this.kernel = bootKernel(this.layout.config, reversible?.machine);
    this.threadNames = scenario.threads.map((thread) => thread.actor.name);
    enter(this.kernel);
    applySwitches(switches);
    this.observer = new Observer(this.layout, this.kernel);
    this.actors = actorsByLabel(scenario);
    this.names = new StateNames(this.kernel.machine, reversible?.of.names);
    this.view = new RunView(this);
    if (reversible === undefined) this.markUnborn();
    this.begin = reversible?.of.begin ?? this.setUp();
  }

  /** @param withAfter false: only the threads; {@link runAfter} does the rest of an ended run */
  start(withAfter = true): RunView {
    enter(this.kernel);
    this.takeSwitches();
    this.performing.length = 0;
    this.restore(this.begin);
    if (this.begin.stuck.length === 0) this.spawnAll(withAfter);
    return this.view;
  }

  startReversible(): ReversibleView {
    this.reversible ??= this.reversed();
    return this.reversible.restart();
  }

  /** A run of a twin, which has a kernel and a machine of its own. */
  private reversed(): ReversibleView {
    const machine = new ReversibleMachine((run) => twin.inside(run));
    const { scenario, switches, file } = this;
    const twin = new ScenarioProgram(scenario, switches, file, { machine, of: this });
    return new ReversibleView(twin, machine);
  }

  /** Runs something in this kernel, whichever is running. */
  private inside(run: () => void): void {
    const before = running;
    enter(this.kernel);
    this.takeSwitches();
    try {
      run();
    } finally {
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

  startKeyed(): KeyedRun {
    return this.start();
  }

  /**
   * Runs what comes after the threads, which have all ended, with choice 0 everywhere.
   *
   * @returns the steps that it takes in a run with everything
   */
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

  /** Equal keys, equal states: memory, what is kept beside it, and where every task is. */
  stateKey(): string {
    const tasks: number[] = [];
    for (let t = 0; t < this.kernel.machine.threadCount; t++) tasks.push(this.names.task(t));
    return `${this.names.memory()} ${tasks.join()} ${this.beside()}`;
  }

  /** A number for where a task is. */
  position(task: number): number {
    return this.names.task(task);
  }

  /** What an outcome is made of beside the memory. */
  private beside(): string {
    const { faults } = this.kernel.machine;
    if (faults.length === 0 && this.killed.size === 0 && this.results.size === 0) return '';
    const results = [...this.results].sort(byName).map(resultText);
    const texts = faults.map(({ kind, where, what }) => `${kind} ${where} ${what}`).sort();
    return [results.join(), [...this.killed].sort().join(), JSON.stringify(texts)].join(' ');
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
      if (thread !== undefined) machine.note(() => (this.performing[thread] = operation));
      const name = operation.result ?? (operations.length > 1 ? `${label}:${index + 1}` : label);
      try {
        const context = { cpu, process, layout: this.layout, operation };
        const value = yield* stepsOf(context);
        if (value !== undefined) this.keepResult(name, resultOf(context, value));
        // Nothing but results is carried from one operation to the next.
        machine.mark();
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
    return { id, name: actor.name, mm, kswapd: actor.name.startsWith('kswapd') };
  }
}

/** What a run offers beyond the explorer's interface. */
export interface ScenarioRun {
  observe(): Outcome;
}

/** Values of operations are numbers, or texts of which not all is known. */
const resultText = ([name, { value, level }]: [string, Result]): string =>
  `${name} ${level} ${typeof value === 'number' ? value : JSON.stringify(value)}`;

/** By the name that results have. */
const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

/** The explorer's view of the program's machine; one serves all runs. */
class RunView implements Run, KeyedRun, ScenarioRun {
  readonly spawned = -1;
  private readonly machine: Machine;

  constructor(protected readonly program: ScenarioProgram) {
    this.machine = program.kernel.machine;
  }

  get threadCount(): number {
    return this.machine.threadCount;
  }
  get accesses(): Int32Array {
    return this.machine.accesses;
  }
  get accessCount(): number {
    return this.machine.accessCount;
  }
  get looked(): Uint8Array {
    return this.machine.looked;
  }
  value(word: number): number {
    return this.machine.value(word);
  }
  choices(thread: number): number {
    return this.machine.choices(thread);
  }
  guard(thread: number): number {
    return this.machine.guard(thread);
  }
  enabled(thread: number): boolean {
    return this.machine.enabled(thread);
  }
  step(thread: number, choice: number): void {
    this.machine.step(thread, choice);
  }
  outcome(): string {
    return this.program.outcomeText();
  }
  outcomeKey(): string {
    return this.program.outcomeKey();
  }
  stateKey(): string {
    return this.program.stateKey();
  }
  position(thread: number): number {
    return this.program.position(thread);
  }
  observe(): Outcome {
    return this.program.observe();
  }
}

/** The same of a twin, whose machine takes steps back. */
class ReversibleView extends RunView implements ReversibleRun {
  constructor(
    program: ScenarioProgram,
    private readonly reversible: ReversibleMachine,
  ) {
    super(program);
  }

  restart(): this {
    this.program.start();
    return this;
  }

  back(steps: number): void {
    if (this.reversible.back(steps)) this.program.restoreEffects(this.reversible.effects);
  }
}
