import { MAX_MESSAGES } from './limits';
import { PatchError } from './patch-error';

/** One message of an mbox: its bytes and where they begin. */
export interface MboxMessage {
  readonly bytes: Uint8Array;
  /** Line of the file, from 1, on which the message's first line stands. */
  readonly firstLine: number;
}

const LINE_FEED = 0x0a;
const POSTMARK =
  /^From \S+(?: at \S+)? +[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d .{0,12}\d{4}\r?$/;
const ESCAPED = />+From /;

/** Whether a line is the postmark that opens a message in an mbox. */
export function isPostmark(line: string): boolean {
  return POSTMARK.test(line);
}

interface Postmark {
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

function lineEnd(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(LINE_FEED, start);
  return end === -1 ? bytes.length : end;
}

function findPostmarks(bytes: Uint8Array, decode: (line: Uint8Array) => string): Postmark[] {
  const found: Postmark[] = [];
  let blankBefore = true;
  for (let start = 0, line = 1; start < bytes.length; line += 1) {
    const end = lineEnd(bytes, start);
    const length = end - start;
    // 'F' first: only these lines are decoded.
    if (blankBefore && bytes[start] === 0x46 && length < 400) {
      if (isPostmark(decode(bytes.subarray(start, end)))) found.push({ start, end, line });
      if (found.length > MAX_MESSAGES) {
        throw new PatchError(
          { line },
          `more than ${MAX_MESSAGES} messages`,
          'give one series alone',
        );
      }
    }
    blankBefore = length === 0 || (length === 1 && bytes[start] === 0x0d);
    start = end + 1;
  }
  return found;
}

/** Takes one '>' off each body line that an mbox has escaped so that it is no postmark. */
function unescapeFrom(bytes: Uint8Array): Uint8Array {
  // One character for each byte: nothing but the '>' may change, whatever the message's encoding is.
  const text = Array.from({ length: Math.ceil(bytes.length / 8192) }, (_, index) =>
    String.fromCharCode(...bytes.subarray(index * 8192, (index + 1) * 8192)),
  ).join('');
  if (!ESCAPED.test(text)) return bytes;
  const plain = text.replace(/^>(>*From )/gm, '$1');
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}

/** Splits an mbox, or a file of `git format-patch`, into its messages. */
export function splitMbox(bytes: Uint8Array): MboxMessage[] {
  const postmarks = findPostmarks(bytes, (line) => new TextDecoder().decode(line));
  return postmarks.map(({ end, line }, index) => {
    const stop = postmarks[index + 1]?.start ?? bytes.length;
    return {
      bytes: unescapeFrom(bytes.subarray(Math.min(end + 1, stop), stop)),
      firstLine: line + 1,
    };
  });
}
