/** The sources of the model, and which of them are the kernel and what it runs on. */
import { readdirSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { packagePath } from '../cli/package-root';
import { overridden, type Sources } from '../edit/hook';

export type { Sources };

/** Everything that runs when the modelled kernel runs, and nothing of what explores it. */
const KERNEL = /^model\/(arch|fs|hardware|include|kernel|machine|mm|state)\//;

/** Whether a source belongs to the modelled kernel or its machine. */
export const isKernelSource = (path: string): boolean => KERNEL.test(path);

let sources: Sources | undefined;

/** Every source of the model that runs, kernel or not. The package ships them. */
export function modelSources(): Sources {
  sources ??= new Map(
    [...sourcesOnDisk()].map(([path, text]) => [path, overridden().get(path) ?? text]),
  );
  return sources;
}

/** The same without edits. */
export function sourcesOnDisk(): Sources {
  const names = readdirSync(packagePath('model'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ['model', ...name.split(sep)].join('/'))
    .sort();
  return new Map(
    names.map((path) => [path, readFileSync(packagePath(...path.split('/')), 'utf8')]),
  );
}
