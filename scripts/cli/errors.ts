import { spellOut } from './harmless';

/**
 * What a command answers to its shell. 0: it answered, or what was claimed holds; 1: a check
 * failed; 2: bad input or usage; 3: lzfree itself is broken. A stop by a signal is 128 and the
 * signal's number: 130 interrupted, 143 terminated, 141 the reader closed the pipe.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 130 | 141 | 143;

/**
 * The user's input cannot be used. The message is one line that names what is wrong, where, and
 * how to mend it; it is printed behind the command's name and the process ends with code 2.
 *
 * An error type outside scripts/ earns the same treatment by carrying `exitCode = 2`.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode = 2;
}

/** Whether an error says that the input is at fault, not the program. */
export function isUsageError(error: unknown): error is Error & { exitCode: 2 } {
  return error instanceof Error && 'exitCode' in error && error.exitCode === 2;
}

const LINE_LIMIT = 600;
/** Of a longer line its end is kept, too: how to mend it stands there. */
const END_LIMIT = 200;

/** A message as exactly one line: line breaks become blanks, other control characters are spelled out. */
export function oneLine(message: string): string {
  const flat = spellOut(message.trim().replace(/\s*[\r\n]+\s*/g, ' '));
  if (flat.length <= LINE_LIMIT) return flat;
  return `${flat.slice(0, LINE_LIMIT - END_LIMIT)}...${flat.slice(-END_LIMIT)}`;
}
