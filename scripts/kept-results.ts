/** A file with the results of the scenarios that a long command has finished, to go on from. */
import { readFile } from 'node:fs/promises';
import type { ScenarioSource } from '../model/report/reported-outcome';
import { writeFileAtomically } from './cli/atomic-write';
import { UsageError } from './cli/command';
import { fileFault } from './cli/file-fault';
import { isCheckpointThere } from './cli/write-target';
import { modelDigest, sha256, suiteDigest } from './identity';

const FORMAT = 'lzfree results';
const VERSION = 1;

interface ResultsDocument {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  /** Of the command with what its results depend on beside model and scenario. */
  readonly command: string;
  readonly model: string;
  /** By the digest of the scenario. */
  readonly results: Readonly<Record<string, unknown>>;
  readonly checksum: string;
}

/** What results depend on beside the scenario. */
type Basis = Pick<ResultsDocument, 'command' | 'model'>;

export class KeptResults<T> {
  private constructor(
    private readonly path: string | undefined,
    private readonly basis: Basis,
    private readonly results: Map<string, T>,
  ) {}

  /**
   * Reads what a file holds, if there is one, and sees that it can be written.
   *
   * @param path absent: nothing is kept
   * @param command what the results depend on beside model and scenario, as a user would give it
   * @throws UsageError with the reason why the file cannot be gone on from
   */
  static async open<T>(path: string | undefined, command: string): Promise<KeptResults<T>> {
    const basis = { command, model: modelDigest() };
    const known = path !== undefined && isCheckpointThere(path) ? await read<T>(path, basis) : [];
    const kept = new KeptResults<T>(path, basis, new Map(known));
    await kept.write();
    return kept;
  }

  of(source: ScenarioSource): T | undefined {
    return this.results.get(suiteDigest([source]));
  }

  async keep(source: ScenarioSource, result: T): Promise<void> {
    this.results.set(suiteDigest([source]), result);
    await this.write();
  }

  private async write(): Promise<void> {
    if (this.path === undefined) return;
    const results = Object.fromEntries(this.results);
    const body = { format: FORMAT, version: VERSION, ...this.basis, results };
    const document = { ...body, checksum: sha256(JSON.stringify(body)) };
    await writeFileAtomically(this.path, `${JSON.stringify(document)}\n`);
  }
}

async function read<T>(path: string, { command, model }: Basis): Promise<[string, T][]> {
  const refuse = (reason: string): never => {
    throw new UsageError(`cannot go on from '${path}': ${reason}; remove it, or name another file`);
  };
  const text = await readFile(path, 'utf8').catch((error: unknown) => refuse(fileFault(error)));
  const document = parse(text);
  if (document?.format !== FORMAT) return refuse('it holds no results of scenarios');
  if (document.version !== VERSION) {
    return refuse(`it has version ${document.version}, and only ${VERSION} is known`);
  }
  const { checksum, ...body } = document;
  if (sha256(JSON.stringify(body)) !== checksum) {
    return refuse('it is damaged (its checksum differs)');
  }
  if (body.model !== model) return refuse('its results are of another model');
  if (body.command !== command) {
    return refuse(`it is of '${body.command}' and this is '${command}'`);
  }
  return Object.entries(body.results ?? {}) as [string, T][];
}

function parse(text: string): Partial<ResultsDocument> | null {
  try {
    return JSON.parse(text) as Partial<ResultsDocument> | null;
  } catch {
    return null;
  }
}
