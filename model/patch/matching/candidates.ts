import type { HunkId } from '../../features/hunk-id';
import { HUNKS } from '../../features/hunk-table';
import { normalizeSpace } from '../normalize';
import type { PatchHunk, PatchInput } from '../types';
import { namesIn } from './assign';
import type { InputGroup, PlacedText } from './assign';
import { findBySignature } from './by-signature';
import { editGroups, isSilent } from './edit-groups';
import { OTHER_SHAPES, POSTED_SHAPES } from './known-hunks';
import type { KnownShape } from './known-hunks';
import { placeShapes } from './place-shapes';
import type { PlacedShape } from './place-shapes';

/** A hunk of the input, with what it was found to hold. */
export interface Candidate extends PlacedText {
  /** Its ordinal in the input, from 0. */
  readonly index: number;
  /** The ordinal of an earlier hunk that says the same of the same place. */
  readonly repeats?: number;
  readonly patch: number;
  readonly file: string;
  readonly source: PatchHunk;
  readonly groups: readonly InputGroup[];
  /** The known texts that have a piece in it. */
  readonly shapes: PlacedShape[];
  /** The hunks without text that it agrees with. */
  readonly bySignature: HunkId[];
}

/** The files that the series changes. */
export const KNOWN_FILES = new Set(HUNKS.map(({ file }) => file));

/** Equal for hunks that say the same of the same place, as a mail and a reply that quotes it do. */
export function hunkKey(file: string, { old, lines }: PatchHunk): string {
  const plain = lines.map(
    ({ op, text }) => `${op[0]}${text === null ? '\0' : normalizeSpace(text)}`,
  );
  return [file, old.start, ...plain].join('\n');
}

function toCandidates(input: PatchInput): Candidate[] {
  const sources = input.patches.flatMap(({ files }, patch) =>
    files.flatMap(({ newPath, hunks }) =>
      hunks.map((source) => ({ patch, file: newPath, source })),
    ),
  );
  const first = new Map<string, number>();
  return sources.map(({ patch, file, source }, index) => {
    const key = hunkKey(file, source);
    const repeats = first.get(key);
    if (repeats === undefined) first.set(key, index);
    const all = [source.header, ...source.lines.map(({ text }) => text ?? '')].join('\n');
    const names = { headerNames: namesIn(source.header), names: namesIn(all) };
    const place: PlacedText = { header: source.header, ...names };
    const relevant = KNOWN_FILES.has(file) && repeats === undefined;
    const groups = relevant ? editGroups(source.lines) : [];
    return {
      ...place,
      index,
      ...(repeats === undefined ? {} : { repeats }),
      patch,
      file,
      source,
      groups: groups.map((group) => ({ group, hunk: place, taken: [] })),
      shapes: [],
      bySignature: [],
    };
  });
}

/** Whether a change is one of code that no known text explains. */
export const isFree = ({ taken, group }: InputGroup): boolean =>
  taken.length === 0 && !isSilent(group);

/** Finds the known texts of one file: as posted first, then those that mean an edited one. */
function placeInFile(
  file: string,
  hunks: readonly Candidate[],
  others: readonly KnownShape[],
): void {
  const holders = new Map(
    hunks.flatMap((hunk) => hunk.groups.map((group) => [group, hunk] as const)),
  );
  const free = () => [...holders.keys()].filter(isFree);
  const found = new Set<HunkId>();
  const place = (shapes: readonly KnownShape[]) => {
    for (const placed of placeShapes(shapes, free())) {
      placed.shape.hunks.forEach((id) => found.add(id));
      new Set(placed.pieces.map((piece) => holders.get(piece))).forEach((hunk) =>
        hunk?.shapes.push(placed),
      );
    }
  };
  place(POSTED_SHAPES.filter((shape) => shape.file === file));
  for (const shape of others.filter((other) => other.file === file)) {
    if (!shape.hunks.some((id) => found.has(id))) place([shape]);
  }
}

function placeBySignature(file: string, hunks: readonly Candidate[]): void {
  const open = hunks.map((hunk) => ({
    hunk,
    open: hunk.groups.filter(isFree),
    silent: hunk.groups.length > 0 && hunk.groups.every(({ group }) => isSilent(group)),
  }));
  for (const facts of HUNKS.filter((known) => known.file === file && known.signature)) {
    findBySignature(facts, open)?.hunk.bySignature.push(facts.id);
  }
}

/**
 * The hunks of the input, each with the known hunks that were found in it.
 *
 * @param further texts of hunks that the input may have besides those of a series
 */
export function findCandidates(
  input: PatchInput,
  further: readonly KnownShape[] = [],
): Candidate[] {
  const candidates = toCandidates(input);
  for (const file of KNOWN_FILES) {
    const hunks = candidates.filter((candidate) => candidate.file === file);
    if (hunks.length === 0) continue;
    placeInFile(file, hunks, [...OTHER_SHAPES, ...further]);
    placeBySignature(file, hunks);
  }
  return candidates;
}
