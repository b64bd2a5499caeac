/** `lzfree matrix` as data: a row for each scenario, by workers. */
import type { MatrixRow } from '../model/matrix/row';
import { matrixDocument, type MatrixDocument } from '../model/report/matrix-document';
import type { ScenarioSource } from '../model/report/reported-outcome';
import { withPool } from './workers/pool';

export interface MatrixRequest {
  readonly sources: readonly ScenarioSource[];
  readonly executions: number;
  /** Threads; 0 for none but this one. */
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** The result does not depend on the number of workers. @throws ScenarioError */
export async function matrixOf(request: MatrixRequest): Promise<MatrixDocument> {
  const { sources, executions, workers, signal, onProgress } = request;
  const rows: MatrixRow[] = [];
  let done = 0;
  await withPool({ workers, signal }, async (pool) => {
    const inputs = sources.map(({ scenario, file }) => ({ scenario, file, executions }));
    for await (const row of pool.map('matrixOfScenario', inputs)) {
      if (row !== null) rows.push(row);
      onProgress?.(++done, sources.length);
    }
  });
  const names = sources.map(({ scenario }) => scenario.name);
  return matrixDocument(rows, names, executions);
}
