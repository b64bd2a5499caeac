/** The task of `run` and `diff` with `--by-states` or `--preemptions`: one scenario on one variant. */
import { exploreByStates, type StatesExploration } from '../../model/diff/explore-states';
import { ReturningState } from '../../model/explorer/explored-states';
import type { SwitchId } from '../../model/features/hunk-id';
import { Variant } from '../../model/features/variant';
import type { Scenario } from '../../model/scenario/ast';
import { UsageError } from '../cli/command';
import type { TaskContext } from './task';

export interface StatesInput {
  readonly scenario: Scenario;
  readonly file: string;
  readonly switches: readonly SwitchId[];
  /** Most steps on the way to a state. */
  readonly steps?: number;
  /** Most preemptions of a schedule. */
  readonly preemptions?: number;
}

/** All of them are kept; so many take some gigabytes. */
const MOST_STATES = 2_000_000;
const REPORT_MS = 200;

export function exploreStates(
  { scenario, switches, ...options }: StatesInput,
  { signal, report }: TaskContext,
): StatesExploration {
  let reportAt = performance.now() + REPORT_MS;
  const onProgress = (states: number): void => {
    if (performance.now() < reportAt) return;
    report({ done: states });
    reportAt = performance.now() + REPORT_MS;
  };
  const bounds = { ...options, states: MOST_STATES, signal, onProgress };
  try {
    return exploreByStates(scenario, Variant.of(switches), bounds);
  } catch (error) {
    if (!(error instanceof ReturningState)) throw error;
    throw new UsageError(
      `'${scenario.name}' can get back into a state, and is explored by traces; leave --by-states out`,
    );
  }
}
