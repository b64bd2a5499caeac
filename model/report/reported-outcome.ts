/** What the documents of `run`, `diff` and `review` have in common. */
import { printSchedule } from '../explorer/schedule';
import type { ObservedOutcome } from '../diff/outcome-diff';
import type { Outcome } from '../scenario/outcome';
import type { Scenario } from '../scenario/ast';

/** A scenario, where it came from, and how to name it on a command line. */
export interface ScenarioSource {
  readonly scenario: Scenario;
  /** Where its text stands, as the user would look it up. */
  readonly file: string;
  /** What makes a command read it again: its name in the suite, or the file. */
  readonly reference: string;
}

/** An outcome that was seen. */
export interface ReportedOutcome {
  readonly outcome: Outcome;
  /** Traces that end in it; null where they were not counted. */
  readonly traces: number | null;
  /** A short schedule that leads to it, as `replay` takes it. */
  readonly schedule: string;
}

export function reportOutcome({ outcome, traces, schedule }: ObservedOutcome): ReportedOutcome {
  return { outcome, traces, schedule: printSchedule(schedule) };
}
