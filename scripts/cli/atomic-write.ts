import { randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from './errors';
import { fileFault } from './file-fault';
import { writeTarget } from './write-target';

/**
 * Writes a file so that at any moment either the old or the whole new content is there: into a
 * temporary file beside it, then renamed. Folders on the way are made. Symbolic links are followed,
 * and what is no file, as a FIFO, is written into.
 *
 * @throws UsageError where the place cannot be written
 */
export async function writeFileAtomically(path: string, data: string | Uint8Array): Promise<void> {
  try {
    const target = writeTarget(path);
    if (target.special) return await writeInto(target.path, data);
    await makeFolder(dirname(target.path));
    await writeBeside(target.path, data);
  } catch (error) {
    throw new UsageError(`cannot write '${path}': ${fileFault(error)}`);
  }
}

/** Makes a folder and those above it. (Node's own way of it does not come to an end under /proc.) */
export async function makeFolder(path: string): Promise<void> {
  if (existsSync(path)) return;
  await makeFolder(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
}

async function writeInto(path: string, data: string | Uint8Array): Promise<void> {
  const file = await open(path, constants.O_WRONLY);
  try {
    await file.writeFile(data);
  } finally {
    await file.close();
  }
}

async function writeBeside(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
