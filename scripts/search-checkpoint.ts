/** Where a search stands, as a file: written out, checked, and gone on from. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Language } from '../model/search/programs';
import type { SearchState } from '../model/search/search';
import { writeFileAtomically } from './cli/atomic-write';
import { UsageError } from './cli/command';
import { fileFault } from './cli/file-fault';
import { isCheckpointThere } from './cli/write-target';
import { modelDigest } from './identity';

const FORMAT = 'lzfree search';
const VERSION = 3;

interface SearchCheckpoint {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  /** Of what is searched: a checkpoint of another search is refused. */
  readonly identity: string;
  /** Of the state, so that a file that was cut off or edited is not gone on from. */
  readonly checksum: string;
  readonly state: SearchState;
}

/**
 * What tells one search from others, the model with it. The size is no part of it: a search can go on to
 * a larger one.
 */
export function searchIdentity(subject: {
  readonly a: string;
  readonly b: string;
  readonly executions: number;
  readonly language: Language;
}): string {
  return digest({ model: modelDigest(), ...subject });
}

/** @returns the state in the file, or undefined if there is no file. @throws UsageError */
export async function loadSearch(path: string, identity: string): Promise<SearchState | undefined> {
  if (!isCheckpointThere(path)) return undefined;
  const refuse = (reason: string): never => {
    throw new UsageError(`cannot go on from '${path}': ${reason}; move it away to begin anew`);
  };
  const text = await readFile(path, 'utf8').catch((error: unknown) => refuse(fileFault(error)));
  const read = parse(text);
  if (read?.format !== FORMAT) return refuse('it is not the checkpoint of a search');
  if (read.version !== VERSION) {
    return refuse(`its version is ${read.version}, and only ${VERSION} is known`);
  }
  if (read.checksum !== digest(read.state)) {
    return refuse('its content does not match its checksum: it is damaged');
  }
  if (read.identity !== identity) {
    return refuse('it belongs to a search of another model, other variants, programs or bounds');
  }
  return read.state;
}

/** Writes the file. @throws UsageError where it cannot be written */
export async function storeSearch(
  path: string,
  identity: string,
  state: SearchState,
): Promise<void> {
  const document: SearchCheckpoint = {
    format: FORMAT,
    version: VERSION,
    identity,
    checksum: digest(state),
    state,
  };
  await writeFileAtomically(path, JSON.stringify(document));
}

function parse(text: string): SearchCheckpoint | null {
  try {
    return JSON.parse(text) as SearchCheckpoint | null;
  } catch {
    return null;
  }
}

const digest = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('hex')
    .slice(0, 32);
