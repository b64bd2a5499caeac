/** The states that an exploration has seen, and what it keeps of those that are explored. */
import { grown, small } from './arrays';
import type { Future } from './futures';
import type { StateKey } from './program';
import type { Step } from './touches';

/** A program that cannot be explored by states, as it can get back into one. */
export class ReturningState extends Error {
  constructor() {
    super('exploreStates: the program can get back into a state; explore its traces');
  }
}

/** Where a record begins in {@link ExploredStates.words}. */
export type StateRecord = number;

/** What sleeps in a state, of which that counts which slept there from the start and was passed over. */
interface Sleepers {
  readonly all: readonly {
    readonly step: Step;
    readonly choice: number;
    readonly passedOver: boolean;
  }[];
  readonly inherited: number;
}

export const UNEXPLORED = -1;
const OPEN = -2;
/** Words of a record before its futures: how many those are, and the words of what follows them. */
const HEAD = 2;

export class ExploredStates {
  found = 0;
  /**
   * Records: how many futures there are, how many words follow them, the futures of all threads, and then
   * what was passed over from the state on as it slept there, each as a step's number and a choice.
   */
  words: Int32Array = small(1024);
  private end = 0;
  private readonly numbers = new Map<string, number>();
  private known: Int32Array = small(64).fill(UNEXPLORED);

  /** @returns the record of a state that is explored, or {@link UNEXPLORED} */
  recordOf(key: StateKey): StateRecord {
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

  /** Begins to explore more of a state that is explored. @returns its number */
  openAgain(key: StateKey): number {
    const state = typeof key === 'number' ? key : this.numbers.get(key)!;
    this.known[state] = OPEN;
    return state;
  }

  /** @returns the state's record */
  close(state: number, futures: readonly Future[], asleep: Sleepers): StateRecord {
    const record = this.begin(futures.length);
    for (let t = 0; t < futures.length; t++) this.words[record + HEAD + t] = futures[t];
    for (let n = 0; n < asleep.inherited; n++) {
      const { step, choice, passedOver } = asleep.all[n];
      if (!passedOver) continue;
      this.push(step.number);
      this.push(choice);
      this.words[record + 1] += 2;
    }
    return (this.known[state] = record);
  }

  /** A copy of a record, with the future of one thread changed. */
  changed(record: StateRecord, thread: number, future: Future): StateRecord {
    const changed = this.begin(this.words[record]);
    const { words } = this;
    for (let t = 0; t < words[record]; t++) words[changed + HEAD + t] = words[record + HEAD + t];
    words[changed + HEAD + thread] = future;
    const from = this.skippedFrom(record);
    const to = this.skippedTo(record);
    for (let k = from; k < to; k++) this.push(this.words[k]);
    this.words[changed + 1] = to - from;
    return changed;
  }

  /** Makes room for a record of so many futures. */
  private begin(futures: number): StateRecord {
    const record = this.end;
    this.end += HEAD + futures;
    while (this.end > this.words.length) this.words = grown(this.words);
    this.words[record] = futures;
    this.words[record + 1] = 0;
    return record;
  }

  /** Where a record's futures begin; they end where what was passed over begins. */
  futuresFrom(record: StateRecord): number {
    return record + HEAD;
  }

  skippedFrom(record: StateRecord): number {
    return record + HEAD + this.words[record];
  }

  skippedTo(record: StateRecord): number {
    return record + HEAD + this.words[record] + this.words[record + 1];
  }

  private push(word: number): void {
    if (this.end === this.words.length) this.words = grown(this.words);
    this.words[this.end++] = word;
  }
}
