import table from '../../patches/hunks.json';
import type { HunkLine, HunkStatus, LineRange } from '../patch/types';
import type { DerivedSymbols } from './derived-symbols';
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
  /** The part's changed lines, as ordinals from 0; absent where it has all that no other part has. */
  readonly lines?: readonly number[];
  readonly effect: Effect;
  /** Why it has no effect of its own; absent for `behaviour`. */
  readonly reason?: string;
  readonly defines: readonly string[];
  readonly uses: readonly string[];
  readonly needs: readonly Need[];
  /** What a C parser finds in its text; absent for a hunk without text. */
  readonly derived?: DerivedSymbols;
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

/** What a hunk must have to be taken for one whose text is not known. */
export interface Signature {
  /** The function that it stands in or that it names. */
  readonly function?: string;
  /** A label of that function in column 0, right above the hunk: git names it behind the `@@` instead. */
  readonly label?: string;
  /** Tokens among its added and removed lines. */
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
  /** Tokens that the series does not have there. */
  readonly absent?: readonly string[];
  /** Tokens that must not stand in the lines right before it. */
  readonly before?: readonly string[];
  /** A token of the nearest line of code above it, where the hunk shows any line above. */
  readonly after?: string;
  /** What its added lines may call or name besides `added` and what the lines do that they replace. */
  readonly only?: readonly string[];
  /** Tokens in the order in which its added lines have them; nothing else there is negated. */
  readonly order?: readonly string[];
  /** It changes comments only. */
  readonly comment?: boolean;
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
  /** For a hunk that stands in the mail. */
  readonly text?: HunkText;
  /** For a hunk that does not. */
  readonly signature?: Signature;
  /** For an edit of the model: the file that it was read from, as the user named it. */
  readonly editFile?: string;
  readonly switches: readonly SwitchFacts[];
}

/** A hunk as patches/hunks.json has it. */
interface StoredHunk extends Omit<HunkFacts, 'added' | 'removed' | 'text' | 'switches'> {
  readonly added?: number | null;
  readonly removed?: number | null;
  readonly text?: StoredText;
  readonly switches: readonly StoredSwitch[];
}

interface StoredSwitch extends Omit<SwitchFacts, 'hunk' | 'description'> {
  /** Absent where the hunk's own says it. */
  readonly description?: string;
}

interface StoredText {
  readonly header: string;
  readonly old: readonly [number, number];
  readonly new: readonly [number, number];
  readonly added: number;
  readonly removed: number;
  readonly mailLine: number;
  /** Each line behind its marker; a mere question mark is an unknown context line. */
  readonly lines: readonly string[];
  /** Which of the lines were recovered from another patch, from 0. */
  readonly recovered: readonly number[];
}

const OPS = { ' ': 'context', '?': 'context', '+': 'added', '-': 'removed' } as const;

function readText(stored: StoredText): HunkText {
  const recovered = new Set(stored.recovered);
  const lines = stored.lines.map((line, index): HunkLine => {
    const op = OPS[line[0] as keyof typeof OPS];
    if (line === '?') return { op, text: null, quoted: false };
    return { op, text: line.slice(1), quoted: !recovered.has(index) };
  });
  const range = ([start, count]: readonly [number, number]) => ({ start, lines: count });
  const { header, mailLine } = stored;
  return { header, old: range(stored.old), new: range(stored.new), lines, mailLine };
}

function readHunk({ added, removed, text, switches, ...rest }: StoredHunk): HunkFacts {
  const counts = text ?? { added, removed };
  const { id, description } = rest;
  return {
    ...rest,
    ...(typeof counts.added === 'number' ? { added: counts.added } : {}),
    ...(typeof counts.removed === 'number' ? { removed: counts.removed } : {}),
    ...(text === undefined ? {} : { text: readText(text) }),
    switches: switches.map((facts) => ({
      ...facts,
      description: facts.description ?? description,
      hunk: id,
    })),
  };
}

// The types of the file are its generator's; a spec checks that it is current.
const stored = table as unknown as {
  readonly diffstat: { readonly announcedOnly: typeof ANNOUNCED };
  readonly series: readonly { readonly patch: string; readonly subject: string }[];
  readonly hunks: readonly StoredHunk[];
};

/** Every hunk of the series, in its order. Generated data: see patches/README.md. */
export const HUNKS: readonly HunkFacts[] = stored.hunks.map(readHunk);

/** The patches of the series, in its order. */
export const SERIES: readonly { readonly patch: string; readonly subject: string }[] =
  stored.series;

const hunksById = new Map(HUNKS.map((facts) => [facts.id, facts]));
const switchesById = new Map(
  HUNKS.flatMap(({ switches }) => switches.map((facts) => [facts.id, facts])),
);

/** The file whose hunks the mail only announces, with what its diffstat leaves for them. */
export const ANNOUNCED: {
  readonly path: string;
  readonly added: number;
  readonly removed: number;
} = stored.diffstat.announcedOnly;

/** What is known of a hunk. */
export function hunkFacts(id: HunkId): HunkFacts {
  return hunksById.get(id)!;
}

/** What is known of a switch. */
export function switchFacts(id: SwitchId): SwitchFacts {
  return switchesById.get(id)!;
}
