/** One scenario on every variant of the matrix. */
import { compareExplored, witnessOf, type Comparison } from '../diff/compare';
import type { Exploration, ExploreOptions } from '../diff/explore';
import { SharedExplorations } from '../diff/shared-explorations';
import { allMet, judge, type ConditionVerdict } from '../diff/verdict';
import { weaker, type Completeness } from '../diff/completeness';
import { printSchedule } from '../explorer/schedule';
import { NAMED_VARIANTS, type Variant } from '../features/variant';
import { valueDifferences, type ValueDifference } from '../report/differences';
import type { Scenario } from '../scenario/ast';
import type { Level } from '../scenario/outcome';
import { COLUMNS, type Column } from './columns';

/** The outermost level at which a variant differs from `fixed`; `unknown`: a bound leaves it open. */
export type Difference = 'equal' | Level | 'unknown';

/** An execution that one of a variant and `fixed` has and the other has not. */
export interface ShownDifference {
  readonly level: Level;
  /** `gained`: only the variant does it; `lost`: only `fixed`. */
  readonly kind: 'gained' | 'lost';
  /** Traces that end so, and the schedule of one. */
  readonly traces: number;
  readonly schedule: string;
  /** What differs at the level from the same schedule on the other one; `own` is the one's that does it. */
  readonly differences: readonly ValueDifference[];
}

export interface MatrixCell {
  readonly differsAt: Difference;
  /** What shows it: an index into the row's differences. Null where none is certain. */
  readonly shown: number | null;
  /**
   * Whether the scenario's expectations hold: those stated for the variant, and for a variant without a
   * name those that are stated for `fixed`.
   */
  readonly expectations: ConditionVerdict['met'];
}

export interface MatrixRow {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  /** Of all its explorations. */
  readonly completeness: Completeness;
  /** Explorations that were run, and the executions that they took. */
  readonly explored: number;
  readonly executions: number;
  /** In the order of the columns. */
  readonly cells: readonly MatrixCell[];
  /** Variants that do the same share one. */
  readonly differences: readonly ShownDifference[];
}

/** Nothing if it was interrupted. @throws ScenarioError if the scenario cannot be set up */
export function matrixRow(
  scenario: Scenario,
  options: ExploreOptions & { readonly file: string },
): MatrixRow | null {
  const isStopped = (): boolean => options.signal?.aborted === true;
  if (isStopped()) return null;
  const explorations = new SharedExplorations(scenario, options);
  const fixed = explorations.of(NAMED_VARIANTS.fixed);
  const shown = new ShownDifferences();
  let completeness: Completeness = fixed.completeness;
  const cells: MatrixCell[] = [];
  for (const column of COLUMNS) {
    // An exploration of one trace comes to its end whatever the signal says.
    if (isStopped()) return null;
    const exploration = explorations.of(column.variant);
    completeness = weaker(completeness, exploration.completeness);
    const verdicts = judge(scenario, judgedAs(column), exploration);
    const comparison = compareExplored(scenario, fixed, exploration);
    const differsAt = differenceOf(comparison);
    const settled = differsAt !== 'equal' && differsAt !== 'unknown';
    cells.push({
      differsAt,
      shown: settled ? shown.indexOf(exploration, comparison, column.variant) : null,
      expectations: allMet(verdicts),
    });
  }
  if (completeness.kind === 'interrupted') return null;
  const { explored, executions } = explorations;
  const { name, title } = scenario;
  const { file } = options;
  const { differences } = shown;
  return { name, title, file, completeness, explored, executions, cells, differences };
}

/** The differences of a row, one for each exploration. */
class ShownDifferences {
  readonly differences: ShownDifference[] = [];
  private readonly known = new Map<Exploration, number>();

  indexOf(exploration: Exploration, comparison: Comparison, variant: Variant): number {
    const known = this.known.get(exploration);
    if (known !== undefined) return known;
    const index = this.differences.push(showDifference(comparison, variant)) - 1;
    this.known.set(exploration, index);
    return index;
  }
}

function showDifference(comparison: Comparison, variant: Variant): ShownDifference {
  const witness = witnessOf(comparison, NAMED_VARIANTS.fixed, variant)!;
  const { level, kind, observed, trace, other } = witness;
  return {
    level,
    kind,
    traces: observed.traces!,
    schedule: printSchedule(observed.schedule),
    differences: valueDifferences(trace.outcome[level], other.outcome[level]),
  };
}

const judgedAs = (column: Column): string => (column.kind === 'named' ? column.name : 'fixed');

/**
 * A level is told only if all that lie further out are settled: a difference that the system shows does
 * not exclude one that a bound has hidden from sight.
 */
function differenceOf({ levels, differsAt }: Comparison): Difference {
  for (const { level, verdict } of levels) {
    if (level === differsAt) return level;
    if (verdict === 'unknown') return 'unknown';
  }
  return 'equal';
}
