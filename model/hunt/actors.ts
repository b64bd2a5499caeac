/** Who can do what in a program of the hunt: processes come by a fork and go by an exit. */
import { MOVES, type Beginning, type Move } from './moves';
import type { HuntProgram, Strand, Turn } from './program';

/** The processes that there are at some place of a program. */
export interface Actors {
  readonly alive: readonly string[];
  /** Whether P0 can fork: only once. */
  readonly canFork: boolean;
}

export const actorsOf = ({ processes }: Beginning): Actors => ({
  alive: processes,
  canFork: processes.length === 1,
});

/** Who is there after a move. */
export function actorsAfter(actors: Actors, { actor, move }: Turn): Actors {
  if (move.name === 'fork') return { alive: [...actors.alive, 'P1'], canFork: false };
  if (move.name === 'exit') return { ...actors, alive: actors.alive.filter((p) => p !== actor) };
  return actors;
}

/** The moves that a process, or '' for the kernel, can make. */
export function movesOf(actor: string, { alive, canFork }: Actors, beginning: Beginning): Move[] {
  if (actor !== '' && !alive.includes(actor)) return [];
  const by = actor === '' ? 'kernel' : 'process';
  const mayFork = actor === 'P0' && canFork;
  return MOVES.filter(
    (move) =>
      move.by === by &&
      (move.on ?? beginning.name) === beginning.name &&
      (move.name !== 'fork' || mayFork),
  );
}

/** Whether strands can run at the same time: at most one forks, and none beside the end of its process. */
export function canRace(strands: readonly Strand[]): boolean {
  const forks = strands.flatMap(({ moves }) => moves).filter(({ name }) => name === 'fork');
  const ends = strands.filter(({ moves }) => moves.some(({ name }) => name === 'exit'));
  return (
    forks.length <= 1 &&
    ends.every(({ actor }) => strands.filter((other) => other.actor === actor).length === 1)
  );
}

/** Who is there at the end of a program; undefined if a move is somebody's who cannot make it there. */
export function actorsAtEnd({ beginning, first, strands }: HuntProgram): Actors | undefined {
  const make = (actors: Actors | undefined, turn: Turn): Actors | undefined =>
    actors && movesOf(turn.actor, actors, beginning).includes(turn.move)
      ? actorsAfter(actors, turn)
      : undefined;
  const before = first.reduce(make, actorsOf(beginning));
  if (before === undefined || !canRace(strands)) return undefined;
  let after: Actors | undefined = before;
  for (const { actor, moves } of strands) {
    if (actor !== '' && !before.alive.includes(actor)) return undefined;
    after = moves.map((move) => ({ actor, move })).reduce(make, after);
  }
  return after;
}

/** Processes that there are at the end. */
export const processesOf = (program: HuntProgram): readonly string[] =>
  actorsAtEnd(program)?.alive ?? [];
