/** The task of `lzfree matrix`: one scenario on every variant of the matrix. */
import { matrixRow, type MatrixRow } from '../../model/matrix/row';
import type { Scenario } from '../../model/scenario/ast';
import type { TaskContext } from './task';

export interface MatrixInput {
  readonly scenario: Scenario;
  /** Name to report errors in the scenario under. */
  readonly file: string;
  readonly executions: number;
}

/** Nothing if it was interrupted. */
export function matrixOfScenario(input: MatrixInput, { signal }: TaskContext): MatrixRow | null {
  const { scenario, ...bounds } = input;
  return matrixRow(scenario, { ...bounds, signal });
}
