/** Which remarks the model shows to be true of a variant, each with the execution that does. */
import type { Completeness } from '../../model/diff/completeness';
import { explore, type Exploration } from '../../model/diff/explore';
import type { ObservedOutcome } from '../../model/diff/outcome-diff';
import { printSchedule } from '../../model/explorer/schedule';
import { NAMED_VARIANTS, type Variant } from '../../model/features/variant';
import { replayCommand } from '../../model/report/replay-command';
import type { ScenarioSource } from '../../model/report/reported-outcome';
import type { Scenario } from '../../model/scenario/ast';
import { holds } from '../../model/scenario/condition';
import { ScenarioProgram } from '../../model/scenario/program';
import { recordTrace, type Trace } from '../../model/scenario/trace';
import type { Remark } from './remarks';

export interface ShownRemark extends Remark {
  readonly title: string;
  readonly source: Scenario;
  readonly trace: Trace;
  readonly replay: string;
  /** Of the exploration that showed it. */
  readonly completeness: Completeness;
}

export interface ShowOptions {
  readonly executions: number;
  readonly signal: AbortSignal;
}

/**
 * The remark with a shortest execution that shows it; undefined if none was seen, or if it is not certain
 * that what it must be held against does not do the same.
 */
export function showRemark(
  remark: Remark,
  { scenario, file, reference }: ScenarioSource,
  variant: { readonly name: string; readonly variant: Variant },
  options: ShowOptions,
): ShownRemark | undefined {
  const exploration = explore(scenario, variant.variant, { file, ...options });
  const shown = shortest(exploration, remark.shows);
  if (shown === undefined) return undefined;
  const before = explore(scenario, NAMED_VARIANTS[remark.absentOn], { file, ...options });
  if (before.completeness.kind !== 'complete' || shortest(before, remark.shows) !== undefined) {
    return undefined;
  }
  const program = new ScenarioProgram(scenario, (id) => variant.variant.has(id), file);
  return {
    ...remark,
    title: scenario.title,
    source: scenario,
    trace: recordTrace(program, shown.schedule),
    replay: replayCommand(reference, printSchedule(shown.schedule), variant.name),
    completeness: exploration.completeness,
  };
}

function shortest({ outcomes }: Exploration, condition: string): ObservedOutcome | undefined {
  return outcomes
    .filter(({ outcome }) => holds(condition, outcome))
    .sort((a, b) => a.schedule.length - b.schedule.length)[0];
}
