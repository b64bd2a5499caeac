/**
 * Races of a step that waits for a lock: with those acquisitions without which it need not wait.
 * Candidates are all events before it that it conflicts with; which of them are races depends on
 * the state of the lock without them.
 */
import type { Execution } from './execution';
import { lockStateAfter, UNCHANGED, UNKNOWN } from './lock-state';
import { Mode, type Access } from './program';
import type { Reversal } from './reversal';

export class GuardedRaces {
  constructor(
    private readonly execution: Execution,
    private readonly reversal: Reversal,
    /** Whether a thread can move after the steps that the reversal keeps, by running them. */
    private readonly isOpenBySteps: (thread: number) => boolean,
  ) {}

  /**
   * Calls `onRace` for each race of event `i` (the length of the execution for a step that waits at
   * its end), with the reversal set up. `candidates` are latest first; a race hides what it follows.
   */
  forEach(
    i: number,
    thread: number,
    guard: Access,
    candidates: ArrayLike<number>,
    onRace: () => void,
  ): void {
    const { execution, reversal } = this;
    const happened = i < execution.length;
    const own = happened ? execution.seq[i]! - 1 : execution.count[thread]!;
    execution.startCover(thread, own);
    for (let k = 0; k < candidates.length; k++) {
      const e = candidates[k]!;
      if (execution.isCovered(e)) continue;
      reversal.start(e, i, thread, happened ? execution.choice[i]! : 0);
      if (!this.isOpen(e, guard, thread, own, happened)) continue;
      execution.cover(e);
      onRace();
    }
  }

  /**
   * Whether the guard is open after the steps that the reversal keeps. Holders that the sequence has
   * left without their release (it needs e) are left out of it too.
   */
  private isOpen(
    e: number,
    guard: Access,
    thread: number,
    own: number,
    happened: boolean,
  ): boolean {
    const { execution, reversal } = this;
    if (execution.takesLock(e, guard)) return true;
    const keeps = (event: number): boolean => reversal.keeps(event);
    for (;;) {
      const state = lockStateAfter(execution, guard >>> 4, keeps);
      if (state === UNKNOWN) return this.isOpenBySteps(thread);
      if (state === UNCHANGED) return happened;
      if (state === 0 || (state > 0 && (guard & 15) !== Mode.lock)) return true;
      const holder = this.holderAfter(e, guard >>> 4, state);
      if (holder < 0 || this.precedes(holder, thread, own)) return false;
      reversal.drop(holder);
    }
  }

  /** An acquisition after e that the sequence keeps without its release, or -1. */
  private holderAfter(e: number, lock: number, state: number): number {
    const { execution, reversal } = this;
    const releases = new Map<number, number>();
    for (let k = execution.lastAccessOf(lock); k >= 0; k = execution.accPrevious[k]!) {
      const event = execution.accEvent[k]!;
      if (event <= e) return -1;
      if (!reversal.keeps(event)) continue;
      const mode = execution.acc[k]! & 15;
      const thread = execution.thread[event]!;
      if (state < 0) {
        if (mode === Mode.lock || mode === Mode.tryLock) return event;
      } else if (mode === Mode.readUnlock) {
        releases.set(thread, (releases.get(thread) ?? 0) + 1);
      } else if (mode === Mode.readLock || mode === Mode.readTryLock) {
        const released = releases.get(thread) ?? 0;
        if (released === 0) return event;
        releases.set(thread, released - 1);
      }
    }
    return -1;
  }

  /** Whether an event happens before the last of the first `own` steps of a thread. */
  private precedes(event: number, thread: number, own: number): boolean {
    if (own === 0) return false;
    return this.execution.happensBefore(event, this.execution.eventsOf[thread]![own - 1]!);
  }
}
