/** The task of `run`, `diff` and `review`: one scenario on one variant. */
import { setImmediate as turn } from 'node:timers/promises';
import { explored, startExploration, type Exploration } from '../../model/diff/explore';
import type { Checkpoint } from '../../model/explorer/checkpoint';
import type { Progress } from '../../model/explorer/explore';
import type { SwitchId } from '../../model/features/hunk-id';
import { Variant } from '../../model/features/variant';
import type { Scenario } from '../../model/scenario/ast';
import type { TaskContext } from './task';

export interface ExploreInput {
  readonly scenario: Scenario;
  readonly file: string;
  readonly switches: readonly SwitchId[];
  readonly executions?: number;
  readonly steps?: number;
  readonly identity: string;
  readonly resume?: Checkpoint;
  /** Whether to tell now and then where it stands. */
  readonly keep: boolean;
}

export interface ExploreOutput {
  readonly exploration: Exploration;
  /** Where to go on, unless nothing is left to explore. */
  readonly checkpoint?: Checkpoint;
}

/** What the task reports as its state. */
export interface ExploreState extends Progress {
  readonly checkpoint?: Checkpoint;
}

/** Between two looks at what else goes on in the thread: signals, clocks. */
const SLICE_MS = 50;
const REPORT_MS = 200;
const KEEP_MS = 5000;

/** Explores in slices, so that it can be interrupted where it shares a thread with the command. */
export async function exploreScenario(
  { scenario, file, switches, identity, keep, ...bounds }: ExploreInput,
  { signal, report }: TaskContext,
): Promise<ExploreOutput> {
  const variant = Variant.of(switches);
  const exploration = startExploration(scenario, (id) => variant.has(id), {
    file,
    identity,
    signal,
    ...bounds,
  });
  let reportAt = performance.now() + REPORT_MS;
  let keepAt = performance.now() + KEEP_MS;
  for (;;) {
    const end = performance.now() + SLICE_MS;
    if (exploration.advance(() => performance.now() > end)) break;
    const now = performance.now();
    if (now > reportAt) {
      const kept = keep && now > keepAt;
      const state = {
        ...exploration.progress(),
        ...(kept && { checkpoint: exploration.checkpoint() }),
      };
      report({ done: state.executions, total: state.estimate, state });
      reportAt = now + REPORT_MS;
      if (kept) keepAt = now + KEEP_MS;
    }
    await turn();
  }
  const result = exploration.result();
  const { checkpoint } = result;
  return { exploration: explored(result), ...(checkpoint !== undefined && { checkpoint }) };
}
