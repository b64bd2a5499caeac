/** The main job as data: a patch, the variant it makes, and how that differs from another one. */
import { compare, witnessOf, type DifferenceWitness } from '../model/diff/compare';
import { weaker, type Completeness } from '../model/diff/completeness';
import type { Verdict } from '../model/diff/outcome-diff';
import { NAMED_VARIANTS, type Variant } from '../model/features/variant';
import { variantName } from '../model/features/variant-name';
import type { ImportedPatch } from '../model/patch/import-patch';
import type { PatchReport } from '../model/patch/patch-report';
import { LEVELS, type Level } from '../model/scenario/outcome';
import { reportHunks, type ReportedSwitch } from './hunk-report';
import { loadSuite } from './suite';

export interface ReviewedScenario {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly levels: Readonly<Record<Level, Verdict>>;
  /** Traces of each side. */
  readonly executions: { readonly a: number; readonly b: number };
  readonly completeness: Completeness;
  readonly witness: DifferenceWitness | null;
}

export interface Review {
  readonly a: string;
  readonly b: string;
  readonly patch: PatchReport;
  /** Hunks of the input that are none of the series'. */
  readonly unknown: number;
  /** The outermost level at which any scenario differs. */
  readonly differsAt: Level | null;
  readonly completeness: Completeness;
  readonly scenarios: readonly ReviewedScenario[];
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
export function reviewVariants(request: ReviewRequest): Review {
  const { imported, variant, executions, signal } = request;
  const a = request.against ?? counterpart(variant);
  const suite = loadSuite();
  const scenarios = suite.map(({ scenario, file }, index): ReviewedScenario => {
    request.onScenario(index, suite.length, scenario.name);
    const comparison = compare(scenario, a, variant, { file, executions, signal });
    const [user, system, internal] = comparison.levels.map(({ verdict }) => verdict);
    return {
      name: scenario.name,
      title: scenario.title,
      file,
      levels: { user: user!, system: system!, internal: internal! },
      executions: { a: comparison.a.executions, b: comparison.b.executions },
      completeness: comparison.completeness,
      witness: witnessOf(comparison, a, variant) ?? null,
    };
  });
  return {
    a: variantName(a),
    b: variantName(variant),
    patch: imported.report,
    unknown: imported.unknown.length,
    differsAt: LEVELS.find((level) => scenarios.some((s) => s.witness?.level === level)) ?? null,
    completeness: scenarios.map((s) => s.completeness).reduce(weaker, { kind: 'complete' }),
    scenarios,
    switches: switchesOf(imported.report),
  };
}

function switchesOf({ hunks }: PatchReport): ReportedSwitch[] {
  const inPatch = new Set(hunks.flatMap(({ switches }) => switches));
  return reportHunks().filter(({ id }) => inPatch.has(id));
}

/** The series as posted; for the series as posted itself, the kernel without it. */
function counterpart(variant: Variant): Variant {
  const { original, base } = NAMED_VARIANTS;
  return variant.equals(original) ? base : original;
}
