/** Which event gave a word the value that it has after some of the events of an execution. */
import type { Execution } from './execution';
import type { EventFilter } from './lock-state';
import { Mode } from './program';

/** No event that counts writes the word: it holds what it held at the start. */
export const NO_WRITE = -1;
/** It cannot be told: additions, steps on locks or steps on several objects touch the word. */
export const UNCLEAR = -2;

const LOOKS = (1 << Mode.read) | (1 << Mode.await);

/**
 * The last write of a word among the events that the filter keeps. What an event happens after has to be
 * kept with it, so that it writes what it has written in the execution.
 */
export function lastWrite(execution: Execution, object: number, filter: EventFilter): number {
  const { acc, accEvent, accFrom, accPrevious } = execution;
  for (let k = execution.lastAccessOf(object); k >= 0; k = accPrevious[k]!) {
    const mode = acc[k]! & 15;
    const event = accEvent[k]!;
    if (((LOOKS >>> mode) & 1) === 1 || !filter.keeps(event)) continue;
    if (mode !== Mode.write || accFrom[event + 1]! - accFrom[event]! > 1) return UNCLEAR;
    return event;
  }
  return NO_WRITE;
}
