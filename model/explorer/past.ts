/** A set of events with all that happens before them, as a vector clock. */
import { small } from './arrays';
import type { Execution } from './execution';

export class Past {
  private row: Int32Array = small(8);

  constructor(private readonly execution: Execution) {}

  /** Starts with what happens before the event that follows the first `n` of a thread. */
  start(thread: number, n: number): void {
    const { execution } = this;
    if (this.row.length < execution.stride) this.row = new Int32Array(execution.stride);
    execution.startClock(this.row, 0, thread, n);
  }

  add(event: number): void {
    this.execution.join(this.row, 0, event);
  }

  has(event: number): boolean {
    const { thread, seq } = this.execution;
    return this.row[thread[event]!]! >= seq[event]!;
  }
}
