import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

let root: string | undefined;

/**
 * The folder of lzfree's package.json: the checkout when it runs from source, the installed package
 * when it runs from dist/. The data that ships with the package (patches/, specs/scenarios/, docs/)
 * lies under it.
 */
export function packageRoot(): string {
  root ??= findRoot(__dirname);
  return root;
}

/** A path inside the package, as in `packagePath('patches', 'series.json')`. */
export function packagePath(...parts: readonly string[]): string {
  return join(packageRoot(), ...parts);
}

function findRoot(folder: string): string {
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest) && isLzfree(readFileSync(manifest, 'utf8'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`package-root: no package.json above ${__dirname}`);
  return findRoot(parent);
}

function isLzfree(manifest: string): boolean {
  return (JSON.parse(manifest) as { name?: unknown }).name === 'lzfree';
}
