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
  const outfile = join(dist, 'lzfree.js');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['scripts/lzfree.ts'],
    outfile,
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
  chmodSync(outfile, 0o755);
  const licences = licenceTexts(Object.keys(metafile.inputs), root);
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licences);
}

void bundle();
