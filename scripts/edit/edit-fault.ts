/** What is said of an error that nobody foresaw, where edits of the model are given. */
import { packagePath } from '../cli/package-root';
import { overridden } from './hook';

/** How an edit makes runs differ that are the same for the explorer. */
const UNSTEADY =
  'it must do the same whenever it runs in the same state: without Math.random, Date, ' +
  'or values kept outside of the model';

/** The error as one of the edits, and how to find it; undefined where none is given. */
export function editFault(error: unknown, paths = [...overridden().keys()]): string | undefined {
  if (paths.length === 0) return undefined;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const at = placeOf(error, paths);
  if (at === undefined)
    return `with the edit given, ${what}; if not without it, the edit is at fault: ${UNSTEADY}`;
  return `the edited model threw ${what} in ${at}; mend the edit, or ask without it`;
}

/** The function, and its source, that was the innermost to run of those in another version. */
function placeOf(error: unknown, paths: readonly string[]): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const frame of stack.split('\n').slice(1)) {
    const path = paths.find((each) => frame.includes(packagePath(...each.split('/'))));
    // A generator's frame is called by its function and `.next`.
    const name = /at (?:Object\.)?([\w$]+)/.exec(frame)?.[1];
    if (path !== undefined) return `${name} of ${path}`;
  }
  return undefined;
}
