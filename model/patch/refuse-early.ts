import { hunkFacts } from '../features/hunk-table';
import type { KnownMatch, MatchResult } from './match';
import { PatchError } from './patch-error';

const FIXUP = 'fixup/mm/swap_state/free_pages_and_swap_cache';
const CHANGED = 'p3/mm/swap_state/free_pages_and_swap_cache';

/** The first hunk of the input that brings a known one; undefined if none does. */
function firstOf(
  { input }: MatchResult,
  { at }: KnownMatch,
): MatchResult['input'][number] | undefined {
  return at.length === 0 ? undefined : input[Math.min(...at)];
}

/**
 * Refuses an input with the fixup in a patch before the one whose lines it changes: it applies to nothing.
 *
 * @throws PatchError that names the place
 */
export function refuseEarly(matches: MatchResult): void {
  const [fixup, changed] = [FIXUP, CHANGED].map((id) => {
    const match = matches.known.find((each) => each.id === id);
    return match && firstOf(matches, match);
  });
  if (fixup === undefined || changed === undefined || fixup.patch >= changed.patch) return;
  throw new PatchError(
    fixup.hunk.position,
    `${FIXUP} stands before ${hunkFacts(CHANGED).patch}, whose lines it changes`,
    'put the patches in the order in which they apply',
  );
}
