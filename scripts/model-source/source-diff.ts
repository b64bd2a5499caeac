/** The difference of two materialised models, as a patch. */
import { structuredPatch, type StructuredPatchHunk } from 'diff';
import type { Sources } from './kernel-sources';

/** How one file differs. */
export interface FileDifference {
  readonly path: string;
  readonly added: number;
  readonly removed: number;
  /** In unified form, with `a/` and `b/` in front of the path. */
  readonly patch: string;
}

/** Every file that differs, in the order of the paths. Both models have the same files. */
export function diffSources(a: Sources, b: Sources): FileDifference[] {
  return [...a].flatMap(([path, text]) => {
    const other = b.get(path) ?? '';
    return text === other ? [] : [diffFile(path, text, other)];
  });
}

function diffFile(path: string, a: string, b: string): FileDifference {
  const { hunks } = structuredPatch(`a/${path}`, `b/${path}`, a, b, undefined, undefined, {
    context: 3,
  });
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const before = a.split('\n');
  return {
    path,
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
    patch: [`--- a/${path}`, `+++ b/${path}`, ...hunks.flatMap((hunk) => hunkLines(hunk, before))]
      .join('\n')
      .concat('\n'),
  };
}

function hunkLines(hunk: StructuredPatchHunk, before: readonly string[]): string[] {
  const { oldStart, oldLines, newStart, newLines, lines } = hunk;
  const ranges = `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`;
  const head = before.slice(0, oldStart - 1).findLast((line) => /^[A-Za-z_]/.test(line));
  return [head === undefined ? ranges : `${ranges} ${head}`.slice(0, 100), ...lines];
}
