/** How completely a search explored its programs. The page says it too. */
import type { SearchDocument } from '../../model/report/search-document';
import { counted } from '../cli/text';

/** In words: `complete`, or `bounded (60 s; 3 programs at 1000000 states or 2000 steps)`. */
export function searchedText(search: SearchDocument): string {
  const { completeness, incomplete, bound } = search;
  if (completeness.kind !== 'bounded') return completeness.kind;
  const left = incomplete.length;
  const most = `${counted(bound.states, 'state')} or ${counted(bound.steps, 'step')}`;
  const atBound = `${counted(left, 'program')} at ${most}`;
  return `bounded (${[
    ...(isWhole(search) ? [] : [completeness.bound]),
    ...(left > 0 ? [atBound] : []),
  ].join('; ')})`;
}

/** Whether the search came to every program, each explored completely or not. */
export const isWhole = ({ sizes, bound }: SearchDocument): boolean =>
  sizes.length === bound.size && sizes.every(({ done, programs }) => done === programs);
