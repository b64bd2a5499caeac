import type { PatchPosition } from './patch-error';

/** How complete a hunk's text is. */
export type HunkStatus = 'quoted' | 'completed' | 'announced' | 'companion' | 'edit';

/** One line of a hunk's body. */
export interface HunkLine {
  readonly op: 'context' | 'added' | 'removed';
  /** The line without its marker; null where the mail does not hold it and nothing else tells it. */
  readonly text: string | null;
  /** False where the text was recovered from another patch, or is not known at all. */
  readonly quoted: boolean;
  /** The line is the last of its file and has no newline. */
  readonly noNewline?: boolean;
}

/** The lines of a file that a hunk covers: first line from 1 (0 for an empty side) and how many. */
export interface LineRange {
  readonly start: number;
  readonly lines: number;
}

/** One `@@` hunk. */
export interface PatchHunk {
  /** The text after the second `@@`, usually the enclosing function. */
  readonly header: string;
  readonly old: LineRange;
  readonly new: LineRange;
  readonly lines: readonly HunkLine[];
  readonly status: 'quoted' | 'completed';
  readonly position: PatchPosition;
}

/** What a patch does to a file. */
export type FileChange = 'modified' | 'created' | 'deleted' | 'renamed' | 'copied';

/** The part of a patch that concerns one file. */
export interface PatchFile {
  /** Path inside the tree, without the a/ or b/ in front. For a created file the new one. */
  readonly oldPath: string;
  readonly newPath: string;
  readonly change: FileChange;
  /** Abbreviated blob names of git's index line, where there is one. */
  readonly blobs?: { readonly old: string; readonly new: string };
  readonly hunks: readonly PatchHunk[];
  readonly position: PatchPosition;
}

/** A file's line in a diffstat. */
export interface DiffstatEntry {
  readonly path: string;
  /** Lines added plus lines removed. */
  readonly changed: number;
  readonly position: PatchPosition;
}

/** The last line of a diffstat. */
export interface DiffstatTotals {
  readonly files: number;
  readonly added: number;
  readonly removed: number;
}

/** A diffstat as the author posted it. */
export interface Diffstat {
  readonly entries: readonly DiffstatEntry[];
  readonly totals?: DiffstatTotals;
}

/** One patch of a series, or a diff that a reply brings. */
export interface Patch {
  readonly subject: string;
  /** Its place in the series, where the subject tells (`[PATCH 3/6]`). */
  readonly number?: number;
  readonly of?: number;
  /** The message of the input that it stands in, from 1; one message can hold several. */
  readonly message?: number;
  /** `quoted`: the parent that a reply quotes; `reply`: what the reply itself brings. */
  readonly role: 'patch' | 'quoted' | 'reply';
  /** `collapsed`: an archive has removed tabs and leading blanks. */
  readonly whiteSpace: 'kept' | 'collapsed';
  readonly files: readonly PatchFile[];
  readonly diffstat?: Diffstat;
}

/** The carrier that an input was read from. */
export type Carrier = 'mbox' | 'mail' | 'archived mail' | 'diff';

/** Everything that was read from one input, in the order of the input. */
export interface PatchInput {
  readonly carrier: Carrier;
  readonly messages: number;
  readonly from?: string;
  readonly date?: string;
  readonly patches: readonly Patch[];
}

/** Lines added and removed by hunks. */
export interface LineCount {
  readonly added: number;
  readonly removed: number;
}

/** Counts the added and removed lines of hunks. */
export function countLines(hunks: readonly PatchHunk[]): LineCount {
  let added = 0;
  let removed = 0;
  for (const hunk of hunks) {
    for (const line of hunk.lines) {
      if (line.op === 'added') added += 1;
      else if (line.op === 'removed') removed += 1;
    }
  }
  return { added, removed };
}
