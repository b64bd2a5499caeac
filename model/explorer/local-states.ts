/**
 * The local states of threads as numbers. A thread is deterministic: where it is follows from where it was
 * and what it saw there. So a body has to run only where no run of it has been; all else is looked up.
 */

/** A body that runs on demand. */
export interface Body {
  /** Goes on to the next event; `seen` is the result of the one before, if there was one. */
  goOn(seen: number): void;
  /** The next event; {@link ENDED} if there is none. */
  readonly event: number;
  readonly operand: number;
  /** The label of the last mark before the event, if there was one since the event before; or -1. */
  readonly mark: number;
}

/** What stands for the event of a thread that has none. */
export const NOT_BEGUN = -2;
export const ENDED = -1;

/** States of every thread. */
const BEFORE_BEGINNING = 0;
const AFTER_END = 1;

export class LocalStates {
  /** The next event of each state, and its operand. */
  readonly event = [NOT_BEGUN, ENDED];
  readonly operand = [0, 0];
  private readonly thread = [-1, -1];
  /** The state from which each was first come to, and what was seen there; -1 where a thread begins. */
  private readonly from = [-1, -1];
  private readonly seen = [0, 0];
  /** For each state a list of those that follow: the first, and for each of them the next. */
  private readonly first = [-1, -1];
  private readonly next: number[] = [];
  private readonly result: number[] = [];
  private readonly to: number[] = [];
  private readonly beginnings: number[] = [];
  /** For each thread the states at its marks, by label. */
  private readonly marked: Map<number, number>[] = [];
  /** A body of each thread, and the state that it is in. */
  private readonly bodies: Body[] = [];
  private readonly at: number[] = [];

  /**
   * @param bodyOf begins the body of a thread
   * @param keep whether threads that have ended in different ways are in different states
   */
  constructor(
    private readonly bodyOf: (thread: number) => Body,
    private readonly keep: boolean,
  ) {}

  get size(): number {
    return this.event.length;
  }

  /** The state of a thread that has not begun. */
  get beforeBeginning(): number {
    return BEFORE_BEGINNING;
  }

  /** The state in which a thread begins. */
  beginning(thread: number): number {
    let state = this.beginnings[thread];
    if (state === undefined) {
      state = this.goOn(thread, this.begin(thread), -1, 0);
      this.beginnings[thread] = state;
    }
    return state;
  }

  /** The state of a thread after the event of a state, once it has seen the result. */
  after(state: number, result: number): number {
    for (let edge = this.first[state]; edge >= 0; edge = this.next[edge]) {
      if (this.result[edge] === result) return this.to[edge];
    }
    const thread = this.thread[state];
    const to = this.goOn(thread, this.bodyAt(thread, state), state, result);
    this.to.push(to);
    this.result.push(result);
    this.next.push(this.first[state]);
    this.first[state] = this.to.length - 1;
    return to;
  }

  private begin(thread: number): Body {
    const body = this.bodyOf(thread);
    this.bodies[thread] = body;
    return body;
  }

  private goOn(thread: number, body: Body, from: number, seen: number): number {
    // A body that throws is in no state that it can go on from.
    this.at[thread] = -1;
    body.goOn(seen);
    return (this.at[thread] = this.stateOf(thread, body, from, seen));
  }

  /** @throws Error if a body that sees the same does not come there */
  private bodyAt(thread: number, state: number): Body {
    if (this.at[thread] === state) return this.bodies[thread];
    const path: number[] = [];
    for (let s = state; s >= 0; s = this.from[s]) path.push(this.seen[s]);
    const body = this.begin(thread);
    for (let k = path.length - 1; k >= 0; k--) body.goOn(path[k]);
    if (body.event === this.event[state]) return body;
    throw new Error(
      `explore: the program is not deterministic: thread ${thread} did something else when run again`,
    );
  }

  private stateOf(thread: number, body: Body, from: number, seen: number): number {
    if (body.event === ENDED && !this.keep) return AFTER_END;
    if (body.mark < 0) return this.add(thread, body, from, seen);
    const marked = (this.marked[thread] ??= new Map<number, number>());
    let state = marked.get(body.mark);
    if (state === undefined) {
      state = this.add(thread, body, from, seen);
      marked.set(body.mark, state);
    }
    return state;
  }

  private add(thread: number, { event, operand }: Body, from: number, seen: number): number {
    this.thread.push(thread);
    this.event.push(event);
    this.operand.push(operand);
    this.from.push(from);
    this.seen.push(seen);
    this.first.push(-1);
    return this.event.length - 1;
  }
}
