/** The main job as data: a patch, the variant it makes, and how that differs from another one. */
import { NAMED_VARIANTS, type Variant } from '../model/features/variant';
import { variantName } from '../model/features/variant-name';
import type { ImportedPatch } from '../model/patch/import-patch';
import type { PatchReport } from '../model/patch/patch-report';
import {
  comparedScenario,
  variantComparison,
  type VariantComparison,
} from '../model/report/diff-document';
import type { Io } from './cli/command';
import type { ExploreAllOptions } from './exploration-job';
import { compareAll } from './explorations';
import { reportHunks, type ReportedSwitch } from './hunk-report';
import { loadSuite } from './suite';

export interface ReviewDocument extends VariantComparison {
  readonly schema: 'lzfree/review';
  readonly version: 3;
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
  readonly bounds: ExploreAllOptions;
}

/** Explores the suite on both variants. @throws ScenarioError, UsageError */
export async function reviewVariants(
  { imported, variant, against, bounds }: ReviewRequest,
  io: Pick<Io, 'stdin' | 'signal'>,
): Promise<ReviewDocument> {
  const a = named(against ?? counterpart(variant));
  const b = named(variant);
  const suite = loadSuite();
  const comparisons = await compareAll(suite, a, b, bounds, io);
  const scenarios = suite.map((source, k) => comparedScenario(source, a, b, comparisons[k]!));
  return {
    schema: 'lzfree/review',
    version: 3,
    ...variantComparison(a.name, b.name, scenarios),
    patch: imported.report,
    unknown: imported.unknown.length,
    switches: switchesOf(imported.report),
  };
}

const named = (variant: Variant) => ({ name: variantName(variant), variant });

function switchesOf({ hunks }: PatchReport): ReportedSwitch[] {
  const inPatch = new Set(hunks.flatMap(({ switches }) => switches));
  return reportHunks().filter(({ id }) => inPatch.has(id));
}

/** The series as posted; for the series as posted itself, the kernel without it. */
function counterpart(variant: Variant): Variant {
  const { original, base } = NAMED_VARIANTS;
  return variant.equals(original) ? base : original;
}
