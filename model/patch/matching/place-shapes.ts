import { assignAlike, isInPlace, likeness } from './assign';
import type { InputGroup, KnownGroup } from './assign';
import { coreKey, lineKey, sameEnds } from './edit-groups';
import type { EditGroup, SideLine } from './edit-groups';
import type { KnownShape } from './known-hunks';

/** A known text that was found in the input. */
export interface PlacedShape {
  readonly shape: KnownShape;
  /** The input's changes that make it up. */
  readonly pieces: readonly InputGroup[];
  /** Its lines are the same, not only their tokens. */
  readonly sameLines: boolean;
}

interface Placement {
  readonly pieces: readonly InputGroup[];
  readonly sameLines: boolean;
}

/** Among more changes to one file no pieces are looked for; no series has so many. */
const MOST_PIECES = 500;

type Placements = Map<KnownGroup, Placement>;

function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(item);
  }
  return groups;
}

/** Pairs known and found changes that have the same key; the found ones leave the pool. */
function pairByKey(
  known: readonly KnownGroup[],
  pool: Set<InputGroup>,
  keyOf: (group: EditGroup) => string,
  accept: (known: KnownGroup, found: InputGroup) => boolean,
): (readonly [KnownGroup, InputGroup])[] {
  const knownByKey = groupBy(known, ({ group }) => keyOf(group));
  const foundByKey = groupBy(pool, ({ group }) => keyOf(group));
  const pairs = [...knownByKey].flatMap(([key, alike]) => {
    const found = foundByKey.get(key);
    return found === undefined ? [] : assignAlike(alike, found);
  });
  const accepted = pairs.filter(([k, found]) => accept(k, found));
  accepted.forEach(([, found]) => pool.delete(found));
  return accepted;
}

const codeLines = (lines: readonly SideLine[]): readonly SideLine[] =>
  lines.filter(({ tokens }) => tokens.length > 0);

const sameTokens = (a: SideLine, b: SideLine): boolean => a.tokens.join(' ') === b.tokens.join(' ');

function startsWith(lines: readonly SideLine[], at: number, piece: readonly SideLine[]): boolean {
  return (
    piece.length > 0 &&
    at + piece.length <= lines.length &&
    piece.every((line, index) => sameTokens(line, lines[at + index]))
  );
}

/** Pure insertions among `pieces` that, end to end, are the insertion `target`. */
function tile<T>(
  target: EditGroup,
  pieces: readonly T[],
  groupOf: (piece: T) => EditGroup,
): { used: T[]; sameLines: boolean } | undefined {
  if (target.removed.length > 0) return undefined;
  const lines = codeLines(target.added);
  const used: T[] = [];
  let sameLines = true;
  for (let at = 0; at < lines.length;) {
    const next = pieces
      .filter((piece) => !used.includes(piece) && groupOf(piece).removed.length === 0)
      .map((piece) => ({ piece, added: codeLines(groupOf(piece).added) }))
      .filter(({ added }) => startsWith(lines, at, added))
      .sort((a, b) => b.added.length - a.added.length)[0];
    if (next === undefined) return undefined;
    sameLines &&= next.added.every(({ plain }, index) => plain === lines[at + index].plain);
    used.push(next.piece);
    at += next.added.length;
  }
  return used.length > 1 ? { used, sameLines } : undefined;
}

/** Whether lines can stand by themselves: no block is begun or ended in them only. */
function isBalanced(lines: readonly SideLine[]): boolean {
  let depth = 0;
  for (const token of lines.flatMap(({ tokens }) => tokens)) {
    if (token === '{') depth += 1;
    if (token === '}') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** Finds definitions that the input makes in several pieces. */
function placeSplit(known: readonly KnownGroup[], pool: Set<InputGroup>, placed: Placements): void {
  if (pool.size > MOST_PIECES) return;
  for (const wanted of known.filter((group) => !placed.has(group))) {
    if (!wanted.shape.anyPlace) continue;
    const whole = [...pool].filter(({ group }) => isBalanced(group.added));
    const found = tile(wanted.group, whole, ({ group }) => group);
    if (found === undefined) continue;
    placed.set(wanted, { pieces: found.used, sameLines: found.sameLines });
    found.used.forEach((piece) => pool.delete(piece));
  }
}

/** Finds definitions that the input makes in one piece with others. */
function placeJoined(
  known: readonly KnownGroup[],
  pool: Set<InputGroup>,
  placed: Placements,
): void {
  for (const piece of [...pool]) {
    const open = known.filter((group) => group.shape.anyPlace && !placed.has(group));
    const found = tile(piece.group, open, ({ group }) => group);
    if (found === undefined) continue;
    const { used, sameLines } = found;
    used.forEach((group) => placed.set(group, { pieces: [piece], sameLines }));
    pool.delete(piece);
  }
}

const inPlaceAndLike = (known: KnownGroup, found: InputGroup): boolean =>
  isInPlace(known, found) && likeness(known, found) > 0 && sameEnds(known.group, found.group);

function placeGroups(known: readonly KnownGroup[], pool: Set<InputGroup>): Placements {
  const placed: Placements = new Map();
  const open = () => known.filter((group) => !placed.has(group));
  for (const [k, found] of pairByKey(open(), pool, lineKey, isInPlace)) {
    placed.set(k, { pieces: [found], sameLines: true });
  }
  // Tokens alone say less than lines: something of the surroundings must agree as well.
  for (const [k, found] of pairByKey(open(), pool, coreKey, inPlaceAndLike)) {
    placed.set(k, { pieces: [found], sameLines: false });
  }
  placeSplit(known, pool, placed);
  placeJoined(known, pool, placed);
  return placed;
}

/**
 * Finds known texts of one file among the changes that the input makes to it. A text is found if all its
 * changes are, wherever they stand and however they are cut into hunks.
 *
 * @param found the file's changes that are not taken yet; those of the result are marked as taken
 */
export function placeShapes(
  shapes: readonly KnownShape[],
  found: readonly InputGroup[],
): PlacedShape[] {
  const known = shapes.flatMap((shape) => shape.groups.map((group) => ({ shape, group })));
  const placed = placeGroups(known, new Set(found));
  return shapes.flatMap((shape): PlacedShape[] => {
    const own = known.filter((group) => group.shape === shape).map((group) => placed.get(group));
    if (own.some((placement) => placement === undefined)) return [];
    const placements = own.filter((placement) => placement !== undefined);
    const pieces = placements.flatMap((placement) => placement.pieces);
    pieces.forEach(({ taken }) => taken.push(shape));
    return [{ shape, pieces, sameLines: placements.every(({ sameLines }) => sameLines) }];
  });
}
