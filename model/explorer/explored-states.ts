/** The states that an exploration has seen, with what may come from those that are explored. */
import { grown } from './arrays';
import type { Future } from './futures';
import type { StateKey } from './program';
import { WordTable } from './word-table';

/** A program that cannot be explored by states, as it can get back into one. */
export class ReturningState extends Error {
  constructor() {
    super('exploreStates: the program can get back into a state; explore its traces');
  }
}

export const UNEXPLORED = -1;
const OPEN = -2;

export class ExploredStates {
  found = 0;
  /** Futures of all threads, interned. */
  readonly futures = new WordTable(256);
  private readonly numbers = new Map<string, number>();
  private known: Int32Array = new Int32Array(64).fill(UNEXPLORED);
  private scratch: Int32Array = new Int32Array(8);

  /** @returns the futures of a state, or {@link UNEXPLORED} */
  futuresOf(key: StateKey): number {
    const state = typeof key === 'number' ? key : this.numbers.get(key);
    if (state === undefined || state >= this.known.length) return UNEXPLORED;
    if (this.known[state] === OPEN) throw new ReturningState();
    return this.known[state];
  }

  /** Begins the exploration of a state that is new. @returns a number for it */
  open(key: StateKey): number {
    const state = typeof key === 'number' ? key : this.found;
    if (typeof key === 'string') this.numbers.set(key, state);
    while (state >= this.known.length) this.known = grown(this.known, UNEXPLORED);
    this.known[state] = OPEN;
    this.found++;
    return state;
  }

  /** @returns the futures, interned */
  close(state: number, futures: readonly Future[]): number {
    while (this.scratch.length < futures.length) this.scratch = grown(this.scratch);
    for (let t = 0; t < futures.length; t++) this.scratch[t] = futures[t];
    return (this.known[state] = this.futures.intern(this.scratch, 0, futures.length));
  }
}
