import { excerpt, PatchError } from './patch-error';
import type { SourceLine } from './source-text';
import type { HunkLine, LineRange } from './types';

/** What a hunk's header promises, and where it stands. */
export interface HunkHead {
  readonly header: string;
  readonly old: LineRange;
  readonly new: LineRange;
  readonly line: SourceLine;
}

/** A hunk's body as far as the input holds it. */
export interface HunkBody {
  readonly lines: readonly HunkLine[];
  /** Index of the first line behind the body. */
  readonly next: number;
  /** A context line had lost its leading blank. */
  readonly collapsed: boolean;
  /** Lines that the header promises and the input, which ends here, does not hold. */
  readonly missing: { readonly old: number; readonly new: number };
}

type Op = HunkLine['op'];

const HUNK_HEADER = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)$/;
const STRUCTURE = /^(?:diff -|Index: |@@ -\d)/;
const SIGNATURE = /^-- ?$/;

/** Reads a `@@` line; undefined if it is none. */
export function parseHunkHeader(line: SourceLine): HunkHead | undefined {
  const match = HUNK_HEADER.exec(line.text);
  if (match === null) return undefined;
  const [, oldStart, oldLines = '1', newStart, newLines = '1', header] = match;
  return {
    header: header.trim(),
    old: { start: Number(oldStart), lines: Number(oldLines) },
    new: { start: Number(newStart), lines: Number(newLines) },
    line,
  };
}

/** Whether a file's header starts here: `---`, `+++` and the first `@@`. */
export function isFileHeader(lines: readonly SourceLine[], at: number): boolean {
  return (
    lines[at].text.startsWith('--- ') &&
    lines[at + 1]?.text.startsWith('+++ ') === true &&
    lines[at + 2]?.text.startsWith('@@ -') === true
  );
}

function isSignature(lines: readonly SourceLine[], at: number): boolean {
  return SIGNATURE.test(lines[at].text) && !/^[-+ @\\]/.test(lines[at + 1]?.text ?? '');
}

/** Whether the line can only stand outside a hunk's body. */
function endsBody(lines: readonly SourceLine[], at: number): boolean {
  const { text } = lines[at];
  const first = text.charCodeAt(0);
  if (first === 0x64 || first === 0x40 || first === 0x49) return STRUCTURE.test(text);
  return first === 0x2d && (isSignature(lines, at) || isFileHeader(lines, at));
}

function opOf(text: string): Op {
  if (text.startsWith('+')) return 'added';
  return text.startsWith('-') ? 'removed' : 'context';
}

function lostBlank(text: string): boolean {
  return text !== '' && !/^[-+ \\]/.test(text);
}

function toHunkLine(text: string, op: Op): HunkLine {
  const marked = op === 'context' ? text.startsWith(' ') : true;
  return { op, text: marked ? text.slice(1) : text, quoted: true };
}

/** Reads on until the header's counts are met, or cannot be met any more. */
function readByMarkers(source: readonly SourceLine[], start: number, head: HunkHead) {
  const lines: HunkLine[] = [];
  let oldLeft = head.old.lines;
  let newLeft = head.new.lines;
  let collapsed = false;
  let at = start;
  for (; at < source.length; at += 1) {
    const { text } = source[at];
    if (text.startsWith('\\') && lines.length > 0) {
      lines[lines.length - 1] = { ...lines[lines.length - 1], noNewline: true };
      continue;
    }
    if ((oldLeft === 0 && newLeft === 0) || endsBody(source, at)) break;
    const op = opOf(text);
    if (op !== 'added' && oldLeft === 0) break;
    if (op !== 'removed' && newLeft === 0) break;
    if (op !== 'added') oldLeft -= 1;
    if (op !== 'removed') newLeft -= 1;
    collapsed ||= lostBlank(text);
    lines.push(toHunkLine(text, op));
  }
  return { lines, next: at, collapsed, missing: { old: oldLeft, new: newLeft } };
}

/** A line behind a hunk that has all its lines, which looks as if it belonged to the hunk. */
function isLeftOver(source: readonly SourceLine[], at: number, collapsed: boolean): boolean {
  if (at >= source.length || endsBody(source, at)) return false;
  const { text } = source[at];
  if (/^(?:---|\+\+\+)(?: |$)/.test(text)) return false;
  if (text.startsWith('+') || text.startsWith('-')) return !SIGNATURE.test(text);
  return !collapsed && /^ +\S/.test(text);
}

function bodyEnd(source: readonly SourceLine[], start: number): number {
  let end = start;
  while (end < source.length && !endsBody(source, end)) end += 1;
  return end;
}

/**
 * Where an archive has removed the leading blanks, a context line can begin with + or - of its own. The
 * counts then say how many of the lines so marked are context. Returns which ones if there is only one way:
 * all of a kind, or just those that are a C increment or decrement. Undefined if the counts leave a choice,
 * as they do where the input ends: there a body can also be cut short.
 */
function opsByCounts(texts: readonly string[], head: HunkHead, atEnd: boolean): Op[] | undefined {
  const ops = texts.map(opOf);
  const count = (op: Op) => ops.filter((other) => other === op).length;
  const pick = (op: Op, doubled: string, wanted: number): boolean => {
    const marked = texts.map((_, index) => index).filter((index) => ops[index] === op);
    const operators = marked.filter((index) => texts[index].startsWith(doubled));
    const choices = atEnd ? [[], operators] : [[], operators, marked];
    const chosen = choices.find((set) => set.length === wanted);
    chosen?.forEach((index) => (ops[index] = 'context'));
    return chosen !== undefined;
  };
  const plusAsContext = head.old.lines - count('context') - count('removed');
  const minusAsContext = head.new.lines - count('context') - count('added');
  const solved = pick('added', '++', plusAsContext) && pick('removed', '--', minusAsContext);
  return solved ? ops : undefined;
}

function readByCounts(
  source: readonly SourceLine[],
  start: number,
  head: HunkHead,
): HunkBody | undefined {
  const end = bodyEnd(source, start);
  const texts = source.slice(start, end).map((line) => line.text);
  if (!texts.some(lostBlank)) return undefined;
  const ops = opsByCounts(texts, head, end === source.length);
  if (ops === undefined) return undefined;
  const lines = texts.map((text, index): HunkLine => {
    const op = ops[index];
    return op === 'context' && !text.startsWith(' ')
      ? { op, text, quoted: true }
      : { op, text: text.slice(1), quoted: true };
  });
  return { lines, next: end, collapsed: true, missing: { old: 0, new: 0 } };
}

function countFault(
  source: readonly SourceLine[],
  start: number,
  head: HunkHead,
  file: string,
  collapsed: boolean,
): PatchError {
  let end = start;
  const seen = { context: 0, added: 0, removed: 0 };
  for (; end < source.length && !endsBody(source, end); end += 1) {
    const { text } = source[end];
    if (text.startsWith('\\')) continue;
    if ((!collapsed && lostBlank(text)) || (text === '' && end + 1 >= source.length)) break;
    seen[opOf(text)] += 1;
  }
  const promised = `${head.old.lines} old and ${head.new.lines} new lines`;
  const found = `${seen.context + seen.removed} and ${seen.context + seen.added}`;
  return new PatchError(
    head.line.position,
    `the hunk of ${excerpt(file)} promises ${promised} and has ${found}`,
    'make the counts in its @@ line and its lines agree',
  );
}

/**
 * Reads the body of the hunk whose header stands right before `start`. Lines that start with + or - are
 * added or removed, unless that contradicts the counts and the input has lost its leading blanks.
 *
 * @throws PatchError when the counts do not add up; a body that the end of the input cuts short does not
 * throw but says what is missing
 */
export function readHunkBody(
  source: readonly SourceLine[],
  start: number,
  head: HunkHead,
  file: string,
): HunkBody {
  const body = readByMarkers(source, start, head);
  const short = body.missing.old > 0 || body.missing.new > 0;
  if (!short && !isLeftOver(source, body.next, body.collapsed)) return body;
  const solved = readByCounts(source, start, head);
  if (solved !== undefined) return solved;
  if (short && body.next === source.length) return body;
  throw countFault(source, start, head, file, body.collapsed);
}
