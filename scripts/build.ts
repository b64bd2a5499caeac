/** Bundles lzfree into dist/, with everything it needs but what package.json lists as dependencies. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { licenceTexts } from './build/licences';
import { packageRoot } from './cli/package-root';

const root = packageRoot();
const dist = join(root, 'dist');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies?: Record<string, string>;
};

async function bundle(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  const { metafile } = await build({
    absWorkingDir: root,
    // A worker thread begins with a bundle of its own, which holds no more than its tasks.
    entryPoints: ['scripts/lzfree.ts', 'scripts/workers/worker.ts'],
    entryNames: '[name]',
    outdir: dist,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    external: Object.keys(manifest.dependencies ?? {}),
    // Traces name the kernel functions on the stack, and a bundle renames functions that share a name.
    keepNames: true,
    legalComments: 'none',
    metafile: true,
    banner: { js: '#!/usr/bin/env node' },
  });
  chmodSync(join(dist, 'lzfree.js'), 0o755);
  const licences = licenceTexts(Object.keys(metafile.inputs), root);
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licences);
}

void bundle();
