/** The outcomes of executions: how many traces end in each, and the first that did. */
import type { Run, ScheduleStep } from './program';
import { parseSchedule, printSchedule } from './schedule';

export interface OutcomeCount {
  readonly outcome: string;
  /** Traces that end in it. */
  traces: number;
  /** The first schedule that led to it. */
  readonly schedule: readonly ScheduleStep[];
}

/** Outcome, traces, and the first schedule that led to it as text. */
export type OutcomeDocument = readonly [string, number, string];

/** Several keys may stand for one outcome; more are forgotten and asked again, to bound the memory. */
const KEYS_MOST = 50_000;

export class OutcomeCounts {
  /** In the order in which they were found. */
  readonly all = new Map<string, OutcomeCount>();
  private readonly byKey = new Map<number | string, OutcomeCount>();

  /** Counts an execution that has come to its end. */
  count(run: Run, schedule: () => readonly ScheduleStep[]): void {
    const key = run.outcomeKey === undefined ? run.outcome() : run.outcomeKey();
    let count = this.byKey.get(key);
    if (count === undefined) {
      count = this.of(run.outcome(), schedule);
      if (this.byKey.size >= KEYS_MOST) this.byKey.clear();
      this.byKey.set(key, count);
    }
    count.traces++;
  }

  /** Adds what others counted later. */
  add(documents: readonly OutcomeDocument[]): void {
    for (const [outcome, traces, schedule] of documents) {
      this.of(outcome, () => parseSchedule(schedule)).traces += traces;
    }
  }

  documents(): OutcomeDocument[] {
    return Array.from(this.all.values(), ({ outcome, traces, schedule }) => [
      outcome,
      traces,
      printSchedule(schedule),
    ]);
  }

  private of(outcome: string, schedule: () => readonly ScheduleStep[]): OutcomeCount {
    let count = this.all.get(outcome);
    if (count === undefined) {
      count = { outcome, traces: 0, schedule: schedule() };
      this.all.set(outcome, count);
    }
    return count;
  }
}
