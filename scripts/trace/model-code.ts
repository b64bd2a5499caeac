/** What the model's kernel files declare, and what each declaration names and calls. */
import { ts } from 'ts-morph';
import { remember } from '../model-source/memo';
import { isExported } from '../model-source/scan-module';
import type { Sources } from '../model-source/kernel-sources';

/** A function or a constant at the top of a file. */
export interface Declaration {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly exported: boolean;
  /** Whether the comment above says that it is a function of the kernel: `mm/rmap.c try_to_unmap_one`. */
  readonly mirrors: boolean;
  /** The names of what it calls, in the order of the text. */
  readonly calls: readonly string[];
  /** Every name and every string in it, in the order of the text, its own name left out. */
  readonly names: readonly string[];
  /** Its parameters; for an interface its members, for a list its strings. */
  readonly parts: readonly string[];
}

/** The folders that mirror the kernel's tree. */
const MIRROR = /^model\/(?:arch|fs|include|kernel|mm)\//;

/** Whether a source stands for a file of the kernel. */
export const mirrorsKernel = (path: string): boolean => MIRROR.test(path);

/** Everything that stands at the top of the files that mirror the kernel's. */
export function declarations(sources: Sources): Declaration[] {
  return [...sources].flatMap(([path, text]) =>
    mirrorsKernel(path) ? declarationsOf(path, text) : [],
  );
}

/** The same for one file. */
export const declarationsOf = remember((path, text): Declaration[] => {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  return source.statements.flatMap((statement) =>
    nodesOf(statement).map(([name, node]) => {
      const doc = text.slice(statement.getFullStart(), statement.getStart());
      return {
        name,
        file: path,
        line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
        exported: isExported(statement),
        mirrors: new RegExp(`\\.[chS] [^.]*\\b${name}\\b`).test(doc),
        ...namesIn(node, name),
        parts: partsOf(node),
      };
    }),
  );
});

function nodesOf(statement: ts.Statement): [string, ts.Node][] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap((node): [string, ts.Node][] =>
      ts.isIdentifier(node.name) ? [[node.name.text, node]] : [],
    );
  }
  const named = ts.isFunctionDeclaration(statement) || ts.isInterfaceDeclaration(statement);
  return named && statement.name ? [[statement.name.text, statement]] : [];
}

function namesIn(root: ts.Node, own: string): Pick<Declaration, 'calls' | 'names'> {
  const calls: string[] = [];
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) calls.push(lastName(node.expression));
    if ((ts.isIdentifier(node) && node.text !== own) || ts.isStringLiteral(node)) {
      names.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(root);
  return { calls: calls.filter((name) => name !== ''), names };
}

/** `name` of `name` and of `space.name`; nothing of any other expression. */
function lastName(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text;
  return ts.isPropertyAccessExpression(callee) ? callee.name.text : '';
}

function partsOf(node: ts.Node): string[] {
  if (ts.isFunctionDeclaration(node)) return node.parameters.map(({ name }) => name.getText());
  if (ts.isInterfaceDeclaration(node)) {
    return node.members.flatMap(({ name }) => (name ? [name.getText()] : []));
  }
  const strings: string[] = [];
  ts.forEachChild(node, function visit(child): void {
    if (ts.isStringLiteral(child)) strings.push(child.text);
    ts.forEachChild(child, visit);
  });
  return strings;
}

/** Whether a source of the model stands for a file of the kernel: `mm/swap.c` is mm/swap.ts and mm/swap/. */
export function isCounterpart(path: string, kernelFile: string): boolean {
  const stem = `model/${kernelFile.replace(/\.[chS]$/, '')}`;
  // One header can be several files of the model, as mm.ts and mm-zap.ts are.
  return path === `${stem}.ts` || path.startsWith(`${stem}/`) || path.startsWith(`${stem}-`);
}
