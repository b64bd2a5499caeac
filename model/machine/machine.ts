import { Arena } from './arena';
import { KernelFault, type Fault } from './fault';
import { callSite, cellOf, Code, codeOf, operand, type Op, type Steps } from './op';
import type { Ptr } from './struct';

/**
 * How a step touches a word; the values are the explorer's access modes (model/explorer/program.ts
 * states which of them commute).
 */
export const Touch = {
  read: 0,
  write: 1,
  add: 2,
  lock: 3,
  unlock: 4,
  readLock: 5,
  readUnlock: 6,
  trylock: 7,
  readTrylock: 8,
  await: 9,
} as const;

/**
 * What a step looks at of a word, as far as it decides on what follows; the values are the explorer's
 * (model/explorer/program.ts).
 */
const Look = { nothing: 0, value: 1, sign: 2, rank: 3 } as const;

/** A change of one word, for traces. */
export interface Change {
  readonly addr: Ptr;
  readonly before: number;
  readonly after: number;
}

/** A machine between tasks: all that the ones to come depend on, or that is told of those before. */
export interface MachineState {
  readonly mem: Int32Array;
  readonly faults: readonly Fault[];
}

/** Words of a block, a power of two as a shift. */
const BLOCK_BITS = 5;
export const BLOCK = 1 << BLOCK_BITS;
/** The block that a word is in. */
export const blockOf = (cell: number): number => cell >> BLOCK_BITS;

/** What a look at the whole state gives. */
export type Sight = number | string;

/** A change of what is kept beside the words; it may be made again, after all else was put back. */
export type Effect = () => void;

/** A task that runs alone waits for what only another one could give. */
export class EndlessWait extends Error {
  override readonly name = 'EndlessWait';
}

interface Task {
  steps: Steps<unknown>;
  op: Op;
  a: number;
  b: number;
  done: boolean;
  fault: Fault | undefined;
  /** JavaScript call stack of the pending yield, while {@link callSite} is on. */
  site: string;
}

const NOT_BEGUN = { op: 0, a: 0, b: 0, done: false, fault: undefined, site: '' };

/**
 * Executes tasks over one arena, one step at a time. It knows locks, atomics and choices, and
 * nothing of memory management. Structurally it is the explorer's `Run`.
 */
export class Machine {
  readonly arena = new Arena();
  /** What the last step touched: word index * 16 + {@link Touch}. */
  accesses = new Int32Array(64);
  /** For each access, what the step looked at of the word. */
  looked = new Uint8Array(64);
  accessCount = 0;
  readonly spawned = -1;
  /** Faults of this run, in order. */
  readonly faults: Fault[] = [];
  /** For each task a hash of all that it has seen, by which checks tell whether it has seen the same. */
  readonly histories: number[] = [];
  /** While an array, receives every change of a word; for traces. */
  changes: Change[] | undefined;
  /**
   * For each block of words whether it may have changed since somebody put 0 there; undefined where that is
   * not known.
   */
  readonly stale: Uint8Array | undefined = undefined;
  protected tasks: Task[] = [];
  /** The task that is in a step, or -1. */
  private current = -1;
  protected saved: MachineState = { mem: new Int32Array(0), faults: [] };

  get threadCount(): number {
    return this.tasks.length;
  }

  /** The present state; tasks that have not ended are no part of it. */
  state(): MachineState {
    return { mem: this.arena.mem.slice(), faults: [...this.faults] };
  }

  /** Remembers the present state as the one that {@link restore} returns to. */
  save(): void {
    this.saved = this.state();
  }

  /** Goes back to a state and forgets all tasks. */
  restore({ mem, faults }: MachineState = this.saved): void {
    this.arena.mem.set(mem);
    this.tasks = [];
    this.faults.length = 0;
    for (const fault of faults) this.faults.push(fault);
    this.histories.length = 0;
  }

  /** Adds a task by its code, which a machine may run more than once. @returns its index */
  spawnFrom(code: () => Steps<unknown>): number {
    return this.spawn(code());
  }

  /** Adds a task, run up to (not including) its first shared access. @returns its index. */
  spawn(steps: Steps<unknown>): number {
    const task = this.addTask(steps);
    this.histories.push(0);
    this.resume(task, 0);
    if (this.accessCount > 0)
      throw new Error('spawn: a task touched shared state before its first yield');
    return this.tasks.length - 1;
  }

  /** Adds a task that has not begun, and forgets what the last step touched. */
  protected addTask(steps: Steps<unknown>): Task {
    const task: Task = { steps, ...NOT_BEGUN };
    this.tasks.push(task);
    this.accessCount = 0;
    return task;
  }

  /** Runs a task alone to its end. @returns what it returned. @throws EndlessWait if it has to wait. */
  runAlone<T>(steps: Steps<T>, choice: (n: number) => number = () => 0): T | undefined {
    let result: T | undefined;
    const index = this.spawn(
      (function* () {
        result = yield* steps;
      })(),
    );
    while (this.choices(index) > 0) {
      if (!this.enabled(index)) {
        throw new EndlessWait(
          `runAlone: waits for ever on ${this.arena.describe(this.pendingAddress(index))}`,
        );
      }
      this.step(index, choice(this.choices(index)));
    }
    return result;
  }

  // The explorer's view of a run.

  choices(index: number): number {
    const task = this.tasks[index]!;
    if (task.done) return 0;
    return codeOf(task.op) === Code.choose ? cellOf(task.op) : 1;
  }

  guard(index: number): number {
    const op = this.tasks[index]!.op;
    switch (codeOf(op)) {
      case Code.lock:
        return cellOf(op) * 16 + Touch.lock;
      case Code.readLock:
        return cellOf(op) * 16 + Touch.readLock;
      case Code.awaitFree:
        return cellOf(op) * 16 + Touch.await;
      default:
        return -1;
    }
  }

  enabled(index: number): boolean {
    const task = this.tasks[index]!;
    if (task.done) return false;
    const word = this.arena.mem[cellOf(task.op)]!;
    switch (codeOf(task.op)) {
      case Code.lock:
        return word === 0;
      case Code.readLock:
      case Code.awaitFree:
        return word >= 0;
      default:
        return true;
    }
  }

  step(index: number, choice: number): void {
    const task = this.tasks[index]!;
    this.accessCount = 0;
    this.current = index;
    const value = this.execute(task, choice);
    this.remember(index, value);
    this.resume(task, value);
    this.current = -1;
  }

  /** What a word holds now. */
  value(cell: number): number {
    return this.arena.mem[cell]!;
  }

  /**
   * What the task in the present step has seen so far has no influence on it any more.
   *
   * @param _point which point of its code it has come to
   */
  mark(_point: string): void {}

  /** Address of the word that a task's next step starts with; 0 at a choice. */
  pendingAddress(index: number): Ptr {
    const op = this.tasks[index]!.op;
    return codeOf(op) === Code.choose ? 0 : cellOf(op) * 4;
  }

  /** The op that a task will perform next. */
  pending(index: number): Op {
    return this.tasks[index]!.op;
  }

  /** Call stack of the pending yield: which kernel functions the task is in. Empty unless tracing. */
  siteOf(index: number): string {
    return this.tasks[index]!.site;
  }

  /** The fault that ended a task, if one did. */
  faultOf(index: number): Fault | undefined {
    return this.tasks[index]!.fault;
  }

  /** Whether a task came to its end (by returning or by a fault). */
  finished(index: number): boolean {
    return this.tasks[index]!.done;
  }

  // Direct access inside an atomic section.

  /** Reads a word inside an atomic section. */
  peek(addr: Ptr): number {
    const cell = addr >> 2;
    this.look(cell, 0);
    const value = this.arena.mem[cell]!;
    if (this.current >= 0) this.remember(this.current, value);
    return value;
  }

  /** Writes a word inside an atomic section. */
  poke(addr: Ptr, value: number): void {
    const cell = addr >> 2;
    this.touch(cell, Touch.write);
    this.set(cell, value);
  }

  /** Adds to a counter inside an atomic section; commutes with other additions. */
  bump(addr: Ptr, delta: number): void {
    const cell = addr >> 2;
    this.touch(cell, Touch.add);
    this.set(cell, this.arena.mem[cell]! + delta);
  }

  /** Adds to a reference count inside an atomic section, as the op addToCount does. */
  bumpCount(addr: Ptr, delta: number): void {
    const cell = addr >> 2;
    this.count(cell, this.arena.mem[cell]!, delta, 0);
  }

  /** Takes a lock word inside an atomic section; the caller knows that it is free. */
  take(addr: Ptr): void {
    const cell = addr >> 2;
    this.refuseSecondChange(cell);
    this.touch(cell, Touch.trylock);
    this.set(cell, -1);
  }

  /** Releases a lock word inside an atomic section. */
  release(addr: Ptr): void {
    const cell = addr >> 2;
    this.refuseSecondChange(cell);
    this.open(cell);
  }

  /** Reads a word that never changes once a task can come by it: no access. */
  constant(addr: Ptr): number {
    return this.arena.mem[addr >> 2]!;
  }

  /**
   * Asks about a word as part of the access just made, for an assertion about what that left: not recorded,
   * so that accesses which commute stay independent.
   */
  isBelow(addr: Ptr, least: number): boolean {
    return this.arena.mem[addr >> 2]! < least;
  }

  /** Reads a word where no task is at work, or in {@link see}. */
  inspect(addr: Ptr): number {
    return this.arena.mem[addr >> 2]!;
  }

  /** Looks at the whole state, where only one task is at work: no access, and no step of its own. */
  see<T extends Sight>(look: () => T): T {
    return look();
  }

  /** Does something that belongs to the present step and is kept beside the words. */
  note(effect: Effect): void {
    effect();
  }

  /** Records a fault that does not end the task. */
  report(fault: Fault): void {
    this.faults.push(fault);
  }

  private remember(index: number, value: number): void {
    this.histories[index] = mix(this.histories[index]!, value);
  }

  private resume(task: Task, value: number): void {
    try {
      const next = task.steps.next(value);
      if (next.done === true) {
        task.done = true;
        return;
      }
      task.op = next.value;
      task.a = operand.a;
      task.b = operand.b;
      if (callSite.on) task.site = callSite.stack;
    } catch (error) {
      if (!(error instanceof KernelFault)) throw error;
      task.done = true;
      task.fault = error.fault;
      this.faults.push(error.fault);
    }
  }

  /** To the explorer a step either takes a lock or releases it. */
  private refuseSecondChange(cell: number): void {
    for (let k = 0; k < this.accessCount; k++) {
      const access = this.accesses[k]!;
      if (access >> 4 === cell && (access & 15) >= Touch.lock && (access & 15) !== Touch.await) {
        throw new Error(`step: ${this.arena.describe(cell * 4)} changes twice in one step`);
      }
    }
  }

  private touch(cell: number, how: number, looked: number = Look.nothing): void {
    const n = this.accessCount++;
    if (n === this.accesses.length) {
      const { accesses, looked } = this;
      this.accesses = new Int32Array(n * 2);
      this.accesses.set(accesses);
      this.looked = new Uint8Array(n * 2);
      this.looked.set(looked);
    }
    this.accesses[n] = cell * 16 + how;
    this.looked[n] = looked;
  }

  protected set(cell: number, value: number): void {
    const { mem } = this.arena;
    if (this.changes !== undefined && mem[cell] !== value) {
      this.changes.push({ addr: cell * 4, before: mem[cell]!, after: value });
    }
    mem[cell] = value;
  }

  /** Performs the pending access of a task. @returns the value of its yield. */
  protected execute(task: Task, choice: number): number {
    const code = codeOf(task.op);
    if (code === Code.choose) return choice;
    const cell = cellOf(task.op);
    if (cell >= this.arena.mem.length) throw new Error(`step: no word ${cell}`);
    const old = this.arena.mem[cell]!;
    switch (code) {
      case Code.load:
        return this.look(cell, old);
      case Code.store:
        return this.change(cell, task.a, Touch.write, 0, Look.nothing);
      case Code.testAndSet:
        return this.replace(cell, 1, old);
      case Code.testAndClear:
        return this.replace(cell, 0, old);
      case Code.add:
        return this.change(cell, old + task.a, Touch.add, 0, Look.nothing);
      case Code.addToCount:
        return this.count(cell, old, task.a, 0);
      case Code.decAndTest:
        // An assertion that is part of the access may ask whether there was a reference at all.
        return this.change(cell, old - 1, Touch.write, old === 1 ? 1 : 0, Look.rank);
      case Code.incNotZero:
        return old === 0 ? this.look(cell, 0, Look.sign) : this.count(cell, old, 1, 1);
      case Code.incAndTestZero:
        return this.incAndTestZero(cell, old);
      case Code.decAndTestNegative:
        return this.change(cell, old - 1, Touch.write, old <= 0 ? 1 : 0, Look.sign);
      case Code.exchange:
        return this.replace(cell, task.a, old);
      case Code.compareAndSwap:
        return old === task.a ? this.replace(cell, task.b, 1) : this.look(cell, 0);
      case Code.fetchOr:
        return this.replace(cell, old | task.a, old);
      case Code.fetchAnd:
        return this.replace(cell, old & task.a, old);
      case Code.step:
        return 0;
      default:
        return this.executeLock(code, cell, old);
    }
  }

  private executeLock(code: number, cell: number, old: number): number {
    switch (code) {
      case Code.lock:
        return this.change(cell, -1, Touch.lock, 1, Look.nothing);
      case Code.trylock:
        if (old !== 0) return this.look(cell, 0, Look.sign);
        return this.change(cell, -1, Touch.trylock, 1, Look.sign);
      case Code.unlock:
        return this.open(cell);
      case Code.readLock:
        return this.change(cell, old + 1, Touch.readLock, 1, Look.nothing);
      case Code.readTrylock:
        if (old < 0) return this.look(cell, 0, Look.sign);
        return this.change(cell, old + 1, Touch.readTrylock, 1, Look.sign);
      case Code.readUnlock:
        return this.readOpen(cell, old);
      case Code.awaitFree:
        this.touch(cell, Touch.await);
        return 0;
      default:
        throw new Error(`step: unknown op code ${code}`);
    }
  }

  protected look(cell: number, result: number, looked: number = Look.value): number {
    this.touch(cell, Touch.read, looked);
    return result;
  }

  /** Reads a word and writes it. */
  private replace(cell: number, value: number, result: number): number {
    return this.change(cell, value, Touch.write, result, Look.value);
  }

  /** Adds to a count that others test for 0. */
  private count(cell: number, old: number, delta: number, result: number): number {
    const looked = delta > 0 ? Look.sign : Look.nothing;
    return this.change(cell, old + delta, growing(old, delta), result, looked);
  }

  private incAndTestZero(cell: number, old: number): number {
    const how = old < 0 ? Touch.write : Touch.add;
    return this.change(cell, old + 1, how, old === -1 ? 1 : 0, Look.value);
  }

  /** Releases a lock; of one that is not held exclusively that is a plain write to the explorer. */
  private open(cell: number): number {
    const old = this.arena.mem[cell]!;
    return this.change(cell, 0, old < 0 ? Touch.unlock : Touch.write, old, Look.value);
  }

  private readOpen(cell: number, old: number): number {
    const how = old > 0 ? Touch.readUnlock : Touch.write;
    return this.change(cell, old - 1, how, 0, Look.sign);
  }

  private change(cell: number, value: number, how: number, result: number, looked: number): number {
    this.touch(cell, how, looked);
    this.set(cell, value);
    return result;
  }
}

/** How an addition touches a count that others test for 0. */
const growing = (old: number, delta: number): number =>
  old > 0 && delta > 0 ? Touch.add : Touch.write;

/** One round of a 32-bit multiplicative hash. */
function mix(hash: number, value: number): number {
  let h = Math.imul(hash ^ value, 0x9e3779b1);
  h ^= h >>> 15;
  return Math.imul(h, 0x85ebca77) ^ (h >>> 13);
}
