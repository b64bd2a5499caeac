/** A run over cells whose threads are generators, begun anew for each run. */
import { checked, Kind, kindOf, operand, type Event, type ThreadBody } from './cell-events';
import { CellMachine, type CellDescription } from './cell-machine';
import { ENDED, NOT_BEGUN } from './local-states';
import type { Run } from './program';

export function bodyOf({ threads, options }: CellDescription, thread: number): ThreadBody {
  if (thread < threads.length) return threads[thread]!;
  return options.spawnable![thread - threads.length]!;
}

export class CellRun extends CellMachine implements Run {
  private readonly bodies: Generator<Event, void, number>[] = [];

  restart(): this {
    this.startCells();
    this.pending.fill(NOT_BEGUN);
    for (let t = 0; t < this.description.threads.length; t++) this.begin(t);
    return this;
  }

  step(thread: number, choice: number): void {
    const result = this.perform(thread, choice);
    if (this.spawned >= 0) this.begin(this.spawned);
    this.resume(thread, result);
  }

  outcome(): string {
    return this.description.options.outcome?.(this.cells) ?? this.tell();
  }

  outcomeKey(): number | string {
    return this.description.options.outcome !== undefined ? this.outcome() : this.keyOfCells();
  }

  private begin(thread: number): void {
    this.bodies[thread] = bodyOf(this.description, thread)(thread);
    this.resume(thread, 0);
  }

  private resume(thread: number, value: number): void {
    const body = this.bodies[thread]!;
    let next = body.next(value);
    while (next.done !== true && kindOf(next.value) === Kind.mark) next = body.next(0);
    this.pending[thread] = next.done === true ? ENDED : checked(next.value, this.cells.length);
    this.operands[thread] = operand.value;
  }
}
