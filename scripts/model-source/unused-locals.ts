/** Which variables and parameters inside functions nothing reads, and how to do without them. */
import { ts } from 'ts-morph';
import { removal, type Edit } from './edits';
import { isExported } from './scan-module';

/**
 * The model's word for the processor that runs a function, which C does not pass. Where it is not read it
 * stays, with an underscore, so that callers stay the same.
 */
const CONTEXT = 'cpu';

/** Edits that remove unused variables and parameters of a source; callers of its local functions follow. */
export function unusedLocalEdits(source: ts.SourceFile): Edit[] {
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) edits.push(...inFunction(node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return edits;
}

function inFunction(owner: ts.SignatureDeclaration): Edit[] {
  return [...parameterEdits(owner), ...variableEdits(owner)];
}

/** How often a name is read or written under a node; the members of objects are no such use. */
function uses(node: ts.Node, name: string): number {
  let count = 0;
  const visit = (each: ts.Node): void => {
    if (ts.isIdentifier(each) && each.text === name && !isMemberName(each)) count += 1;
    ts.forEachChild(each, visit);
  };
  visit(node);
  return count;
}

function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  return (
    (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node
  );
}

function parameterEdits(owner: ts.SignatureDeclaration): Edit[] {
  return owner.parameters.flatMap((parameter, index) => {
    const { name } = parameter;
    if (!ts.isIdentifier(name) || name.text.startsWith('_') || uses(owner, name.text) > 1)
      return [];
    if (name.text === CONTEXT || !isLocalFunction(owner)) {
      return [{ start: name.getStart(), end: name.getStart(), text: '_' }];
    }
    const calls = callsOf(owner.getSourceFile(), (owner.name as ts.Identifier).text);
    return [
      withoutElement(owner.parameters, index),
      ...calls.map((call) => withoutElement(call.arguments, index)),
    ];
  });
}

const isLocalFunction = (owner: ts.SignatureDeclaration): boolean =>
  ts.isFunctionDeclaration(owner) && !isExported(owner);

function callsOf(source: ts.SourceFile, name: string): ts.CallExpression[] {
  const calls: ts.CallExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === name) calls.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return calls;
}

/** Takes one element out of a list, with the comma that goes with it. */
export function withoutElement(list: readonly ts.Node[], index: number): Edit {
  const [first, node, next] = [list[index - 1], list[index], list[index + 1]];
  if (next) return { start: node.getStart(), end: next.getStart(), text: '' };
  return { start: first?.getEnd() ?? node.getStart(), end: node.getEnd(), text: '' };
}

function variableEdits(owner: ts.SignatureDeclaration): Edit[] {
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node)) edits.push(...declarationEdits(owner, node));
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(owner, visit);
  return edits;
}

function declarationEdits(owner: ts.Node, declaration: ts.VariableDeclaration): Edit[] {
  const statement = declaration.parent.parent;
  const { name } = declaration;
  if (!ts.isVariableStatement(statement)) return [];
  if (ts.isIdentifier(name)) return uses(owner, name.text) > 1 ? [] : [whole(statement)];
  const unused = name.elements.map(
    (element) =>
      ts.isBindingElement(element) &&
      ts.isIdentifier(element.name) &&
      uses(owner, element.name.text) === 1,
  );
  if (unused.every(Boolean)) return [whole(statement)];
  const first = unused.indexOf(true);
  return first === -1 ? [] : [withoutElement(name.elements, first)];
}

function whole(statement: ts.VariableStatement): Edit {
  const text = statement.getText();
  if (/\byield\b|\w\(/.test(text)) throw new Error(`unused: '${text}' does more than give a value`);
  return removal(statement.getSourceFile().text, statement.getStart(), statement.getEnd());
}
