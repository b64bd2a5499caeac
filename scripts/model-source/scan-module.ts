/** What a source imports, declares and names, as far as finding unused code needs it. */
import { ts } from 'ts-morph';

/** A name that occurs in a source only to be imported or declared. */
interface Introduced {
  readonly name: string;
  /** How often the name occurs where it is introduced. */
  readonly own: 1 | 2;
  readonly node: ts.Node;
}

export interface ScannedModule {
  readonly source: ts.SourceFile;
  readonly imports: readonly Introduced[];
  /** What is declared at the top and not exported; each statement declares nothing else. */
  readonly locals: readonly Introduced[];
  /** How often each identifier occurs. */
  readonly occurrences: ReadonlyMap<string, number>;
}

/** Scans a source. */
export function scanModule(path: string, text: string): ScannedModule {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const occurrences = new Map<string, number>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) occurrences.set(node.text, (occurrences.get(node.text) ?? 0) + 1);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return {
    source,
    imports: source.statements.flatMap(importedNames),
    locals: source.statements.flatMap(localNames),
    occurrences,
  };
}

/** Those of the names that occur nowhere else. */
export const unusedOf = (names: readonly Introduced[], scan: ScannedModule): ts.Node[] =>
  names.filter(({ name, own }) => scan.occurrences.get(name) === own).map(({ node }) => node);

function importedNames(statement: ts.Statement): Introduced[] {
  if (!ts.isImportDeclaration(statement)) return [];
  const bindings = statement.importClause?.namedBindings;
  if (bindings === undefined) return [];
  if (ts.isNamespaceImport(bindings)) return [{ name: bindings.name.text, own: 1, node: bindings }];
  return bindings.elements.map((node) => ({
    name: node.name.text,
    own: node.propertyName?.text === node.name.text ? 2 : 1,
    node,
  }));
}

function localNames(statement: ts.Statement): Introduced[] {
  if (isExported(statement)) return [];
  if (ts.isVariableStatement(statement)) {
    const names = statement.declarationList.declarations.flatMap(({ name }) => bindingNames(name));
    // Of a statement that declares several names no part is ever taken.
    return names.length === 1 ? [{ name: names[0], own: 1, node: statement }] : [];
  }
  const named =
    ts.isFunctionDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return named && statement.name ? [{ name: statement.name.text, own: 1, node: statement }] : [];
}

/** Whether a statement carries the keyword `export`. */
export const isExported = (statement: ts.Node): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

function bindingNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isBindingElement(element) ? bindingNames(element.name) : [],
  );
}
