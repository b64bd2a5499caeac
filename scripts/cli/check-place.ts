import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from './errors';
import { fileFault } from './file-fault';
import { writeTarget } from './write-target';

/** What an option names that its command writes; a page is a .html file, or a folder for one. */
export type Place = 'file' | 'folder' | 'page';

/**
 * Refuses a place that cannot be written, so that no work is done for nothing. Nothing is made.
 *
 * @throws UsageError
 */
export function checkPlace(path: string, place: Place): void {
  try {
    const isFile = place === 'file' || (place === 'page' && isPage(path));
    if (path === '') throw fault('ENOENT');
    const target = isFile ? writeTarget(path) : undefined;
    if (target?.special) return accessSync(path, constants.W_OK);
    const there = nearestThere(target === undefined ? path : dirname(target.path));
    if (!isFolder(there)) throw fault('ENOTDIR');
    accessSync(there, constants.W_OK);
  } catch (error) {
    throw new UsageError(`cannot write '${path}': ${fileFault(error)}`);
  }
}

/** Whether a page goes into this file, and not into a folder of this name. */
export const isPage = (path: string): boolean => /[.]html?$/i.test(path);

const fault = (code: string): Error => Object.assign(new Error(code), { code });

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The folder itself, or the nearest above it that exists: the others will be made. */
const nearestThere = (folder: string): string =>
  existsSync(folder) || folder === dirname(folder) ? folder : nearestThere(dirname(folder));
