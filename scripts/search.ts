/** Searches all small programs for differences between two variants, with workers. */
import { gateBetween } from '../model/search/gate';
import { ALPHABETS, BEGINNINGS, type AlphabetName } from '../model/search/alphabet';
import type { Language, Program } from '../model/search/programs';
import { searchDifferences, type SearchState } from '../model/search/search';
import { searchDocument, UNSAVED, type SearchDocument } from '../model/report/search-document';
import { UsageError } from './cli/command';
import { loadSearch, searchIdentity, storeSearch } from './search-checkpoint';
import type { NamedVariant } from './variants';
import { withPool } from './workers/pool';

/** What is searched unless somebody asks for more or less. */
export const DEFAULT_SEARCH = {
  size: 2,
  threads: 3,
  /** The programs are small; one that has more traces than this is left incomplete, and said so. */
  executions: 5000,
  operations: 'core',
  beginnings: [],
} as const;

export interface SearchRequest {
  readonly a: NamedVariant;
  readonly b: NamedVariant;
  readonly size: number;
  readonly threads: number;
  readonly executions: number;
  readonly operations: AlphabetName;
  /** Names of the beginnings; empty for all. */
  readonly beginnings: readonly string[];
  readonly workers: number;
  readonly signal: AbortSignal;
  /** File to go on from, and to store in how far the search is. */
  readonly checkpoint?: string;
  /** Folder that the scenarios of the differences are to be found in. */
  readonly folder?: string;
  readonly onProgram?: (size: number, done: number, total: number, kinds: number) => void;
}

/** The result does not depend on the number of workers. @throws UsageError for a bad checkpoint */
export async function search(request: SearchRequest): Promise<SearchDocument> {
  const { a, b, size, executions, workers, signal } = request;
  const gate = gateBetween(a.variant, b.variant);
  const language = languageOf(request, gate?.operation);
  const identity = searchIdentity({ a: a.variant.key, b: b.variant.key, executions, language });
  const store = await storeOf(request.checkpoint, identity, size);
  const switches = { a: a.variant.switches(), b: b.variant.switches(), executions };
  const result = await withPool({ workers, signal }, (pool) =>
    searchDifferences({
      language,
      size,
      lookAtAll: (programs) => pool.map('searchProgram', inputs(programs, switches)),
      onProgram: (state) => {
        const row = state.sizes[state.sizes.length - 1]!;
        request.onProgram?.(row.size, row.done, row.programs, state.kinds.length);
        return store.now(state);
      },
      ...(store.known !== undefined && { state: store.known }),
    }),
  );
  await store.end(result);
  const file = (name: string): string => `${request.folder ?? UNSAVED}/${name}.yaml`;
  return searchDocument({ a, b, language, size, executions, gate, file }, result);
}

function languageOf(request: SearchRequest, needs: string | undefined): Language {
  const { threads, operations, beginnings } = request;
  return {
    alphabet: ALPHABETS[operations],
    beginnings: BEGINNINGS.filter(
      ({ name }) => beginnings.length === 0 || beginnings.includes(name),
    ),
    threads,
    ...(needs !== undefined && { needs }),
  };
}

function* inputs<T>(programs: Iterable<Program>, switches: T) {
  for (const { scenario } of programs) yield { scenario, ...switches };
}

/** Between two writes of the checkpoint. */
const STORE_EVERY_MS = 10_000;

async function storeOf(path: string | undefined, identity: string, size: number) {
  if (path === undefined) return { known: undefined, now: async () => {}, end: async () => {} };
  const known = await loadSearch(path, identity);
  if (known !== undefined && known.sizes.length > size) {
    const more = known.sizes.length;
    throw new UsageError(`'${path}' is a search of up to ${more} operations; give --size ${more}`);
  }
  let storedAt = performance.now();
  const write = ({ sizes, kinds, incomplete }: SearchState): Promise<void> =>
    storeSearch(path, identity, { sizes, kinds, incomplete });
  return {
    known,
    now: async (state: SearchState) => {
      if (performance.now() - storedAt < STORE_EVERY_MS) return;
      await write(state);
      storedAt = performance.now();
    },
    end: write,
  };
}
