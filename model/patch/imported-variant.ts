import type { HunkId } from '../features/hunk-id';
import { hunkFacts, HUNKS, SERIES } from '../features/hunk-table';
import { validate } from '../features/requires';
import type { Missing } from '../features/requires';
import { Variant } from '../features/variant';
import type { KnownMatch, MatchResult } from './match';

/** What is taken for the patches of the series that the input holds nothing of. */
export type RestRule = 'posted' | 'absent';

/** The variant that a patch file stands for, and what it was made from. */
export interface ImportedVariant {
  readonly variant: Variant;
  /** Patches of the series with at least one hunk in the input. */
  readonly given: readonly string[];
  /** The other patches, without the fixup, and what was taken for them. */
  readonly rest: readonly string[];
  readonly restRule: RestRule;
  /** Hunks of the given patches that the input does not hold, takes back or edits. */
  readonly dropped: readonly HunkId[];
  /** What the variant's C code would miss. */
  readonly unmet: readonly Missing[];
}

const FIXUP = 'fixup';
/** Edits of the model are no patch of the series. */
const EDIT = 'edit';
const patchOf = (id: HunkId): string => hunkFacts(id).patch;

/**
 * What to take for the patches that the input does not hold, where the user does not say: a file with hunks
 * of one patch stands in its series, and the others are as posted; a file with hunks of several is the
 * series, and what it does not hold is not there.
 */
function defaultRule(given: readonly string[]): RestRule {
  return given.filter((patch) => patch !== FIXUP).length <= 1 ? 'posted' : 'absent';
}

/** The variant that the recognised hunks of an input make up. Unknown hunks have no part in it. */
export function importedVariant({ known }: MatchResult, rule?: RestRule): ImportedVariant {
  const isGiven = ({ status }: KnownMatch) => status !== 'missing';
  const isThere = (match: KnownMatch) =>
    isGiven(match) && !['taken-back', 'edited'].includes(match.status);
  const found = new Set(known.filter(isGiven).map(({ id }) => patchOf(id)));
  const order = SERIES.map(({ patch }) => patch).filter((patch) => patch !== EDIT);
  const given = order.filter((patch) => found.has(patch));
  const rest = order.filter((patch) => !found.has(patch) && patch !== FIXUP);
  const restRule = rule ?? defaultRule(given);
  const posted = HUNKS.filter(({ patch }) => restRule === 'posted' && rest.includes(patch));
  const variant = Variant.of([
    ...known.flatMap(({ switches }) => switches),
    ...posted.map(({ id }) => id),
  ]);
  return {
    variant,
    given,
    rest,
    restRule,
    dropped: known
      .filter((match) => !isThere(match) && found.has(patchOf(match.id)))
      .map(({ id }) => id),
    unmet: validate(variant),
  };
}
