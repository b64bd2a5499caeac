/** The first sentences of a review: who sees a difference, where, and within which bounds. */
import { printCompleteness } from '../../model/diff/completeness';
import { doubtsOf } from '../../model/patch/doubts';
import type { SearchDocument } from '../../model/report/search-document';
import { LEVELS, type Level } from '../../model/scenario/outcome';
import { counted } from '../cli/text';
import type { ReviewDocument } from '../review';
import { butFor } from './doubts-text';
import { isWhole, searchedText } from './searched-text';

export function reviewAnswer(review: ReviewDocument): string {
  const subject = `${review.a} -> ${review.b}${butFor(doubtsOf(review.patch))}`;
  return `${subject}: ${differenceOf(review)}. ${boundsOf(review)}.`;
}

type Compared = Pick<ReviewDocument, 'scenarios' | 'completeness' | 'search'>;

const VIEWERS: Readonly<Record<Level, string>> = {
  user: 'a program',
  system: 'an administrator',
  internal: 'the kernel itself',
};

/** `no program sees a difference; an administrator sees one in 1 scenario`. */
function differenceOf(review: Compared): string {
  const outermost = LEVELS.findIndex((level) => isSeen(sightOf(level, review)));
  if (outermost < 0) return isSettled(review) ? 'no difference' : 'no difference is known';
  const verbs = [outermost === 0 ? ' sees a difference' : ' sees one'];
  const seen = LEVELS.slice(outermost)
    .filter((level, i) => i === 0 || addsTo(level, review))
    .map((level, i) => `${VIEWERS[level]}${verbs[i] ?? ''} ${sightText(level, review)}`);
  return [...blindText(outermost, review), ...seen].join('; ');
}

/** Who sees none; what was not explored completely may hold one all the same. */
function blindText(outermost: number, review: Compared): string[] {
  if (outermost === 0) return [];
  const who = outermost === 1 ? 'no program' : 'neither a program nor an administrator';
  return [`${who} ${isSettled(review) ? 'sees' : 'is known to see'} a difference`];
}

/** Where somebody sees a difference, those that others see with less insight too. */
interface Sight {
  readonly scenarios: number;
  /** Operations of the smallest program. */
  readonly from: number | null;
}

function sightOf(level: Level, { scenarios, search }: Compared): Sight {
  const inner = LEVELS.indexOf(level);
  const seen = scenarios.filter(
    ({ differsAt }) => differsAt !== null && LEVELS.indexOf(differsAt) <= inner,
  );
  return { scenarios: seen.length, from: search?.levels[level].differsFrom ?? null };
}

const isSeen = ({ scenarios, from }: Sight): boolean => scenarios > 0 || from !== null;

/** Whether somebody sees more than those with less insight. */
function addsTo(level: Level, review: Compared): boolean {
  const outer = LEVELS[LEVELS.indexOf(level) - 1]!;
  const [own, others] = [sightOf(level, review), sightOf(outer, review)];
  return own.scenarios > others.scenarios || own.from !== others.from;
}

function sightText(level: Level, review: Compared): string {
  const { scenarios, from } = sightOf(level, review);
  const inScenarios = `in ${counted(scenarios, 'scenario')}`;
  if (review.search === null) return inScenarios;
  if (from === null) return `${inScenarios}, but in no searched program`;
  const fromSize = `in programs from ${counted(from, 'operation')} on`;
  return scenarios === 0 ? `in no scenario, but ${fromSize}` : `${inScenarios}, and ${fromSize}`;
}

const isSettled = ({ completeness, search }: Compared): boolean =>
  completeness.kind === 'complete' && (search?.completeness.kind ?? 'complete') === 'complete';

/** What was compared, each with how completely. */
function boundsOf({ scenarios, completeness, search }: Compared): string {
  const count = counted(scenarios.length, 'scenario');
  const suite = `Every interleaving of the suite's ${count}: ${printCompleteness(completeness)}`;
  if (search === null) return `${suite}; no other program was searched`;
  return `${suite}; of ${programsText(search)}: ${searchedText(search)}`;
}

/** `all 1790 programs of up to 2 operations`. */
export function programsText(search: SearchDocument): string {
  const { sizes, bound } = search;
  const upTo = `of up to ${counted(bound.size, 'operation')}`;
  // The number is known once the largest size has begun.
  if (!isWhole(search)) return `all programs ${upTo}`;
  return `all ${sizes.reduce((sum, { all }) => sum + all, 0)} programs ${upTo}`;
}
