/** What steps touch, as numbers: that a thread touches an object in some way. */
import { grown, small } from './arrays';
import { Bits } from './bits';
import { conflicting, dependent } from './dependence';
import { Mode, modeSet, type Access, type Moves } from './program';
import { WordTable } from './word-table';

/** A number for a thread and an access. */
export type Touch = number;

/** A thread in a set of threads. Those that have no place in it are left out. */
export const threadBit = (thread: number): number => (thread < 31 ? 1 << thread : 0);

/** All steps of a thread that touch the same and create the same. */
export class Step {
  /** Whether it may have to wait. */
  readonly waits: boolean;
  /** Its thread as a set; the same with the thread that it creates. */
  readonly bit: number;
  readonly bits: number;
  /** Touches that conflict with it, among as many as there were. */
  readonly conflicts = new Bits();
  among = 0;

  /** @param spawned the thread that it creates, or -1 */
  constructor(
    readonly number: number,
    readonly thread: number,
    readonly spawned: number,
    readonly accesses: readonly Access[],
    readonly touches: readonly Touch[],
  ) {
    this.waits = accesses.some(waitsFor);
    this.bit = threadBit(thread);
    this.bits = spawned < 0 ? this.bit : this.bit | threadBit(spawned);
  }
}

/** Modes of steps that wait, and of those that can let them go on; a plain write can, too. */
const WAITING = modeSet(Mode.lock, Mode.readLock, Mode.await);
const LETTING_GO_ON = modeSet(Mode.write, Mode.add, Mode.unlock, Mode.readUnlock);
const waitsFor = (access: Access): boolean => ((WAITING >>> (access & 15)) & 1) === 1;

export class Touches {
  /** All steps, by number. */
  readonly steps: Step[] = [];
  private readonly table = new WordTable();
  private readonly numbers = new WordTable();
  private readonly byObject = new Map<number, Touch[]>();
  private scratch: Int32Array = small(16);

  /** Number of all touches so far. */
  get size(): number {
    return this.table.size;
  }

  private access(touch: Touch): Access {
    return this.table.words[touch * 2 + 1];
  }

  /** The step of a thread that a run has taken last; equal ones are one object. */
  lastStep(thread: number, { spawned, accesses, accessCount }: Moves): Step {
    return this.step(thread, spawned, accesses, accessCount);
  }

  /** The step that a thread waits to take. */
  waiting(thread: number, guard: Access): Step {
    return this.step(thread, -1, Int32Array.of(guard), 1);
  }

  /** Touches that conflict with a step. */
  conflictsOf(step: Step): Bits {
    if (step.among !== this.size) {
      step.among = this.size;
      for (const own of step.accesses) {
        for (const touch of this.touchesOf(own >>> 4)) {
          if (conflicting(this.access(touch) & 15, own & 15)) step.conflicts.add(touch);
        }
      }
    }
    return step.conflicts;
  }

  /** Touches that can let one go on that waits. */
  lettingGoOn(guard: Access): Bits {
    const touches = new Bits();
    for (const touch of this.touchesOf(guard >>> 4)) {
      if (((LETTING_GO_ON >>> (this.access(touch) & 15)) & 1) === 1) touches.add(touch);
    }
    return touches;
  }

  /** Whether the order of two steps can matter. */
  conflict(a: Step, b: Step): boolean {
    const { touches } = a;
    const conflicts = this.conflictsOf(b);
    for (let k = 0; k < touches.length; k++) if (conflicts.has(touches[k])) return true;
    return false;
  }

  private step(thread: number, spawned: number, accesses: Int32Array, count: number): Step {
    while (this.scratch.length < count + 2) this.scratch = grown(this.scratch);
    const { scratch } = this;
    scratch[0] = thread;
    scratch[1] = spawned;
    for (let k = 0; k < count; k++) scratch[k + 2] = accesses[k];
    const number = this.numbers.intern(scratch, 0, count + 2);
    return (this.steps[number] ??= this.made(number, thread, spawned, accesses, count));
  }

  private made(
    number: number,
    thread: number,
    spawned: number,
    accesses: Int32Array,
    count: number,
  ): Step {
    const own: Access[] = [];
    for (let k = 0; k < count; k++) if (!own.includes(accesses[k])) own.push(accesses[k]);
    const touches = own.map((access) => this.touch(thread, access));
    return new Step(number, thread, spawned, own, touches);
  }

  private touch(thread: number, access: Access): Touch {
    const known = this.table.size;
    const touch = this.table.intern(Int32Array.of(thread, access), 0, 2);
    if (touch === known) this.touchesOf(access >>> 4).push(touch);
    return touch;
  }

  private touchesOf(object: number): Touch[] {
    let touches = this.byObject.get(object);
    if (touches === undefined) this.byObject.set(object, (touches = []));
    return touches;
  }
}

/** Whether a step can come before another one and conflict with it, without waiting for it. */
export function mayComeBefore(step: Step, made: Step): boolean {
  // What waits for a lock cannot come before the step that releases it.
  return made.accesses.some((own) =>
    step.accesses.some((access) => dependent(access, own) && !releases(own, access)),
  );
}

/** Whether an access releases a lock for one that waits, so that this could not come before it. */
function releases(access: Access, guard: Access): boolean {
  if (access >>> 4 !== guard >>> 4) return false;
  const mode = access & 15;
  if (mode === Mode.readUnlock) return (guard & 15) === Mode.lock;
  return mode === Mode.unlock && waitsFor(guard);
}
