/**
 * Loads sources in another version than the one on disk, in this thread and in those that it starts. It
 * begins before what it replaces is loaded: nothing here may import the model.
 */
import { createRequire, Module } from 'node:module';
import { join } from 'node:path';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { packageRoot } from '../cli/package-root';

/** Texts by their path from the package's root, with `/`; in the order of the paths. */
export type Sources = ReadonlyMap<string, string>;

const KEY = 'lzfree: sources in another version';

/** The sources that are loaded in another version, by their path from the package's root; none as a rule. */
export const overridden = (): Sources =>
  (getEnvironmentData(KEY) as Sources | undefined) ?? new Map<string, string>();

/** From now on these are loaded in place of the files. */
export function override(sources: Sources): void {
  setEnvironmentData(KEY, sources as Map<string, string>);
  hookOverridden();
}

/** What is used of the loader, whose package has no types for it. */
interface Swc {
  compile(text: string, file: string, options: object): string;
}

interface SwcConfig {
  readDefaultTsConfig(): object;
}

/** ts.ModuleKind.CommonJS, without loading the compiler. */
const COMMON_JS = 1;

type Load = (
  module: { _compile(code: string, file: string): void; exports: unknown },
  file: string,
) => void;

/** Has the sources of {@link override} loaded in this thread. */
export function hookOverridden(): void {
  const texts = new Map([...overridden()].map(([path, text]) => [inPackage(path), text]));
  if (texts.size === 0) return;
  const { _extensions: loaders, _cache: loaded } = Module as unknown as {
    _extensions: Record<string, Load>;
    _cache: Record<string, unknown>;
  };
  const early = [...texts.keys()].find((file) => loaded[file] !== undefined);
  if (early !== undefined) throw new Error(`hook: ${early} is loaded already`);
  const compile = compiler();
  hook(loaders, '.ts', texts, (module, file, text) => module._compile(compile(text, file), file));
  hook(loaders, '.json', texts, (module, _, text) => {
    module.exports = JSON.parse(text);
  });
}

/** What compiles every source when lzfree runs from them. */
function compiler(): (text: string, file: string) => string {
  const require = createRequire(__filename);
  const { compile } = require('@swc-node/register/register') as Swc;
  const { readDefaultTsConfig } = require('@swc-node/register/read-default-tsconfig') as SwcConfig;
  return (text, file) => compile(text, file, { ...readDefaultTsConfig(), module: COMMON_JS });
}

const inPackage = (path: string): string => join(packageRoot(), ...path.split('/'));

function hook(
  loaders: Record<string, Load>,
  ending: string,
  texts: Sources,
  use: (module: Parameters<Load>[0], file: string, text: string) => void,
): void {
  const load = loaders[ending]!;
  loaders[ending] = (module, file) => {
    const text = texts.get(file);
    if (text === undefined) load(module, file);
    else use(module, file, text);
  };
}
