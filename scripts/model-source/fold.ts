/** Decides switches in a source and removes what can no longer be reached. */
import {
  Node,
  SyntaxKind,
  type CallExpression,
  type Expression,
  type FunctionDeclaration,
  type IfStatement,
  type SourceFile,
} from 'ts-morph';
import type { SwitchId } from '../../model/features/hunk-id';
import { applyEdits, type Edit } from './edits';
import { remember } from './memo';
import { parseSource, switchCalls } from './switch-calls';
import { removalOf, spliceEdit, unreachableEdits } from './statements';

/** Whether a switch is on; undefined leaves it as it is in the source. */
export type Decide = (id: SwitchId) => boolean | undefined;

/** Whether a text asks for a switch at all. */
export const asksForSwitch = (text: string): boolean => /\b(?:hunk|defined)\(/.test(text);

/**
 * Folds every decided `hunk()` into the code around it, and removes functions whose `defined()` is decided
 * to be off. Imports and declarations that nothing uses any more are left.
 *
 * @throws Error where the code asks for a switch in a place that cannot be folded
 */
export function fold(path: string, text: string, decide: Decide): string {
  const edits = askingStatements(path, text).map(({ range, removal, text: statement, ids }) => {
    const key = `${statement} ${ids.map((id) => decide(id)).join()}`;
    const made = folded.get(key) ?? foldStatement(path, statement, decide);
    folded.set(key, made);
    return made === '' ? removal : { ...range, text: made };
  });
  return applyEdits(text, edits);
}

/** Variants decide most statements alike. */
const folded = new Map<string, string>();

/** The statements at the top of a source that ask for a switch. */
const askingStatements = remember((path, text) =>
  parseSource(path, text)
    .getStatements()
    .filter((statement) => asksForSwitch(statement.getText()))
    .map((statement) => ({
      range: { start: statement.getStart(), end: statement.getEnd() },
      removal: removalOf(statement),
      text: statement.getText(),
      ids: switchCalls(statement).flatMap(({ id }) => id ?? []),
    })),
);

/** Folds one statement of a file, by itself: small texts are parsed again and again. */
function foldStatement(path: string, text: string, decide: Decide): string {
  let made = text;
  for (;;) {
    const source = parseSource(`statement of ${path}`, made);
    const edits = firstOf([
      () => decideHunks(source, decide),
      () => foldExpressions(source),
      () => foldIfs(source),
      () => unreachableEdits(source),
      () => decideDefinitions(source, decide),
    ]);
    if (edits.length === 0) return made;
    made = applyEdits(made, edits);
  }
}

/** The edits of the first step that has any. */
function firstOf(steps: readonly (() => Edit[])[]): Edit[] {
  for (const step of steps) {
    const edits = step();
    if (edits.length > 0) return edits;
  }
  return [];
}

const replace = (node: Node, text: string): Edit => ({
  start: node.getStart(),
  end: node.getEnd(),
  text,
});

function decideHunks(source: SourceFile, decide: Decide): Edit[] {
  return switchCalls(source).flatMap(({ call, kind, id }) => {
    const on = kind === 'hunk' && id !== undefined ? decide(id) : undefined;
    return on === undefined ? [] : [replace(call, String(on))];
  });
}

/** What an expression is known to be, if it is `true` or `false` as it stands. */
function truth(node: Node | undefined): boolean | undefined {
  if (node?.getKind() === SyntaxKind.TrueKeyword) return true;
  return node?.getKind() === SyntaxKind.FalseKeyword ? false : undefined;
}

/** Every operator that has a known operand, the inner ones first. */
function foldExpressions(source: SourceFile): Edit[] {
  const literals = [
    ...source.getDescendantsOfKind(SyntaxKind.TrueKeyword),
    ...source.getDescendantsOfKind(SyntaxKind.FalseKeyword),
  ].sort((a, b) => a.getStart() - b.getStart());
  for (const literal of literals) {
    const parent = literal.getParent();
    const effect = effectAlone(parent);
    if (effect !== undefined) return [effect];
    const text = foldOperator(parent);
    if (text !== undefined) return [replace(parent, text)];
  }
  return [];
}

function foldOperator(node: Node): string | undefined {
  if (Node.isParenthesizedExpression(node)) return node.getExpression().getText();
  if (Node.isPrefixUnaryExpression(node)) {
    const value = truth(node.getOperand());
    return value === undefined || node.getOperatorToken() !== SyntaxKind.ExclamationToken
      ? undefined
      : String(!value);
  }
  if (Node.isConditionalExpression(node)) {
    const value = truth(node.getCondition());
    if (value === undefined) return undefined;
    return `(${(value ? node.getWhenTrue() : node.getWhenFalse()).getText()})`;
  }
  if (Node.isBinaryExpression(node)) return foldLogic(node.getLeft(), node.getRight(), node);
  return undefined;
}

function foldLogic(left: Expression, right: Expression, node: Node): string | undefined {
  const operator = node.getFirstChildByKind(SyntaxKind.AmpersandAmpersandToken)
    ? '&&'
    : node.getFirstChildByKind(SyntaxKind.BarBarToken)
      ? '||'
      : undefined;
  if (operator === undefined) return undefined;
  // What decides the operator alone: false for `&&`, true for `||`.
  const deciding = operator === '||';
  const [l, r] = [truth(left), truth(right)];
  if (l !== undefined) return l === deciding ? String(l) : right.getText();
  if (r === undefined) return undefined;
  if (r !== deciding) return left.getText();
  if (hasEffect(left)) throw new Error(`fold: ${left.getText()} is evaluated before a switch`);
  return String(r);
}

/** An if whose arm is out of reach, but whose condition does something first: that is left of it. */
function effectAlone(condition: Node): Edit | undefined {
  const statement = condition.getParent();
  if (!Node.isBinaryExpression(condition) || !Node.isIfStatement(statement)) return undefined;
  const decided = truth(condition.getRight()) === false && hasEffect(condition.getLeft());
  const isAnd = condition.getOperatorToken().getText() === '&&';
  if (!decided || !isAnd || statement.getElseStatement()) return undefined;
  let effect: Node = condition.getLeft();
  while (Node.isPrefixUnaryExpression(effect) || Node.isParenthesizedExpression(effect)) {
    effect = Node.isPrefixUnaryExpression(effect) ? effect.getOperand() : effect.getExpression();
  }
  const { start, end } = removalOf(statement);
  const gap = /^\n[ ]*/.exec(statement.getSourceFile().getFullText().slice(start))?.[0] ?? '';
  return { start, end, text: `${gap}${effect.getText()};` };
}

/** A plain look at the arena: it only gives a value. */
const HARMLESS = 'peek';

/** Whether evaluating a node can do more than give a value. */
function hasEffect(node: Node): boolean {
  return [node, ...node.getDescendants()].some(
    (each) =>
      Node.isYieldExpression(each) ||
      (Node.isCallExpression(each) && each.getExpression().getText() !== HARMLESS),
  );
}

/** The first `if` with a known condition gives way to the arm that is left. */
function foldIfs(source: SourceFile): Edit[] {
  for (const statement of source.getDescendantsOfKind(SyntaxKind.IfStatement)) {
    const value = truth(statement.getExpression());
    if (value !== undefined) return [foldIf(statement, value)];
  }
  return [];
}

function foldIf(statement: IfStatement, value: boolean): Edit {
  const arm = value ? statement.getThenStatement() : statement.getElseStatement();
  const parent = statement.getParent();
  const isElse = Node.isIfStatement(parent) && parent.getElseStatement() === statement;
  if (arm !== undefined)
    return isElse ? replace(statement, arm.getText()) : spliceEdit(statement, arm);
  if (!isElse) return removalOf(statement);
  return { start: parent.getThenStatement().getEnd(), end: statement.getEnd(), text: '' };
}

/** What `defined()` asks for is there, or its function is not. */
function decideDefinitions(source: SourceFile, decide: Decide): Edit[] {
  for (const { call, kind, id } of switchCalls(source)) {
    const on = kind === 'defined' && id !== undefined ? decide(id) : undefined;
    if (on === undefined) continue;
    if (on) return [removalOf(call.getParentOrThrow())];
    const owner = definedBy(call);
    if (owner) return [removalOf(owner)];
    throw new Error(`fold: ${call.getText()} is off and still reached in ${source.getFilePath()}`);
  }
  return [];
}

/** The function that stands or falls with a `defined()`: the one in whose body it is a statement. */
function definedBy(call: CallExpression): FunctionDeclaration | undefined {
  const body = call.getParentOrThrow().getParentOrThrow();
  const owner = body.getParent();
  return Node.isBlock(body) && Node.isFunctionDeclaration(owner) ? owner : undefined;
}

/** The functions of a source that are not defined with these switches. */
export const undefinedNames = (path: string, text: string, decide: Decide): string[] =>
  definitions(path, text)
    .filter(({ id }) => decide(id) === false)
    .map(({ name }) => name);

/** The functions of a source that stand or fall with a switch. */
const definitions = remember((path, text) =>
  switchCalls(parseSource(path, text)).flatMap(({ call, kind, id }) => {
    const name = kind === 'defined' ? definedBy(call)?.getName() : undefined;
    return name === undefined || id === undefined ? [] : [{ id, name }];
  }),
);
