/** Writes a materialised model into a directory of its own. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import tsconfig from '../../tsconfig.json';
import { makeFolder } from '../cli/atomic-write';
import { UsageError } from '../cli/errors';
import { fileFault } from '../cli/file-fault';
import type { Sources } from './kernel-sources';

/** Says what a directory holds, so that a later run knows its own work again. */
const MARKER = 'materialized.json';

interface Marker {
  readonly schema: 'lzfree/materialized';
  readonly version: 1;
  readonly variant: string;
  readonly switches: readonly string[];
  /** Digests (SHA-256) by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** A model and the variant that it is of. */
export interface MaterializedModel {
  readonly variant: string;
  readonly switches: readonly string[];
  readonly sources: Sources;
}

/**
 * Writes the model so that the directory is there completely or not at all: beside it first, then renamed.
 * An existing directory must be empty, or hold an earlier model of which nothing was changed.
 *
 * @returns the files written, from the directory
 * @throws UsageError where the place cannot be written, or holds anything else
 */
export async function writeModel(directory: string, model: MaterializedModel): Promise<string[]> {
  const files = filesOf(model);
  try {
    const target = existsSync(directory) ? await realpath(directory) : resolve(directory);
    if (existsSync(target) && !(await isReplaceable(target))) {
      throw new UsageError(
        `'${directory}' is not empty: name a new directory, or one that lzfree materialize wrote ` +
          'and nothing has changed since',
      );
    }
    await replaceDirectory(target, files);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot write '${directory}': ${fileFault(error)}`);
  }
  return [...files.keys()];
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

function filesOf({ variant, switches, sources }: MaterializedModel): Map<string, string> {
  const compilerOptions = { ...tsconfig.compilerOptions, types: [] };
  const files = new Map(sources);
  files.set('tsconfig.json', json({ compilerOptions, include: ['model'] }));
  const digests = Object.fromEntries([...files].map(([path, text]) => [path, digest(text)]));
  const marker: Marker = {
    schema: 'lzfree/materialized',
    version: 1,
    variant,
    switches,
    files: digests,
  };
  return files.set(MARKER, json(marker));
}

/** Whether a directory is empty, or holds exactly what its marker says. */
async function isReplaceable(directory: string): Promise<boolean> {
  if ((await readdir(directory)).length === 0) return true;
  const marker = await readMarker(join(directory, MARKER));
  // Without a marker it can be anything, and large.
  if (marker === undefined) return false;
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found = entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1))
    .map((path) => path.split(sep).join('/'));
  const names = [...Object.keys(marker.files), MARKER];
  if (found.sort().join('\n') !== names.sort().join('\n')) return false;
  const same = Object.entries(marker.files).map(
    async ([path, known]) => digest(await readFile(join(directory, path), 'utf8')) === known,
  );
  return (await Promise.all(same)).every(Boolean);
}

async function readMarker(path: string): Promise<Marker | undefined> {
  try {
    const marker = JSON.parse(await readFile(path, 'utf8')) as Partial<Marker> | null;
    return marker?.schema === 'lzfree/materialized' && marker.files instanceof Object
      ? (marker as Marker)
      : undefined;
  } catch {
    return undefined;
  }
}

async function replaceDirectory(target: string, files: ReadonlyMap<string, string>): Promise<void> {
  const beside = `${target}.${randomBytes(6).toString('hex')}`;
  const [fresh, old] = [`${beside}.tmp`, `${beside}.old`];
  try {
    for (const [path, text] of files) {
      const file = join(fresh, ...path.split('/'));
      await makeFolder(dirname(file));
      await writeFile(file, text);
    }
    const before = existsSync(target);
    if (before) await rename(target, old);
    await rename(fresh, target);
    await rm(old, { recursive: true, force: true });
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (existsSync(old) && !existsSync(target)) await rename(old, target);
    throw error;
  }
}
