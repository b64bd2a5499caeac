/**
 * A machine whose tasks run their code only where none of its runs has been. Elsewhere they do what they did
 * when they were there, and saw the same.
 */
import { KernelFault, type Fault } from './fault';
import { blockOf, Machine, type Effect, type MachineState, type Sight } from './machine';
import { CELL_BITS, cellOf, Code, codeOf, operand, type Op, type Steps } from './op';
import type { Ptr } from './struct';
import { Call, ENDED, isCall, TaskPaths, UNKNOWN } from './task-paths';

/** Ops with an operand besides the word. */
const ONE_OPERAND: readonly number[] = [
  Code.store,
  Code.add,
  Code.addToCount,
  Code.exchange,
  Code.fetchOr,
  Code.fetchAnd,
];

/** A task's code on its way. */
interface Body {
  readonly steps: Steps<unknown>;
  /** The place at which it waits. */
  at: number;
}

export class LearningMachine extends Machine {
  private paths = new TaskPaths();
  /** Where each task begins, and where it is. */
  private beginnings: number[] = [];
  protected places: Int32Array = new Int32Array(16);
  private codes: (() => Steps<unknown>)[] = [];
  private bodies: (Body | undefined)[] = [];
  /** For each task the places behind its known points. */
  private marked: Map<string, number>[] = [];
  /** What operands of calls stand for. */
  private objects: unknown[] = [];
  private readonly sights = new Map<Sight, number>();
  private readonly sightOf: Sight[] = [];
  override stale = new Uint8Array(0);
  /** What the run is to do beside the words, in order: whoever asks what that comes to makes it first. */
  readonly effects: Effect[] = [];
  /** The code that runs, of the task of an index; undefined while none does. */
  private body: Body | undefined;
  private index = 0;
  /** Where it is, and what it saw there. */
  private here = 0;
  private saw = 0;
  /** The last known point that it has come to on its way from there. */
  private passed: string | undefined;
  /** What it saw when it was last on its way, up to where nobody has been; up to `scriptAt` it has. */
  private script: number[] = [];
  private scriptAt = 0;

  /** @param inside runs code of tasks where its surroundings are those of this machine */
  constructor(private readonly inside: (run: () => void) => void) {
    super();
  }

  override restore(state: MachineState = this.saved): void {
    super.restore(state);
    if (this.stale.length === 0) this.stale = new Uint8Array(blockOf(state.mem.length) + 1);
    this.stale.fill(1);
    this.codes = [];
    this.effects.length = 0;
  }

  /** Adds a task. In each run the task of an index has to have the same code. */
  override spawnFrom(code: () => Steps<unknown>): number {
    const index = this.codes.length;
    this.codes.push(code);
    this.addTask(NO_STEPS);
    if (index === this.places.length) this.places = doubled(this.places);
    this.places[index] = this.beginnings[index] ??= this.paths.addBeginning();
    this.goOn(index, 0);
    if (this.accessCount > 0)
      throw new Error('spawnFrom: a task touched shared state before its first yield');
    return index;
  }

  /** Removes the tasks from an index on, none of which has taken a step. */
  removeFrom(index: number): void {
    this.tasks.length = index;
    this.codes.length = index;
  }

  override spawn(): never {
    throw new Error('spawn: the code of a task has to be known; use spawnFrom');
  }

  override step(index: number, choice: number): void {
    this.accessCount = 0;
    this.goOn(index, this.execute(this.tasks[index]!, choice));
  }

  /** A task goes on from where it is, once it has seen what its op gave. */
  private goOn(index: number, value: number): void {
    const { paths } = this;
    let place = this.places[index]!;
    for (;;) {
      const next = paths.after(place, value);
      if (next === UNKNOWN) {
        this.learn(index, place, value);
        place = this.here;
        break;
      }
      place = next;
      if (!isCall(paths.op[place]!)) break;
      value = this.perform(place);
      if (codeOf(paths.op[place]!) === Call.end) break;
    }
    this.place(index, place);
  }

  /** A number for where a task is; {@link ENDED} for every end. */
  placeOf(index: number): number {
    return this.tasks[index]!.done ? ENDED : this.places[index]!;
  }

  /** Goes to where tasks have been, with what had been done beside the words by then. */
  goTo(places: readonly number[], faults: readonly Fault[], effects: readonly Effect[]): void {
    for (let index = 0; index < places.length; index++) this.place(index, places[index]!);
    replaceAll(this.faults, faults);
    replaceAll(this.effects, effects);
  }

  /** How many places tasks have been at. */
  protected get placesKnown(): number {
    return this.paths.size;
  }

  /** Forgets what tasks did, and begins anew. */
  protected forgetPaths(began: MachineState): void {
    const { codes } = this;
    this.paths = new TaskPaths();
    this.beginnings = [];
    this.bodies = [];
    this.marked = [];
    this.objects = [];
    this.restore(began);
    for (const code of codes) this.spawnFrom(code);
  }

  /** Puts a task at a place. */
  protected place(index: number, place: number): void {
    const { paths } = this;
    const task = this.tasks[index]!;
    this.places[index] = place;
    task.op = paths.op[place]!;
    task.a = paths.a[place]!;
    task.b = paths.b[place]!;
    task.done = codeOf(task.op) === Call.end;
    task.fault = task.done && task.a >= 0 ? (this.objects[task.a] as Fault) : undefined;
  }

  /** Does what a call does. @returns what it gives */
  private perform(place: number): number {
    const op = this.paths.op[place]!;
    const a = this.paths.a[place]!;
    const cell = cellOf(op);
    switch (codeOf(op)) {
      case Call.peek:
        return this.look(cell, this.arena.mem[cell]!);
      case Call.poke:
        super.poke(cell * 4, a);
        return 0;
      case Call.bump:
        super.bump(cell * 4, a);
        return 0;
      case Call.bumpCount:
        super.bumpCount(cell * 4, a);
        return 0;
      case Call.take:
        super.take(cell * 4);
        return 0;
      case Call.release:
        super.release(cell * 4);
        return 0;
      case Call.constant:
        return this.arena.mem[cell]!;
      case Call.isBelow:
        return super.isBelow(cell * 4, a) ? 1 : 0;
      case Call.report:
        this.faults.push(this.objects[a] as Fault);
        return 0;
      case Call.note:
        this.effects.push(this.objects[a] as Effect);
        return 0;
      case Call.see:
        return this.numberOf(this.objects[a] as () => Sight);
      default:
        return 0;
    }
  }

  private numberOf(look: () => Sight): number {
    const { body } = this;
    this.body = undefined;
    let sight: Sight = 0;
    try {
      this.inside(() => (sight = look()));
    } finally {
      this.body = body;
    }
    let n = this.sights.get(sight);
    if (n === undefined) {
      n = this.sightOf.push(sight) - 1;
      this.sights.set(sight, n);
    }
    return n;
  }

  /** Runs the code of a task on from a place, where it sees what nobody has seen there. */
  private learn(index: number, place: number, value: number): void {
    const { paths } = this;
    const script = [value];
    let from = place;
    let body = this.bodies[index];
    while (from !== body?.at && paths.from[from] !== UNKNOWN) {
      script.push(paths.seen[from]!);
      from = paths.from[from]!;
    }
    this.bodies[index] = undefined;
    this.script = script.reverse();
    this.scriptAt = 0;
    this.index = index;
    this.here = from;
    this.passed = undefined;
    try {
      this.inside(() => {
        if (from !== body?.at) body = { steps: this.codes[index]!(), at: from };
        this.body = body;
        this.run(body);
      });
    } finally {
      this.body = undefined;
    }
    // At its end it waits for nothing.
    if (isCall(paths.op[this.here]!)) return;
    body!.at = this.here;
    this.bodies[index] = body;
  }

  private run({ steps }: Body): void {
    try {
      do {
        this.saw = this.script[this.scriptAt++]!;
        const next = steps.next(this.saw);
        if (next.done === true) this.arrive(Call.end << CELL_BITS, -1, 0);
        else this.arriveAtOp(next.value);
      } while (this.scriptAt < this.script.length);
    } catch (error) {
      if (!(error instanceof KernelFault)) throw error;
      this.report(error.fault);
      this.arrive(Call.end << CELL_BITS, this.paths.a[this.here]!, 0);
    }
  }

  private arriveAtOp(op: Op): void {
    const code = codeOf(op);
    const compares = code === Code.compareAndSwap;
    const a = compares || ONE_OPERAND.includes(code) ? operand.a : 0;
    this.arrive(op, a, compares ? operand.b : 0);
  }

  /** The running code has come to its next op or call. */
  private arrive(op: Op, a: number, b: number): void {
    const { paths } = this;
    let place = paths.after(this.here, this.saw);
    if (place === UNKNOWN) place = this.connect(op, a, b);
    if (paths.op[place] !== op || paths.a[place] !== a || paths.b[place] !== b) {
      throw new Error('machine: a task did something else when it ran again');
    }
    this.here = place;
    this.passed = undefined;
  }

  private connect(op: Op, a: number, b: number): number {
    const { paths, here, saw } = this;
    if (this.passed === undefined) return paths.add(here, saw, op, a, b);
    const marked = (this.marked[this.index] ??= new Map<string, number>());
    const known = marked.get(this.passed);
    if (known !== undefined) {
      paths.connect(here, saw, known);
      return known;
    }
    const place = paths.add(here, saw, op, a, b);
    marked.set(this.passed, place);
    return place;
  }

  private call(code: number, addr: Ptr, a: number): number {
    this.arrive((code << CELL_BITS) | (addr >> 2), a, 0);
    return this.give();
  }

  /** A call with an operand that is no number. */
  private callWith(code: number, object: unknown): number {
    let place = this.paths.after(this.here, this.saw);
    if (place === UNKNOWN && this.passed !== undefined) {
      place = this.marked[this.index]?.get(this.passed) ?? UNKNOWN;
    }
    const a = place === UNKNOWN ? this.objects.push(object) - 1 : this.paths.a[place]!;
    this.arrive(code << CELL_BITS, a, 0);
    return this.give();
  }

  /** What the call gives at which the code is: what it saw there before, or now. */
  private give(): number {
    const isNew = this.scriptAt === this.script.length;
    this.saw = isNew ? this.perform(this.here) : this.script[this.scriptAt++]!;
    return this.saw;
  }

  override peek(addr: Ptr): number {
    return this.body === undefined ? super.peek(addr) : this.call(Call.peek, addr, 0);
  }

  override poke(addr: Ptr, value: number): void {
    this.call(Call.poke, addr, value);
  }

  override bump(addr: Ptr, delta: number): void {
    this.call(Call.bump, addr, delta);
  }

  override bumpCount(addr: Ptr, delta: number): void {
    this.call(Call.bumpCount, addr, delta);
  }

  override take(addr: Ptr): void {
    this.call(Call.take, addr, 0);
  }

  override release(addr: Ptr): void {
    this.call(Call.release, addr, 0);
  }

  override constant(addr: Ptr): number {
    return this.body === undefined ? super.constant(addr) : this.call(Call.constant, addr, 0);
  }

  override isBelow(addr: Ptr, least: number): boolean {
    return this.call(Call.isBelow, addr, least) === 1;
  }

  /** @throws Error if a task would see what nobody knows that it saw */
  override inspect(addr: Ptr): number {
    if (this.body !== undefined) throw new Error('machine: a task looks at the state beside see');
    return super.inspect(addr);
  }

  override see<T extends Sight>(look: () => T): T {
    return this.sightOf[this.callWith(Call.see, look)] as T;
  }

  override report(fault: Fault): void {
    this.callWith(Call.report, fault);
  }

  override note(effect: Effect): void {
    this.callWith(Call.note, effect);
  }

  override mark(point: string): void {
    this.passed = point;
  }

  protected override set(cell: number, value: number): void {
    this.stale[blockOf(cell)] = 1;
    super.set(cell, value);
  }
}

/** Stands for the code of a task, which the machine begins itself. */
const NO_STEPS: Steps<unknown> = (function* () {})();

function replaceAll<T>(all: T[], by: readonly T[]): void {
  all.length = 0;
  for (const each of by) all.push(each);
}

export function doubled(old: Int32Array): Int32Array {
  const bigger = new Int32Array(old.length * 2);
  bigger.set(old);
  return bigger;
}
