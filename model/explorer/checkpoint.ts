/** Where an exploration stands, as JSON: written out, checked, and gone on from. */
import type { Part } from './frontier';
import type { OutcomeDocument } from './outcome-counts';
import type { Counts } from './unit';

const FORMAT = 'lzfree exploration';
const VERSION = 5;

export interface CheckpointContent {
  readonly program: string;
  /** What is left, with what has been found in the current round. */
  readonly part: Part;
  /** What the rounds before it have found. */
  readonly counts: Counts;
  readonly outcomes: readonly OutcomeDocument[];
}

export interface Checkpoint extends CheckpointContent {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  /** Of the content, so that a file that was cut off or edited is not gone on from. */
  readonly checksum: string;
}

/** A checkpoint that is none, is damaged, or belongs to another program. */
export class CheckpointError extends Error {
  readonly exitCode = 2;

  constructor(reason: string) {
    super(`checkpoint: ${reason}`);
  }
}

/** Puts format, version and checksum to the content. */
export function sealCheckpoint(content: CheckpointContent): Checkpoint {
  return { format: FORMAT, version: VERSION, checksum: checksum(content), ...content };
}

/** Reads the text of a checkpoint. @throws CheckpointError with the reason why it cannot be used */
export function parseCheckpoint(text: string): Checkpoint {
  let document: Partial<Checkpoint> | null;
  try {
    document = JSON.parse(text) as Partial<Checkpoint> | null;
  } catch {
    throw new CheckpointError('the text is not JSON; it may have been cut off');
  }
  if (typeof document !== 'object' || document?.format !== FORMAT) {
    throw new CheckpointError(`the document is not one (its format is not '${FORMAT}')`);
  }
  if (document.version !== VERSION) {
    throw new CheckpointError(`its version is ${document.version}, and only ${VERSION} is known`);
  }
  const checkpoint = document as Checkpoint;
  if (checksum(checkpoint) !== checkpoint.checksum) {
    throw new CheckpointError('its content does not match its checksum: it is damaged');
  }
  return checkpoint;
}

/** @throws CheckpointError if a checkpoint belongs to another program */
export function checkIdentity(checkpoint: Checkpoint, identity: string): void {
  if (checkpoint.program !== identity) {
    throw new CheckpointError(
      `it belongs to another program ('${checkpoint.program}', not '${identity}')`,
    );
  }
}

/** FNV-1a over the content as JSON. */
function checksum({ program, part, counts, outcomes }: CheckpointContent): string {
  const text = JSON.stringify([program, part, counts, outcomes]);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
