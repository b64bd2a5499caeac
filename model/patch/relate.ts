import { applyPatch, structuredPatch } from 'diff';
import { normalizeSpace } from './normalize';
import type { HunkLine, LineRange } from './types';

/** A hunk's place and lines, as far as relating two hunks needs them. */
export interface PlacedHunk {
  readonly old: LineRange;
  readonly new: LineRange;
  readonly lines: readonly HunkLine[];
}

const UNKNOWN = '\0';

function sideText(lines: readonly HunkLine[], gone: HunkLine['op']): string {
  return lines
    .filter(({ op }) => op !== gone)
    .map(({ text }, index, side) => `${text ?? `${UNKNOWN}${index - side.length}`}\n`)
    .join('');
}

const MARKERS = { context: ' ', added: '+', removed: '-' } as const;

/** A hunk as the diff library has it, placed relative to a text that begins at `firstLine`. */
function toStructured(hunk: PlacedHunk, firstLine: number) {
  return {
    oldFileName: 'a',
    newFileName: 'b',
    oldHeader: undefined,
    newHeader: undefined,
    hunks: [
      {
        oldStart: hunk.old.start - firstLine + 1,
        oldLines: hunk.old.lines,
        newStart: hunk.new.start - firstLine + 1,
        newLines: hunk.new.lines,
        lines: hunk.lines.map(({ op, text }) => MARKERS[op] + (text ?? '')),
      },
    ],
  };
}

function fromMarked(line: string): HunkLine {
  const ops = { ' ': 'context', '+': 'added', '-': 'removed' } as const;
  const op = ops[line[0] as keyof typeof ops];
  const text = line.slice(1);
  return { op, text: text.startsWith(UNKNOWN) ? null : text, quoted: true };
}

/**
 * The lines of the one hunk that does what `first` and then `second` do; undefined if `second` does not
 * apply to what `first` makes. White space is compared by its presence only, which is all an archive keeps.
 */
export function squash(first: PlacedHunk, second: PlacedHunk): HunkLine[] | undefined {
  const older = sideText(first.lines, 'added');
  const newer = sideText(first.lines, 'removed');
  const squashed = applyPatch(newer, toStructured(second, first.new.start), {
    compareLine: (_, line, _operation, content) => normalizeSpace(line) === normalizeSpace(content),
  });
  if (squashed === false) return undefined;
  const { hunks } = structuredPatch('a', 'b', older, squashed, '', '', { context: Infinity });
  return hunks.flatMap(({ lines }) => lines.map(fromMarked));
}
