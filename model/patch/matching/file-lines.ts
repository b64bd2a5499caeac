import { normalizeSpace } from '../normalize';
import type { PatchHunk } from '../types';
import { tokenizeLines } from './c-tokens';

/** A line of a file as patches have shown it, and which hunk of them has added it. */
interface KnownLine {
  readonly plain: string;
  /** Ordinal of the hunk; undefined for a line that was there before. */
  readonly owner: number | undefined;
}

/** A line that an earlier hunk has added and this one changes. */
export interface ChangedLine {
  readonly owner: number;
  readonly plain: string;
}

/** A line of a hunk with what is needed to hold it against the file. */
interface Row {
  readonly op: PatchHunk['lines'][number]['op'];
  /** Null where the text is not known. */
  readonly plain: string | null;
  /** It holds code, not only comments and blanks. */
  readonly code: boolean;
}

/** So many lines off is a hunk looked for if it is not where its numbers say. */
const FARTHEST = 100;
/** Lines of code that must agree for a hunk to be where its numbers do not say. */
const LEAST_EQUAL = 2;

function rowsOf({ lines }: PatchHunk): Row[] {
  const codeOf = (gone: Row['op']): boolean[] => {
    const side = lines.filter(({ op }) => op !== gone);
    return tokenizeLines(side.map(({ text }) => text ?? '')).map((tokens) => tokens.length > 0);
  };
  const older = codeOf('added');
  const newer = codeOf('removed');
  return lines.map(({ op, text }) => {
    const inOld = op === 'added' ? undefined : older.shift();
    const inNew = op === 'removed' ? undefined : newer.shift();
    const plain = text === null ? null : normalizeSpace(text);
    return { op, plain, code: inOld ?? inNew ?? false };
  });
}

/** What is known of one file's lines while patches are applied to it, one after the other. */
export class FileLines {
  private lines = new Map<number, KnownLine>();

  /**
   * Applies a hunk.
   *
   * @param owner its ordinal
   * @param shift by how many lines earlier hunks of the same patch have moved it
   * @returns the lines of earlier hunks that it removes, or puts code between
   */
  apply(hunk: PatchHunk, owner: number, shift: number): ChangedLine[] {
    const rows = rowsOf(hunk);
    const at = this.placeOf(rows, hunk.old.start + shift + (hunk.old.lines === 0 ? 1 : 0));
    const changed = this.changedLines(rows, at);
    this.replace(rows, at, owner);
    return changed;
  }

  /** Where a hunk stands: at its number, unless the lines there are others and it fits close by. */
  private placeOf(rows: readonly Row[], start: number): number {
    const older = rows.filter(({ op }) => op !== 'added');
    if ((this.agreement(older, start) ?? 0) > 0) return start;
    for (let off = 1; off <= FARTHEST; off += 1) {
      for (const at of [start - off, start + off]) {
        if ((this.agreement(older, at) ?? 0) >= LEAST_EQUAL) return at;
      }
    }
    return start;
  }

  /** How many known lines of code are as a hunk has them; undefined if one is another. */
  private agreement(older: readonly Row[], at: number): number | undefined {
    let equal = 0;
    for (const [index, { plain, code }] of older.entries()) {
      const known = this.lines.get(at + index);
      if (known === undefined || plain === null) continue;
      if (known.plain !== plain) return undefined;
      if (code) equal += 1;
    }
    return equal;
  }

  private changedLines(rows: readonly Row[], start: number): ChangedLine[] {
    const changed: ChangedLine[] = [];
    let at = start;
    for (const { op, plain, code } of rows) {
      const next = this.lines.get(at);
      if (op === 'removed' && code && next?.owner !== undefined && next.plain === plain) {
        changed.push({ owner: next.owner, plain: next.plain });
      }
      const above = this.lines.get(at - 1);
      const isBetween = above?.owner !== undefined && above.owner === next?.owner;
      if (op === 'added' && code && isBetween) {
        changed.push({ owner: above.owner, plain: above.plain });
      }
      if (op !== 'added') at += 1;
    }
    return changed;
  }

  private replace(rows: readonly Row[], start: number, owner: number): void {
    const older = rows.filter(({ op }) => op !== 'added').length;
    const newer = rows.filter(({ op }) => op !== 'removed').length;
    const lines = new Map<number, KnownLine>();
    for (const [at, line] of this.lines) {
      if (at < start) lines.set(at, line);
      else if (at >= start + older) lines.set(at + newer - older, line);
    }
    let from = start;
    let to = start;
    for (const { op, plain } of rows) {
      const known = this.lines.get(from);
      const isSame = known !== undefined && (plain === null || known.plain === plain);
      if (op === 'added') lines.set(to, { plain: plain ?? '', owner });
      else if (op === 'context' && isSame) lines.set(to, known);
      else if (op === 'context' && plain !== null) lines.set(to, { plain, owner: undefined });
      if (op !== 'removed') to += 1;
      if (op !== 'added') from += 1;
    }
    this.lines = lines;
  }
}
