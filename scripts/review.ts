/** The main job as data: a patch, the variant it makes, and how that differs from another one. */
import { NAMED_VARIANTS, type Variant } from '../model/features/variant';
import { variantName } from '../model/features/variant-name';
import type { ImportedPatch } from '../model/patch/import-patch';
import type { PatchReport } from '../model/patch/patch-report';
import type { SearchDocument } from '../model/report/search-document';
import {
  comparedScenario,
  variantComparison,
  type VariantComparison,
} from '../model/report/diff-document';
import type { Io } from './cli/command';
import { limitedBy, stopAfter } from './cli/stop-after';
import type { ExploreAllOptions } from './exploration-job';
import { compareAll } from './explorations';
import { reportHunks, type ReportedSwitch } from './hunk-report';
import { DEFAULT_SEARCH, search } from './search';
import { loadSuite } from './suite';
import type { NamedVariant } from './variants';
import { workersFor } from './workers/option';

export interface ReviewDocument extends VariantComparison {
  readonly schema: 'lzfree/review';
  readonly version: 8;
  /** The same two variants on all small programs; null if that was not asked for. */
  readonly search: SearchDocument | null;
  readonly patch: PatchReport;
  /** Hunks of the input that are none of the series'. */
  readonly unknown: number;
  /** The patch's switches: where each is modelled, and which scenario fails without it. */
  readonly switches: readonly ReportedSwitch[];
}

export interface ReviewRequest {
  readonly imported: ImportedPatch;
  readonly variant: Variant;
  /** What to hold the variant against; chosen by {@link counterpart} if undefined. */
  readonly against: Variant | undefined;
  /** Of the suite and the search; the seconds are those of both together. */
  readonly bounds: ExploreAllOptions;
  readonly searched: SearchedPrograms;
}

/** Most executions of a scenario, unless told otherwise; the suite's largest have hundreds. */
const EXECUTIONS = 20_000;

export interface SearchedPrograms {
  /** Operations of the largest; 0 for no search. */
  readonly size: number;
  readonly onProgram?: (size: number, done: number, total: number, kinds: number) => void;
}

/** Compares both variants on the suite, and then on all small programs. @throws ScenarioError, UsageError */
export async function reviewVariants(
  { imported, variant, against, bounds, searched }: ReviewRequest,
  io: Pick<Io, 'stdin' | 'signal'>,
): Promise<ReviewDocument> {
  const a = named(against ?? counterpart(variant));
  const b = named(variant);
  const suite = loadSuite();
  const signal = stopAfter(bounds.seconds, io.signal);
  const { executions = EXECUTIONS } = bounds;
  const comparisons = await compareAll(suite, a, b, { ...bounds, executions }, io);
  const scenarios = suite.map((source, k) => comparedScenario(source, a, b, comparisons[k]!));
  const found = await searchPrograms(a, b, bounds, searched, signal);
  return {
    schema: 'lzfree/review',
    version: 8,
    ...variantComparison(a.name, b.name, scenarios),
    search: found === null ? null : limitedBy(found, bounds.seconds, io.signal),
    patch: imported.report,
    unknown: imported.unknown.length,
    switches: switchesOf(imported.report),
  };
}

/** What `lzfree diff A B --search` does without further options. */
async function searchPrograms(
  a: NamedVariant,
  b: NamedVariant,
  bounds: ExploreAllOptions,
  { size, onProgram }: SearchedPrograms,
  signal: AbortSignal,
): Promise<SearchDocument | null> {
  if (size === 0) return null;
  const { executions = DEFAULT_SEARCH.executions, workers, checkpoint } = bounds;
  return search({
    ...DEFAULT_SEARCH,
    ...{ a, b, size, executions, signal },
    workers: workersFor(workers),
    ...(checkpoint !== undefined && { checkpoint: searchCheckpoint(checkpoint) }),
    ...(onProgram !== undefined && { onProgram }),
  });
}

/** The search has a file of its own beside that of the suite. */
const searchCheckpoint = (path: string): string => `${path}.search`;

const named = (variant: Variant): NamedVariant => ({ name: variantName(variant), variant });

function switchesOf({ hunks }: PatchReport): ReportedSwitch[] {
  const brings = hunks.filter(({ match }) => match !== 'takes-back');
  const inPatch = new Set(brings.flatMap(({ switches }) => switches));
  return reportHunks().filter(({ id }) => inPatch.has(id));
}

/** The series as posted; for the series as posted itself, the kernel without it. */
function counterpart(variant: Variant): Variant {
  const { original, base } = NAMED_VARIANTS;
  return variant.equals(original) ? base : original;
}
