import { parsePatch } from 'diff';
import { isFileHeader, parseHunkHeader, readHunkBody } from './hunk-body';
import type { HunkBody, HunkHead } from './hunk-body';
import { MAX_FILES, MAX_HUNKS } from './limits';
import { excerpt, PatchError } from './patch-error';
import type { PatchPosition } from './patch-error';
import type { SourceLine } from './source-text';
import { NO_FILE, treePaths } from './tree-path';
import type { FileChange, PatchFile } from './types';

/** A hunk as the input holds it, which may break off at the input's end. */
export interface ScannedHunk extends HunkHead, Omit<HunkBody, 'next' | 'collapsed'> {}

/** One file's part of a diff, as far as the input holds it. */
export interface ScannedFile extends Omit<PatchFile, 'hunks'> {
  readonly hunks: readonly ScannedHunk[];
}

/** A text taken apart into prose and the diff that it carries. */
export interface Scan {
  /** The lines before the first file, where a diffstat stands. */
  readonly prose: readonly SourceLine[];
  readonly files: readonly ScannedFile[];
  readonly collapsed: boolean;
}

const EXTENDED_HEADER =
  /^(?:(?:old|new|deleted file|new file) mode|(?:copy|rename) (?:from|to)|(?:dis)?similarity index|index) /;
const BINARY = /^(?:Binary files .* differ$|GIT binary patch$)/;
const COMBINED = /^(?:@@@+ -|diff --(?:cc|combined) )/;

interface Section {
  readonly start: SourceLine;
  readonly header: string[];
  readonly hunks: ScannedHunk[];
}

function startsSection(lines: readonly SourceLine[], at: number): boolean {
  return lines[at].text.startsWith('diff --git ') || isFileHeader(lines, at);
}

/** Refuses what no section of a text diff holds. */
function refuseForeign({ text, position }: SourceLine): void {
  if (BINARY.test(text)) {
    throw new PatchError(position, 'a binary hunk', 'leave binary files out of the patch');
  }
  if (COMBINED.test(text)) {
    throw new PatchError(position, "a merge's combined diff", 'give the diff against one parent');
  }
}

function readHeader(
  lines: readonly SourceLine[],
  start: number,
): { header: string[]; next: number } {
  const header: string[] = [];
  let at = start;
  if (lines[at].text.startsWith('diff --git ')) header.push(lines[at++].text);
  while (at < lines.length && EXTENDED_HEADER.test(lines[at].text)) header.push(lines[at++].text);
  if (at < lines.length) refuseForeign(lines[at]);
  if (lines[at]?.text.startsWith('--- ') !== true) return { header, next: at };
  if (lines[at + 1]?.text.startsWith('+++ ') !== true) {
    const reason = `the file header '${excerpt(lines[at].text)}' has no +++ line behind it`;
    throw new PatchError(lines[at].position, reason, 'restore the pair of --- and +++ lines');
  }
  header.push(lines[at].text, lines[at + 1].text);
  return { header, next: at + 2 };
}

/** What the reading of a text has found so far. */
interface Found {
  readonly prose: SourceLine[];
  readonly sections: Section[];
  collapsed: boolean;
  hunks: number;
}

/** Reads a file's header; returns the index of the first line behind it. */
function openSection(lines: readonly SourceLine[], at: number, found: Found): number {
  if (found.sections.length === MAX_FILES) {
    throw new PatchError(
      lines[at].position,
      `more than ${MAX_FILES} files`,
      'give one series alone',
    );
  }
  const { header, next } = readHeader(lines, at);
  found.sections.push({ start: lines[at], header, hunks: [] });
  return next;
}

/** Reads a hunk of the file whose header came last; returns the index of the first line behind it. */
function readHunk(lines: readonly SourceLine[], at: number, head: HunkHead, found: Found): number {
  const section = found.sections[found.sections.length - 1];
  const name = section?.header.findLast((text) => text.startsWith('+++ '));
  if (name === undefined) {
    throw new PatchError(
      head.line.position,
      'a hunk without a file',
      'restore its --- and +++ lines',
    );
  }
  found.hunks += 1;
  if (found.hunks > MAX_HUNKS) {
    throw new PatchError(
      head.line.position,
      `more than ${MAX_HUNKS} hunks`,
      'give one series alone',
    );
  }
  const body = readHunkBody(lines, at + 1, head, name.slice(4));
  section.hunks.push({ ...head, lines: body.lines, missing: body.missing });
  found.collapsed ||= body.collapsed;
  return body.next;
}

/** Passes over a line that belongs to no diff. */
function skipLine(line: SourceLine, found: Found): void {
  refuseForeign(line);
  if (line.text.startsWith('@@ -')) {
    const reason = `a broken hunk header '${excerpt(line.text)}'`;
    throw new PatchError(line.position, reason, 'write it as @@ -start,count +start,count @@');
  }
  if (found.sections.length === 0) found.prose.push(line);
}

function readSections(lines: readonly SourceLine[]): Found {
  const found: Found = { prose: [], sections: [], collapsed: false, hunks: 0 };
  for (let at = 0; at < lines.length;) {
    const head = parseHunkHeader(lines[at]);
    if (startsSection(lines, at)) at = openSection(lines, at, found);
    else if (head !== undefined) at = readHunk(lines, at, head, found);
    else skipLine(lines[at++], found);
  }
  return found;
}

function parseNames(section: Section): ReturnType<typeof parsePatch>[number] {
  const { header, start } = section;
  try {
    const [file] = parsePatch(`${header.join('\n')}\n`);
    if (file?.oldFileName === undefined || file.newFileName === undefined)
      throw new Error('no names');
    return file;
  } catch {
    const reason = `the file header '${excerpt(start.text)}' cannot be read`;
    throw new PatchError(start.position, reason, 'write it as git does');
  }
}

function changeOf(file: ReturnType<typeof parseNames>): FileChange {
  if (file.isRename) return 'renamed';
  if (file.isCopy) return 'copied';
  if (file.isCreate || file.oldFileName === NO_FILE) return 'created';
  return file.isDelete || file.newFileName === NO_FILE ? 'deleted' : 'modified';
}

function toFile(section: Section): ScannedFile {
  const position: PatchPosition = section.start.position;
  const parsed = parseNames(section);
  const paths = treePaths(parsed.oldFileName ?? '', parsed.newFileName ?? '', position);
  const change = changeOf(parsed);
  if (section.hunks.length === 0 && change === 'modified' && parsed.newMode === undefined) {
    const reason = `no hunk follows the header of ${excerpt(paths.newPath)}`;
    throw new PatchError(position, reason, 'restore its hunks or remove the header');
  }
  const index = section.header.map((text) =>
    /^index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})\b/.exec(text),
  );
  const blobs = index.find((match) => match !== null);
  return {
    ...paths,
    change,
    ...(blobs ? { blobs: { old: blobs[1], new: blobs[2] } } : {}),
    hunks: section.hunks,
    position,
  };
}

/**
 * Finds the diff in the lines of one text.
 *
 * @throws PatchError for anything in it that is no text diff of files inside a tree
 */
export function scanText(lines: readonly SourceLine[]): Scan {
  const { prose, sections, collapsed } = readSections(lines);
  return { prose, files: sections.map(toFile), collapsed };
}
