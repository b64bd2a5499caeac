import { readlinkSync, statSync, type Stats } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { UsageError } from './errors';
import { fileFault } from './file-fault';

/** Where the content of a file goes. */
export interface WriteTarget {
  /** Behind all symbolic links; nothing need be there yet. */
  readonly path: string;
  /** A FIFO, a device or a socket: written into as it is, as nothing can take its place. */
  readonly special: boolean;
}

/**
 * Follows symbolic links to what is written, so that they stay links; one that leads nowhere leads to
 * the file that will be made.
 *
 * @throws the error of the file system where there is a folder, or a path that leads nowhere
 */
export function writeTarget(path: string): WriteTarget {
  const there = statOf(path);
  if (there?.isDirectory()) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
  // What links in /proc name, as /dev/stdout does, can be opened through the link only.
  if (there !== undefined && !there.isFile()) return { path, special: true };
  return { path: behindLinks(path), special: false };
}

/**
 * Whether there is a checkpoint to go on from.
 *
 * @throws UsageError where none can be kept: it is replaced as a whole, which only a file can be
 */
export function isCheckpointThere(path: string): boolean {
  try {
    if (writeTarget(path).special) {
      throw new UsageError(`cannot keep a checkpoint in '${path}': it is no file; name another`);
    }
    return statOf(path) !== undefined;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read '${path}': ${fileFault(error)}`);
  }
}

const statOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

/** The last part of a path followed by hand; links before it are the system's. Loops have been refused. */
function behindLinks(path: string): string {
  const link = linkOf(path);
  if (link === undefined) return path;
  return behindLinks(isAbsolute(link) ? link : `${dirname(path)}/${link}`);
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
