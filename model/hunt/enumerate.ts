/** Every program of the hunt's language up to a size, smallest first, symmetric ones once. */
import { BEGINNINGS, MOVES, type Beginning, type Move } from './moves';
import type { HuntProgram, Turn } from './program';

/** Strands that run at the same time, at most. */
const MOST_STRANDS = 3;

interface Strand {
  readonly actor: string;
  readonly moves: readonly Move[];
}

/** Programs of exactly `size` moves: one after the other first, then races, if those are wanted. */
export function* programsOfSize(size: number, withRaces = true): Generator<HuntProgram> {
  for (const beginning of BEGINNINGS) {
    for (const first of sequences(beginning.processes, size))
      yield { beginning, first, strands: [] };
  }
  if (!withRaces) return;
  for (const beginning of BEGINNINGS) {
    for (let before = size - 2; before >= 0; before--) {
      for (const first of sequences(beginning.processes, before)) {
        const processes = processesAfter(beginning, first);
        const strands = strandsOf(processes, size - before - 1);
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

const isFork = ({ move }: Turn): boolean => move.name === 'fork';

function processesAfter(beginning: Beginning, first: readonly Turn[]): readonly string[] {
  return first.some(isFork) ? ['P0', 'P1'] : beginning.processes;
}

/** The moves that an actor can make; only P0 forks, and only once. */
export function movesOf(actor: string, processes: readonly string[]): Move[] {
  const by = actor === '' ? 'kernel' : 'process';
  const canFork = actor === 'P0' && processes.length === 1;
  return MOVES.filter((move) => move.by === by && (move.name !== 'fork' || canFork));
}

function* sequences(processes: readonly string[], length: number): Generator<Turn[]> {
  if (length === 0) {
    yield [];
    return;
  }
  for (const actor of [...processes, '']) {
    for (const move of movesOf(actor, processes)) {
      const turn = { actor, move };
      const then = isFork(turn) ? ['P0', 'P1'] : processes;
      for (const rest of sequences(then, length - 1)) yield [turn, ...rest];
    }
  }
}

/** Every strand of at most `longest` moves. A strand that forks has no race with its own child. */
function strandsOf(processes: readonly string[], longest: number): Strand[] {
  return [...processes, ''].flatMap((actor) => {
    const alphabet = movesOf(actor, processes);
    const found: Strand[] = [];
    let last: Move[][] = [[]];
    for (let length = 1; length <= longest; length++) {
      last = last.flatMap((moves) =>
        alphabet
          .filter((move) => move.name !== 'fork' || !moves.includes(move))
          .map((move) => [...moves, move]),
      );
      found.push(...last.map((moves) => ({ actor, moves })));
    }
    return found;
  });
}

/** Multisets of strands with `size` moves in all, of which at most one forks. */
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
      const forks = race.filter(({ moves }) => moves.some(({ name }) => name === 'fork'));
      if (forks.length < 2) yield race;
    }
  }
}
