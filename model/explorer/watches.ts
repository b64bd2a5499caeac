/**
 * What answers about races rest on besides the events that came before: accesses with which no later event
 * of the sequence conflicts.
 */
import { grown, small } from './arrays';
import type { AccessList } from './access-lists';
import { conflicting } from './dependence';
import type { Execution } from './execution';
import type { Reversal } from './reversal';

/** For each event. */
const MOST = 4;

export class Watches {
  private count: Int32Array = small(64);
  /** The earlier event of the race, and the accesses. */
  private entries: Int32Array = small(64 * MOST * 2);

  constructor(private readonly execution: Execution) {}

  clear(i: number): void {
    this.count[i] = 0;
  }

  /** Whether anything is watched for event i. */
  any(i: number): boolean {
    return this.count[i]! > 0;
  }

  /** Watches what the answer about a race with event i rests on. @returns false if that is too much */
  add(i: number, { e, watched, watchedCount }: Reversal): boolean {
    if (watchedCount === 0) return true;
    if (i >= this.execution.length) return false;
    const n = this.count[i]!;
    if (n + watchedCount > MOST) return false;
    this.count[i] = n + watchedCount;
    let at = (i * MOST + n) * 2;
    for (let k = 0; k < watchedCount; k++) {
      this.entries[at++] = e;
      this.entries[at++] = watched[k]!;
    }
    return true;
  }

  /** Whether no event from `from` on conflicts with what is watched for event i. */
  hold(i: number, from: number): boolean {
    const { entries } = this;
    const end = (i * MOST + this.count[i]!) * 2;
    for (let k = i * MOST * 2; k < end; k += 2) {
      if (!this.commutes(entries[k]!, entries[k + 1]!, from)) return false;
    }
    return true;
  }

  grow(): void {
    this.count = grown(this.count);
    this.entries = grown(this.entries);
  }

  /** Whether accesses commute with those events from `from` on that do not need e. */
  private commutes(e: number, list: AccessList, from: number): boolean {
    const { execution } = this;
    const { acc, accEvent, lists } = execution;
    for (let n = lists.length(list) - 1; n >= 0; n--) {
      const access = lists.at(list, n);
      const earlier = execution.earlier(access & 15);
      for (let k = execution.lastAccessOf(access >>> 4); k >= 0; k = earlier[k]!) {
        const event = accEvent[k]!;
        if (event < from) break;
        if (conflicting(acc[k]! & 15, access & 15) && !execution.happensBefore(e, event))
          return false;
      }
    }
    return true;
  }
}
