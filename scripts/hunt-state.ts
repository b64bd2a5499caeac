/** The file that a hunt leaves behind, to go on from. */
import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from './cli/atomic-write';
import { UsageError } from './cli/errors';
import { fileFault } from './cli/file-fault';
import { isCheckpointThere } from './cli/write-target';
import type { HuntState } from './hunt';
import { modelDigest, sha256 } from './identity';

/** What a state belongs to: it fits no other hunt. */
export interface HuntIdentity {
  readonly variant: string;
  readonly seed: number;
  readonly executions: number;
  /** Whether it has programs only whose moves come one after the other. */
  readonly sequential: boolean;
  /** Whether its kernel has no CONFIG_DEBUG_VM. */
  readonly withoutDebugVm: boolean;
}

const SCHEMA = 'lzfree/hunt-state';
const VERSION = 5;
/** Between two writes while the hunt goes on. */
const WRITE_EVERY_MS = 10_000;

/** A file with how far a hunt is; without a path nothing is kept. */
export class HuntStateFile {
  private writtenAt = performance.now();

  private constructor(
    private readonly path: string | undefined,
    private readonly identity: HuntIdentity,
    /** Where to go on, if the file was there. */
    readonly known: HuntState | undefined,
  ) {}

  /** Reads the file, if it is there. @throws UsageError if it cannot be gone on from */
  static async open(path: string | undefined, identity: HuntIdentity): Promise<HuntStateFile> {
    const known = path === undefined ? undefined : await readState(path, identity);
    return new HuntStateFile(path, identity, known);
  }

  /** Writes the state if the last write was some time ago. */
  async keep(state: HuntState): Promise<void> {
    if (performance.now() - this.writtenAt < WRITE_EVERY_MS) return;
    await this.write(state);
    this.writtenAt = performance.now();
  }

  async write({ sizes, random, causes, unjudged }: HuntState): Promise<void> {
    if (this.path === undefined) return;
    const { identity } = this;
    const body = { model: modelDigest(), identity, state: { sizes, random, causes, unjudged } };
    const document = { schema: SCHEMA, version: VERSION, checksum: checksumOf(body), ...body };
    await writeFileAtomically(this.path, `${JSON.stringify(document)}\n`);
  }
}

async function readState(path: string, wanted: HuntIdentity): Promise<HuntState | undefined> {
  const document = await readDocument(path);
  if (document === undefined) return undefined;
  const { schema, version, checksum, model, identity, state } = document;
  const refuse = (reason: string): never => {
    throw new UsageError(`cannot go on from '${path}': ${reason}; name another file, or remove it`);
  };
  if (schema !== SCHEMA || version !== VERSION || identity === undefined || state === undefined) {
    return refuse('it is not the checkpoint of a hunt');
  }
  if (checksum !== checksumOf({ model, identity, state })) {
    return refuse('it is damaged (its checksum differs)');
  }
  if (model !== modelDigest()) return refuse('it is of another model');
  for (const [name, value] of Object.entries(wanted)) {
    const had = identity[name as keyof HuntIdentity];
    if (had !== value) return refuse(`it is of a hunt with ${name} ${had}, not ${value}`);
  }
  return state;
}

const checksumOf = (body: Pick<StateDocument, 'model' | 'identity' | 'state'>): string =>
  sha256(JSON.stringify([body.model, body.identity, body.state]));

interface StateDocument {
  readonly schema?: unknown;
  readonly version?: unknown;
  readonly checksum?: unknown;
  readonly model?: unknown;
  readonly identity?: HuntIdentity;
  readonly state?: HuntState;
}

async function readDocument(path: string): Promise<StateDocument | undefined> {
  if (!isCheckpointThere(path)) return undefined;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read '${path}': ${fileFault(error)}`, { cause: error });
  }
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null ? document : {};
  } catch {
    return {};
  }
}
