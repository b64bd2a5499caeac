/** Where in the input a fault stands. */
export interface PatchPosition {
  /** Line, counted from 1; 0 where the fault concerns the input as a whole. */
  readonly line: number;
  /** Set where the line is one of a message's decoded text and not one of the file. */
  readonly message?: number;
}

/** The input as a whole. */
export const WHOLE_INPUT: PatchPosition = { line: 0 };

/** Cuts text from an input down to what an error line can show, without control characters. */
export function excerpt(text: string, max = 40): string {
  const visible = text.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return visible.length > max ? `${visible.slice(0, max - 3)}...` : visible;
}

/**
 * The one error that reading a patch can end in. Its message is one line: position, reason, and what the
 * reader of the message can do about it.
 */
export class PatchError extends Error {
  override readonly name = 'PatchError';
  /** The input is at fault, not the program. */
  readonly exitCode = 2;

  constructor(
    readonly position: PatchPosition,
    readonly reason: string,
    readonly mend: string,
  ) {
    const where = position.line === 0 ? '' : `${describePosition(position)}: `;
    super(`${where}${reason}; ${mend}`);
  }

  /** The same line with the input's name in front, in the form that compilers use. */
  in(fileName: string): string {
    const { line, message } = this.position;
    if (line === 0) return `${fileName}: ${this.reason}; ${this.mend}`;
    if (message === undefined) return `${fileName}:${line}: ${this.reason}; ${this.mend}`;
    return `${fileName}: ${this.message}`;
  }
}

/** `line 7`, or in which message. */
export function describePosition({ line, message }: PatchPosition): string {
  return message === undefined ? `line ${line}` : `message ${message}, line ${line} of its text`;
}
