/** What words hold after some of the events of an execution. */
import { conflicting, LOOKS } from './dependence';
import type { Execution } from './execution';
import type { EventFilter } from './lock-state';
import { Look, Mode, modeSet, type Program } from './program';

/** Changes by an amount that does not depend on what other changes of this kind come before. */
const SHIFTS = modeSet(Mode.add, Mode.readLock, Mode.readUnlock, Mode.readTryLock);

/**
 * An event that a filter keeps has to be kept with all that happens before it: it then does what it did
 * in the execution, and leaves what it left in the words that it sets.
 */
export class WordValues {
  private readonly atStart: number[] = [];

  constructor(
    private readonly execution: Execution,
    private readonly program: Program,
  ) {}

  /** What an object holds after those events that the filter keeps. This may end the program's run. */
  after(object: number, filter: EventFilter): number {
    return this.afterAccess(this.execution.lastAccessOf(object), object, filter);
  }

  /**
   * Whether event i would see in all that it looked at what it saw, if it came after those events before
   * it that the filter keeps: all those before event e, and none that conflicts with i after it. This
   * may end the program's run.
   */
  seesTheSame(i: number, e: number, filter: EventFilter): boolean {
    const { accFrom, looked } = this.execution;
    for (let k = accFrom[i + 1]! - 1; k >= accFrom[i]!; k--) {
      if (looked[k] !== Look.nothing && !this.holdsTheSame(k, e, filter)) return false;
    }
    return true;
  }

  private holdsTheSame(k: number, e: number, filter: EventFilter): boolean {
    const { acc, accEvent, accPrevious, looked } = this.execution;
    const event = accEvent[k]!;
    const object = acc[k]! >>> 4;
    let own = 0;
    let from = k;
    for (; from >= 0 && accEvent[from] === event; from = accPrevious[from]!) {
      own |= 1 << (acc[from]! & 15);
    }
    for (let j = from; j >= 0 && accEvent[j]! >= e; j = accPrevious[j]!) {
      const mode = acc[j]! & 15;
      if (((LOOKS >>> mode) & 1) === 1 || !conflictsWithAny(mode, own)) continue;
      if (filter.keeps(accEvent[j]!)) continue;
      // What it looks at after a change of its own is another value than the one before.
      const look = accEvent[accPrevious[k]!] === event ? Look.value : looked[k]!;
      const seen = this.holds(from, object);
      return sees(look, this.afterAccess(from, object, filter)) === sees(look, seen);
    }
    return true;
  }

  /** What an object held after access k, the latest one of it then; at the start if there is none. */
  private holds(k: number, object: number): number {
    return k >= 0 ? this.execution.value[k]! : this.valueAtStart(object);
  }

  /** What an object holds after those events, up to that of access k, that the filter keeps. */
  private afterAccess(k: number, object: number, filter: EventFilter): number {
    const { acc, accEvent, accChange } = this.execution;
    let shifted = 0;
    if (k >= 0 && ((LOOKS >>> (acc[k]! & 15)) & 1) === 1) k = accChange[k]!;
    while (k >= 0) {
      const value = this.execution.value[k]!;
      const event = accEvent[k]!;
      let kinds = 0;
      for (; k >= 0 && accEvent[k] === event; k = accChange[k]!) kinds |= 1 << (acc[k]! & 15);
      if (!filter.keeps(event)) continue;
      if ((kinds & ~SHIFTS) !== 0) return value + shifted;
      shifted += value - this.holds(k, object);
    }
    return this.valueAtStart(object) + shifted;
  }

  private valueAtStart(object: number): number {
    let value = this.atStart[object];
    if (value === undefined) {
      value = this.program.start().value!(object);
      this.atStart[object] = value;
    }
    return value;
  }
}

/** Whether a mode conflicts with any of some modes, as bits. */
function conflictsWithAny(mode: number, others: number): boolean {
  for (let bits = others; bits !== 0; bits &= bits - 1) {
    if (conflicting(mode, 31 - Math.clz32(bits & -bits))) return true;
  }
  return false;
}

/** What a step with a way of looking learns of a value: the same number, the same to the step. */
export function sees(look: number, value: number): number {
  if (look === Look.sign) return Math.sign(value);
  return look === Look.rank ? Math.min(Math.max(value, -1), 2) : value;
}
