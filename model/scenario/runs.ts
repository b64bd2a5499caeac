/** Runs of a scenario as the explorer sees them. */
import type { KeyedRun, ReversibleRun, Run, ScheduleStep } from '../explorer/program';
import { WordTable } from '../explorer/word-table';
import type { LearningMachine } from '../machine/learning-machine';
import type { Effect, Machine } from '../machine/machine';
import type { ReversibleMachine } from '../machine/reversible-machine';
import { Besides } from './besides';
import type { MemoryNames } from './memory-names';
import type { Outcome } from './outcome';

/** What runs ask of the scenario. */
export interface Performed {
  readonly names: MemoryNames;
  /** Begins an execution. @param withAfter false: only the threads */
  restart(withAfter: boolean): void;
  /** What an outcome is made of beside the memory. */
  beside(): string;
  /** Makes those of a run, and no others. */
  restoreEffects(effects: readonly Effect[]): void;
  observe(): Outcome;
  outcomeText(): string;
  outcomeKey(): string;
  /** Runs what comes after the threads. @returns the steps that it takes in a run with everything */
  runAfter(): ScheduleStep[];
}

/** What a run offers beyond the explorer's interface. */
export interface ScenarioRun {
  observe(): Outcome;
}

/** A run from the beginning; one object serves them all. */
export class RunView<M extends Machine = Machine> implements Run, ScenarioRun {
  readonly spawned = -1;

  constructor(
    protected readonly performed: Performed,
    readonly machine: M,
  ) {}

  restart(withAfter = true): this {
    this.performed.restart(withAfter);
    return this;
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
    return this.performed.outcomeText();
  }
  outcomeKey(): number | string {
    return this.performed.outcomeKey();
  }
  /** Tells ends apart by all that they leave, as a text that runs of all kinds have in common. */
  endText(): string {
    return this.performed.outcomeKey();
  }
  observe(): Outcome {
    return this.performed.observe();
  }
  /**
   * Looks at what comes after the threads, which have all ended, with choice 0 everywhere.
   *
   * @param look is given the steps that it takes in a run with everything
   */
  afterwards<T>(look: (steps: ScheduleStep[]) => T): T {
    return look(this.performed.runAfter());
  }
}

/** One on a machine that learns. What its tasks note is made when somebody asks what it comes to. */
class LearntView<M extends LearningMachine> extends RunView<M> {
  protected readonly besides = new Besides();
  private readonly ends = new WordTable();
  private words = new Int32Array(0);

  override outcome(): string {
    this.makeEffects();
    return super.outcome();
  }

  override observe(): Outcome {
    this.makeEffects();
    return super.observe();
  }

  override endText(): string {
    this.makeEffects();
    return super.endText();
  }

  override outcomeKey(): number {
    const { machine } = this;
    const tasks = machine.threadCount;
    if (this.words.length !== tasks + 2) this.words = new Int32Array(tasks + 2);
    const { words } = this;
    words[0] = this.performed.names.memory();
    words[1] = this.beside();
    for (let task = 0; task < tasks; task++) words[task + 2] = machine.finished(task) ? 1 : 0;
    return this.ends.intern(words, 0, words.length);
  }

  /** A number for what an outcome is made of beside the memory, and beside where tasks are. */
  protected beside(): number {
    return this.besides.numberOf(this.machine, () => {
      this.makeEffects();
      return this.performed.beside();
    });
  }

  private makeEffects(): void {
    this.performed.restoreEffects(this.machine.effects);
  }
}

/** One that takes steps back. */
export class ReversibleView extends LearntView<ReversibleMachine> implements ReversibleRun {
  /** The same, and takes it back. */
  override afterwards<T>(look: (steps: ScheduleStep[]) => T): T {
    const { taken, threadCount } = this.machine;
    const seen = super.afterwards(look);
    this.back(taken);
    this.machine.removeFrom(threadCount);
    return seen;
  }

  back(steps: number): void {
    this.machine.back(steps);
  }
}

/** One whose states have keys: numbers for memory, what is kept beside it, and where every task is. */
export class KeyedView extends LearntView<LearningMachine> implements KeyedRun {
  private readonly states = new WordTable(256);
  private state = new Int32Array(0);
  private readonly places: number[] = [];

  stateKey(): number {
    const { machine, performed } = this;
    const tasks = machine.threadCount;
    if (this.state.length !== tasks + 2) this.state = new Int32Array(tasks + 2);
    const { state } = this;
    state[0] = performed.names.memory();
    state[1] = this.beside();
    for (let task = 0; task < tasks; task++) state[task + 2] = machine.placeOf(task);
    return this.states.intern(state, 0, state.length);
  }

  position(thread: number): number {
    return this.machine.placeOf(thread);
  }

  goTo(key: number): void {
    const { machine, performed, places } = this;
    const { words, from } = this.states;
    const begin = from[key]!;
    performed.names.goTo(words[begin]!);
    places.length = 0;
    for (let at = begin + 2; at < from[key + 1]!; at++) places.push(words[at]!);
    const { faults, effects } = this.besides.deedsOf(words[begin + 1]!);
    machine.goTo(places, faults, effects);
  }
}
