/** One scenario on every variant of the matrix. */
import { compareExplored, type Comparison } from '../diff/compare';
import type { ExploreOptions } from '../diff/explore';
import { SharedExplorations } from '../diff/shared-explorations';
import { allMet, judge, type ConditionVerdict } from '../diff/verdict';
import { weaker, type Completeness } from '../diff/completeness';
import { NAMED_VARIANTS } from '../features/variant';
import type { Scenario } from '../scenario/ast';
import type { Level } from '../scenario/outcome';
import { COLUMNS, type Column } from './columns';

/** The outermost level at which a variant differs from `fixed`; `unknown`: a bound leaves it open. */
export type Difference = 'equal' | Level | 'unknown';

export interface MatrixCell {
  readonly differsAt: Difference;
  /**
   * Whether the scenario's expectations hold: those stated for the variant, and for a variant without a
   * name those that are stated for `fixed`.
   */
  readonly expectations: ConditionVerdict['met'];
}

export interface MatrixRow {
  readonly name: string;
  readonly title: string;
  /** Of all its explorations. */
  readonly completeness: Completeness;
  /** Explorations that were run, and the executions that they took. */
  readonly explored: number;
  readonly executions: number;
  /** In the order of the columns. */
  readonly cells: readonly MatrixCell[];
}

/** @throws ScenarioError if the scenario cannot be set up */
export function matrixRow(scenario: Scenario, options: ExploreOptions): MatrixRow {
  const explorations = new SharedExplorations(scenario, options);
  const fixed = explorations.of(NAMED_VARIANTS.fixed);
  let completeness: Completeness = fixed.completeness;
  const cells = COLUMNS.map((column) => {
    const exploration = explorations.of(column.variant);
    completeness = weaker(completeness, exploration.completeness);
    const verdicts = judge(scenario, judgedAs(column), exploration);
    return {
      differsAt: differenceOf(compareExplored(scenario, fixed, exploration)),
      expectations: allMet(verdicts),
    };
  });
  const { explored, executions } = explorations;
  const { name, title } = scenario;
  return { name, title, completeness, explored, executions, cells };
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
