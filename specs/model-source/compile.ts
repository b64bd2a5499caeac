/** Compiles materialised models as their tsconfig.json asks. */
import ts from 'typescript';
import tsconfig from '../../tsconfig.json';
import type { Sources } from '../../scripts/model-source/kernel-sources';

const ROOT = '/variant';
const { options } = ts.convertCompilerOptionsFromJson(
  { ...tsconfig.compilerOptions, types: [] },
  ROOT,
);

/** A builder tells by the version whether a file has changed. */
type Versioned = ts.SourceFile & { version: string };
const parsed = new Map<string, Versioned>();
/** What was compiled last: what a model has the same is not looked at again. */
let last: ts.SemanticDiagnosticsBuilderProgram | undefined;

/** Every complaint of the compiler, with its place; none if all is well. */
export function complaints(sources: Sources): string[] {
  const files = new Map([...sources].map(([path, text]) => [`${ROOT}/${path}`, text]));
  const host = hostOf(files);
  last = ts.createSemanticDiagnosticsBuilderProgram([...files.keys()], options, host, last);
  const found = [
    ...last.getOptionsDiagnostics(),
    ...last.getGlobalDiagnostics(),
    ...last.getSyntacticDiagnostics(),
    ...last.getSemanticDiagnostics(),
  ];
  return found.map(({ file, messageText }) => {
    return `${file?.fileName ?? 'options'}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

/** A host that has the model in memory and the compiler's own libraries on disk. */
function hostOf(files: Sources): ts.CompilerHost {
  const host = ts.createCompilerHost(options, true);
  const read = (path: string) => files.get(path) ?? ts.sys.readFile(path);
  return {
    ...host,
    getCurrentDirectory: () => ROOT,
    fileExists: (path) => files.has(path) || (!path.startsWith(ROOT) && ts.sys.fileExists(path)),
    directoryExists: () => true,
    readFile: read,
    getSourceFile: (path, language) => {
      const text = read(path);
      if (text === undefined) return undefined;
      const known = parsed.get(path);
      if (known?.text === text) return known;
      const source = ts.createSourceFile(path, text, language, true) as Versioned;
      source.version = text;
      parsed.set(path, source);
      return source;
    },
  };
}
