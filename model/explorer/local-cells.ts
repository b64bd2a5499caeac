/**
 * Runs over cells whose threads are local states: their bodies do not run again where they have been, and
 * where each of them is can be told, and set.
 */
import { checked, Kind, kindOf, operand, valueOf, type Event } from './cell-events';
import { CellMachine, type CellDescription } from './cell-machine';
import { bodyOf } from './cell-run';
import { ENDED, LocalStates, NOT_BEGUN, type Body } from './local-states';

export abstract class LocalCells extends CellMachine {
  /** The local state of each thread. */
  protected readonly places: Int32Array;
  protected local: LocalStates;

  /**
   * @param marks whether a thread depends on the last mark that it passed, instead of what it saw
   * @param keep whether threads that have ended in different ways are in different states
   */
  constructor(
    description: CellDescription,
    private readonly marks: boolean,
    private readonly keep: boolean,
  ) {
    super(description);
    this.places = this.words.subarray(description.cells);
    this.local = this.noStates();
  }

  /** Local states of threads none of which has run. */
  protected noStates(): LocalStates {
    const { description } = this;
    const begin = (thread: number): Body =>
      new CellBody(bodyOf(description, thread)(thread), description.cells, this.marks);
    return new LocalStates(begin, this.keep);
  }

  restart(): this {
    this.startCells();
    const begin = this.description.threads.length;
    const { local } = this;
    for (let thread = 0; thread < this.threadCount; thread++) {
      this.place(thread, thread < begin ? local.beginning(thread) : local.beforeBeginning);
    }
    return this;
  }

  step(thread: number, choice: number): void {
    const seen = this.perform(thread, choice);
    if (this.spawned >= 0) this.place(this.spawned, this.local.beginning(this.spawned));
    this.place(thread, this.local.after(this.places[thread]!, seen));
  }

  protected place(thread: number, state: number): void {
    this.places[thread] = state;
    this.pending[thread] = this.local.event[state]!;
    this.operands[thread] = this.local.operand[state]!;
  }
}

/** A body that runs as a generator. */
class CellBody implements Body {
  event: Event = NOT_BEGUN;
  operand = 0;
  mark = -1;

  constructor(
    private readonly body: Generator<Event, void, number>,
    private readonly cells: number,
    private readonly marks: boolean,
  ) {}

  goOn(seen: number): void {
    this.mark = -1;
    let next = this.body.next(seen);
    while (next.done !== true && kindOf(next.value) === Kind.mark) {
      if (this.marks) this.mark = valueOf(next.value);
      next = this.body.next(0);
    }
    this.event = next.done === true ? ENDED : checked(next.value, this.cells);
    this.operand = operand.value;
  }
}
