/** What two outcomes do not have in common, level by level. */
import { valueDifferences, type ValueDifference } from '../../../model/report/differences';
import { LEVELS, type Level, type Outcome } from '../../../model/scenario/outcome';

export interface LevelRows {
  readonly level: Level;
  /** `own` is the first outcome's value. */
  readonly rows: readonly ValueDifference[];
}

/** The differing values of each level, outermost level first. */
export const outcomeRows = (a: Outcome, b: Outcome): LevelRows[] =>
  LEVELS.map((level) => ({ level, rows: valueDifferences(a[level], b[level]) }));
