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
  return { key: `${ts.SyntaxKind[node.kind]} ${name}`, name, node };
}

function nameOf(node: ts.Statement): string {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map(({ name }) => name.getText()).join(', ');
  }
  const { name } = node as { name?: ts.Node };
  return name?.getText() ?? codeOf(node);
}

/** The tokens of a node: its code without layout and comments. */
export function codeOf(node: ts.Node): string {
  const scanner = ts.createScanner(ts.ScriptTarget.ES2022, true, undefined, node.getText());
  const tokens: string[] = [];
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) tokens.push(scanner.getTokenText());
  // A comma before a closing bracket comes and goes with the layout.
  return tokens
    .filter((token, i) => token !== ',' || !/^[\])}]$/.test(tokens[i + 1] ?? ''))
    .join(' ');
}

/** Whether two nodes, or none, are the same code. */
export const isSame = (a: ts.Node | undefined, b: ts.Node | undefined): boolean =>
  a === undefined || b === undefined ? a === b : a === b || codeOf(a) === codeOf(b);
