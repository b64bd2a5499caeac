import type { HunkId, SwitchId } from '../../features/hunk-id';
import type { HunkLine, PatchHunk, PatchInput } from '../types';
import { findCandidates, isFree } from './candidates';
import type { Candidate } from './candidates';

/** Known hunks that a hunk of the input takes back: it is their text with its sides swapped. */
export interface TakenBack {
  readonly ids: readonly HunkId[];
  readonly switches: readonly SwitchId[];
}

const SWAPPED = { context: 'context', added: 'removed', removed: 'added' } as const;
const swapLine = (line: HunkLine): HunkLine => ({ ...line, op: SWAPPED[line.op] });

const swap = (hunk: PatchHunk): PatchHunk => ({
  ...hunk,
  old: hunk.new,
  new: hunk.old,
  lines: hunk.lines.map(swapLine),
});

/**
 * What hunks take back that are unknown as they stand, by their ordinals. Hunks without text count for
 * nothing here: a signature tells them by what they add.
 */
export function findTakenBack(
  input: PatchInput,
  candidates: readonly Candidate[],
): ReadonlyMap<number, TakenBack> {
  const swapped = new Map(
    candidates
      .filter(({ groups, bySignature }) => groups.some(isFree) && bySignature.length === 0)
      .map(({ source, index }) => [source, { index, hunk: swap(source) }]),
  );
  if (swapped.size === 0) return new Map();
  const turned = findCandidates({
    ...input,
    patches: input.patches.map((patch) => ({
      ...patch,
      files: patch.files.map((file) => ({
        ...file,
        hunks: file.hunks.flatMap((hunk) => swapped.get(hunk)?.hunk ?? []),
      })),
    })),
  });
  const indices = [...swapped.values()].map(({ index }) => index);
  return new Map(
    turned.flatMap(({ shapes, groups }, at) => {
      const ids = [...new Set(shapes.flatMap(({ shape }) => [...shape.hunks]))];
      const switches = shapes.flatMap(({ shape }) => [...shape.switches]);
      const isWhole = ids.length > 0 && !groups.some(isFree);
      return isWhole ? [[indices[at], { ids, switches }] as const] : [];
    }),
  );
}
