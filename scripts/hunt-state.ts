/** The file that a hunt leaves behind, to go on from. */
import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from './cli/atomic-write';
import { UsageError } from './cli/errors';
import { fileFault } from './cli/file-fault';
import type { HuntState } from './hunt';

/** What a state belongs to: it fits no other hunt. */
export interface HuntIdentity {
  readonly variant: string;
  readonly seed: number;
  readonly executions: number;
}

const SCHEMA = 'lzfree/hunt-state';
const VERSION = 1;

/** The state in a file, or undefined if there is none yet. @throws UsageError if it fits not */
export async function readState(
  path: string,
  wanted: HuntIdentity,
): Promise<HuntState | undefined> {
  const document = await readDocument(path);
  if (document === undefined) return undefined;
  const { schema, version, identity, state } = document;
  if (schema !== SCHEMA || version !== VERSION || identity === undefined || !isState(state)) {
    throw new UsageError(`'${path}' holds no state of a hunt; name another file, or remove it`);
  }
  for (const [name, value] of Object.entries(wanted)) {
    const had = identity[name as keyof HuntIdentity];
    if (had === value) continue;
    throw new UsageError(
      `'${path}' is of a hunt with ${name} ${had}, not ${value}; give that, or another file`,
    );
  }
  return state;
}

/** Writes the state of a hunt. */
export function writeState(path: string, identity: HuntIdentity, state: HuntState): Promise<void> {
  const { sizes, random, causes, unjudged } = state;
  const kept = { sizes, random, causes, unjudged };
  const document = { schema: SCHEMA, version: VERSION, identity, state: kept };
  return writeFileAtomically(path, `${JSON.stringify(document)}\n`);
}

interface StateDocument {
  readonly schema?: unknown;
  readonly version?: unknown;
  readonly identity?: HuntIdentity;
  readonly state?: unknown;
}

async function readDocument(path: string): Promise<StateDocument | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw new UsageError(`cannot read '${path}': ${fileFault(error)}`, { cause: error });
  }
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null ? document : {};
  } catch {
    return {};
  }
}

function isState(state: unknown): state is HuntState {
  const { sizes, random, causes, unjudged } = (state ?? {}) as Partial<HuntState>;
  const lists = [sizes, causes, unjudged].every(Array.isArray);
  return lists && typeof random?.done === 'number' && typeof random.executions === 'number';
}
