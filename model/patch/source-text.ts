import type { PatchPosition } from './patch-error';

/** A line of an input with the place that an error names. */
export interface SourceLine {
  readonly text: string;
  readonly position: PatchPosition;
}

/** The lines of one quoting depth, in their order; depth 0 is what the writer of the mail wrote. */
export interface QuoteStream {
  readonly depth: number;
  readonly lines: readonly SourceLine[];
}

const QUOTE_MARKS = /^(?:> ?)+/;
const DIFF_START = /^(?:diff --git |@@ -\d)/;

/**
 * Splits text into lines, without their ends (LF or CRLF).
 *
 * @param firstLine number of the first line, from 1
 * @param message set where the numbers count a message's decoded text
 */
export function splitLines(text: string, firstLine = 1, message?: number): SourceLine[] {
  const parts = text.split('\n');
  if (parts[parts.length - 1] === '') parts.pop();
  return parts.map((part, index) => ({
    text: part.endsWith('\r') ? part.slice(0, -1) : part,
    position:
      message === undefined ? { line: firstLine + index } : { line: firstLine + index, message },
  }));
}

function quoteDepth(text: string): number {
  const marks = QUOTE_MARKS.exec(text);
  return marks === null ? 0 : marks[0].replaceAll(' ', '').length;
}

/**
 * Takes a text apart by quoting depth, the deepest first, which is the oldest text. A text that quotes no
 * diff is one stream as it stands: a `>` in it is no quoting mark.
 */
export function quoteStreams(lines: readonly SourceLine[]): QuoteStream[] {
  const byDepth = new Map<number, SourceLine[]>();
  const withDiff = new Set<number>();
  for (const line of lines) {
    const depth = quoteDepth(line.text);
    const text = depth === 0 ? line.text : line.text.replace(QUOTE_MARKS, '');
    const stream = byDepth.get(depth) ?? [];
    byDepth.set(depth, stream);
    stream.push(depth === 0 ? line : { text, position: line.position });
    if (DIFF_START.test(text)) withDiff.add(depth);
  }
  withDiff.delete(0);
  if (withDiff.size === 0) return [{ depth: 0, lines }];
  return [...byDepth]
    .sort(([a], [b]) => b - a)
    .map(([depth, streamLines]) => ({ depth, lines: streamLines }));
}
