import { grown } from './word-table';

/**
 * Names for the local states of threads. A thread is deterministic, so what it has seen since a
 * known point determines where it is; equal histories get equal names, and no others do.
 */
export class LocalStates {
  /** Results that each thread has seen since its last mark: `seen[thread][0 .. count[thread])`. */
  private readonly seen: Int32Array[];
  private readonly count: Int32Array;
  /** Label of the last mark; 0 where there was none yet. */
  private readonly label: Int32Array;
  private readonly names = new Map<string, number>();

  /** @param keep whether threads that have ended in different ways are in different states */
  constructor(
    threads: number,
    private readonly keep: boolean,
  ) {
    this.seen = Array.from({ length: threads }, () => new Int32Array(16));
    this.count = new Int32Array(threads);
    this.label = new Int32Array(threads);
  }

  reset(): void {
    this.count.fill(0);
    this.label.fill(0);
  }

  see(thread: number, result: number): void {
    const n = this.count[thread]!++;
    if (n === this.seen[thread]!.length) this.seen[thread] = grown(this.seen[thread]!);
    this.seen[thread]![n] = result;
  }

  /** What a thread has seen so far has no influence any more. */
  mark(thread: number, label: number): void {
    this.count[thread] = 0;
    this.label[thread] = label + 1;
  }

  /** The name of a thread's state; `state` is negative where it has not begun or has ended. */
  name(thread: number, state: number): number {
    const known = state < 0 && !this.keep;
    const own = known ? `${state}` : `${state < 0 ? state : ''}:${this.historyOf(thread)}`;
    let name = this.names.get(own);
    if (name === undefined) this.names.set(own, (name = this.names.size));
    return name;
  }

  private historyOf(thread: number): string {
    return `${this.label[thread]}:${this.seen[thread]!.subarray(0, this.count[thread]).join()}`;
  }
}
