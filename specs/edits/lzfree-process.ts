import { spawnSync } from 'node:child_process';
import { packageRoot } from '../../scripts/cli/package-root';

/** Runs lzfree in a process of its own, as edits are made before anything of the model is loaded. */
export function lzfree(...argv: readonly string[]) {
  const words = ['-r', '@swc-node/register', 'scripts/lzfree.ts', ...argv];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: packageRoot(),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr };
}
