/** Every program of the hunt's language up to a size, smallest first, symmetric ones once. */
import { actorsAfter, actorsOf, canRace, movesOf, type Actors } from './actors';
import { BEGINNINGS, type Beginning, type Move } from './moves';
import type { HuntProgram, Strand, Turn } from './program';

/** Strands that run at the same time, at most. */
const MOST_STRANDS = 3;

/** Programs of exactly `size` moves: one after the other first, then races, if those are wanted. */
export function* programsOfSize(size: number, withRaces = true): Generator<HuntProgram> {
  for (const beginning of BEGINNINGS) {
    for (const first of sequences(beginning, size)) yield { beginning, first, strands: [] };
  }
  if (!withRaces) return;
  for (const beginning of BEGINNINGS) {
    for (let before = size - 2; before >= 0; before--) {
      for (const first of sequences(beginning, before)) {
        const actors = first.reduce(actorsAfter, actorsOf(beginning));
        const strands = strandsOf(beginning, actors, size - before - 1);
        for (const race of races(strands, size - before, MOST_STRANDS)) {
          if (race.length > 1) yield { beginning, first, strands: race };
        }
      }
    }
  }
}

/** How many programs {@link programsOfSize} yields. */
export function countOfSize(size: number, withRaces = true): number {
  let count = 0;
  const programs = programsOfSize(size, withRaces);
  while (programs.next().done !== true) count++;
  return count;
}

function* sequences(
  beginning: Beginning,
  length: number,
  actors = actorsOf(beginning),
): Generator<Turn[]> {
  if (length === 0) {
    yield [];
    return;
  }
  for (const actor of [...actors.alive, '']) {
    for (const move of movesOf(actor, actors, beginning)) {
      const turn = { actor, move };
      for (const rest of sequences(beginning, length - 1, actorsAfter(actors, turn))) {
        yield [turn, ...rest];
      }
    }
  }
}

/** Every strand of at most `longest` moves. A strand that forks has no race with its own child. */
function strandsOf(beginning: Beginning, actors: Actors, longest: number): Strand[] {
  return [...actors.alive, ''].flatMap((actor) => {
    const found: Strand[] = [];
    let last: readonly (readonly [readonly Move[], Actors])[] = [[[], actors]];
    for (let length = 1; length <= longest; length++) {
      last = last.flatMap(([moves, at]) =>
        movesOf(actor, at, beginning).map(
          (move) => [[...moves, move], actorsAfter(at, { actor, move })] as const,
        ),
      );
      found.push(...last.map(([moves]) => ({ actor, moves })));
    }
    return found;
  });
}

/** Multisets of strands with `size` moves in all that can run at the same time. */
function* races(
  strands: readonly Strand[],
  size: number,
  most: number,
  from = 0,
): Generator<Strand[]> {
  if (size === 0) {
    yield [];
    return;
  }
  if (most === 0) return;
  for (let i = from; i < strands.length; i++) {
    const strand = strands[i]!;
    const left = size - strand.moves.length;
    if (left < 0) continue;
    for (const rest of races(strands, left, most - 1, i)) {
      const race = [strand, ...rest];
      if (canRace(race)) yield race;
    }
  }
}
