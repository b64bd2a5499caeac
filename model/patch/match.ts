import { HUNK_IDS } from '../features/hunk-id';
import type { HunkId, SwitchId } from '../features/hunk-id';
import { ANNOUNCED, hunkFacts } from '../features/hunk-table';
import { switchesOf } from '../features/variant';
import { findCandidates, isFree, KNOWN_FILES } from './matching/candidates';
import type { Candidate } from './matching/candidates';
import { afterAll } from './matching/after-all';
import { lineKey } from './matching/edit-groups';
import { findEdited } from './matching/edited';
import { nearestHunk } from './matching/nearest-hunk';
import type { NearestHunk } from './matching/nearest-hunk';
import type { PlacedShape } from './matching/place-shapes';
import { findTakenBack } from './matching/taken-back';
import type { TakenBack } from './matching/taken-back';
import { normalizeSpace } from './normalize';
import type { HunkLine, PatchHunk, PatchInput } from './types';

/**
 * How a known hunk was found. `exact`: with the lines, the surroundings and the place that it was posted
 * with; `moved`: with the same changed lines, elsewhere or among others; `reformatted`: with the same code,
 * laid out or commented differently; `by-signature`: the project has no text of it, and file, function and
 * symbols agree; `announced`: the diffstat says that it is there; `taken-back`: a later patch of the input
 * takes it back; `edited`: a later patch changes its lines in a way that is not known; `missing`: not at all.
 */
export type KnownStatus =
  | 'exact'
  | 'moved'
  | 'reformatted'
  | 'by-signature'
  | 'announced'
  | 'taken-back'
  | 'edited'
  | 'missing';

/**
 * How a hunk of the input was found. `comments`: it changes nothing but comments and blank lines;
 * `takes-back`: it is the text of hunks of earlier patches with its sides swapped.
 */
export type InputStatus =
  | Exclude<KnownStatus, 'announced' | 'taken-back' | 'edited' | 'missing'>
  | 'comments'
  | 'takes-back'
  | 'unknown';

/** What became of a hunk of the series. */
export interface KnownMatch {
  readonly id: HunkId;
  readonly status: KnownStatus;
  /** Those of its switches that are in the input. */
  readonly switches: readonly SwitchId[];
  /** Ordinals, from 0, of the input's hunks that hold it. */
  readonly at: readonly number[];
  /** It stands in one text with another hunk that changes it. */
  readonly squashed: boolean;
}

/** What a hunk of the input is. */
export interface InputMatch {
  readonly patch: number;
  readonly file: string;
  readonly hunk: PatchHunk;
  readonly ids: readonly HunkId[];
  readonly status: InputStatus;
  /** For an unknown one: the known hunks that it could be, where nothing tells which. */
  readonly candidates: readonly HunkId[];
  /** For an unknown one: the known hunk that it is most like. */
  readonly nearest?: NearestHunk;
  /** For an unknown one: the known hunks that it takes back, though no earlier patch has them. */
  readonly reverses?: readonly HunkId[];
  /** For an unknown one: the known hunks of earlier patches whose lines it changes. */
  readonly edits?: readonly HunkId[];
  /** For one that takes back: the switches that it takes. */
  readonly takes?: readonly SwitchId[];
}

/** The whole comparison; both lists are complete. */
export interface MatchResult {
  readonly known: readonly KnownMatch[];
  readonly input: readonly InputMatch[];
}

/** So many unknown hunks are compared with all known ones; a file with more is no edited series. */
const MOST_COMPARED = 100;

function sameLine(known: HunkLine, found: HunkLine): boolean {
  if (known.op !== found.op) return false;
  if (known.text === null || found.text === null) return true;
  return normalizeSpace(known.text) === normalizeSpace(found.text);
}

function isAsPosted({ shape }: PlacedShape, hunk: Candidate): boolean {
  const { place } = shape;
  const { source } = hunk;
  return (
    place !== undefined &&
    hunk.shapes.length === 1 &&
    place.old.start === source.old.start &&
    place.new.start === source.new.start &&
    place.lines.length === source.lines.length &&
    place.lines.every((line, index) => sameLine(line, source.lines[index]))
  );
}

/** Whether the changes of comments and blank lines that belong to a text are there too. */
function hasComments({ shape }: PlacedShape, holders: readonly Candidate[]): boolean {
  const found = new Set(holders.flatMap(({ groups }) => groups.map(({ group }) => lineKey(group))));
  return shape.silent.every((group) => found.has(lineKey(group)));
}

function statusOf(placed: PlacedShape, holders: readonly Candidate[]): KnownStatus {
  if (!placed.sameLines || !hasComments(placed, holders)) return 'reformatted';
  return holders.length === 1 && isAsPosted(placed, holders[0]) ? 'exact' : 'moved';
}

/** The diffstat of a patch announces the hunks that the mail does not quote. */
function isAnnounced(id: HunkId, input: PatchInput): boolean {
  const { file, status } = hunkFacts(id);
  if (status !== 'announced' || file !== ANNOUNCED.path) return false;
  return input.patches.some(
    ({ files, diffstat }) =>
      !files.some(({ newPath }) => newPath === file) &&
      diffstat?.entries.some(
        ({ path, changed }) => path === file && changed === ANNOUNCED.added + ANNOUNCED.removed,
      ),
  );
}

function matchKnown(id: HunkId, candidates: readonly Candidate[], input: PatchInput): KnownMatch {
  const signed = candidates.filter(({ bySignature }) => bySignature.includes(id));
  const holders = candidates.filter(({ shapes }) =>
    shapes.some(({ shape }) => shape.hunks.includes(id)),
  );
  const at = [...signed, ...holders].map(({ index }) => index);
  const placed = holders[0]?.shapes.find(({ shape }) => shape.hunks.includes(id));
  if (placed !== undefined) {
    const own = new Set(switchesOf(id));
    const switches = placed.shape.switches.filter((switchId) => own.has(switchId));
    const squashed = placed.shape.hunks.length > 1;
    return { id, status: statusOf(placed, holders), switches, at, squashed };
  }
  const found = { id, at, squashed: false };
  if (signed.length > 0) return { ...found, status: 'by-signature', switches: switchesOf(id) };
  if (isAnnounced(id, input)) return { ...found, status: 'announced', switches: switchesOf(id) };
  return { ...found, status: 'missing', switches: [] };
}

const FROM_LEAST = ['by-signature', 'reformatted', 'moved', 'exact'] as const;

function matchInput(
  hunk: Candidate,
  all: readonly Candidate[],
  known: ReadonlyMap<HunkId, KnownMatch>,
  takenBack: TakenBack | undefined,
  compare: boolean,
): InputMatch {
  const { patch, file, source } = hunk;
  const said = hunk.repeats === undefined ? hunk : all[hunk.repeats];
  const ids = [
    ...new Set([...said.shapes.flatMap(({ shape }) => [...shape.hunks]), ...said.bySignature]),
  ];
  const found = { patch, file, hunk: source, ids, candidates: [] };
  const open = said.groups.filter(isFree);
  if (KNOWN_FILES.has(file) && (open.length === 0 || said.bySignature.length > 0)) {
    const statuses = ids.map((id) => known.get(id)?.status);
    const status = FROM_LEAST.find((least) => statuses.includes(least));
    return { ...found, status: status ?? 'comments' };
  }
  if (takenBack !== undefined) {
    const isHeld = takenBack.ids.every((id) => isHeldBefore(hunk, known.get(id)!, all));
    const { switches: takes } = takenBack;
    if (isHeld) return { ...found, ids: takenBack.ids, status: 'takes-back', takes };
    return { ...found, status: 'unknown', reverses: takenBack.ids };
  }
  const could = open.flatMap(({ ambiguous = [] }) => ambiguous.flatMap(({ hunks }) => [...hunks]));
  const nearest = compare ? nearestHunk(file, said.headerNames, source.lines) : undefined;
  return {
    ...found,
    status: 'unknown',
    candidates: [...new Set(could)],
    ...(nearest === undefined ? {} : { nearest }),
  };
}

/** Whether an earlier patch of the input has the known hunk. */
const isHeldBefore = ({ patch }: Candidate, { at }: KnownMatch, all: readonly Candidate[]) =>
  at.some((index) => all[index].patch < patch);

/** Finds the hunks of the series in any patch, by what they change and not by where they stand. */
export function matchHunks(input: PatchInput): MatchResult {
  const candidates = findCandidates(input);
  const takenBack = findTakenBack(input, candidates);
  const edited = findEdited(input, candidates);
  const known = HUNK_IDS.map((id) => matchKnown(id, candidates, input));
  const byId = new Map(known.map((match) => [match.id, match]));
  const compare = candidates.length <= MOST_COMPARED;
  const matched = candidates.map((hunk): InputMatch => {
    const back = takenBack.get(hunk.repeats ?? hunk.index);
    const match = matchInput(hunk, candidates, byId, back, compare);
    const edits = edited.get(hunk.index) ?? [];
    const isEdit = match.status === 'unknown' && match.reverses === undefined && edits.length > 0;
    return isEdit ? { ...match, edits } : match;
  });
  const isAgain = (at: number) => isSecond(input, candidates[at]);
  const after = known.map((match) => ({ ...match, ...afterAll(match, matched, isAgain) }));
  return { known: after, input: matched };
}

/** Whether a hunk brings again what an earlier one has brought, and does not merely quote it. */
const isSecond = ({ patches }: PatchInput, { repeats, patch }: Candidate): boolean =>
  repeats !== undefined && patches[patch].role !== 'quoted';
