import type { HunkId, SwitchId } from '../../features/hunk-id';
import { switchesOf } from '../../features/variant';
import type { HunkLine, PatchHunk, PatchInput } from '../types';
import type { InputGroup } from './assign';
import { findCandidates, isFree } from './candidates';
import type { Candidate } from './candidates';
import { lineKey } from './edit-groups';
import { PARTS_ON_TOP } from './known-hunks';

/** Known hunks that a hunk of the input takes back: it is their text with its sides swapped. */
export interface TakenBack {
  readonly ids: readonly HunkId[];
  readonly switches: readonly SwitchId[];
}

const SWAPPED = { context: 'context', added: 'removed', removed: 'added' } as const;
const swapLine = (line: HunkLine): HunkLine => ({ ...line, op: SWAPPED[line.op] });

const swap = (hunk: PatchHunk): PatchHunk => ({
  ...hunk,
  old: hunk.new,
  new: hunk.old,
  lines: hunk.lines.map(swapLine),
});

/** How many of the lines around two changes are the same. */
function equalAround({ group: a }: InputGroup, { group: b }: InputGroup): number {
  const equal = (one: typeof a.before, other: typeof a.before) =>
    one.filter((line, index) => line !== null && line !== '' && line === other[index]).length;
  return equal(a.before, b.before) + equal(a.after, b.after);
}

/** The hunk that makes a change and has the most of its surroundings; undefined where several have. */
function makerOf(change: InputGroup, earlier: readonly Candidate[]): Candidate | undefined {
  const key = lineKey(change.group);
  const makers = earlier.flatMap((hunk) =>
    hunk.groups
      .filter(({ group }) => lineKey(group) === key)
      .map((group) => ({ hunk, equal: equalAround(group, change) })),
  );
  const most = Math.max(...makers.map(({ equal }) => equal));
  const best = makers.filter(({ equal }) => equal === most);
  return best.length === 1 ? best[0].hunk : undefined;
}

/**
 * The hunks of the input without known text that make just these changes, all of them; undefined if others
 * are among them.
 */
function makersOf(
  changes: readonly InputGroup[],
  earlier: readonly Candidate[],
): Candidate[] | undefined {
  const found = changes.map((change) => makerOf(change, earlier));
  const makers = [...new Set(found.filter((maker) => maker !== undefined))];
  const made = makers.flatMap(({ groups }) => groups.filter(isFree));
  const isAll = found.length === changes.length && !found.includes(undefined);
  return isAll && made.length === changes.length ? makers : undefined;
}

/** What a hunk with swapped sides has of the series: known texts, or all that earlier hunks change. */
function takenBackBy(
  { shapes, groups }: Candidate,
  earlier: readonly Candidate[],
): TakenBack | undefined {
  const makers = makersOf(groups.filter(isFree), earlier);
  if (makers === undefined) return undefined;
  const signed = makers.flatMap(({ bySignature }) => bySignature);
  const ids = new Set([...shapes.flatMap(({ shape }) => [...shape.hunks]), ...signed]);
  const switches = [
    ...shapes.flatMap(({ shape }) => [...shape.switches]),
    ...signed.flatMap((id) => [...switchesOf(id)]),
  ];
  return ids.size === 0 ? undefined : { ids: [...ids], switches };
}

/** What hunks take back that are unknown as they stand, by their ordinals. */
export function findTakenBack(
  input: PatchInput,
  candidates: readonly Candidate[],
): ReadonlyMap<number, TakenBack> {
  const open = candidates.filter(
    ({ groups, bySignature }) => groups.some(isFree) && bySignature.length === 0,
  );
  if (open.length === 0) return new Map();
  const isOpen = new Set(open.map(({ index }) => index));
  let index = 0;
  const patches = input.patches.map((patch) => ({
    ...patch,
    files: patch.files.map((file) => ({
      ...file,
      // The ordinals are those of the candidates, which stand in the same order.
      hunks: file.hunks.flatMap((hunk) => (isOpen.has(index++) ? [swap(hunk)] : [])),
    })),
  }));
  const turned = findCandidates({ ...input, patches }, PARTS_ON_TOP);
  return new Map(
    turned.flatMap((hunk, at) => {
      const { index: ordinal, patch, file } = open[at];
      const earlier = candidates.filter(
        (other) => other.file === file && other.patch < patch && other.bySignature.length > 0,
      );
      const takenBack = takenBackBy(hunk, earlier);
      return takenBack === undefined ? [] : [[ordinal, takenBack] as const];
    }),
  );
}
