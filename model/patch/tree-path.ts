import { excerpt, PatchError } from './patch-error';
import type { PatchPosition } from './patch-error';

const MAX_PATH = 1024;
const MEND = 'patches name files inside their tree only';

/** The name that stands for no file, on the side where a file does not exist. */
export const NO_FILE = '/dev/null';

function refuse(position: PatchPosition, path: string, what: string): PatchError {
  return new PatchError(position, `the path '${excerpt(path)}' ${what}`, MEND);
}

function checkPath(path: string, position: PatchPosition): void {
  if (path === '') throw refuse(position, path, 'is empty');
  if (path.length > MAX_PATH) throw refuse(position, path, `is longer than ${MAX_PATH} characters`);
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\x00-\x1f\x7f]/.test(path)) throw refuse(position, path, 'holds control characters');
  if (/^(?:\/|[A-Za-z]:)/.test(path)) throw refuse(position, path, 'is absolute');
  if (path.split(/[\\/]/).includes('..')) throw refuse(position, path, 'climbs out with ..');
  if (path.includes('\\')) throw refuse(position, path, 'holds a backslash');
}

function withoutFirst(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}

/**
 * Takes the first component off both names of a file if it is a prefix of the diff and not a folder: a/ and
 * b/, or any two folders that differ while the rest is the same.
 *
 * @returns the names inside the tree; a side without a file gets the other side's name
 * @throws PatchError for a path that leaves the tree
 */
export function treePaths(
  oldName: string,
  newName: string,
  position: PatchPosition,
): { oldPath: string; newPath: string } {
  const names = [oldName, newName].filter((name) => name !== NO_FILE);
  if (names.length === 0) throw new PatchError(position, 'a file has no name on either side', MEND);
  names.forEach((name) => checkPath(name, position));
  const [first, last] = [names[0], names[names.length - 1]];
  const marked =
    names.every((name) => /^[abciow]\//.test(name)) && (first !== last || names.length === 1);
  const foldersDiffer = first !== last && withoutFirst(first) === withoutFirst(last);
  const paths = marked || foldersDiffer ? names.map(withoutFirst) : names;
  paths.forEach((path) => checkPath(path, position));
  return { oldPath: paths[0], newPath: paths[paths.length - 1] };
}
