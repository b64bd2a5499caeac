/**
 * Races of a step that waits for a lock: with those acquisitions without which it need not wait.
 * Candidates are all events before it that it conflicts with; which of them are races depends on
 * the state of the lock without them.
 */
import type { Execution } from './execution';
import { lockStateAfter, UNCHANGED, UNKNOWN } from './lock-state';
import { Past } from './past';
import { Mode, type Access } from './program';
import type { Reversal } from './reversal';
import { BY_THE_WHOLE, type SeenTo } from './reversed-sequence';

/** What the search does about a race. */
export interface RaceReverser {
  /** Sees to it that the sequence of the reversal is explored; `i` is the later event. */
  reverse(i: number): SeenTo;
  /** Whether a thread can move after the steps that the reversal keeps, by running them. */
  isOpenBySteps(thread: number): boolean;
}

export class GuardedRaces {
  /** What the step needs, and the races found so far. */
  private readonly past: Past;

  constructor(
    private readonly execution: Execution,
    private readonly reversal: Reversal,
    private readonly reverser: RaceReverser,
  ) {
    this.past = new Past(execution);
  }

  /**
   * Reverses each race of event `i` (the length of the execution for a step that waits at its end).
   * The candidates `candidates[from .. to)`, the event's races if it happened, are latest first; a race
   * hides what it follows.
   *
   * @returns what all of them are seen to by
   */
  reverse(
    i: number,
    thread: number,
    guard: Access,
    candidates: Int32Array,
    from: number,
    to: number,
  ): SeenTo {
    const { execution, reversal, past } = this;
    const happened = i < execution.length;
    const own = happened ? execution.seq[i]! - 1 : execution.count[thread]!;
    let seenTo = i;
    past.start(thread, own);
    for (let k = from; k < to; k++) {
      const e = candidates[k]!;
      if (past.has(e)) continue;
      if (happened) reversal.startRace(i, k);
      else reversal.start(e, i, thread, 0);
      if (!execution.takesLock(e, guard)) {
        // What follows decides on this one.
        seenTo = BY_THE_WHOLE;
        if (!this.isOpen(e, guard, thread, own, happened)) continue;
      }
      past.add(e);
      seenTo = Math.max(seenTo, this.reverser.reverse(i));
    }
    return seenTo;
  }

  /**
   * Whether the guard is open after the steps that the reversal keeps, where e has not taken the
   * lock. Holders that the sequence has left without their release (it needs e) are left out of it too.
   */
  private isOpen(
    e: number,
    guard: Access,
    thread: number,
    own: number,
    happened: boolean,
  ): boolean {
    const { execution, reversal } = this;
    for (;;) {
      const state = lockStateAfter(execution, guard >>> 4, reversal);
      if (state === UNCHANGED) return happened;
      if (state === UNKNOWN ? this.reverser.isOpenBySteps(thread) : admits(state, guard))
        return true;
      const holder = this.holderAfter(e, guard >>> 4);
      if (holder < 0 || execution.precedes(holder, thread, own)) return false;
      reversal.drop(holder);
    }
  }

  /** The latest acquisition after e that the sequence keeps without its release, or -1. */
  private holderAfter(e: number, lock: number): number {
    const { execution, reversal } = this;
    const dropped = new Map<number, number>();
    let opened = 0;
    for (let k = execution.lastAccessOf(lock); k >= 0; k = execution.accPrevious[k]!) {
      const event = execution.accEvent[k]!;
      if (event <= e) return -1;
      if (!reversal.keeps(event)) continue;
      const thread = execution.thread[event]!;
      switch (execution.acc[k]! & 15) {
        case Mode.unlock:
          opened++;
          break;
        case Mode.lock:
        case Mode.tryLock:
          if (opened === 0) return event;
          opened--;
          break;
        case Mode.readUnlock:
          dropped.set(thread, (dropped.get(thread) ?? 0) + 1);
          break;
        case Mode.readLock:
        case Mode.readTryLock: {
          const own = dropped.get(thread) ?? 0;
          if (own === 0) return event;
          dropped.set(thread, own - 1);
        }
      }
    }
    return -1;
  }
}

/** Whether a guard is open in a state of its lock. */
const admits = (state: number, guard: Access): boolean =>
  state === 0 || (state > 0 && (guard & 15) !== Mode.lock);
