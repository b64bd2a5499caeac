/** Baselines as files: read with every doubt, and refused where they do not fit. */
import { EDITS } from '../model/features/variant';
import type { BaselineDocument, Identity } from '../model/report/baseline-document';
import { writeFileAtomically } from './cli/atomic-write';
import { UsageError, type Io } from './cli/command';
import { readInput } from './cli/input';
import { sha256 } from './identity';

/** A baseline of the whole suite has some megabytes. */
const LARGEST = 32 * 1024 * 1024;

/**
 * Reads a baseline and refuses one that is none, or damaged.
 *
 * @throws UsageError saying what is wrong and how to renew it
 */
export async function readBaseline(
  path: string,
  io: Pick<Io, 'stdin' | 'signal'>,
): Promise<BaselineDocument> {
  const text = new TextDecoder().decode(await readInput(path, io, LARGEST));
  const document = parse(path, text);
  refuseOtherEdits(path, text);
  const { schema, version, digest, ...rest } = document as Partial<BaselineDocument>;
  if (schema !== 'lzfree/baseline') {
    throw new UsageError(`'${path}' is no baseline: its schema is ${quote(schema)}${RENEW}`);
  }
  if (version !== 6) {
    throw new UsageError(`'${path}' is a baseline of version ${quote(version)}, not 6${RENEW}`);
  }
  if (sha256(JSON.stringify({ schema, version, ...rest })) !== digest) {
    throw new UsageError(`'${path}' is damaged: its digest does not fit its content${RENEW}`);
  }
  return document as BaselineDocument;
}

/** Edits of the model are known by name only where they are given. */
function refuseOtherEdits(path: string, text: string): void {
  const [missing] = (text.match(/(?<=")edit\/[^"]+(?=")/g) ?? []).filter(
    (id) => !(EDITS as readonly string[]).includes(id),
  );
  if (missing === undefined) return;
  throw new UsageError(`'${path}' was made with ${missing}; give that edit too, with --edit`);
}

/** Writes a baseline, a line for each scenario, as a whole or not at all. @throws UsageError */
export async function writeBaseline(path: string, document: BaselineDocument): Promise<void> {
  const { scenarios, digest, ...head } = document;
  const lines = scenarios.map((scenario) => JSON.stringify(scenario)).join(',\n');
  const begin = JSON.stringify(head).slice(0, -1);
  const end = JSON.stringify({ digest }).slice(1);
  await writeFileAtomically(path, `${begin},"scenarios":[\n${lines}\n],${end}\n`);
}

/** Refuses a baseline that rests on something else. @throws UsageError naming what differs */
export function checkIdentity(path: string, stored: Identity, present: Identity): void {
  const other = differences(stored, present);
  if (other.length === 0) return;
  throw new UsageError(`'${path}' rests on another ${other.join(' and another ')}${RENEW}`);
}

const RENEW = "; 'lzfree baseline' with the patch that it was made of makes a new one";

function parse(path: string, text: string): object {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new UsageError(`'${path}' is no JSON, so no baseline${RENEW}`);
  }
  if (typeof document === 'object' && document !== null) return document;
  throw new UsageError(`'${path}' is no JSON object, so no baseline${RENEW}`);
}

const quote = (value: unknown): string => JSON.stringify(value)?.slice(0, 40) ?? 'missing';

/** What of an identity differs, in words with the beginning of the digests. */
function differences(stored: Identity, present: Identity): string[] {
  const short = (value: string) => value.slice(0, 12);
  return (['lzfree', 'model', 'suite'] as const)
    .filter((part) => stored[part] !== present[part])
    .map((part) => `${part} (${short(stored[part])}, now ${short(present[part])})`);
}
