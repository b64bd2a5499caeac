import type { InputMatch, MatchResult } from './match';
import { hunkKey, KNOWN_FILES } from './matching/candidates';
import { describePosition, PatchError } from './patch-error';
import type { PatchInput } from './types';

/**
 * Refuses an input that brings a hunk twice: of two versions of a patch nothing tells which is meant, and
 * what only one of them has would be added to the other. What a reply quotes is the text that it answers, and
 * no second hunk; nor is one that was taken back in between, or a second taking back.
 *
 * @throws PatchError that names the hunk and both its places
 */
export function refuseGivenTwice({ patches }: PatchInput, { input }: MatchResult): void {
  const first = new Map<string, InputMatch>();
  for (const [index, match] of input.entries()) {
    // Hunks of other files have no part in the variant; they are unknown, each for itself.
    if (patches[match.patch].role === 'quoted' || !KNOWN_FILES.has(match.file)) continue;
    const key = hunkKey(match.file, match.hunk);
    const earlier = first.get(key);
    const isUndone = input
      .slice(earlier === undefined ? index : input.indexOf(earlier), index)
      .some((between) => undoes(between, match));
    if (earlier !== undefined && !isUndone) throw givenTwice(earlier, match);
    first.set(key, match);
  }
}

/** Whether one hunk takes back what the other brings, or brings what it takes back. */
const undoes = (one: InputMatch, other: InputMatch): boolean =>
  (one.status === 'takes-back') !== (other.status === 'takes-back') &&
  other.ids.length > 0 &&
  other.ids.every((id) => one.ids.includes(id));

function givenTwice(first: InputMatch, { ids, file, hunk }: InputMatch): PatchError {
  const what = ids.length === 0 ? `a hunk of ${file}` : ids.join(' with ');
  return new PatchError(
    hunk.position,
    `${what} is given twice, first at ${describePosition(first.hunk.position)}`,
    'leave one of the two versions out',
  );
}
