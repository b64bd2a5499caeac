/** Where an exploration stands, as JSON: written out, checked, and gone on from. */

import { misfit } from './schedule';
import type { Search } from './search';
import type { TreeDocument } from './wakeup-tree';

const FORMAT = 'lzfree exploration';
const VERSION = 1;

/** A step that must not be explored again: thread, choice, accesses. */
type StepDocument = readonly [number, number, readonly number[]];

/** The state before a step of the prefix (or after the last): what is left to explore from it. */
export interface NodeDocument {
  /** The step that leads on; none from the last node. */
  readonly step?: StepDocument;
  /** Steps that this node has put to sleep. */
  readonly sleep: readonly StepDocument[];
  readonly pending: readonly TreeDocument[];
  readonly taken: number;
}

export interface CheckpointContent {
  readonly program: string;
  readonly nodes: readonly NodeDocument[];
  readonly counts: {
    readonly executions: number;
    readonly blocked: number;
    readonly cut: number;
    readonly steps: number;
    readonly milliseconds: number;
  };
  /** Outcome, traces, and the first schedule that led to it as text. */
  readonly outcomes: readonly (readonly [string, number, string])[];
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

/** Where a search stands between two executions. */
export function writeNodes(search: Search): NodeDocument[] {
  const { execution, sleep, trees, heads, taken } = search;
  const { lists } = execution;
  return Array.from({ length: execution.length + 1 }, (_, i) => ({
    ...(i < execution.length && {
      step: [
        execution.thread[i]!,
        execution.choice[i]!,
        lists.toArray(execution.list[i]!),
      ] as const,
    }),
    sleep: sleep
      .ownOf(i)
      .map(({ thread, choice, list }) => [thread, choice, lists.toArray(list)] as const),
    pending: trees.toDocuments(heads[i]!, lists),
    taken: taken[i]!,
  }));
}

/**
 * Brings a new search to where another one stood.
 *
 * @throws CheckpointError if the program does not take the same steps
 */
export function restoreNodes(search: Search, nodes: readonly NodeDocument[]): void {
  const { lists } = search.execution;
  const listOf = (accesses: readonly number[]) =>
    lists.of(Int32Array.from(accesses), 0, accesses.length);
  nodes.forEach(({ step, sleep, pending, taken }, i) => {
    for (const [thread, choice, accesses] of sleep) {
      search.sleep.push(i, thread, choice, listOf(accesses));
    }
    if (step !== undefined) {
      const [thread, choice, accesses] = step;
      const reason = misfit(search.run, { thread, choice });
      if (reason !== undefined) throw new CheckpointError(`its step ${i} does not fit: ${reason}`);
      search.take(thread, choice);
      if (search.execution.list[i] !== listOf(accesses)) {
        throw new CheckpointError(`its step ${i} touches something else now`);
      }
    }
    search.heads[i] = search.trees.fromDocuments(pending, lists);
    search.taken[i] = taken;
  });
}

/** FNV-1a over the content as JSON. */
function checksum({ program, nodes, counts, outcomes }: CheckpointContent): string {
  const text = JSON.stringify([program, nodes, counts, outcomes]);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
