import type { HunkLine } from './types';

/** A part of a hunk: its changed lines as ordinals from 0; none where it has all that no other has. */
export interface PartLines {
  readonly lines?: readonly number[];
}

/** The changed lines of a hunk that belong to one of its parts; all of them if it is the only one. */
export function linesOfPart(
  lines: readonly HunkLine[],
  part: PartLines,
  parts: readonly PartLines[],
): HunkLine[] {
  const changed = lines.filter(({ op }) => op !== 'context');
  if (part.lines !== undefined) return part.lines.map((ordinal) => changed[ordinal]);
  const others = new Set(parts.flatMap((other) => other.lines ?? []));
  return changed.filter((_, ordinal) => !others.has(ordinal));
}
