/** The file in which a long command keeps how far each of its explorations is. */
import { createHash } from 'node:crypto';
import packageJson from '../package.json';
import type { Exploration } from '../model/diff/explore';
import { parseCheckpoint, type Checkpoint } from '../model/explorer/checkpoint';
import type { SwitchId } from '../model/features/hunk-id';
import type { Scenario } from '../model/scenario/ast';
import { writeFileAtomically } from './cli/atomic-write';
import { UsageError, type Io } from './cli/command';
import { readInput } from './cli/input';
import { counted } from './cli/text';
import { modelDigest } from './identity';

const FORMAT = 'lzfree checkpoint';
const VERSION = 2;

/** Which exploration it is. */
export interface ExplorationName {
  readonly scenario: string;
  readonly variant: string;
  readonly identity: string;
}

/** How far one exploration is: over, or where to go on. */
export interface KeptExploration extends ExplorationName {
  readonly exploration?: Exploration;
  readonly checkpoint?: Checkpoint;
}

interface CheckpointDocument {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly checksum: string;
  readonly explorations: readonly KeptExploration[];
}

/** What tells an exploration from others: the same text, the same program within the same bounds. */
export function identityOf(
  scenario: Scenario,
  switches: readonly SwitchId[],
  steps?: number,
): string {
  const basis = [packageJson.version, modelDigest(), scenario, switches, steps ?? null];
  return digest(basis).slice(0, 16);
}

export async function writeCheckpointFile(
  path: string,
  explorations: readonly KeptExploration[],
): Promise<void> {
  const document: CheckpointDocument = {
    format: FORMAT,
    version: VERSION,
    checksum: digest(explorations),
    explorations,
  };
  await writeFileAtomically(path, `${JSON.stringify(document)}\n`);
}

/**
 * Reads what {@link writeCheckpointFile} wrote for the same explorations.
 *
 * @param wanted the explorations of this command
 * @throws UsageError with the reason why the file cannot be gone on from
 */
export async function readCheckpointFile(
  path: string,
  io: Pick<Io, 'stdin' | 'signal'>,
  wanted: readonly ExplorationName[],
): Promise<readonly KeptExploration[]> {
  const text = new TextDecoder().decode(await readInput(path, io));
  const document = parse(text);
  const refuse = (reason: string): never => {
    throw new UsageError(`cannot go on from '${path}': ${reason}; remove it, or name another file`);
  };
  if (document === undefined) return refuse('it is not JSON, and may have been cut off');
  if (document?.format !== FORMAT) return refuse('it is no checkpoint');
  if (document.version !== VERSION) {
    return refuse(`it has version ${document.version}, and only ${VERSION} is known`);
  }
  const kept = document.explorations ?? [];
  if (digest(kept) !== document.checksum) return refuse('it is damaged (its checksum differs)');
  const misfit = differenceOf(kept, wanted);
  if (misfit !== undefined) return refuse(misfit);
  for (const { checkpoint } of kept) {
    if (checkpoint !== undefined) parseCheckpoint(JSON.stringify(checkpoint));
  }
  return kept;
}

/** The document; undefined if the text is not JSON. */
function parse(text: string): Partial<CheckpointDocument> | null | undefined {
  try {
    return JSON.parse(text) as Partial<CheckpointDocument> | null;
  } catch {
    return undefined;
  }
}

/** Why kept explorations are not those that are wanted; undefined if they are. */
function differenceOf(
  kept: readonly KeptExploration[],
  wanted: readonly ExplorationName[],
): string | undefined {
  if (kept.length !== wanted.length) {
    const had = counted(kept.length, 'exploration');
    return `it is of a command with ${had}, and this one has ${wanted.length}`;
  }
  const at = wanted.findIndex(({ identity }, index) => kept[index]!.identity !== identity);
  if (at < 0) return undefined;
  const [had, has] = [kept[at]!, wanted[at]!].map(
    ({ scenario, variant }) => `'${scenario}' on ${variant}`,
  );
  return had === has
    ? `${had} is not what it was: its text, its switches, --steps or lzfree itself has changed`
    : `it has ${had} where this command has ${has}`;
}

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex');
