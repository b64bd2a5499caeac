import { PatchError, WHOLE_INPUT } from './patch-error';

/** The largest input that is read; a long kernel series with all its mails is well below it. */
export const MAX_INPUT_BYTES = 16 * 1024 * 1024;

/** The most lines that are read, so that an input of line ends alone stays cheap too. */
export const MAX_INPUT_LINES = 500_000;

/** The most messages that one mbox may hold. */
export const MAX_MESSAGES = 2_000;

/** The most files that one patch may touch. */
export const MAX_FILES = 5_000;

/** The most hunks that one patch may have. */
export const MAX_HUNKS = 20_000;

const LINE_FEED = 0x0a;

function checkSize(bytes: number): void {
  if (bytes <= MAX_INPUT_BYTES) return;
  const reason = `the input is larger than ${MAX_INPUT_BYTES / 1024 / 1024} MiB`;
  throw new PatchError(WHOLE_INPUT, reason, 'give the patch mails alone');
}

/** Refuses bytes that are no text, or too many lines of it. One pass, before anything is decoded. */
export function checkBytes(bytes: Uint8Array): void {
  checkSize(bytes.length);
  let line = 1;
  for (const byte of bytes) {
    if (byte === LINE_FEED) line += 1;
    else if (byte === 0) {
      throw new PatchError({ line }, 'a NUL byte', 'give text, not a binary file or UTF-16');
    }
  }
  if (line > MAX_INPUT_LINES) {
    const reason = `the input has more than ${MAX_INPUT_LINES} lines`;
    throw new PatchError(WHOLE_INPUT, reason, 'give the patch mails alone');
  }
}
