/** The page's script and style: built with the package, or on demand when lzfree runs from source. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../cli/package-root';

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
  if (!existsSync(script!)) return buildAssets();
  return { script: readFileSync(script!, 'utf8'), style: readFileSync(style!, 'utf8') };
}

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
  });
  const text = (ending: string): string =>
    built.outputFiles.find(({ path }) => path.endsWith(ending))!.text;
  return { script: text('.js'), style: text('.css'), inputs: Object.keys(built.metafile.inputs) };
}
