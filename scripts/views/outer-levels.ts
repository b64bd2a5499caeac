/** Whether a bound leaves open if those with less insight than a level asks for see a difference too. */
import type { Verdict } from '../../model/diff/outcome-diff';
import { LEVELS, type Level } from '../../model/scenario/outcome';

interface Judged {
  readonly levels: Readonly<Record<Level, { readonly verdict: Verdict }>>;
}

/** Whether in some scenario a level further out than `level` is not settled. */
export function isOpenFurtherOut(level: Level, scenarios: readonly Judged[]): boolean {
  const outer = LEVELS.slice(0, LEVELS.indexOf(level));
  return scenarios.some(({ levels }) => outer.some((each) => levels[each].verdict === 'unknown'));
}
