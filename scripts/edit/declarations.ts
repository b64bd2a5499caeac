/** What a source declares at its top, and whether two texts of a declaration are the same code. */
import { ts } from 'ts-morph';

/** A statement at the top of a source. */
export interface Declaration {
  /** Kind and name: the same in both texts of a source for what is the same thing in both. */
  readonly key: string;
  readonly name: string;
  readonly node: ts.Statement;
}

/** Parses a source, with parents. */
export const parse = (path: string, text: string): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);

/** The statements at the top of a source, but its imports. */
export const declarationsIn = (source: ts.SourceFile): Declaration[] =>
  source.statements.filter((node) => !ts.isImportDeclaration(node)).map(declaration);

function declaration(node: ts.Statement): Declaration {
  const name = nameOf(node);
  const key = `${ts.SyntaxKind[node.kind]} ${name ?? codeOf(node)}`;
  return { key, name: name ?? node.getText().split('\n')[0]!, node };
}

function nameOf(node: ts.Statement): string | undefined {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map(({ name }) => name.getText()).join(', ');
  }
  return (node as { name?: ts.Node }).name?.getText();
}

/**
 * The code of a node without layout and comments. By its syntax, not its words: they look alike inside a
 * template or a regular expression, and where a line break ends a statement.
 *
 * @param leftOut nodes whose code is not to count
 */
export function codeOf(node: ts.Node, leftOut: readonly ts.Node[] = []): string {
  if (leftOut.includes(node)) return '{}';
  const parts = node.getChildren().filter((child) => !ts.isJSDoc(child));
  const isList = node.kind === ts.SyntaxKind.SyntaxList;
  if (parts.length === 0 && !isList) return node.getText();
  // A comma before a closing bracket comes and goes with the layout.
  if (isList && parts.at(-1)?.kind === ts.SyntaxKind.CommaToken) parts.pop();
  return `${node.kind}(${parts.map((part) => codeOf(part, leftOut)).join(' ')})`;
}

/** Whether two nodes, or none, are the same code. */
export const isSame = (a: ts.Node | undefined, b: ts.Node | undefined): boolean =>
  a === undefined || b === undefined ? a === b : a === b || codeOf(a) === codeOf(b);
