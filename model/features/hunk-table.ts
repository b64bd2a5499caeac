import table from '../../patches/hunks.json';
import type { HunkLine, HunkStatus, LineRange } from '../patch/types';
import type { HunkId, SwitchId } from './hunk-id';

/**
 * What a switch does to a running kernel. `behaviour`: something, by itself; `definition`: it acts only
 * through the switches that use what it defines; `none`: nothing, for the reason given.
 */
export type Effect = 'behaviour' | 'definition' | 'none';

/** A symbol without which a switch's C code does not compile, and the switch that brings it. */
export interface Need {
  readonly symbol: string;
  readonly from: SwitchId;
  /** Said where it is no plain use of a defined symbol. */
  readonly why?: string;
}

/** A switch: a whole hunk, or a part of one. */
export interface SwitchFacts {
  readonly id: SwitchId;
  readonly hunk: HunkId;
  readonly description: string;
  readonly effect: Effect;
  /** Why it has no effect of its own; absent for `behaviour`. */
  readonly reason?: string;
  readonly defines: readonly string[];
  readonly uses: readonly string[];
  readonly needs: readonly Need[];
  /** Switches without which it compiles but does not have its full effect. */
  readonly run: readonly SwitchId[];
}

/** A hunk's text, for those that stand in the mail. */
export interface HunkText {
  /** What stands behind the second `@@`. */
  readonly header: string;
  readonly old: LineRange;
  readonly new: LineRange;
  readonly lines: readonly HunkLine[];
  /** Line of the mail on which the hunk begins. */
  readonly mailLine: number;
}

/** A hunk of the series. */
export interface HunkFacts {
  readonly id: HunkId;
  /** `1/6` to `6/6`, or `fixup`. */
  readonly patch: string;
  readonly file: string;
  readonly function: string;
  readonly status: HunkStatus;
  readonly description: string;
  /** Lines added and removed, as far as they are known. */
  readonly added?: number;
  readonly removed?: number;
  readonly text?: HunkText;
  readonly switches: readonly SwitchFacts[];
}

type StoredHunk = (typeof table.hunks)[number];
type StoredText = NonNullable<Extract<StoredHunk, { text: unknown }>['text']>;

const OPS = { ' ': 'context', '?': 'context', '+': 'added', '-': 'removed' } as const;

function readText(stored: StoredText): HunkText {
  const recovered = new Set(stored.recovered);
  const lines = stored.lines.map((line, index): HunkLine => {
    const op = OPS[line[0] as keyof typeof OPS];
    if (line === '?') return { op, text: null, quoted: false };
    return { op, text: line.slice(1), quoted: !recovered.has(index) };
  });
  const range = ([start, count]: number[]): LineRange => ({ start, lines: count });
  const { header, mailLine } = stored;
  return { header, old: range(stored.old), new: range(stored.new), lines, mailLine };
}

function readSwitches(stored: StoredHunk): SwitchFacts[] {
  return stored.switches.map((facts) => ({
    description: stored.description,
    ...(facts as Omit<SwitchFacts, 'hunk' | 'description'>),
    hunk: stored.id as HunkId,
  }));
}

function readHunk(stored: StoredHunk): HunkFacts {
  const { patch, file, function: name, status, description } = stored;
  const text = 'text' in stored && stored.text ? readText(stored.text) : undefined;
  const counted = 'text' in stored && stored.text ? stored.text : (stored as StoredCounts);
  return {
    id: stored.id as HunkId,
    patch,
    file,
    function: name,
    status: status as HunkStatus,
    description,
    ...(typeof counted.added === 'number' ? { added: counted.added } : {}),
    ...(typeof counted.removed === 'number' ? { removed: counted.removed } : {}),
    ...(text === undefined ? {} : { text }),
    switches: readSwitches(stored),
  };
}

interface StoredCounts {
  readonly added: number | null;
  readonly removed: number | null;
}

/** Every hunk of the series, in its order. Generated data: see patches/README.md. */
export const HUNKS: readonly HunkFacts[] = table.hunks.map(readHunk);

/** The patches of the series, in its order. */
export const SERIES: readonly { readonly patch: string; readonly subject: string }[] = table.series;

const hunksById = new Map(HUNKS.map((facts) => [facts.id, facts]));
const switchesById = new Map(
  HUNKS.flatMap(({ switches }) => switches.map((facts) => [facts.id, facts])),
);

/** What is known of a hunk. */
export function hunkFacts(id: HunkId): HunkFacts {
  return hunksById.get(id)!;
}

/** What is known of a switch. */
export function switchFacts(id: SwitchId): SwitchFacts {
  return switchesById.get(id)!;
}
