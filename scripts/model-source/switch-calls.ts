/** Where model code asks for a switch: the calls of `hunk()` and `defined()`. */
import { Node, Project, SyntaxKind, type CallExpression, type SourceFile } from 'ts-morph';
import { SWITCH_IDS, type SwitchId } from '../../model/features/hunk-id';

/** A call of `hunk()` or `defined()`. */
export interface SwitchCall {
  readonly call: CallExpression;
  readonly kind: 'hunk' | 'defined';
  /** Undefined if the first argument is no literal that names a switch. */
  readonly id: SwitchId | undefined;
}

const known = new Set<string>(SWITCH_IDS);
const project = new Project({ useInMemoryFileSystem: true });

/** Parses a source; the result is good until the same path is parsed again. */
export function parseSource(path: string, text: string): SourceFile {
  return project.createSourceFile(path, text, { overwrite: true });
}

/** Every call under a node that asks for a switch, in the order of the text. */
export function switchCalls(source: Node): SwitchCall[] {
  return source.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call) => {
    const kind = call.getExpression().getText();
    return kind === 'hunk' || kind === 'defined' ? [{ call, kind, id: idOf(call) }] : [];
  });
}

function idOf(call: CallExpression): SwitchId | undefined {
  const [first] = call.getArguments();
  if (!Node.isStringLiteral(first)) return undefined;
  const id = first.getLiteralValue();
  return known.has(id) ? (id as SwitchId) : undefined;
}
