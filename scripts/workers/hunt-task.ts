/** The tasks of `lzfree hunt`: programs on a variant, random programs, and the cause of a failure. */
import type { SwitchId } from '../../model/features/hunk-id';
import { Variant } from '../../model/features/variant';
import { causeOf, movesOf, type Cause } from '../../model/hunt/cause';
import { examine, type Examined } from '../../model/hunt/examine';
import { breachKey, look } from '../../model/hunt/look';
import { draw, type Drawn } from '../../model/hunt/random';
import { isCovered, type Way } from '../../model/hunt/ways';
import type { Scenario } from '../../model/scenario/ast';
import type { TaskContext } from './task';

interface OnVariant {
  readonly switches: readonly SwitchId[];
  /** Most executions of one program. */
  readonly executions: number;
}

export interface ExamineInput extends OnVariant {
  readonly programs: readonly string[];
}

export function huntPrograms(input: ExamineInput, { signal }: TaskContext): Examined {
  const { executions } = input;
  return examine(input.programs, Variant.of(input.switches), { executions, signal });
}

export interface CauseInput extends OnVariant {
  readonly program: string;
  readonly key: string;
}

export function huntCause(input: CauseInput, { signal }: TaskContext): Cause | null {
  const { executions, program, key } = input;
  return causeOf(program, key, Variant.of(input.switches), { executions, signal }) ?? null;
}

export interface DrawInput extends OnVariant {
  readonly seed: number;
  readonly programs: number;
  readonly schedules: number;
  readonly withoutDebugVm: boolean;
  readonly ways: readonly Way[];
}

export function huntRandom(input: DrawInput, { signal }: TaskContext): Drawn {
  const { seed, programs, schedules, withoutDebugVm, ways } = input;
  const options = { seed, programs, schedules, withoutDebugVm, signal };
  return draw(Variant.of(input.switches), options, (program, key) =>
    isCovered(ways, key, movesOf(program)),
  );
}

export interface ScenarioInput extends OnVariant {
  readonly scenario: Scenario;
}

/** One scenario by its promises. */
export function judgeScenario(
  { scenario, switches, executions }: ScenarioInput,
  { signal }: TaskContext,
) {
  const { sightings, how } = look(scenario, Variant.of(switches), { executions, signal });
  return { name: scenario.name, keys: sightings.map(breachKey), complete: how === 'complete' };
}
