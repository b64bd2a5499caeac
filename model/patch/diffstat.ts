import { MAX_FILES } from './limits';
import type { SourceLine } from './source-text';
import { countLines } from './types';
import type { Diffstat, DiffstatEntry, DiffstatTotals, LineCount, Patch, PatchFile } from './types';

const COUNT = /^ +(\d{1,9})(?: [-+]*)?$/;
const TOTALS =
  /^ ?(\d{1,9}) files? changed(?:, (\d{1,9}) insertions?\(\+\))?(?:, (\d{1,9}) deletions?\(-\))?$/;

function parseEntry({ text, position }: SourceLine): DiffstatEntry | undefined {
  const bar = text.indexOf(' |');
  const count = bar > 0 ? COUNT.exec(text.slice(bar + 2)) : null;
  return count === null
    ? undefined
    : { path: text.slice(0, bar).trim(), changed: Number(count[1]), position };
}

/** Reads the diffstat in the prose of a patch mail; undefined where there is none. */
export function parseDiffstat(prose: readonly SourceLine[]): Diffstat | undefined {
  const entries: DiffstatEntry[] = [];
  let totals: DiffstatTotals | undefined;
  for (const line of prose) {
    const entry = parseEntry(line);
    if (entry !== undefined && entries.length < MAX_FILES) entries.push(entry);
    const total = TOTALS.exec(line.text);
    if (total !== null) {
      const [, files, added = '0', removed = '0'] = total;
      totals = { files: Number(files), added: Number(added), removed: Number(removed) };
    }
  }
  if (entries.length === 0 && totals === undefined) return undefined;
  return totals === undefined ? { entries } : { entries, totals };
}

/** The name that a diffstat gives a renamed file, with the common parts written once or not at all. */
function namesFile(path: string, file: PatchFile | { oldPath: string; newPath: string }): boolean {
  if (path === file.newPath) return true;
  if (path.startsWith('...')) return file.newPath.endsWith(path.slice(3));
  const braces = /^(.*)\{(.*) => (.*)\}(.*)$/.exec(path);
  if (braces !== null) {
    const [, head, , after, tail] = braces;
    return `${head}${after}${tail}`.replaceAll('//', '/') === file.newPath;
  }
  return path === `${file.oldPath} => ${file.newPath}`;
}

/** The diffstat's line for a file. */
export function entryFor(
  stat: Diffstat | undefined,
  file: { readonly oldPath: string; readonly newPath: string },
): DiffstatEntry | undefined {
  return stat?.entries.find((entry) => namesFile(entry.path, file));
}

/**
 * How a file's diffstat line and its hunks compare: `agrees`; `completed`, if they agree only with the lines
 * that were recovered; `announced`, if no hunk of the file is there; `unlisted`, if the diffstat does not
 * name the file; `differs`, if they do not agree.
 */
export type DiffstatVerdict = 'agrees' | 'completed' | 'announced' | 'unlisted' | 'differs';

/** The comparison for one file. */
export interface DiffstatCheck {
  readonly path: string;
  readonly verdict: DiffstatVerdict;
  /** What the diffstat says; absent for an unlisted file. */
  readonly announced?: number;
  /** What the input's own text has. */
  readonly quoted: LineCount;
  /** What was recovered from elsewhere. */
  readonly recovered: LineCount;
  /** Changed lines that the diffstat has and the input's own text has not; negative if it has more. */
  readonly short: number;
}

function checkFile(file: PatchFile, stat: Diffstat): DiffstatCheck {
  const all = countLines(file.hunks);
  const quoted = countLines(
    file.hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.filter((line) => line.quoted) })),
  );
  const recovered = { added: all.added - quoted.added, removed: all.removed - quoted.removed };
  const announced = entryFor(stat, file)?.changed;
  const path = file.newPath;
  if (announced === undefined) return { path, verdict: 'unlisted', quoted, recovered, short: 0 };
  const short = announced - quoted.added - quoted.removed;
  const agrees = announced === all.added + all.removed;
  const verdict = !agrees ? 'differs' : short === 0 ? 'agrees' : 'completed';
  return { path, verdict, announced, quoted, recovered, short };
}

/** Compares a patch's diffstat with its hunks, file by file; empty if it has no diffstat. */
export function checkDiffstat(patch: Patch): DiffstatCheck[] {
  const { diffstat, files } = patch;
  if (diffstat === undefined) return [];
  const none: LineCount = { added: 0, removed: 0 };
  const announcedOnly = diffstat.entries
    .filter((entry) => !files.some((file) => namesFile(entry.path, file)))
    .map(({ path, changed }): DiffstatCheck => {
      return {
        path,
        verdict: 'announced',
        announced: changed,
        quoted: none,
        recovered: none,
        short: changed,
      };
    });
  return [...files.map((file) => checkFile(file, diffstat)), ...announcedOnly];
}

/**
 * What the diffstat's last line leaves for the one file whose hunks are not there; undefined where it leaves
 * that open.
 */
export function announcedCount(patch: Patch): (LineCount & { readonly path: string }) | undefined {
  const checks = checkDiffstat(patch);
  const totals = patch.diffstat?.totals;
  const missing = checks.filter((check) => check.verdict === 'announced');
  if (totals === undefined || missing.length !== 1) return undefined;
  const present = countLines(patch.files.flatMap((file) => file.hunks));
  const added = totals.added - present.added;
  const removed = totals.removed - present.removed;
  const fits = added >= 0 && removed >= 0 && added + removed === missing[0].announced;
  return fits ? { path: missing[0].path, added, removed } : undefined;
}
