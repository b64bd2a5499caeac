/** The task of `lzfree diff --search`: two variants on one program. */
import type { SwitchId } from '../../model/features/hunk-id';
import { Variant } from '../../model/features/variant';
import type { Scenario } from '../../model/scenario/ast';
import { lookAt, type Finding } from '../../model/search/look-at';
import type { TaskContext } from './task';

export interface ProgramInput {
  readonly scenario: Scenario;
  /** Switches of the two variants. */
  readonly a: readonly SwitchId[];
  readonly b: readonly SwitchId[];
  readonly executions: number;
}

export function searchProgram(input: ProgramInput, { signal }: TaskContext): Finding {
  const { scenario, executions } = input;
  return lookAt(scenario, Variant.of(input.a), Variant.of(input.b), { executions, signal });
}
