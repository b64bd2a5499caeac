/** Two versions of a function as one. */
import { ts } from 'ts-morph';
import { UsageError } from '../cli/errors';
import type { Edit } from '../model-source/edits';
import { codeOf, isSame } from './declarations';
import { mergeStatements } from './merge-block';
import { namesIn } from './names';

type FunctionNode = ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction;

/** A function at the top of a source. */
export interface TopFunction {
  readonly node: FunctionNode & { readonly body: ts.ConciseBody };
  /** What it is besides its parameters, its type and its body: exported, a generator. */
  readonly head: string;
}

/** The function that a statement declares, or the one that it gives a name; undefined for all else. */
export function functionOf(statement: ts.Statement): TopFunction | undefined {
  const node = ts.isVariableStatement(statement) ? initializerOf(statement) : statement;
  if (node === undefined || !isFunction(node) || node.body === undefined) return undefined;
  const modifiers = [statement, node].flatMap((each) =>
    ts.canHaveModifiers(each) ? (ts.getModifiers(each) ?? []).map(({ kind }) => kind) : [],
  );
  const head = [ts.SyntaxKind[node.kind], ...modifiers, node.asteriskToken !== undefined].join(' ');
  return { node: node as TopFunction['node'], head };
}

function initializerOf({ declarationList }: ts.VariableStatement): ts.Node | undefined {
  const [first, ...others] = declarationList.declarations;
  const isConst = (declarationList.flags & ts.NodeFlags.Const) !== 0;
  return isConst && others.length === 0 ? first?.initializer : undefined;
}

const isFunction = (node: ts.Node): node is FunctionNode =>
  ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node);

/**
 * Parameters of which the longer list serves both.
 *
 * @throws UsageError where neither begins the other, or where the function that is without a parameter
 * would notice it
 */
export function mergeParameters(
  path: string,
  name: string,
  old: TopFunction['node'],
  edited: TopFunction['node'],
): Edit[] {
  const [before, after] = [old, edited].map(({ parameters }) => parameters.map(parameterCode));
  const shorter = Math.min(before!.length, after!.length);
  if (before!.slice(0, shorter).join() !== after!.slice(0, shorter).join()) {
    throw new UsageError(
      `${path}: the edit changes parameters of ${name}; leave those that it has, and add others behind them`,
    );
  }
  const [long, short] = after!.length > shorter ? [edited, old] : [old, edited];
  for (const more of long.parameters.slice(shorter)) refuseNoticed(path, name, more, short);
  if (after!.length === shorter) return [];
  const text = edited.parameters.map((each) => each.getText()).join(', ');
  // Inside the brackets, of which a function without parameters has nothing else.
  return [{ start: old.parameters.pos, end: old.parameters.end, text }];
}

const parameterCode = ({ dotDotDotToken, name, initializer }: ts.ParameterDeclaration): string =>
  (dotDotDotToken ? '...' : '') + codeOf(name) + (initializer ? ` = ${codeOf(initializer)}` : '');

function refuseNoticed(
  path: string,
  name: string,
  more: ts.ParameterDeclaration,
  without: TopFunction['node'],
): void {
  const parameter = more.name.getText();
  const used = [...without.parameters, without.body].map((each) => namesIn(each));
  if ([...namesIn(more.name)].some((each) => used.some((names) => names.has(each)))) {
    throw new UsageError(
      `${path}: ${name} uses the name ${parameter} where that is no parameter of it; ` +
        'call one of the two otherwise',
    );
  }
  if (more.initializer && acts(more.initializer)) {
    throw new UsageError(
      `${path}: the default of ${parameter}, a parameter of ${name}, would be worked out ` +
        'without the edit, too; give it a plain value',
    );
  }
}

/** Whether an expression may do more than have a value. */
const acts = (node: ts.Node): boolean =>
  ts.isCallExpression(node) ||
  ts.isNewExpression(node) ||
  ts.isYieldExpression(node) ||
  (ts.forEachChild(node, (child) => acts(child) || undefined) ?? false);

/** One body in which the condition chooses between two. */
export function mergeBody(
  { body: old }: TopFunction['node'],
  { body: edited }: TopFunction['node'],
  condition: string,
): Edit {
  const [start, end] = [old.getStart(), old.getEnd()];
  if (isSame(old, edited)) return { start, end, text: old.getText() };
  if (!ts.isBlock(old) && !ts.isBlock(edited)) {
    const text = `(${condition} ? (${edited.getText()}) : (${old.getText()}))`;
    return { start, end, text };
  }
  if (ts.isBlock(old) && ts.isBlock(edited)) {
    const text = mergeStatements(old.statements, edited.statements, condition);
    return { start, end, text: `{\n${text}\n}` };
  }
  return { start, end, text: `{\nif (${condition}) ${block(edited)}\nelse ${block(old)}\n}` };
}

const block = (body: ts.ConciseBody): string =>
  ts.isBlock(body) ? body.getText() : `{ return ${body.getText()}; }`;
