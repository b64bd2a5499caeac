import type { HunkId } from '../../features/hunk-id';
import type { PatchInput } from '../types';
import { isFree, KNOWN_FILES } from './candidates';
import type { Candidate } from './candidates';
import { isSilent } from './edit-groups';
import { FileLines } from './file-lines';
import type { ChangedLine } from './file-lines';

/** The known hunks that have added a line. */
function hunksOf({ groups, bySignature }: Candidate, plain: string): HunkId[] {
  return groups
    .filter(({ group }) => !isSilent(group) && group.added.some((line) => line.plain === plain))
    .flatMap((found) =>
      isFree(found) ? [...bySignature] : found.taken.flatMap(({ hunks }) => [...hunks]),
    );
}

/** What a reply quotes is no second hunk. */
const isOwn = ({ patches }: PatchInput, { patch, repeats }: Candidate): boolean =>
  repeats === undefined || patches[patch].role !== 'quoted';

function changesInFile(hunks: readonly Candidate[]): Map<number, ChangedLine[]> {
  const file = new FileLines();
  const changes = new Map<number, ChangedLine[]>();
  let patch = -1;
  let shift = 0;
  for (const { index, patch: of, source } of hunks) {
    if (of !== patch) shift = 0;
    patch = of;
    changes.set(index, file.apply(source, index, shift));
    shift += source.new.lines - source.old.lines;
  }
  return changes;
}

/**
 * The known hunks of earlier patches whose code a hunk changes, by the hunk's ordinal: for all hunks of the
 * input that change any, the known ones among them too.
 */
export function findEdited(
  input: PatchInput,
  candidates: readonly Candidate[],
): ReadonlyMap<number, readonly HunkId[]> {
  const edited = new Map<number, readonly HunkId[]>();
  for (const file of KNOWN_FILES) {
    const hunks = candidates.filter((each) => each.file === file && isOwn(input, each));
    if (new Set(hunks.map(({ patch }) => patch)).size < 2) continue;
    for (const [index, lines] of changesInFile(hunks)) {
      const ids = lines.flatMap(({ owner, plain }) => {
        const { repeats } = candidates[owner];
        return hunksOf(candidates[repeats ?? owner], plain);
      });
      if (ids.length > 0) edited.set(index, [...new Set(ids)]);
    }
  }
  return edited;
}
