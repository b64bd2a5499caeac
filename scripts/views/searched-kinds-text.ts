/** What the search adds to a review: each kind of difference with its smallest program, in a few lines. */
import type { ComparedScenario, ReportedWitness } from '../../model/report/diff-document';
import { editOptionsOf } from '../../model/report/replay-command';
import type { ReportedKind, SearchDocument } from '../../model/report/search-document';
import { differenceKey } from '../../model/search/look-at';
import { changedPaths } from '../../model/search/paths';
import { counted, wrapText } from '../cli/text';
import { programsText } from './review-answer';
import { searchedText } from './searched-text';

/** More are counted only. */
const MOST_SHOWN = 6;

/** @param shown the scenario whose difference the review shows in full, so that it is not told again */
export function searchedKindsText(
  search: SearchDocument,
  shown: ComparedScenario | undefined,
  width: number,
): string {
  const known = shown === undefined ? undefined : { name: shown.name, key: keyOf(shown.witness!) };
  const kinds = search.kinds
    .slice(0, MOST_SHOWN)
    .map((kind, i) => wrapText(kindText(kind, i + 1, search, known), width, 3));
  return [
    wrapText(`In ${programsText(search)}: ${searchedText(search)}`, width),
    ...(kinds.length === 0 ? ['No difference was found.'] : [kinds.join('\n')]),
    wrapText(moreText(search), width),
  ].join('\n\n');
}

/** What a difference of a scenario would be called in a search. */
const keyOf = ({ level, kind, trace, other }: ReportedWitness): string =>
  differenceKey({
    level,
    direction: kind,
    paths: changedPaths(trace.outcome[level], other.outcome[level]),
  });

function kindText(
  kind: ReportedKind,
  number: number,
  { a, b }: SearchDocument,
  known: { readonly name: string; readonly key: string } | undefined,
): string {
  const { level, direction, paths, programs, size, title } = kind;
  const doer = direction === 'gained' ? b : a;
  const what =
    known?.key === differenceKey(kind) ? `what ${known.name} shows above` : paths.join(', ');
  const where = `in ${counted(programs, 'program')}, the smallest of ${counted(size, 'operation')}`;
  return `${number}. ${level} level, only ${doer}: ${what}; ${where}: ${title}`;
}

/** What was passed over, and the command that tells all. */
function moreText({ a, b, kinds, sizes, bound }: SearchDocument): string {
  const sum = (of: (row: SearchDocument['sizes'][number]) => number): number =>
    sizes.reduce((total, row) => total + of(row), 0);
  const [run, executions] = [sum((row) => row.done), sum((row) => row.executions)];
  const left = kinds.length - MOST_SHOWN;
  const traces = kinds.length > 0 ? 'each kind with both traces, ' : '';
  const cannot = sum((row) => row.all - row.programs);
  return [
    ...(left > 0 ? [left === 1 ? 'There is 1 kind more.' : `There are ${left} kinds more.`] : []),
    `${counted(run, 'program')} run, ${counted(executions, 'execution')}.`,
    ...(bound.needs === null
      ? []
      : [`${cannot} have no '${bound.needs.operation}' and cannot differ.`]),
    `lzfree diff ${a} ${b}${editOptionsOf(a, b)} --search shows ${traces}` +
      'which programs these are and how they begin.',
  ].join(' ');
}
