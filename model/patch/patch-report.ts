import type { HunkId, SwitchId } from '../features/hunk-id';
import { hunkFacts, HUNKS } from '../features/hunk-table';
import { checkDiffstat } from './diffstat';
import type { DiffstatCheck } from './diffstat';
import { matchHunks } from './match';
import type { InputStatus, KnownMatch, MatchResult } from './match';
import type { NearestHunk } from './matching/nearest-hunk';
import { otherValues } from './matching/other-base';
import type { OtherValue } from './matching/other-base';
import type { PatchPosition } from './patch-error';
import { countLines } from './types';
import type { HunkLine, LineCount, LineRange, Patch, PatchHunk, PatchInput } from './types';

/** A patch of the input, without its hunks. */
export interface ReportedPatch extends Pick<
  Patch,
  'subject' | 'number' | 'of' | 'role' | 'whiteSpace'
> {
  readonly files: readonly { readonly path: string; readonly change: string }[];
  /** The diffstat against the hunks, file by file; empty without a diffstat. */
  readonly diffstat: readonly DiffstatCheck[];
}

/** A hunk of the input, or one that the input only announces. */
export interface ReportedHunk {
  /** Ordinal of its patch, from 0. */
  readonly patch: number;
  /** The known hunks that it is, or takes back; none for an unknown one. */
  readonly ids: readonly HunkId[];
  /** Those of their switches that are in the input in the end, or that it takes back. */
  readonly switches: readonly SwitchId[];
  readonly file: string;
  /** How complete its text is. */
  readonly status: 'quoted' | 'completed' | 'announced';
  /** How it was recognised. */
  readonly match: InputStatus | 'announced';
  /** For an unknown one: the known hunk that it is most like. */
  readonly nearest?: NearestHunk;
  /** For an unknown one: the known hunks that it takes back, though no earlier patch has them. */
  readonly reverses?: readonly HunkId[];
  /** For an unknown one: the known hunks of earlier patches whose lines it changes; they count as absent. */
  readonly edits?: readonly HunkId[];
  /** For an unknown one: the known hunks that it could be, where nothing tells which. */
  readonly candidates?: readonly HunkId[];
  /** Constants that its unchanged lines define otherwise than the posted hunk's: it is for another kernel. */
  readonly otherBase?: readonly OtherValue[];
  /** What the input has of it; absent for an announced one. */
  readonly text?: ReportedText;
}

/** The text of a hunk. */
export interface ReportedText extends LineCount {
  readonly position: PatchPosition;
  readonly header: string;
  readonly old: LineRange;
  readonly new: LineRange;
  readonly context: number;
  /** Added lines that were recovered from another patch. */
  readonly recovered: number;
  /** Context lines that nothing tells. */
  readonly unknown: number;
  readonly lines: readonly HunkLine[];
}

/** What a patch file holds, and what of it lzfree models. */
export interface PatchReport {
  readonly carrier: PatchInput['carrier'];
  readonly messages: number;
  readonly from?: string;
  readonly date?: string;
  readonly patches: readonly ReportedPatch[];
  readonly hunks: readonly ReportedHunk[];
  /** Hunks of the series that are not in the input at all. */
  readonly missing: readonly HunkId[];
}

function reportText(hunk: PatchHunk): ReportedText {
  const { header, old, new: newRange, lines, position } = hunk;
  const count = (test: (line: HunkLine) => boolean) => lines.filter(test).length;
  return {
    position,
    header,
    old,
    new: newRange,
    ...countLines([hunk]),
    context: count(({ op }) => op === 'context'),
    recovered: count(({ quoted, text }) => !quoted && text !== null),
    unknown: count(({ text }) => text === null),
    lines,
  };
}

function reportPatch(patch: Patch): ReportedPatch {
  const { subject, number, of, role, whiteSpace, files } = patch;
  return {
    subject,
    ...(number === undefined || of === undefined ? {} : { number, of }),
    role,
    whiteSpace,
    files: files.map(({ newPath, change }) => ({ path: newPath, change })),
    diffstat: checkDiffstat(patch),
  };
}

const withOtherBase = (otherBase: readonly OtherValue[]): Pick<ReportedHunk, 'otherBase'> =>
  otherBase.length === 0 ? {} : { otherBase };

function reportHunks({ input, known }: MatchResult): ReportedHunk[] {
  const byId = new Map<HunkId, KnownMatch>(known.map((match) => [match.id, match]));
  return input.map(
    ({ patch, ids, file, hunk, status, nearest, reverses, edits, candidates, takes }) => ({
      patch,
      ids,
      switches: takes ?? ids.flatMap((id) => [...(byId.get(id)?.switches ?? [])]),
      file,
      status: hunk.status,
      match: status,
      ...(nearest === undefined ? {} : { nearest }),
      ...(reverses === undefined ? {} : { reverses }),
      ...(edits === undefined ? {} : { edits }),
      ...(candidates.length === 0 ? {} : { candidates }),
      ...withOtherBase(otherValues(ids, hunk.lines)),
      text: reportText(hunk),
    }),
  );
}

function announcedHunks({ known }: MatchResult, { patches }: PatchInput): ReportedHunk[] {
  return known
    .filter(({ status }) => status === 'announced')
    .map(({ id, switches }) => {
      const { file } = hunkFacts(id);
      const patch = patches.findIndex((other) =>
        other.diffstat?.entries.some(({ path }) => path === file),
      );
      return { patch, ids: [id], switches, file, status: 'announced', match: 'announced' };
    });
}

/** Says what a patch holds and which hunks of the series they are. */
export function reportPatches(input: PatchInput, matches = matchHunks(input)): PatchReport {
  const { carrier, messages, from, date } = input;
  const hunks = [...reportHunks(matches), ...announcedHunks(matches, input)];
  return {
    carrier,
    messages,
    ...(from === undefined ? {} : { from }),
    ...(date === undefined ? {} : { date }),
    patches: input.patches.map(reportPatch),
    // Stable: hunks keep the order of the input, and announced ones stand behind their patch's own.
    hunks: hunks.sort((a, b) => a.patch - b.patch),
    missing: matches.known.filter(({ status }) => status === 'missing').map(({ id }) => id),
  };
}

/** How many hunks of the series the project has no text of because they are in other mails. */
export const COMPANIONS = HUNKS.filter(({ status }) => status === 'companion').length;
