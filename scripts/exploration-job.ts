/** What commands that explore ask for, and are told meanwhile. */
import type { Progress } from '../model/explorer/explore';
import type { Variant } from '../model/features/variant';
import type { ScenarioSource } from '../model/report/reported-outcome';

/** One scenario on one variant. */
export interface Job {
  readonly source: ScenarioSource;
  readonly variant: { readonly name: string; readonly variant: Variant };
}

export interface ExploreAllOptions {
  /** Most executions, and most steps of one, of each exploration. */
  readonly executions?: number;
  readonly steps?: number;
  /** Most seconds in all. */
  readonly seconds?: number;
  /** Threads, if that was asked for. The result does not depend on it. */
  readonly workers?: number;
  /** File to keep the state in, and to go on from if it exists. */
  readonly checkpoint?: string;
  /** By states: of the above only steps (on the way to a state), seconds and workers count. */
  readonly byStates?: boolean;
  /** Most preemptions of a schedule, where they are explored by states. */
  readonly preemptions?: number;
  readonly onProgress?: (progress: OverallProgress) => void;
}

export interface OverallProgress extends Omit<Progress, 'milliseconds'> {
  /** So far, where they are explored by states. */
  readonly states?: number;
  /** Explorations that are over, and all. */
  readonly done: number;
  readonly total: number;
}
