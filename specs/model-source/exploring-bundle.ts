/** Builds the explorer around a materialised model, in memory. */
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { packageRoot } from '../../scripts/cli/package-root';
import type { Sources } from '../../scripts/model-source/kernel-sources';
import type * as suiteRun from './suite-run';

const root = packageRoot();
const NAMESPACE = 'materialized';

/** What explores the suite, on the kernel of these sources; without sources, on that of the project. */
export async function bundleSuiteRun(sources?: Sources): Promise<typeof suiteRun> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['specs/model-source/suite-run.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    keepNames: true,
    logLevel: 'silent',
    plugins: sources ? [insteadOfKernel(sources)] : [],
  });
  const module = { exports: {} };
  const run = new Function('module', 'exports', 'require', outputFiles[0].text);
  run(module, module.exports, createRequire(__filename));
  return module.exports as typeof suiteRun;
}

/** Takes every source of the kernel from a materialised model; that model can import nothing else. */
function insteadOfKernel(sources: Sources): Plugin {
  return {
    name: NAMESPACE,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, importer, namespace }) => {
        const from = namespace === NAMESPACE ? join(root, importer) : importer;
        const target = relative(root, join(dirname(from), path))
          .split(sep)
          .join('/');
        if (sources.has(`${target}.ts`)) return { path: `${target}.ts`, namespace: NAMESPACE };
        return namespace === NAMESPACE
          ? { errors: [{ text: `${importer} imports ${path}, which is not of the kernel` }] }
          : undefined;
      });
      onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
        contents: sources.get(path)!,
        loader: 'ts',
      }));
    },
  };
}
