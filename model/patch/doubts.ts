import type { HunkId } from '../features/hunk-id';
import { hunkFacts } from '../features/hunk-table';
import type { OtherValue } from './matching/other-base';
import type { PatchReport } from './patch-report';
import type { PatchPosition } from './patch-error';
import type { HunkLine } from './types';

/** A hunk of a patch that no variant models. */
export interface UnknownHunk {
  readonly file: string;
  readonly position: PatchPosition;
  /** The known hunk that it is most like. */
  readonly nearest: HunkId | null;
  /** Known hunks of earlier patches that it changes: they count as absent with it. */
  readonly edits: readonly HunkId[];
}

/** A constant that the file has otherwise than the kernel that the series is for. */
export interface OtherConstant extends OtherValue {
  readonly file: string;
}

/** In what a patch may do something else than the variant that was made of it. */
export interface Doubts {
  /** Hunks that the variant does without. */
  readonly unknown: readonly UnknownHunk[];
  /** Hunks that were recognised by their signature only: their text was not compared with the posted one. */
  readonly bySignature: readonly HunkId[];
  /** What the lines around its hunks define otherwise: the variant is of the kernel of the series. */
  readonly otherBase: readonly OtherConstant[];
}

/** What the hunks add and remove whose text is compared with none that is known, in any order. */
export const uncomparedText = ({ hunks }: Pick<PatchReport, 'hunks'>): string[] =>
  hunks
    .filter(({ match }) => match === 'unknown' || match === 'by-signature')
    .map(({ file, text }) => [file, ...(text?.lines ?? []).flatMap(changedText)].join('\n'))
    .sort();

const changedText = ({ op, text }: HunkLine): string[] =>
  op === 'context' ? [] : [`${op} ${(text ?? '').replaceAll(/\s+/g, ' ').trim()}`];

/** What a variant's name leaves open: nothing. */
export const NO_DOUBTS: Doubts = { unknown: [], bySignature: [], otherBase: [] };

/** What recognising a patch leaves open. */
export function doubtsOf({ hunks }: Pick<PatchReport, 'hunks'>): Doubts {
  const unknown = hunks.flatMap(({ match, file, text, nearest, edits = [] }) =>
    match === 'unknown' && text !== undefined
      ? [{ file, position: text.position, nearest: nearest?.id ?? null, edits }]
      : [],
  );
  const signed = hunks
    .filter(({ match }) => match === 'by-signature')
    // A hunk that is joined with others may hold some whose text is known.
    .flatMap(({ ids }) => ids.filter((id) => hunkFacts(id).signature !== undefined));
  const otherBase = hunks.flatMap(({ file, otherBase: values = [] }) =>
    values.map((value) => ({ file, ...value })),
  );
  return { unknown, bySignature: [...new Set(signed)], otherBase };
}
