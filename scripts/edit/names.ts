/** Names in code: which a statement declares, and which code speaks of. */
import { ts } from 'ts-morph';

/** The names that a statement gives to what is there when the model runs: types are gone by then. */
export function namesDeclared(node: ts.Statement): string[] {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.flatMap(({ name }) => [...namesIn(name)]);
  }
  if (ts.isImportDeclaration(node)) return namesImported(node.importClause);
  const isNamed =
    ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isEnumDeclaration(node);
  return isNamed && node.name ? [node.name.text] : [];
}

function namesImported(clause: ts.ImportClause | undefined): string[] {
  if (!clause || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const { name, namedBindings: bindings } = clause;
  const others = !bindings
    ? []
    : ts.isNamespaceImport(bindings)
      ? [bindings]
      : bindings.elements.filter(({ isTypeOnly }) => !isTypeOnly);
  return [name, ...others.map((each) => each.name)].flatMap((each) => each?.text ?? []);
}

/** Every name in a node, but those behind a dot. */
export function namesIn(node: ts.Node, names = new Set<string>()): Set<string> {
  if (ts.isIdentifier(node)) names.add(node.text);
  ts.forEachChild(node, (child) => {
    const isMember = ts.isPropertyAccessExpression(node) && child === node.name;
    if (!isMember) namesIn(child, names);
  });
  return names;
}
