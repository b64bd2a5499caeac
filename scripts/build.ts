/** Bundles lzfree into dist/, with everything it needs but what package.json lists as dependencies. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { licenceTexts } from './build/licences';
import { packageRoot } from './cli/package-root';
import { digestModel } from './identity';
import { ASSET_FILES, buildAssets } from './html/assets';

const root = packageRoot();
const dist = join(root, 'dist');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies?: Record<string, string>;
};

/** Large packages that few commands need, each in a file of its own that only these commands load. */
const APART = [
  'ts-morph',
  'prettier/standalone',
  'prettier/plugins/estree',
  'prettier/plugins/typescript',
];
const apartFile = (name: string): string => `${name.replaceAll('/', '-')}.js`;

const OPTIONS = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  // The package ships no sources that a digest could be made of.
  define: { LZFREE_MODEL_DIGEST: JSON.stringify(digestModel(root)) },
  legalComments: 'none',
  metafile: true,
} as const;

/** Leaves the packages that stand apart where they are, beside the bundle. */
const apart: Plugin = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${APART.join('|')})$`) }, ({ path }) => ({
      path: `./${apartFile(path)}`,
      external: true,
    }));
  },
};

async function bundle(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  const main = await build({
    ...OPTIONS,
    // A worker thread begins with a bundle of its own, which holds no more than its tasks.
    entryPoints: ['scripts/lzfree.ts', 'scripts/workers/worker.ts'],
    entryNames: '[name]',
    outdir: dist,
    // esbuild makes the page's script where lzfree runs from source; the package brings the script.
    external: [...Object.keys(manifest.dependencies ?? {}), 'esbuild'],
    // Traces name the kernel functions on the stack, and a bundle renames functions that share a name.
    keepNames: true,
    banner: { js: '#!/usr/bin/env node' },
    plugins: [apart],
  });
  chmodSync(join(dist, 'lzfree.js'), 0o755);
  const others = await Promise.all(
    APART.map((name) =>
      build({
        ...OPTIONS,
        entryPoints: [name],
        outfile: join(dist, apartFile(name)),
        minifyWhitespace: true,
      }),
    ),
  );
  const page = await buildAssets();
  writeFileSync(join(dist, ASSET_FILES.script), page.script);
  writeFileSync(join(dist, ASSET_FILES.style), page.style);
  const bundled = [main, ...others].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const licences = licenceTexts([...new Set([...bundled, ...page.inputs])], root);
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licences);
}

void bundle();
