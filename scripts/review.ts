/** The main job as data: a patch, the variant it makes, and how that differs from another one. */
import { compare } from '../model/diff/compare';
import { NAMED_VARIANTS, type Variant } from '../model/features/variant';
import { variantName } from '../model/features/variant-name';
import type { ImportedPatch } from '../model/patch/import-patch';
import type { PatchReport } from '../model/patch/patch-report';
import {
  comparedScenario,
  variantComparison,
  type VariantComparison,
} from '../model/report/diff-document';
import { reportHunks, type ReportedSwitch } from './hunk-report';
import { loadSuite } from './suite';

export interface ReviewDocument extends VariantComparison {
  readonly schema: 'lzfree/review';
  readonly version: 2;
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
  readonly executions: number;
  readonly signal: AbortSignal;
  readonly onScenario: (done: number, total: number, name: string) => void;
}

/** Explores the suite on both variants. @throws ScenarioError */
export function reviewVariants(request: ReviewRequest): ReviewDocument {
  const { imported, executions, signal } = request;
  const a = named(request.against ?? counterpart(request.variant));
  const b = named(request.variant);
  const suite = loadSuite();
  const scenarios = suite.map((source, index) => {
    request.onScenario(index, suite.length, source.scenario.name);
    const options = { file: source.file, executions, signal };
    const comparison = compare(source.scenario, a.variant, b.variant, options);
    return comparedScenario(source, a, b, comparison);
  });
  return {
    schema: 'lzfree/review',
    version: 2,
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
