import type { HunkId, SwitchId } from '../../features/hunk-id';

/** A known hunk that the input brings. */
interface Brought {
  readonly id: HunkId;
  readonly switches: readonly SwitchId[];
  /** Ordinals, from 0, of the input's hunks that hold it. */
  readonly at: readonly number[];
}

/** What a hunk of the input does to known ones. */
interface Deed {
  readonly ids: readonly HunkId[];
  /** For one that takes back: the switches that it takes. */
  readonly takes?: readonly SwitchId[];
  readonly edits?: readonly HunkId[];
}

/** What is left of a known hunk, and why it is less than was brought. */
interface Left {
  readonly switches: readonly SwitchId[];
  readonly status?: 'taken-back' | 'edited';
}

/** The ordinal of the last hunk of the input that brings a known one; below 0 if none does. */
function lastBrought(
  { id, at }: Brought,
  input: readonly Deed[],
  isSecond: (index: number) => boolean,
): number {
  const again = input.flatMap(({ ids, takes }, index) =>
    ids.includes(id) && takes === undefined && isSecond(index) ? [index] : [],
  );
  return Math.max(-1, ...at, ...again);
}

/**
 * What is left of a known hunk after all patches of the input: later ones can take it back, or parts of it,
 * bring it again, or change its lines so that it is another hunk.
 *
 * @param isSecond whether the hunk of this ordinal brings what an earlier one has brought
 */
export function afterAll(
  hunk: Brought,
  input: readonly Deed[],
  isSecond: (index: number) => boolean,
): Left {
  const later = input.slice(lastBrought(hunk, input, isSecond) + 1);
  if (later.some(({ edits }) => edits?.includes(hunk.id)))
    return { switches: [], status: 'edited' };
  const taken = new Set<SwitchId>(later.flatMap(({ takes = [] }) => takes));
  const switches = hunk.switches.filter((switchId) => !taken.has(switchId));
  const isGone = switches.length === 0 && hunk.switches.length > 0;
  return { switches, ...(isGone ? { status: 'taken-back' } : {}) };
}
