/** Whether the edited model compiles. */
import { createRequire } from 'node:module';
import type TypeScript from 'typescript';
import tsconfig from '../../tsconfig.json';
import { UsageError } from '../cli/errors';
import { packagePath, packageRoot } from '../cli/package-root';
import type { ModelEdit } from './read-edit';

// With its library's types, which the compiler inside ts-morph is without. The package does not bring it.
const ts = createRequire(__filename)('typescript') as typeof TypeScript;

/** Half-finished code may leave a name unused. */
const LENIENT = { noUnusedLocals: false, noUnusedParameters: false };

/**
 * Checks the edited sources as strictly as the project's own.
 *
 * @throws UsageError with the first place that does not compile
 */
export function checkTypes({ file, edited }: ModelEdit): void {
  const compilerOptions = { ...tsconfig.compilerOptions, ...LENIENT, types: [] };
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, packageRoot());
  const texts = new Map([...edited].map(([path, text]) => [packagePath(...path.split('/')), text]));
  const host = ts.createCompilerHost(options);
  const { readFile } = host;
  host.readFile = (name) => texts.get(name) ?? readFile.call(host, name);
  const program = ts.createProgram([...texts.keys()], options, host);
  for (const name of texts.keys()) {
    const source = program.getSourceFile(name)!;
    const [first] = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    if (first) throw new UsageError(`'${file}' does not compile: ${inWords(first)}`);
  }
}

function inWords({ file, start = 0, messageText }: TypeScript.Diagnostic): string {
  const { line } = file!.getLineAndCharacterOfPosition(start);
  const path = file!.fileName.slice(packageRoot().length + 1);
  const message = ts.flattenDiagnosticMessageText(messageText, ' ');
  return `${path}, line ${line + 1} of the edited file: ${message}`;
}
