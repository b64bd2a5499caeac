/** What hunks define and use, read from their text with a C parser that tolerates fragments. */
import { Language, Parser } from 'web-tree-sitter';
import type { Node } from 'web-tree-sitter';
import type { DerivedSymbols, DefinedSymbol, SymbolCall } from '../model/features/derived-symbols';
import { beginsInComment } from '../model/patch/matching/c-tokens';
import type { HunkLine } from '../model/patch/types';

/** A side of a hunk as text to parse, and which of its lines (from 0) are changed ones. */
interface Fragment {
  readonly text: string;
  readonly changed: ReadonlySet<number>;
}

let parser: Parser | undefined;

/** The C parser; loaded once. */
async function loadParser(): Promise<Parser> {
  if (parser !== undefined) return parser;
  await Parser.init();
  const grammar = require.resolve('@repomix/tree-sitter-wasms/out/tree-sitter-c.wasm');
  parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return parser;
}

/** The function that a fragment is put into, to make sense of statements; no kernel has one so called. */
const FRAME = '__frame__';

/** A comment that the fragment leaves open is closed, and one that it stands in is opened. */
function completeComments(texts: readonly string[]): string {
  const open = beginsInComment(texts) ? '/* ' : '';
  const text = `${open}${texts.join('\n')}`;
  return text.lastIndexOf('/*') > text.lastIndexOf('*/') ? `${text} */` : text;
}

function sideOf(
  lines: readonly HunkLine[],
  gone: HunkLine['op'],
  wanted: ReadonlySet<HunkLine>,
): Fragment {
  const side = lines.filter(({ op }) => op !== gone);
  const changed = side.flatMap((line, index) => (wanted.has(line) ? [index] : []));
  return { text: completeComments(side.map(({ text }) => text ?? '')), changed: new Set(changed) };
}

/** Adds the braces that the fragment closes but does not open, and the other way round. */
function balance(text: string): { head: string; tail: string } {
  let depth = 0;
  let lowest = 0;
  for (const char of text.replace(/\/\*[^]*?\*\//g, '')) {
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    lowest = Math.min(lowest, depth);
  }
  return { head: '{ '.repeat(-lowest), tail: ' }'.repeat(depth - lowest) };
}

/** Surroundings in which a fragment may make sense; on one line, so that line numbers stay. */
function framesOf(text: string, header: string): string[] {
  // git shows the line that opened the struct, enum or array in which a hunk stands.
  if (header.endsWith('{')) return [`${header} ${text}${balance(`${header} ${text}`).tail}`];
  const { head, tail } = balance(text);
  const inFunction = (before: string) =>
    `void ${FRAME}(void) { ${before}${head}${text}${tail}\n; }`;
  return [`${text}${tail}`, inFunction(''), inFunction('if (0) ')];
}

function faults(node: Node): number {
  if (!node.hasError) return 0;
  const own = node.isError || node.isMissing ? 1 : 0;
  return own + node.children.reduce((sum, child) => sum + faults(child), 0);
}

/** Parses a fragment in the surroundings in which it has the fewest faults. */
function parse(text: string, header: string, using: Parser): Node {
  const roots = framesOf(text, header).map((framed) => {
    const tree = using.parse(framed);
    if (tree === null) throw new Error('derive symbols: the parser gave nothing');
    return { root: tree.rootNode, count: faults(tree.rootNode) };
  });
  return roots.reduce((best, next) => (next.count < best.count ? next : best)).root;
}

function isChanged(node: Node, { changed }: Fragment): boolean {
  return changed.has(node.startPosition.row);
}

function nodes(root: Node, type: string): Node[] {
  return root.descendantsOfType(type);
}

/** The name that a declarator declares, through pointers, arrays and parameters. */
function declaredName(node: Node | null): Node | null {
  if (node === null || /identifier$/.test(node.type)) return node;
  return declaredName(node.childForFieldName('declarator'));
}

/** The function around a node, by its name; undefined outside of any. */
function functionAround(node: Node): string | undefined {
  for (let at: Node | null = node; at !== null; at = at.parent) {
    if (at.type === 'function_definition') return declaredName(at)?.text;
  }
  return undefined;
}

/** The struct that a member belongs to. */
function structOf(field: Node): string | undefined {
  for (let at: Node | null = field; at !== null; at = at.parent) {
    if (at.type === 'struct_specifier') return at.childForFieldName('name')?.text;
  }
  return undefined;
}

function definitions(root: Node, fragment: Fragment): DefinedSymbol[] {
  const named = (
    type: string,
    kind: DefinedSymbol['kind'],
    nameOf: (node: Node) => string | undefined,
  ) =>
    nodes(root, type).flatMap((node) => {
      const name = nameOf(node);
      return name === undefined ? [] : [{ kind, name, node }];
    });
  const ownName = (node: Node) => node.childForFieldName('name')?.text;
  const found = [
    ...named('function_definition', 'function', (node) => declaredName(node)?.text),
    ...named('declaration', 'prototype', (node) => {
      const declarator = node.childForFieldName('declarator');
      return declarator?.type === 'function_declarator'
        ? declaredName(declarator)?.text
        : undefined;
    }),
    ...named('preproc_def', 'macro', ownName),
    ...named('enumerator', 'enumerator', ownName),
    ...named('field_declaration', 'field', (node) => {
      const name = declaredName(node.childForFieldName('declarator'))?.text;
      return name === undefined ? undefined : `${structOf(node)}.${name}`;
    }),
    ...named('preproc_include', 'include', (node) =>
      node.childForFieldName('path')?.text.replace(/[<>"]/g, ''),
    ),
    ...named('parameter_declaration', 'parameter', (node) => {
      const name = declaredName(node.childForFieldName('declarator'))?.text;
      const owner = functionAround(node);
      return name === undefined || owner === undefined || owner === FRAME
        ? undefined
        : `${owner}.${name}`;
    }),
  ];
  return found
    .filter(({ node, name }) => isChanged(node, fragment) && name !== FRAME)
    .sort((a, b) => a.node.startIndex - b.node.startIndex)
    .map(({ kind, name }) => ({ kind, name }));
}

/** Names that a changed function declares for itself: its parameters and variables. */
function localNames(root: Node, fragment: Fragment): Set<string> {
  const declared = [...nodes(root, 'parameter_declaration'), ...nodes(root, 'declaration')];
  const inside = declared.filter((node) => isChanged(node, fragment));
  const names = inside.flatMap((node) => {
    return node.childrenForFieldName('declarator').map((child) => declaredName(child)?.text);
  });
  return new Set(names.filter((name) => name !== undefined));
}

function usedNames(root: Node, fragment: Fragment): string[] {
  const local = localNames(root, fragment);
  const own = new Set(definitions(root, fragment).map(({ name }) => name.replace(/^.*\./, '')));
  const all = [...nodes(root, 'identifier'), ...nodes(root, 'field_identifier')]
    .filter((node) => isChanged(node, fragment))
    .sort((a, b) => a.startIndex - b.startIndex)
    .map(({ text }) => text);
  // A macro's body is plain text to the parser.
  const bodies = nodes(root, 'preproc_arg').filter((node) => {
    return (
      fragment.changed.has(node.startPosition.row) || fragment.changed.has(node.endPosition.row)
    );
  });
  const inBodies = bodies.flatMap(({ text }) => text.match(/[A-Za-z_]\w*/g) ?? []);
  const names = new Set([...all, ...inBodies]);
  return [...names].filter((name) => !local.has(name) && !own.has(name));
}

function callsIn(root: Node, fragment: Fragment): SymbolCall[] {
  return nodes(root, 'call_expression')
    .filter((node) => isChanged(node, fragment))
    .flatMap((node) => {
      const name = node.childForFieldName('function');
      const given = node.childForFieldName('arguments')?.namedChildCount ?? 0;
      return name?.type === 'identifier' ? [{ name: name.text, arguments: given }] : [];
    });
}

/**
 * Derives what a hunk's changed lines define and use.
 *
 * @param lines all lines of the hunk; unknown ones are taken as blank
 * @param wanted the changed lines that count; those of one part, or all
 */
export async function deriveSymbols(
  lines: readonly HunkLine[],
  wanted: readonly HunkLine[],
  header: string,
): Promise<DerivedSymbols> {
  const using = await loadParser();
  const counted = new Set(wanted);
  const newer = sideOf(lines, 'removed', counted);
  const older = sideOf(lines, 'added', counted);
  const newRoot = parse(newer.text, header, using);
  const oldRoot = parse(older.text, header, using);
  return {
    defines: definitions(newRoot, newer),
    redefines: definitions(oldRoot, older).map(({ name }) => name),
    uses: usedNames(newRoot, newer),
    calls: callsIn(newRoot, newer),
    dropped: callsIn(oldRoot, older),
  };
}
