/** `lzfree diff A B --search` as data. */
import { compare, witnessOf, type DifferenceWitness } from '../model/diff/compare';
import type { Variant } from '../model/features/variant';
import type { Scenario } from '../model/scenario/ast';
import { searchDifferences, type DifferenceKind, type SearchResult } from '../model/search/search';
import { withPool } from './workers/pool';

export interface SearchRequest {
  readonly a: Variant;
  readonly b: Variant;
  readonly size: number;
  readonly executions: number;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgram?: (size: number, done: number, total: number) => void;
}

/** A kind of difference with the schedule that shows it. */
export interface WitnessedKind extends DifferenceKind {
  readonly witness: DifferenceWitness;
}

export interface SearchDocument extends SearchResult {
  readonly kinds: readonly WitnessedKind[];
}

/** Searches with workers; the result does not depend on their number. */
export async function search(request: SearchRequest): Promise<SearchDocument> {
  const { a, b, size, executions, workers, signal, onProgram } = request;
  const input = { a: a.switches(), b: b.switches(), executions };
  const result = await withPool({ workers, signal }, (pool) =>
    searchDifferences({
      size,
      lookAtAll: (programs) => pool.map('searchProgram', withInput(programs, input)),
      ...(onProgram !== undefined && { onProgram }),
    }),
  );
  const kinds = result.kinds.map((kind) => {
    const witness = witnessOf(compare(kind.scenario, a, b, { executions }), a, b)!;
    return { ...kind, witness };
  });
  return { ...result, kinds };
}

function* withInput<T>(programs: Iterable<Scenario>, input: T) {
  for (const scenario of programs) yield { scenario, ...input };
}
