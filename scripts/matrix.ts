/** `lzfree matrix` as data: a row for each scenario, by workers. */
import type { MatrixRow } from '../model/matrix/row';
import { matrixDocument, type MatrixDocument } from '../model/report/matrix-document';
import { finished, scenarioResults, type ResultsRequest } from './scenario-results';

export interface MatrixRequest extends ResultsRequest<MatrixRow> {
  readonly executions: number;
}

/** The result does not depend on the number of workers. @throws ScenarioError */
export async function matrixOf(request: MatrixRequest): Promise<MatrixDocument> {
  const { sources, executions } = request;
  const rows = await scenarioResults(
    'matrixOfScenario',
    ({ scenario, file }) => ({ scenario, file, executions }),
    request,
  );
  const names = sources.map(({ scenario }) => scenario.name);
  return matrixDocument(finished(rows), names, executions);
}
