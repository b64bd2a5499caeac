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
  /** What their changed lines have in common, from 0 to 1. */
  readonly likeness: number;
  /** The difference of their lines as a diff of diffs; absent where the project has no text of the hunk. */
  readonly difference?: string;
}

const MARKERS = { context: ' ', added: '+', removed: '-' } as const;
const LEAST_LIKENESS = 0.2;

function changedTokens(lines: readonly HunkLine[]): string[] {
  const changed = lines.filter(({ op }) => op !== 'context').map(({ text }) => text ?? '');
  return tokenizeLines(changed).flat();
}

function factTokens(facts: HunkFacts): string[] {
  const { text, signature } = facts;
  if (text !== undefined) return changedTokens(text.lines);
  return [...(signature?.added ?? []), ...(signature?.removed ?? [])];
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

const known = HUNKS.map((facts) => ({ facts, tokens: factTokens(facts) }));

/** The known hunk of the same file that a hunk is most like, or of any file if none there is like it. */
export function nearestHunk(file: string, lines: readonly HunkLine[]): NearestHunk | undefined {
  const tokens = changedTokens(lines);
  const ranked = known
    .map(({ facts, tokens: other }) => ({ facts, likeness: shared(tokens, other) }))
    .filter(({ likeness }) => likeness >= LEAST_LIKENESS)
    .map((entry) => ({ ...entry, rank: entry.likeness + (entry.facts.file === file ? 1 : 0) }))
    .sort((a, b) => b.rank - a.rank);
  if (ranked.length === 0) return undefined;
  const { facts, likeness } = ranked[0];
  const { id, text } = facts;
  const percent = Math.round(likeness * 100) / 100;
  if (text === undefined) return { id, likeness: percent };
  return { id, likeness: percent, difference: difference(id, text.lines, lines) };
}
