/** A source and an edited version of it as one: a switch chooses between the functions that differ. */
import { posix } from 'node:path';
import { ts } from 'ts-morph';
import { UsageError } from '../cli/errors';
import type { Edit } from '../model-source/edits';
import { declarationsIn, isSame, parse, type Declaration } from './declarations';
import { functionOf, mergeBody, mergeParameters } from './merge-function';

/** What makes the merged source out of the one before the edit. */
export interface Merge {
  readonly edits: readonly Edit[];
  /** Code that the edit adds: imports and declarations. */
  readonly added: readonly string[];
  /** Functions that differ, in the order of the source. */
  readonly functions: readonly string[];
}

/** Where merged code has `hunk` from. */
const ASKED = 'model/features/hunk';

/**
 * Finds what an edit of a source changes.
 *
 * @param id the edit's switch
 * @throws UsageError where more than the code of functions was changed, or was added
 */
export function mergeSource(path: string, before: string, after: string, id: string): Merge {
  const [old, edited] = [parse(path, before), parse(path, after)];
  const known = byKey(path, declarationsIn(old));
  const condition = `hunk('${id}')`;
  const edits: Edit[] = [];
  const functions: string[] = [];
  const added = newImports(path, old, edited);
  const kept = byKey(path, declarationsIn(edited));
  for (const { key, node, name } of known.values()) {
    if (!kept.has(key) && !declares(node)) {
      throw new UsageError(`${path}: the edit takes out '${name}', which is no function; leave it`);
    }
  }
  for (const declaration of kept.values()) {
    const was = known.get(declaration.key);
    if (was === undefined) added.push(addition(path, declaration));
    else if (hasCode(was.node) && !isSame(was.node, declaration.node)) {
      const merged = mergeDeclaration(path, was, declaration, condition);
      edits.push(...merged);
      if (merged.length > 0) functions.push(declaration.name);
    }
  }
  return { edits, added, functions };
}

function byKey(path: string, declarations: readonly Declaration[]): Map<string, Declaration> {
  const map = new Map(declarations.map((each) => [each.key, each]));
  if (map.size === declarations.length) return map;
  const twice = declarations.find((each) => map.get(each.key) !== each)!;
  throw new UsageError(`${path} declares ${twice.name} twice; give each a name of its own`);
}

function addition(path: string, { node, name }: Declaration): string {
  if (!declares(node)) {
    throw new UsageError(
      `${path}: the edit adds '${name}', which declares nothing; move it into a function`,
    );
  }
  if (ts.isVariableStatement(node) && (node.declarationList.flags & ts.NodeFlags.Const) === 0) {
    throw new UsageError(
      `${path}: the edit adds the variable ${name}, which would keep its value from one run to the next; ` +
        'make it a constant, or a variable in a function',
    );
  }
  return node.getText();
}

/** Whether a statement only gives names. What a module exports of another one can hide some. */
const declares = (node: ts.Statement): boolean =>
  ts.isVariableStatement(node) ||
  (ts.isDeclarationStatement(node) && !(ts.isExportDeclaration(node) && node.moduleSpecifier));

/** Types are gone when the model runs. */
const hasCode = (node: ts.Statement): boolean =>
  !ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node);

/** What the edited source imports and the other one does not, and `hunk`. */
function newImports(path: string, old: ts.SourceFile, edited: ts.SourceFile): string[] {
  const module = posix.relative(posix.dirname(path), ASKED);
  const ask = `import { hunk } from '${module.startsWith('.') ? module : `./${module}`}';`;
  const known = new Set(importsOf(old));
  return [ask, ...importsOf(edited)].filter((text) => !known.has(text));
}

/** One import for each name. */
function importsOf(source: ts.SourceFile): string[] {
  return source.statements.filter(ts.isImportDeclaration).flatMap((node) => {
    const { importClause: clause, moduleSpecifier } = node;
    const bindings = clause?.namedBindings;
    if (clause?.name || !bindings || !ts.isNamedImports(bindings)) return [node.getText()];
    const type = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type ' : '';
    return bindings.elements.map(
      (name) => `import ${type}{ ${name.getText()} } from ${moduleSpecifier.getText()};`,
    );
  });
}

function mergeDeclaration(
  path: string,
  was: Declaration,
  is: Declaration,
  condition: string,
): Edit[] {
  const [old, edited] = [functionOf(was.node), functionOf(is.node)];
  if (old === undefined || edited === undefined || old.head !== edited.head) {
    const what = old === undefined ? 'which is no function' : 'and not only what it does';
    throw new UsageError(
      `${path}: the edit changes ${was.name}, ${what}; leave that as it is, and add or edit functions`,
    );
  }
  const parameters = mergeParameters(path, was.name, old.node, edited.node);
  // Where only a type differs nothing does when the model runs.
  if (parameters.length === 0 && isSame(old.node.body, edited.node.body)) return [];
  return [...parameters, mergeBody(old.node, edited.node, condition)];
}
