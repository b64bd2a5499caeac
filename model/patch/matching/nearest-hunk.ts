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
const LEAST_LIKENESS = { sameFile: 0.2, otherFile: 0.5 };

function changedTokens(lines: readonly HunkLine[]): string[] {
  const changed = lines.filter(({ op }) => op !== 'context').map(({ text }) => text ?? '');
  return tokenizeLines(changed).flat();
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

const known = HUNKS.map((facts) => ({ facts, likenessOf: likenessTo(facts) }));

/**
 * The known hunk of the same file that a hunk is most like, or of any file if none there is like it.
 *
 * @param names what the hunk's @@ line names: of hunks that it is as like, that of this function
 */
export function nearestHunk(
  file: string,
  names: ReadonlySet<string>,
  lines: readonly HunkLine[],
): NearestHunk | undefined {
  const tokens = changedTokens(lines);
  const ranked = known
    .map(({ facts, likenessOf }) => ({ facts, likeness: likenessOf(tokens) }))
    .map((entry) => ({ ...entry, sameFile: entry.facts.file === file }))
    .map((entry) => ({ ...entry, sameFunction: names.has(entry.facts.function) }))
    .filter(
      ({ likeness, sameFile }) => likeness >= LEAST_LIKENESS[sameFile ? 'sameFile' : 'otherFile'],
    )
    .sort(
      (a, b) =>
        Number(b.sameFile) - Number(a.sameFile) ||
        b.likeness - a.likeness ||
        Number(b.sameFunction) - Number(a.sameFunction),
    );
  if (ranked.length === 0) return undefined;
  const { facts, likeness } = ranked[0];
  const { id, text } = facts;
  const percent = Math.round(likeness * 100) / 100;
  if (text === undefined || lines.length > MOST_LINES) return { id, likeness: percent };
  return { id, likeness: percent, difference: difference(id, text.lines, lines) };
}
