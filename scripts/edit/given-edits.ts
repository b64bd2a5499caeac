/** The edits that a command line names with --edit, made before the model is loaded. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../cli/errors';
import { fileFault } from '../cli/file-fault';
import { packagePath } from '../cli/package-root';
import { editFault } from './edit-fault';
import { override } from './hook';

const OPTION = '--edit';

/** The files that a command line gives as edits. */
export function editFiles(argv: readonly string[]): string[] {
  return argv.flatMap((word, i) => {
    if (word === OPTION) return argv[i + 1] ?? [];
    return word.startsWith(`${OPTION}=`) ? word.slice(OPTION.length + 1) : [];
  });
}

/**
 * Loads the model with these edits from now on.
 *
 * @throws UsageError where one cannot be read, does not fit the model, or cannot be a switch
 */
export async function loadEdits(files: readonly string[]): Promise<void> {
  if (files.length === 0) return;
  if (!__filename.endsWith('.ts')) {
    throw new UsageError(
      `${OPTION} needs a checkout of lzfree: the installed package has the model in one piece`,
    );
  }
  const { sourcesOnDisk, isKernelSource } = await import('../model-source/kernel-sources');
  const { readEdit } = await import('./read-edit');
  const { overridesOf } = await import('./overrides');
  const { checkTypes } = await import('./check-types');
  const sources = sourcesOnDisk();
  const edits = [...new Set(files)].map((file) => readEdit(file, textOf(file), sources));
  const twice = edits.find(({ id }, i) => edits.findIndex((each) => each.id === id) !== i);
  if (twice) throw new UsageError(`two files give the edit ${twice.id}; rename one of them`);
  for (const edit of edits) checkTypes(edit, sources);
  override(overridesOf(edits, sources, readFileSync(packagePath('patches', 'hunks.json'), 'utf8')));
  await loadKernel([...sources.keys()].filter((path) => isKernelSource(path)));
}

/** What runs while the model is loaded has no variant yet: no switch can change it. */
async function loadKernel(paths: readonly string[]): Promise<void> {
  try {
    for (const path of paths) await import(packagePath(...path.split('/')));
  } catch (error) {
    const fault = editFault(error);
    throw fault === undefined ? error : new UsageError(fault);
  }
  const { switchesRead } = await import('../../model/features/hunk');
  const [early] = switchesRead();
  if (early === undefined) return;
  throw new UsageError(
    `the code that ${early} changes runs while the model is loaded, ` +
      'when no variant is chosen; change what runs later',
  );
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read '${file}': ${fileFault(error)}`);
  }
}
