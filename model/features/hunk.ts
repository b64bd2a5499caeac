import { KernelFault } from '../machine/fault';
import { SWITCH_IDS, type SwitchId } from './hunk-id';

/** A switch that the run must not read yet: its value has not been decided. */
export class UndecidedSwitch extends Error {
  constructor(readonly id: SwitchId) {
    super(`hunk: ${id} is undecided`);
  }
}

const OFF = 0;
const ON = 1;
const UNDECIDED = 2;

const indexOf = new Map<string, number>(SWITCH_IDS.map((id, i) => [id, i]));
const value = new Uint8Array(SWITCH_IDS.length);
const read = new Uint8Array(SWITCH_IDS.length);
/** What was applied last. */
let applied: Switches | undefined;

/** Which switches are in; undefined leaves one undecided (reading it throws UndecidedSwitch). */
export type Switches = (id: SwitchId) => boolean | undefined;

/**
 * Whether a hunk (or a named part of one) is in the kernel that runs. The only way in which model
 * code asks; both arms stand next to the call.
 *
 * @throws UndecidedSwitch if the run decides its variant lazily and this switch is not decided yet.
 */
export function hunk(id: SwitchId): boolean {
  const index = indexOf.get(id)!;
  const state = value[index];
  if (state === UNDECIDED) throw new UndecidedSwitch(id);
  read[index] = 1;
  return state === ON;
}

/** Sets every switch for the runs that follow, and forgets which were read. */
export function applySwitches(on: Switches): void {
  applied = on;
  SWITCH_IDS.forEach((id, i) => {
    const wanted = on(id);
    value[i] = wanted === undefined ? UNDECIDED : wanted ? ON : OFF;
  });
  read.fill(0);
}

/** Whether these are the ones that were applied last. */
export const isApplied = (on: Switches): boolean => applied === on;

/** Counts switches as read, for code that need not run again. */
export function countAsRead(ids: Iterable<SwitchId>): void {
  for (const id of ids) read[indexOf.get(id)!] = 1;
}

/** The switches read since {@link applySwitches}. */
export function switchesRead(): SwitchId[] {
  return SWITCH_IDS.filter((_, i) => read[i] === 1);
}

/**
 * Stands at the top of a function (or use of a constant) that a hunk defines. A valid variant never
 * gets past it; a variant forced in spite of what it lacks meets it as an oops, the nearest thing to
 * a kernel that would not have been linked.
 */
export function defined(id: SwitchId, symbol: string): void {
  if (!hunk(id)) {
    throw new KernelFault({
      kind: 'oops',
      where: symbol,
      what: 'undefined symbol: this variant does not build',
    });
  }
}
