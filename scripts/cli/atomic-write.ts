import { randomBytes } from 'node:crypto';
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
    await mkdir(dirname(path), { recursive: true });
    await writeBeside(path, data);
  } catch (error) {
    throw new UsageError(`cannot write '${path}': ${fileFault(error)}`);
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
