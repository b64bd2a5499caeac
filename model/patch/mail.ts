import PostalMime from 'postal-mime';
import type { Attachment, Email } from 'postal-mime';
import { PatchError } from './patch-error';
import { splitLines } from './source-text';
import type { SourceLine } from './source-text';

/** A message's headers that matter here, and its text. */
export interface Mail {
  readonly subject: string;
  readonly from?: string;
  readonly date?: string;
  /** Header fields as they stand in the message, unfolded, by lower-case name; none of an archived mail. */
  readonly fields: ReadonlyMap<string, string>;
  /** The texts of its parts in their order; a patch can stand in the body or in an attachment. */
  readonly texts: readonly (readonly SourceLine[])[];
}

/** Where a message stands in the input. */
export interface MailPlace {
  /** Number of the message, from 1. */
  readonly message: number;
  readonly firstLine: number;
}

const HEADER_LIMIT = 256 * 1024;
const PART_DEPTH = 16;
const TEXT_ATTACHMENT = /^(?:text\/|application\/(?:x-)?(?:patch|diff|mbox))/;
const PATCH_NAME = /\.(?:patch|diff|txt|mbox|eml)$/i;

/** Whether the message's lines stand in the file just as its text has them. */
function isPlain(email: Email): boolean {
  const header = (key: string) =>
    email.headers.find((entry) => entry.key === key)?.value.toLowerCase() ?? '';
  const encoding = header('content-transfer-encoding').trim();
  const type = header('content-type');
  return (
    ['', '7bit', '8bit', 'binary'].includes(encoding) &&
    (type === '' || (type.startsWith('text/plain') && !type.includes('flowed')))
  );
}

/** Line, within the message, of the first line behind the headers. */
function bodyStart(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    if (end === -1) return line;
    const length = end - start;
    if (length === 0 || (length === 1 && bytes[start] === 0x0d)) return line + 1;
    start = end + 1;
  }
  return line;
}

function attachmentText(attachment: Attachment): string | undefined {
  const wanted =
    TEXT_ATTACHMENT.test(attachment.mimeType) || PATCH_NAME.test(attachment.filename ?? '');
  if (!wanted || typeof attachment.content === 'string') return undefined;
  return new TextDecoder().decode(attachment.content);
}

function checkText(lines: readonly SourceLine[]): void {
  const bad = lines.find((line) => line.text.includes('\0'));
  if (bad === undefined) return;
  throw new PatchError(bad.position, 'a NUL byte', 'give text, not a binary file or UTF-16');
}

/** The first of each name, without what folds a long one: a reply copies them as they are. */
function fieldsOf({ headerLines }: Email): Map<string, string> {
  const fields = new Map<string, string>();
  for (const { key, line } of headerLines) {
    const value = line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n(?=[ \t])/g, '')
      .trim();
    if (!fields.has(key) && !/[\r\n]/.test(value)) fields.set(key, value);
  }
  return fields;
}

function addressOf({ from }: Email): string | undefined {
  return from?.name || from?.address || undefined;
}

/**
 * Reads one message: MIME parts, transfer encodings and character sets.
 *
 * @throws PatchError if it is no message that can be read
 */
export async function readMail(bytes: Uint8Array, place: MailPlace): Promise<Mail> {
  let email: Email;
  try {
    email = await PostalMime.parse(bytes, {
      maxHeadersSize: HEADER_LIMIT,
      maxNestingDepth: PART_DEPTH,
    });
  } catch {
    const reason = `message ${place.message} has headers or parts beyond all measure`;
    throw new PatchError({ line: place.firstLine }, reason, 'save the mail again as plain text');
  }
  const plainStart = place.firstLine + bodyStart(bytes) - 1;
  const body = email.text ?? '';
  const texts = isPlain(email)
    ? [splitLines(body, plainStart)]
    : [body, ...email.attachments.map(attachmentText)]
        .filter((text) => text !== undefined)
        .map((text) => splitLines(text, 1, place.message));
  texts.forEach(checkText);
  const from = addressOf(email);
  return {
    subject: (email.subject ?? '').replace(/\s+/g, ' ').trim(),
    ...(from === undefined ? {} : { from }),
    ...(email.date === undefined ? {} : { date: email.date }),
    fields: fieldsOf(email),
    texts,
  };
}
