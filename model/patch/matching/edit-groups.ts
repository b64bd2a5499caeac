import { diffArrays } from 'diff';
import { normalizeSpace } from '../normalize';
import type { HunkLine } from '../types';
import { tokenizeLines } from './c-tokens';

/** A line of one side of a hunk. */
export interface SideLine {
  /** As the patch has it. */
  readonly text: string;
  /** Without what an archive loses. */
  readonly plain: string;
  /** Without comments and layout. */
  readonly tokens: readonly string[];
}

/** A run of lines that a hunk replaces by others; either run may be empty. */
export interface EditGroup {
  readonly removed: readonly SideLine[];
  readonly added: readonly SideLine[];
  /** Up to three unchanged lines around it, the nearest first; null where a line is not known. */
  readonly before: readonly (string | null)[];
  readonly after: readonly (string | null)[];
}

const NEIGHBOURS = 3;
/** With more changed lines a hunk's own marks are taken as they are, and its sides not compared again. */
const MOST_EDITS = 500;

function sideOf(lines: readonly HunkLine[], gone: HunkLine['op']): SideLine[] {
  const side = lines.filter((line) => line.op !== gone);
  const tokens = tokenizeLines(side.map((line) => line.text ?? ''));
  return side.map(({ text }, index) => ({
    text: text ?? '',
    // No line of C equals this one, and it equals itself on the other side.
    plain: text === null ? `\0${index - side.length}` : normalizeSpace(text),
    tokens: tokens[index],
  }));
}

/** Which lines of both sides belong together: runs of kept, removed and added lines. */
type Run = { readonly kept: number } | { readonly removed: number; readonly added: number };

function runsByMarks(lines: readonly HunkLine[]): Run[] {
  const runs: Run[] = [];
  for (const { op } of lines) {
    const last = runs[runs.length - 1];
    if (op === 'context') {
      if (last !== undefined && 'kept' in last) runs[runs.length - 1] = { kept: last.kept + 1 };
      else runs.push({ kept: 1 });
      continue;
    }
    const step = { removed: op === 'removed' ? 1 : 0, added: op === 'added' ? 1 : 0 };
    if (last === undefined || 'kept' in last) runs.push(step);
    else
      runs[runs.length - 1] = {
        removed: last.removed + step.removed,
        added: last.added + step.added,
      };
  }
  return runs;
}

function runsByComparison(
  older: readonly SideLine[],
  newer: readonly SideLine[],
): Run[] | undefined {
  const changes = diffArrays(
    older.map((line) => line.plain),
    newer.map((line) => line.plain),
    { maxEditLength: MOST_EDITS },
  );
  if (changes === undefined) return undefined;
  const runs: Run[] = [];
  for (const { count, added, removed } of changes) {
    const last = runs[runs.length - 1];
    const step = { removed: removed ? count : 0, added: added ? count : 0 };
    if (!added && !removed) runs.push({ kept: count });
    else if (last === undefined || 'kept' in last) runs.push(step);
    else
      runs[runs.length - 1] = {
        removed: last.removed + step.removed,
        added: last.added + step.added,
      };
  }
  return runs;
}

/** How far a run of inserted or deleted lines can be moved down without changing what it does. */
function slide(side: readonly SideLine[], start: number, count: number, room: number): number {
  let by = 0;
  while (by < room && side[start + by].plain === side[start + by + count].plain) by += 1;
  return by;
}

/** Moves a pure insertion or deletion as far down as it can go, where every way of diffing meets. */
function slideDown(
  runs: readonly Run[],
  older: readonly SideLine[],
  newer: readonly SideLine[],
): Run[] {
  const moved: Run[] = runs.map((run) => run);
  let oldAt = 0;
  let newAt = 0;
  for (let index = 0; index < moved.length; index += 1) {
    const run = moved[index];
    if ('kept' in run) {
      oldAt += run.kept;
      newAt += run.kept;
      continue;
    }
    const next = moved[index + 1];
    const room = next !== undefined && 'kept' in next ? next.kept : 0;
    const by =
      run.removed === 0
        ? slide(newer, newAt, run.added, room)
        : run.added === 0
          ? slide(older, oldAt, run.removed, room)
          : 0;
    // All of the kept lines may not go: two runs would touch.
    if (by > 0 && (by < room || index + 2 >= moved.length)) {
      const before = moved[index - 1];
      if (before !== undefined && 'kept' in before) moved[index - 1] = { kept: before.kept + by };
      else moved.splice(index++, 0, { kept: by });
      moved[index + 1] = { kept: room - by };
      oldAt += by;
      newAt += by;
    }
    oldAt += run.removed;
    newAt += run.added;
  }
  return moved;
}

function neighbours(lines: readonly SideLine[]): (string | null)[] {
  return lines.slice(0, NEIGHBOURS).map(({ plain }) => (plain.startsWith('\0') ? null : plain));
}

/**
 * Takes a hunk apart into the changes that it makes. The hunk's two sides are compared anew, so that the
 * same change is cut in the same way whatever tool has written it.
 */
export function editGroups(lines: readonly HunkLine[]): EditGroup[] {
  const older = sideOf(lines, 'added');
  const newer = sideOf(lines, 'removed');
  const compared = runsByComparison(older, newer);
  const runs = compared ? slideDown(compared, older, newer) : runsByMarks(lines);
  const groups: EditGroup[] = [];
  let oldAt = 0;
  let newAt = 0;
  runs.forEach((run, index) => {
    if ('kept' in run) {
      oldAt += run.kept;
      newAt += run.kept;
      return;
    }
    const before = runs[index - 1];
    const after = runs[index + 1];
    const keptBefore = before !== undefined && 'kept' in before ? before.kept : 0;
    const keptAfter = after !== undefined && 'kept' in after ? after.kept : 0;
    groups.push({
      removed: older.slice(oldAt, oldAt + run.removed),
      added: newer.slice(newAt, newAt + run.added),
      before: neighbours(newer.slice(newAt - keptBefore, newAt).reverse()),
      after: neighbours(newer.slice(newAt + run.added, newAt + run.added + keptAfter)),
    });
    oldAt += run.removed;
    newAt += run.added;
  });
  return groups;
}

/** Whether a group changes nothing but comments and blank lines. */
export function isSilent({ removed, added }: EditGroup): boolean {
  return [...removed, ...added].every((line) => line.tokens.length === 0);
}

const lineText = (lines: readonly SideLine[]): string => lines.map(({ plain }) => plain).join('\n');

/** Equal for groups that have the same lines, but for the width of white space. */
export function lineKey({ removed, added }: EditGroup): string {
  return `${lineText(removed)}\0${lineText(added)}`;
}

/** The code of both sides, and how much of it they have in common at their ends. */
function trimmed({ removed, added }: EditGroup) {
  const [older, newer] = [removed, added].map((lines) => lines.flatMap(({ tokens }) => tokens));
  const shorter = Math.min(older.length, newer.length);
  let head = 0;
  while (head < shorter && older[head] === newer[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && older.at(-1 - tail) === newer.at(-1 - tail)) tail += 1;
  return { older, newer, head, tail };
}

/**
 * Equal for groups that make the same change, however it is laid out. What both sides begin and end with
 * does not count: whether it is part of the change depends on where lines break.
 */
export function coreKey(group: EditGroup): string {
  const { older, newer, head, tail } = trimmed(group);
  const cut = (tokens: readonly string[]) => tokens.slice(head, tokens.length - tail).join(' ');
  return `${cut(older)}\0${cut(newer)}`;
}

/**
 * Whether what two groups with the same core keep of the lines that they change is the same code. Where lines
 * break elsewhere one of them has more of it; what both have must agree.
 */
export function sameEnds(one: EditGroup, other: EditGroup): boolean {
  const [a, b] = [trimmed(one), trimmed(other)];
  const head = Math.min(a.head, b.head);
  const tail = Math.min(a.tail, b.tail);
  const heads = [a, b].map((each) => each.older.slice(each.head - head, each.head).join(' '));
  const tails = [a, b].map(({ older, tail: of }) => {
    const from = older.length - of;
    return older.slice(from, from + tail).join(' ');
  });
  return heads[0] === heads[1] && tails[0] === tails[1];
}
