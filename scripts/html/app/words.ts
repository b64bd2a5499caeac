/** Words and signs that every view uses alike; a sign never stands without its word. */
import type { Verdict } from '../../../model/diff/outcome-diff';
import type { StateSection } from '../../../model/scenario/state-cells';

export { WHO } from '../../../model/report/level-words';

/** A sign for each verdict, so that nothing is said by colour alone. */
export const SIGNS: Readonly<Record<Verdict, string>> = {
  equal: '=',
  gained: '+',
  lost: '−',
  changed: '±',
  unknown: '?',
};

export const SECTION_TITLES: Readonly<Record<StateSection, string>> = {
  results: 'Results so far',
  ptes: 'Page-table entries',
  tlbs: 'TLBs',
  pages: 'Pages',
  lists: 'LRU lists and pagevecs, tail first',
  swap: 'Swap map',
  locks: 'Locks held',
  counters: 'Counters',
};

/** A scenario's title as a sentence; a name of the kernel's keeps its spelling. */
export const sentence = (title: string): string =>
  `${/^[a-z]+[ ,]/.test(title) ? title[0]!.toUpperCase() + title.slice(1) : title}.`;

/** A count with its noun. */
export const count = (n: number, noun: string): string =>
  `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
