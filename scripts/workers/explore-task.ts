/** The task of `run`, `diff` and `review`: a unit of the exploration of one scenario on one variant. */
import { setImmediate as turn } from 'node:timers/promises';
import { UnitRun, type UnitResult, type UnitTask } from '../../model/explorer/unit';
import type { SwitchId } from '../../model/features/hunk-id';
import { Variant } from '../../model/features/variant';
import type { Scenario } from '../../model/scenario/ast';
import { ScenarioProgram } from '../../model/scenario/program';
import type { TaskContext } from './task';

export interface ExploreInput {
  readonly scenario: Scenario;
  readonly file: string;
  readonly switches: readonly SwitchId[];
  /** Most steps of one execution. */
  readonly steps: number;
  readonly task: UnitTask;
}

/** Between two looks at what else goes on in the thread: signals, clocks. */
const SLICE_MS = 50;
const REPORT_MS = 200;

/** Explores in slices, so that it can be interrupted where it shares a thread with the command. */
export async function exploreUnit(
  { scenario, file, switches, steps, task }: ExploreInput,
  { signal, report }: TaskContext,
): Promise<UnitResult> {
  const variant = Variant.of(switches);
  const program = new ScenarioProgram(scenario, (id) => variant.has(id), file);
  const run = new UnitRun(program, task, steps);
  let reportAt = performance.now() + REPORT_MS;
  for (;;) {
    const end = performance.now() + SLICE_MS;
    const over = run.advance(() => signal.aborted || performance.now() > end);
    if (over || signal.aborted) return run.result();
    if (performance.now() > reportAt) {
      report({ done: run.executions });
      reportAt = performance.now() + REPORT_MS;
    }
    await turn();
  }
}
