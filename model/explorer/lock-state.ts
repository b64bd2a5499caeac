/** The state of a lock after some of the events of an execution. */
import { grown } from './arrays';
import type { Execution } from './execution';
import { Mode, modeSet } from './program';

/** The state cannot be told from the accesses, as other modes than those of locks touch the word. */
export const UNKNOWN = -2;
/** No event changes the state: it is what it always was. */
export const UNCHANGED = -3;

const TAKES = modeSet(Mode.lock, Mode.tryLock);
const SHARES = modeSet(Mode.readLock, Mode.readTryLock);
const CHANGES = TAKES | SHARES | modeSet(Mode.unlock, Mode.readUnlock);

/** The changes of the lock that is being looked at, latest first. */
let scratch: Int32Array = new Int32Array(64);

/** Which events of an execution count. */
export interface EventFilter {
  keeps(event: number): boolean;
}

/**
 * The state of a lock (0 free, -1 exclusive, n > 0 shared by n) after those of its events that the
 * filter keeps, or {@link UNKNOWN} or {@link UNCHANGED}.
 */
export function lockStateAfter(execution: Execution, object: number, filter: EventFilter): number {
  const { acc, accEvent, accChange } = execution;
  const last = execution.lastChangeOf(object);
  if (last < 0) return UNCHANGED;
  let shared = 0;
  for (let k = last; k >= 0; k = accChange[k]!) {
    if (!filter.keeps(accEvent[k]!)) continue;
    const mode = acc[k]! & 15;
    if (((CHANGES >>> mode) & 1) === 0) return UNKNOWN;
    // What came before an exclusive holder, or its release, does not matter.
    if (((TAKES >>> mode) & 1) === 1) return -1;
    if (mode === Mode.unlock) return shared;
    shared += mode === Mode.readUnlock ? -1 : 1;
  }
  const first = stateAtStart(execution, last);
  return first === UNKNOWN ? UNKNOWN : first + shared;
}

/**
 * The state of a lock when the program started, from the changes up to access `last`: one that is
 * released before it is taken was held.
 */
function stateAtStart({ acc, accChange }: Execution, last: number): number {
  let changes = 0;
  for (let k = last; k >= 0; k = accChange[k]!) {
    if (((CHANGES >>> (acc[k]! & 15)) & 1) === 0) return UNKNOWN;
    if (changes === scratch.length) scratch = grown(scratch);
    scratch[changes++] = acc[k]! & 15;
  }
  let shared = 0;
  let lowest = 0;
  for (let k = changes - 1; k >= 0; k--) {
    const mode = scratch[k]!;
    if (mode === Mode.unlock) return lowest < 0 || shared > 0 ? -lowest : -1;
    if (((TAKES >>> mode) & 1) === 1) break;
    if (((SHARES >>> mode) & 1) === 1) shared++;
    if (mode === Mode.readUnlock) lowest = Math.min(lowest, --shared);
  }
  return -lowest;
}
