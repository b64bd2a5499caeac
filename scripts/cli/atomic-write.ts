import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from './errors';
import { fileFault } from './file-fault';

/**
 * Writes a file so that at any moment either the old or the whole new content is there: into a
 * temporary file beside it, then renamed. Folders on the way are made.
 *
 * @throws UsageError where the place cannot be written
 */
export async function writeFileAtomically(path: string, data: string | Uint8Array): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await writeBeside(path, data);
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
