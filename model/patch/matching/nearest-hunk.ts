import { formatPatch, structuredPatch } from 'diff';
import type { HunkId } from '../../features/hunk-id';
import { HUNKS } from '../../features/hunk-table';
import type { HunkFacts } from '../../features/hunk-table';
import { normalizeSpace } from '../normalize';
import type { HunkLine } from '../types';
import { tokenizeLines } from './c-tokens';

/** The known hunk that is most like one of the input. */
export interface NearestHunk {
  readonly id: HunkId;
  /** How much of their changed code they share, from 0 to 1; without text: how many of its symbols. */
  readonly likeness: number;
  /** The difference of their lines as a diff of diffs; absent where the project has no text of the hunk. */
  readonly difference?: string;
}

const MARKERS = { context: ' ', added: '+', removed: '-' } as const;
/** A hunk with more lines is not compared line by line: nobody would read that. */
const MOST_LINES = 1000;

/** Below this two hunks have nothing to do with each other; the less so in different files. */
const LEAST_LIKENESS = { sameFunction: 0.05, sameFile: 0.2, otherFile: 0.5 };
/** Fewer symbols say nothing of a hunk in another file. */
const LEAST_SYMBOLS = 2;

/** The tokens of the lines that are removed or added; the lines around them tell what is a comment. */
function sideTokens(lines: readonly HunkLine[], op: 'removed' | 'added'): string[] {
  const side = lines.filter((line) => line.op === op || line.op === 'context');
  const tokens = tokenizeLines(side.map(({ text }) => text ?? ''));
  return tokens.filter((_, index) => side[index].op === op).flat();
}

function changedTokens(lines: readonly HunkLine[]): string[] {
  return [...sideTokens(lines, 'removed'), ...sideTokens(lines, 'added')];
}

/** How like a known hunk is to one with these changed tokens. */
type Likeness = (tokens: readonly string[]) => number;

function likenessTo({ text, signature }: HunkFacts): Likeness {
  if (text !== undefined) {
    const own = changedTokens(text.lines);
    return (tokens) => shared(tokens, own);
  }
  const symbols = [...(signature?.added ?? []), ...(signature?.removed ?? [])];
  return (tokens) => {
    const found = new Set(tokens);
    return symbols.filter((symbol) => found.has(symbol)).length / Math.max(1, symbols.length);
  };
}

/** Twice what two bags of tokens share, in relation to all that they hold. */
function shared(a: readonly string[], b: readonly string[]): number {
  if (a.length + b.length === 0) return 0;
  const left = new Map<string, number>();
  for (const token of a) left.set(token, (left.get(token) ?? 0) + 1);
  let common = 0;
  for (const token of b) {
    const count = left.get(token) ?? 0;
    if (count === 0) continue;
    common += 1;
    left.set(token, count - 1);
  }
  return (2 * common) / (a.length + b.length);
}

function marked(lines: readonly HunkLine[]): string {
  const known = lines.filter(({ text }) => text !== null);
  return known.map(({ op, text }) => `${MARKERS[op]}${normalizeSpace(text ?? '')}\n`).join('');
}

/** How a hunk's lines differ from a known one's: `-` only in the known one, `+` only in this one. */
function difference(id: HunkId, known: readonly HunkLine[], lines: readonly HunkLine[]): string {
  const patch = structuredPatch(id, 'the input', marked(known), marked(lines), '', '', {
    context: 1,
  });
  return formatPatch(patch)
    .split('\n')
    .filter((line) => !/^(?:===|--- |\+\+\+ |Index:)/.test(line))
    .join('\n')
    .trimEnd();
}

function symbolsOf({ signature }: HunkFacts): number {
  return (signature?.added ?? []).length + (signature?.removed ?? []).length;
}

/** Whether an @@ line names a hunk's function, or its label. */
const namesFunction = ({ function: name, signature }: HunkFacts, names: ReadonlySet<string>) =>
  names.has(name) || (signature?.label !== undefined && names.has(signature.label));

/** What is known of a hunk's likeness to the one in question. */
interface Entry {
  readonly facts: HunkFacts;
  readonly likeness: number;
  readonly sameFile: boolean;
  readonly sameFunction: boolean;
}

function isLike({ facts, likeness, sameFile, sameFunction }: Entry): boolean {
  if (sameFunction) return likeness >= LEAST_LIKENESS.sameFunction;
  if (sameFile) return likeness >= LEAST_LIKENESS.sameFile;
  const isTelling = facts.text !== undefined || symbolsOf(facts) >= LEAST_SYMBOLS;
  return isTelling && likeness >= LEAST_LIKENESS.otherFile;
}

const known = HUNKS.map((facts) => ({ facts, likenessOf: likenessTo(facts) }));

/**
 * The known hunk of the same function that a hunk is most like, or of the same file if none there is like it,
 * or of any file.
 *
 * @param names what the hunk's @@ line names
 */
export function nearestHunk(
  file: string,
  names: ReadonlySet<string>,
  lines: readonly HunkLine[],
): NearestHunk | undefined {
  const tokens = changedTokens(lines);
  const ranked = known
    .map(({ facts, likenessOf }) => ({ facts, likeness: likenessOf(tokens) }))
    .map((entry): Entry => {
      const sameFile = entry.facts.file === file;
      const sameFunction = sameFile && namesFunction(entry.facts, names);
      return { ...entry, sameFile, sameFunction };
    })
    .filter(isLike)
    .sort(
      (a, b) =>
        Number(b.sameFunction) - Number(a.sameFunction) ||
        Number(b.sameFile) - Number(a.sameFile) ||
        b.likeness - a.likeness,
    );
  if (ranked.length === 0) return undefined;
  const { facts, likeness } = ranked[0];
  const { id, text } = facts;
  const percent = Math.round(likeness * 100) / 100;
  if (text === undefined || lines.length > MOST_LINES) return { id, likeness: percent };
  return { id, likeness: percent, difference: difference(id, text.lines, lines) };
}
