/** Where the model asks for each switch. */
import { Node, SyntaxKind, type CallExpression, type ImportDeclaration } from 'ts-morph';
import type { SwitchId } from '../../model/features/hunk-id';
import { asksForSwitch } from '../model-source/fold';
import { isKernelSource, type Sources } from '../model-source/kernel-sources';
import { remember } from '../model-source/memo';
import { parseSource, switchCalls } from '../model-source/switch-calls';

/** A call of `hunk()` or `defined()` in the model. */
export interface PlacedSwitch {
  /** Undefined if what is asked for is no literal that names a switch. */
  readonly id: SwitchId | undefined;
  readonly kind: 'hunk' | 'defined';
  readonly file: string;
  readonly line: number;
  /** The function or constant at the top of the file that it stands in. */
  readonly function: string;
  /** Whether it only decides: the condition of an if or of a choice, or a statement of its own. */
  readonly decides: boolean;
}

/** Every place, in the order of files and lines. */
export function placedSwitches(sources: Sources): PlacedSwitch[] {
  return [...sources].flatMap(([file, text]) =>
    isKernelSource(file) && asksForSwitch(text) ? placedIn(file, text) : [],
  );
}

const placedIn = remember((file, text): PlacedSwitch[] =>
  switchCalls(parseSource(file, text)).map(({ call, kind, id }) => ({
    id,
    kind,
    file,
    line: call.getStartLineNumber(),
    function: functionAround(call),
    decides: kind === 'hunk' ? isCondition(call) : Node.isExpressionStatement(call.getParent()),
  })),
);

function functionAround(call: CallExpression): string {
  const top = call.getAncestors().find((node) => Node.isSourceFile(node.getParent()));
  if (Node.isFunctionDeclaration(top)) return top.getName() ?? '';
  return Node.isVariableStatement(top) ? (top.getDeclarations()[0]?.getName() ?? '') : '';
}

/** Whether a value is used only to choose between two arms, alone or with others. */
function isCondition(node: Node): boolean {
  const parent = node.getParent();
  if (Node.isParenthesizedExpression(parent) || Node.isPrefixUnaryExpression(parent)) {
    return isCondition(parent);
  }
  if (Node.isBinaryExpression(parent)) {
    return /^(&&|\|\|)$/.test(parent.getOperatorToken().getText()) && isCondition(parent);
  }
  if (Node.isIfStatement(parent)) return parent.getExpression() === node;
  return Node.isConditionalExpression(parent) && parent.getCondition() === node;
}

const WAYS_IN = ['defined', 'hunk'];
const TABLES = /(^|\/)features\//;

/** Lines of the kernel's files that reach for the switches in any other way than by these two calls. */
export function otherWaysIn(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) => {
    if (!isKernelSource(file) || !/\b(?:hunk|defined|features)\b/.test(text)) return [];
    const source = parseSource(file, text);
    const at = (node: Node): string => `${file}:${node.getStartLineNumber()}: ${node.getText()}`;
    const imports = source
      .getImportDeclarations()
      .filter((each) => TABLES.test(each.getModuleSpecifierValue()))
      .filter((each) => !isPlainImport(each));
    const uses = source
      .getDescendantsOfKind(SyntaxKind.Identifier)
      .filter((node) => WAYS_IN.includes(node.getText()) && !isCallee(node))
      .filter((node) => !Node.isImportSpecifier(node.getParent()) && !isMember(node));
    return [...imports, ...uses].map(at);
  });
}

function isPlainImport(declaration: ImportDeclaration): boolean {
  const { defaultImport, namespaceImport } = declaration.getStructure();
  return (
    declaration.getModuleSpecifierValue().endsWith('features/hunk') &&
    defaultImport === undefined &&
    namespaceImport === undefined &&
    declaration
      .getNamedImports()
      .every((each) => WAYS_IN.includes(each.getName()) && !each.getAliasNode())
  );
}

function isCallee(node: Node): boolean {
  const parent = node.getParent();
  return Node.isCallExpression(parent) && parent.getExpression() === node;
}

function isMember(node: Node): boolean {
  const parent = node.getParent();
  return Node.isPropertyAccessExpression(parent) && parent.getNameNode() === node;
}
