/** Taking statements out of a source, and putting the contents of a block in a statement's place. */
import { Node, SyntaxKind, type SourceFile } from 'ts-morph';
import { removal, type Edit } from './edits';

/** The statements of a block, a case or a file; none of anything else. */
function statementsOf(node: Node): Node[] {
  return Node.isBlock(node) || Node.isCaseClause(node) || Node.isDefaultClause(node)
    ? node.getStatements()
    : [];
}

/** Removes a node with the comments that stand before it, and the lines that this empties. */
export function removalOf(node: Node): Edit {
  const [comment] = node.getLeadingCommentRanges();
  const text = node.getSourceFile().getFullText();
  return removal(text, comment?.getPos() ?? node.getStart(), node.getEnd());
}

/** An arm takes the place of its statement: its contents if it is a block and no name gets in the way. */
export function spliceEdit(statement: Node, arm: Node): Edit {
  const range = { start: statement.getStart(), end: statement.getEnd() };
  if (!Node.isBlock(arm) || clashes(statement, arm)) return { ...range, text: arm.getText() };
  const text = arm.getText().slice(1, -1).trim();
  return { ...range, text };
}

function clashes(statement: Node, block: Node): boolean {
  const around = declaredIn(statementsOf(statement.getParentOrThrow()));
  return declaredIn(statementsOf(block)).some((name) => around.includes(name));
}

function declaredIn(statements: readonly Node[]): string[] {
  return statements.filter(Node.isVariableStatement).flatMap((statement) =>
    statement
      .getDescendants()
      .filter((node) => Node.isVariableDeclaration(node) || Node.isBindingElement(node))
      .map((node) => node.getName()),
  );
}

const LEAVES = new Set([
  SyntaxKind.ReturnStatement,
  SyntaxKind.ThrowStatement,
  SyntaxKind.BreakStatement,
  SyntaxKind.ContinueStatement,
]);

/** Whether nothing behind a statement is reached. */
const leaves = (statement: Node): boolean => LEAVES.has(statement.getKind());

/** Removes what stands behind a return and its like. */
export function unreachableEdits(source: SourceFile): Edit[] {
  for (const node of source.getDescendants()) {
    const statements = statementsOf(node);
    const last = statements.findIndex(leaves);
    if (last === -1 || last === statements.length - 1) continue;
    const end = statements[statements.length - 1].getEnd();
    return [{ start: statements[last].getEnd(), end, text: '' }];
  }
  return [];
}
