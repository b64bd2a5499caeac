/** Two versions of a block as one: a switch chooses between them, as near to where they differ as it can. */
import { ts } from 'ts-morph';
import { codeOf, isSame } from './declarations';
import { namesDeclared, namesIn } from './names';

type Statements = readonly ts.Statement[];

/**
 * The statements of a block that does what `before` does, and what `after` does where the condition holds.
 * What both begin with is not asked for the switch, nor what they end in, where nothing that differs declares
 * a name for it.
 */
export function mergeStatements(before: Statements, after: Statements, condition: string): string {
  const start = commonStart(before, after);
  const [b, a] = [before.slice(start), after.slice(start)];
  const tail = commonEnd(b, a);
  const middle = [b.slice(0, b.length - tail), a.slice(0, a.length - tail)] as const;
  const end = middle.flat().some((each) => namesDeclared(each).length > 0) ? 0 : tail;
  const [left, right] = end === tail ? middle : [b, a];
  const names = [...left, ...right].flatMap(namesDeclared);
  const spokenOf = new Set(before.slice(0, start).flatMap((each) => [...namesIn(each)]));
  // A function may speak of what is declared behind it.
  if (names.some((name) => spokenOf.has(name))) return choose(before, after, condition);
  return [
    textOf(before.slice(0, start)),
    choose(left, right, condition),
    textOf(b.slice(b.length - end)),
  ].join('\n');
}

const textOf = (statements: Statements): string =>
  statements.map((statement) => statement.getText()).join('\n');

function choose(before: Statements, after: Statements, condition: string): string {
  if (before.length === 0 && after.length === 0) return '';
  const inner = before.length === 1 && after.length === 1 && within(before[0], after[0], condition);
  if (inner) return inner;
  return `if (${condition}) {\n${textOf(after)}\n} else {\n${textOf(before)}\n}`;
}

/** Two statements that differ in a block of theirs only: one, with the switch in that block. */
function within(before: ts.Statement, after: ts.Statement, condition: string): string | undefined {
  if (before.kind !== after.kind) return undefined;
  const [b, a] = [blocksOf(before), blocksOf(after)];
  if (b.length === 0 || b.length !== a.length) return undefined;
  if (codeOf(before, b) !== codeOf(after, a)) return undefined;
  let text = '';
  let at = before.getStart();
  b.forEach((block, i) => {
    const whole = before.getSourceFile().text;
    text += whole.slice(at, block.getStart());
    text += isSame(block, a[i])
      ? block.getText()
      : `{\n${mergeStatements(block.statements, a[i]!.statements, condition)}\n}`;
    at = block.getEnd();
  });
  return text + before.getSourceFile().text.slice(at, before.getEnd());
}

/** The blocks of an if, a loop, a try or a block; none where one of them is no block in braces. */
function blocksOf(node: ts.Statement): ts.Block[] {
  if (ts.isBlock(node)) return [node];
  if (ts.isIterationStatement(node, false) || ts.isLabeledStatement(node)) {
    return blocksOf(node.statement);
  }
  if (ts.isTryStatement(node)) {
    return [node.tryBlock, node.catchClause?.block, node.finallyBlock].filter(
      (b) => b !== undefined,
    );
  }
  if (!ts.isIfStatement(node) || !ts.isBlock(node.thenStatement)) return [];
  if (node.elseStatement === undefined) return [node.thenStatement];
  const others = blocksOf(node.elseStatement);
  return others.length === 0 ? [] : [node.thenStatement, ...others];
}

function commonStart(a: Statements, b: Statements): number {
  let n = 0;
  while (n < a.length && n < b.length && isSame(a[n], b[n])) n++;
  return n;
}

function commonEnd(a: Statements, b: Statements): number {
  let n = 0;
  while (n < a.length && n < b.length && isSame(a.at(-1 - n), b.at(-1 - n))) n++;
  return n;
}
