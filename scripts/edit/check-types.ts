/** Whether the edited model compiles. */
import { createRequire } from 'node:module';
import { posix } from 'node:path';
import type TypeScript from 'typescript';
import tsconfig from '../../tsconfig.json';
import { UsageError } from '../cli/errors';
import { packagePath, packageRoot } from '../cli/package-root';
import type { Sources } from '../model-source/kernel-sources';
import type { ModelEdit } from './read-edit';

// With its library's types, which the compiler inside ts-morph is without. The package does not bring it.
const ts = createRequire(__filename)('typescript') as typeof TypeScript;

/** Half-finished code may leave a name unused. */
const LENIENT = { noUnusedLocals: false, noUnusedParameters: false };

/**
 * Checks the edited sources, and those that import from them, as strictly as the project's own.
 *
 * @param sources the model
 * @throws UsageError with the first place that does not compile
 */
export function checkTypes({ file, edited }: ModelEdit, sources: Sources): void {
  const compilerOptions = { ...tsconfig.compilerOptions, ...LENIENT, types: [] };
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, packageRoot());
  const texts = new Map([...edited].map(([path, text]) => [packagePath(...path.split('/')), text]));
  const host = ts.createCompilerHost(options);
  const { readFile } = host;
  host.readFile = (name) => texts.get(name) ?? readFile.call(host, name);
  const names = [...edited.keys(), ...importersOf(edited.keys(), sources)].map((path) =>
    packagePath(...path.split('/')),
  );
  const program = ts.createProgram(names, options, host);
  for (const name of names) {
    const source = program.getSourceFile(name)!;
    const [first] = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    if (first) throw new UsageError(`'${file}' does not compile: ${inWords(first)}`);
  }
}

/** The sources that import from these, or from one that exports what they do. */
function importersOf(paths: Iterable<string>, sources: Sources): Set<string> {
  const imports = [...sources].flatMap(([path, text]) =>
    ts.preProcessFile(text).importedFiles.map(({ fileName }) => ({ path, text, fileName })),
  );
  const reached = new Set(paths);
  const importers = new Set<string>();
  for (const from of reached) {
    for (const { path, text, fileName } of imports) {
      if (!isAt(path, fileName, from)) continue;
      importers.add(path);
      if (text.includes(`export * from '${fileName}'`)) reached.add(path);
    }
  }
  return importers;
}

/** Whether a module's name in a source is that of another source. */
const isAt = (source: string, module: string, path: string): boolean =>
  module.startsWith('.') && `${posix.join(posix.dirname(source), module)}.ts` === path;

function inWords({ file, start = 0, messageText }: TypeScript.Diagnostic): string {
  const { line } = file!.getLineAndCharacterOfPosition(start);
  const path = file!.fileName.slice(packageRoot().length + 1);
  const message = ts.flattenDiagnosticMessageText(messageText, ' ');
  return `${path}, line ${line + 1} with the edit: ${message}`;
}
