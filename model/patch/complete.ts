import { entryFor } from './diffstat';
import { normalizeSpace } from './normalize';
import { excerpt, PatchError } from './patch-error';
import type { ScannedFile, ScannedHunk } from './scan';
import { countLines } from './types';
import type { Diffstat, HunkLine, PatchFile, PatchHunk } from './types';

/** One patch whose last hunk may break off, with the diffstat that announces it. */
export interface ScannedPatch {
  readonly files: readonly ScannedFile[];
  readonly diffstat?: Diffstat;
}

/** Known lines of one side of a hunk, by line number. */
type SideLines = ReadonlyMap<number, string>;

function sideLines(hunk: ScannedHunk, side: 'old' | 'new'): SideLines {
  const gone = side === 'old' ? 'added' : 'removed';
  const known = new Map<number, string>();
  let number = hunk[side].start;
  for (const line of hunk.lines) {
    if (line.op === gone) continue;
    if (line.text !== null) known.set(number, line.text);
    number += 1;
  }
  return known;
}

function sameBlob(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  return a.startsWith(b) || b.startsWith(a);
}

/**
 * The lines that the old side of a later patch to the same file has at the numbers of this hunk's new side;
 * empty if they contradict each other, or do not meet.
 */
function linesFromLater(
  file: ScannedFile,
  hunk: ScannedHunk,
  later: readonly ScannedPatch[],
): SideLines {
  const own = sideLines(hunk, 'new');
  for (const patch of later) {
    const next = patch.files.find((other) => other.oldPath === file.newPath);
    if (next === undefined) continue;
    if (!sameBlob(file.blobs?.new, next.blobs?.old)) return new Map();
    for (const candidate of next.hunks) {
      const theirs = sideLines(candidate, 'old');
      const shared = [...theirs.keys()].filter((number) => own.has(number));
      const agree = shared.every(
        (number) =>
          normalizeSpace(theirs.get(number) ?? '') === normalizeSpace(own.get(number) ?? ''),
      );
      if (shared.length > 0 && agree) return theirs;
    }
  }
  return new Map();
}

function leadingContext(hunk: ScannedHunk): number {
  const first = hunk.lines.findIndex((line) => line.op !== 'context');
  return first === -1 ? hunk.lines.length : first;
}

/**
 * How many of the missing lines are added and how many are context, if the input proves it: the diffstat
 * says that no removed line is missing, and the missing context is no more than what git closes a hunk with.
 */
function missingShape(
  hunk: ScannedHunk,
  file: ScannedFile,
  stat: Diffstat | undefined,
): { added: number; context: number } | undefined {
  const announced = entryFor(stat, file)?.changed;
  if (announced === undefined) return undefined;
  const known = countLines(
    file.hunks.map((other) => ({ ...other, status: 'quoted', position: file.position })),
  );
  const changed = announced - known.added - known.removed;
  const added = hunk.missing.new - hunk.missing.old;
  if (changed !== added || hunk.missing.old > leadingContext(hunk)) return undefined;
  return { added, context: hunk.missing.old };
}

function brokenOff(hunk: ScannedHunk, file: ScannedFile): PatchError {
  const { old, new: added } = hunk.missing;
  return new PatchError(
    hunk.line.position,
    `the hunk of ${excerpt(file.newPath)} breaks off ${old} old and ${added} new lines before its end`,
    'give the whole patch, or make the counts in its @@ line and its lines agree',
  );
}

/** Adds what can be known of a hunk's missing lines; what cannot stays unknown. */
function completeHunk(
  hunk: ScannedHunk,
  file: ScannedFile,
  stat: Diffstat | undefined,
  later: readonly ScannedPatch[],
): PatchHunk {
  const { header, old, new: newRange, lines } = hunk;
  const position = hunk.line.position;
  const shape = missingShape(hunk, file, stat);
  const recovered = linesFromLater(file, hunk, later);
  if (shape === undefined) throw brokenOff(hunk, file);
  let number = newRange.start + lines.filter((line) => line.op !== 'removed').length;
  const take = (op: HunkLine['op']): HunkLine => {
    return { op, text: recovered.get(number++) ?? null, quoted: false };
  };
  const added = Array.from({ length: shape.added }, () => take('added'));
  if (added.some((line) => line.text === null)) throw brokenOff(hunk, file);
  const context = Array.from({ length: shape.context }, () => take('context'));
  return {
    header,
    old,
    new: newRange,
    lines: [...lines, ...added, ...context],
    status: 'completed',
    position,
  };
}

/**
 * Turns scanned patches into whole ones. A hunk that breaks off is completed from the old side of a later
 * patch to the same file, which quotes the lines that this one adds.
 *
 * @throws PatchError if a hunk breaks off and its added lines cannot be recovered
 */
export function completePatches(patches: readonly ScannedPatch[]): PatchFile[][] {
  return patches.map((patch, index) =>
    patch.files.map((file): PatchFile => {
      const hunks = file.hunks.map((hunk): PatchHunk => {
        if (hunk.missing.old > 0 || hunk.missing.new > 0) {
          return completeHunk(hunk, file, patch.diffstat, patches.slice(index + 1));
        }
        const { header, old, new: newRange, lines } = hunk;
        return {
          header,
          old,
          new: newRange,
          lines,
          status: 'quoted',
          position: hunk.line.position,
        };
      });
      return { ...file, hunks };
    }),
  );
}
