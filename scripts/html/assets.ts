/** The page's script and style: built with the package, or on demand when lzfree runs from source. */
import { existsSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { Plugin } from 'esbuild';
import { packageRoot } from '../cli/package-root';
import { overridden } from '../edit/hook';

export interface Assets {
  readonly script: string;
  readonly style: string;
}

/** Names of the built files, beside the bundle of the command line. */
export const ASSET_FILES = { script: 'page.js', style: 'page.css' } as const;

export async function loadAssets(): Promise<Assets> {
  const [script, style] = [ASSET_FILES.script, ASSET_FILES.style].map((name) =>
    join(__dirname, name),
  );
  // With edits of the model the page, which has the model in it, is another one.
  if (!existsSync(script!) || overridden().size > 0) return buildAssets();
  return { script: readFileSync(script!, 'utf8'), style: readFileSync(style!, 'utf8') };
}

/** Reads sources as the process that bundles them does. */
const edited: Plugin = {
  name: 'edited',
  setup({ onLoad }) {
    onLoad({ filter: /\.(ts|json)$/ }, ({ path }) => {
      const contents = overridden().get(relative(packageRoot(), path).split(sep).join('/'));
      return contents === undefined ? null : { contents, loader: extname(path).slice(1) as 'ts' };
    });
  },
};

/** Bundles the page's script and style. */
export async function buildAssets(): Promise<Assets & { readonly inputs: readonly string[] }> {
  const { build } = await import('esbuild');
  const root = packageRoot();
  const built = await build({
    absWorkingDir: root,
    entryPoints: { page: 'scripts/html/app/main.tsx', style: 'scripts/html/app/style.css' },
    outdir: 'dist',
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    // Traces name the kernel functions on the stack: names stay, white space need not.
    keepNames: true,
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    metafile: true,
    plugins: [edited],
  });
  const text = (ending: string): string =>
    built.outputFiles.find(({ path }) => path.endsWith(ending))!.text;
  return { script: text('.js'), style: text('.css'), inputs: Object.keys(built.metafile.inputs) };
}
