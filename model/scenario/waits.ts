/** For what the threads that never end wait, and who keeps it from them. */
import type { Change } from '../machine/machine';
import type { Namer } from './names';
import type { ScenarioProgram } from './program';

/** A thread that waits for ever, and for which lock. */
export interface Wait {
  readonly thread: number;
  /** The lock in kernel names: `ptl of P0`. */
  readonly object: string;
  /** Threads that hold it; none if the set-up left it held. */
  readonly holders: readonly number[];
}

/** A change of a word, and whose step made it. */
export interface OwnedChange extends Change {
  readonly thread: number;
}

/**
 * The waits that an execution ends in, of those that are for something of the kernel's.
 *
 * @param changes all that its steps made, in order
 */
export function waitsOf(
  { kernel: { machine } }: ScenarioProgram,
  namer: Namer,
  changes: readonly OwnedChange[],
): Wait[] {
  const waits: Wait[] = [];
  for (let thread = 0; thread < machine.threadCount; thread++) {
    const address = machine.pendingAddress(thread);
    if (machine.finished(thread) || !namer.isKernels(address)) continue;
    const own = changes.filter(({ addr }) => addr === address);
    const holders = holdersOf(machine.value(address >> 2), own);
    waits.push({ thread, object: namer.object(address), holders });
  }
  return waits;
}

/** A lock held by one is held by who took it last, since others may free it; readers free their own. */
function holdersOf(value: number, changes: readonly OwnedChange[]): number[] {
  if (value < 0)
    return changes
      .filter(({ after }) => after < 0)
      .slice(-1)
      .map(threadOf);
  const held = (thread: number): number =>
    changes
      .filter((change) => change.thread === thread)
      .reduce((sum, { before, after }) => sum + after - before, 0);
  return [...new Set(changes.map(threadOf))].filter((thread) => held(thread) > 0);
}

const threadOf = ({ thread }: OwnedChange): number => thread;
