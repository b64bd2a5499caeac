/** Finds, in the text of a mail, the lines that a remark is about. */
import type { Mail } from '../../model/patch/mail';
import type { PatchPosition } from '../../model/patch/patch-error';
import type { SourceLine } from '../../model/patch/source-text';
import type { PatchHunk, PatchInput } from '../../model/patch/types';
import type { ReportedHunk } from '../../model/patch/patch-report';

/** A hunk and the lines of the mail that hold it. */
export interface PlacedHunk {
  /** The mail's ordinal in its input, from 0. */
  readonly mail: number;
  /** The text of the mail, all of it. */
  readonly text: readonly SourceLine[];
  /** Index of the file's first header line, and of the last. */
  readonly file: number;
  readonly fileEnd: number;
  /** Index of the `@@` line. */
  readonly start: number;
  /** Index of the last line that the mail has of it. */
  readonly end: number;
}

const MARKS = /^(?:> ?)*/;
const plain = (text: string): string => text.replace(MARKS, '');
const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Where a reported hunk stands; undefined for one that the input only announces. */
export function placeHunk(
  hunk: ReportedHunk,
  { patches }: PatchInput,
  mails: readonly Mail[],
): PlacedHunk | undefined {
  if (hunk.text === undefined) return undefined;
  const { position } = hunk.text;
  const file = patches[hunk.patch].files.find(({ hunks }) =>
    hunks.some((each) => same(each.position, position)),
  );
  if (file === undefined) return undefined;
  for (const [mail, { texts }] of mails.entries()) {
    for (const text of texts) {
      const start = text.findIndex((line) => same(line.position, position));
      if (start === -1) continue;
      const head = text.findIndex((line) => same(line.position, file.position));
      const fileEnd = text.findIndex(
        (line, index) => index >= head && plain(line.text).startsWith('+++ '),
      );
      const lines = hunk.text.lines.filter(({ quoted }) => quoted);
      const end = lastLine(text, start, lines);
      return { mail, text, file: head, fileEnd, start, end };
    }
  }
  return undefined;
}

const same = (a: PatchPosition, b: PatchPosition): boolean =>
  a.line === b.line && a.message === b.message;

/** Lines of the hunk stand in the text in their order; what stands between them is no line of it. */
function lastLine(text: readonly SourceLine[], start: number, lines: PatchHunk['lines']): number {
  let at = start;
  for (const { text: wanted } of lines) {
    const next = text.findIndex(
      (line, index) => index > at && flat(body(line.text)) === flat(wanted ?? ''),
    );
    if (next === -1) return at;
    at = next;
  }
  return at;
}

/** A line of a diff without quoting marks and without the mark of what it does. */
const body = (text: string): string => plain(text).replace(/^[-+ ]/, '');

/** Index of the line that holds `wanted`, blanks counting as one; the hunk's last line if none does. */
export function lineOf({ text, start, end }: PlacedHunk, wanted: string): number {
  for (let index = start + 1; index <= end; index++) {
    const line = plain(text[index].text);
    if (!line.startsWith('-') && flat(body(line)).includes(flat(wanted))) return index;
  }
  return end;
}
