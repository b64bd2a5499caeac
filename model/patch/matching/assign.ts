import { isName } from './c-tokens';
import type { EditGroup } from './edit-groups';
import type { KnownShape } from './known-hunks';

/** A hunk of the input as far as placing it needs. */
export interface PlacedText {
  /** What stands behind the second `@@`. */
  readonly header: string;
  /** Names in the header, and in all of the hunk. */
  readonly headerNames: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

/** A change that the input makes. */
export interface InputGroup {
  readonly group: EditGroup;
  readonly hunk: PlacedText;
  /** The known texts that it was taken for. */
  readonly taken: KnownShape[];
  /** Set where it could be one of several and nothing tells which. */
  ambiguous?: readonly KnownShape[];
}

/** A change that a known text makes. */
export interface KnownGroup {
  readonly shape: KnownShape;
  readonly group: EditGroup;
}

/** Equal changes of the input beyond this many are left unmatched: no patch has them. */
const MOST_ALIKE = 6;

/** The names in a piece of C or in a hunk's header. */
export function namesIn(text: string): Set<string> {
  return new Set((text.match(/\w+/g) ?? []).filter(isName));
}

function equalNeighbours(
  known: readonly (string | null)[],
  found: readonly (string | null)[],
): number {
  return known.filter((line, index) => line !== null && line !== '' && line === found[index])
    .length;
}

/** How well the surroundings of a change in the input are those of a known one. */
export function likeness(
  { shape, group }: KnownGroup,
  { group: found, hunk }: InputGroup,
  rivals: readonly KnownGroup[] = [],
): number {
  const other = rivals.some((rival) => hunk.headerNames.has(rival.shape.function));
  const byFunction = hunk.headerNames.has(shape.function)
    ? 8
    : other
      ? -8
      : hunk.names.has(shape.function)
        ? 4
        : 0;
  return (
    byFunction +
    equalNeighbours(group.before, found.before) +
    equalNeighbours(group.after, found.after)
  );
}

/**
 * Whether a change stands where the known one does. Code acts by its place in its function: the function
 * must be named, and one of the nearest lines must be the same, if the patch shows any; or two of them.
 */
export function isInPlace(
  { shape, group }: KnownGroup,
  { group: found, hunk }: InputGroup,
): boolean {
  if (shape.anyPlace) return true;
  const shown = found.before.length + found.after.length > 0;
  const equal =
    equalNeighbours(group.before, found.before) + equalNeighbours(group.after, found.after);
  return hunk.names.has(shape.function) ? equal > 0 || !shown : equal > 1;
}

/** All ways to give each of `few` its own index below `many`, in rising order. */
function injections(few: number, many: number): number[][] {
  let all: number[][] = [[]];
  for (let index = 0; index < few; index += 1) {
    all = all.flatMap((chosen) =>
      Array.from({ length: many }, (_, next) => next)
        .filter((next) => !chosen.includes(next))
        .map((next) => [...chosen, next]),
    );
  }
  return all;
}

/**
 * Decides which of the input's equal changes is which of the known ones, by function and surroundings. With
 * as many of the one as of the other, their order decides what those leave open; otherwise nothing does, and
 * they stay ambiguous.
 *
 * @returns the pairs; each known and each found change is in one of them at most
 */
export function assignAlike(
  known: readonly KnownGroup[],
  found: readonly InputGroup[],
): (readonly [KnownGroup, InputGroup])[] {
  const inputs = found.slice(0, MOST_ALIKE);
  const fewer = inputs.length < known.length;
  const score = (k: KnownGroup, i: InputGroup) =>
    likeness(
      k,
      i,
      known.filter(({ shape }) => shape.function !== k.shape.function),
    );
  const ways = (
    fewer ? injections(inputs.length, known.length) : injections(known.length, inputs.length)
  ).map((chosen) => {
    const pairs = chosen.map((other, index) =>
      fewer ? ([known[other], inputs[index]] as const) : ([known[index], inputs[other]] as const),
    );
    return { pairs, total: pairs.reduce((sum, [k, i]) => sum + score(k, i), 0) };
  });
  const most = Math.max(...ways.map(({ total }) => total));
  const best = ways.filter(({ total }) => total === most);
  if (inputs.length !== known.length && best.length > 1) {
    inputs.forEach((input) => (input.ambiguous = known.map(({ shape }) => shape)));
    return [];
  }
  return best[0].pairs;
}
