/** Bundles the benchmark as the package is bundled, beside it, and runs it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { packageRoot } from '../cli/package-root';

async function main(): Promise<void> {
  const root = packageRoot();
  const outfile = join(root, 'dist', 'bench.js');
  // The workers begin with a bundle of their own.
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  await build({
    absWorkingDir: root,
    entryPoints: ['scripts/bench.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    keepNames: true,
    logLevel: 'error',
  });
  const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}

void main();
